// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import type { JsonObject } from '../json/value.ts';
import { inferEntry } from './infer.ts';
import { wordsOf } from './lexicon.ts';
import { isAtLeastAsStrict } from './strictness.ts';
import type { ActionClass, Role } from './taxonomy.ts';

function infer(name: string, properties: JsonObject = {}, annotations?: JsonObject, server = 'srv') {
  const inputSchema = { type: 'object', properties };
  return inferEntry(server, { name, inputSchema, ...(annotations === undefined ? {} : { annotations }) });
}

test.each<[name: string, words: string[]]>([
  ['sendEmail', ['send', 'email']],
  ['send_email_v2', ['send', 'email', 'v2']],
  ['HTTPGet', ['http', 'get']],
  ['API-post-page', ['api', 'post', 'page']],
  ['getHTTPStatus2xx', ['get', 'http', 'status2xx']],
  ['', []],
])('words of %s', (name, words) => expect(wordsOf(name)).toEqual(words));

describe('the class', () => {
  test.each<[name: string, want: ActionClass]>([
    ['read_file', 'read'],
    ['listDirectory', 'read'],
    ['search_nodes', 'search'],
    ['write_file', 'write'],
    ['create_entities', 'create'],
    ['delete_entities', 'delete'],
    ['get_and_delete', 'delete'],
    ['customer_delete', 'delete'],
    ['sendEmail', 'send'],
    ['email_customer', 'send'],
    ['read_email', 'read'],
    ['fetch', 'fetch'],
    ['refund', 'pay'],
    ['get_invoice', 'read'],
    ['run_query', 'execute'],
    ['get_token', 'credential'],
    ['grant_role', 'grant'],
    ['deleteAndSend', 'execute'],
    ['frobnicate', 'unknown'],
    ['nuke_list', 'unknown'],
    ['sequentialthinking', 'unknown'],
    ['__proto__', 'unknown'],
    ['constructor', 'unknown'],
  ])('of %s is %s', (name, want) => expect(infer(name).class.value).toBe(want));

  test('the name of the server in front says nothing', () => {
    expect(infer('git_status', {}, undefined, 'git').class.value).toBe('read');
    expect(infer('nuke_status', {}, undefined, 'git').class.value).toBe('unknown');
  });

  test.each<[why: string, properties: JsonObject, want: ActionClass]>([
    ['code', { command: {} }, 'execute'],
    ['a statement', { sql: {} }, 'execute'],
    ['a link', { url: {} }, 'fetch'],
    ['a destination and content', { to: {}, body: {} }, 'send'],
    ['a destination alone: a search by mail address', { email: {} }, 'read'],
  ])('of a getter that takes %s', (_why, properties, want) =>
    expect(infer('get_thing', properties).class.value).toBe(want),
  );

  test.each<[annotations: JsonObject, name: string, want: ActionClass]>([
    [{ readOnlyHint: true }, 'delete_file', 'delete'],
    [{ readOnlyHint: true }, 'frobnicate', 'unknown'],
    [{ readOnlyHint: false }, 'get_file', 'write'],
    [{ destructiveHint: true }, 'get_file', 'delete'],
    [{ destructiveHint: true, readOnlyHint: true }, 'get_file', 'delete'],
    [{ openWorldHint: true }, 'get_file', 'fetch'],
    [{ destructiveHint: 'yes' }, 'get_file', 'read'],
  ])('annotated %j: %s', (annotations, name, want) =>
    expect(infer(name, {}, annotations).class.value).toBe(want),
  );

  test('annotations never lower it, whatever they are', () => {
    verifies('catalogue.annotations-only-stricter');
    const names = [
      'get_x',
      'write_x',
      'delete_x',
      'send_x',
      'pay_x',
      'grant_x',
      'frob',
      'exec',
      'get_token',
      'fetch',
    ];
    const hint = fc.constantFrom(
      'readOnlyHint',
      'destructiveHint',
      'idempotentHint',
      'openWorldHint',
      'title',
    );
    const said = fc.oneof(fc.boolean(), fc.constantFrom<string | number | null>('true', 0, null));
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.dictionary(hint, said), (name, annotations) => {
        const [bare, hinted] = [infer(name).class.value, infer(name, {}, annotations).class.value];
        expect(isAtLeastAsStrict(hinted, bare)).toBe(true);
      }),
    );
  });
});

describe('roles of arguments', () => {
  test.each<[name: string, schema: JsonObject, want: Role | undefined]>([
    ['to', {}, 'destination'],
    ['recipientEmail', {}, 'destination'],
    ['who', { format: 'email' }, 'destination'],
    ['url', {}, 'link'],
    ['target', { type: 'array', items: { format: 'uri' } }, 'link'],
    ['file_path', {}, 'path'],
    ['sql', {}, 'query'],
    ['command', {}, 'code'],
    ['amount', {}, 'amount'],
    ['access_token', {}, 'credential'],
    ['apiKey', {}, 'credential'],
    ['apiKey', { type: 'string' }, 'credential'],
    ['maxTokens', { type: 'number' }, undefined],
    ['includeSecrets', { type: 'boolean' }, undefined],
    ['customerId', {}, 'selector'],
    ['body', {}, 'content'],
    ['verbose', { type: 'boolean' }, undefined],
    ['constructor', {}, undefined],
  ])('%s %j: %s', (name, schema, want) =>
    expect(infer('get_x', { [name]: schema }).args.map((arg) => arg.value.role)).toEqual(want ? [want] : []),
  );
});

describe('kinds of arguments', () => {
  const text = { type: 'string' };
  test.each<[what: string, tool: string, properties: JsonObject, server: string, want: JsonObject]>([
    ['a format', 'notify', { to: { type: 'string', format: 'email' } }, 'srv', { kind: 'email' }],
    ['a name', 'open', { url: text }, 'srv', { kind: 'url' }],
    ['an account', 'transfer', { iban: text }, 'srv', { kind: 'iban' }],
    ['a shell by its tool', 'run_bash', { command: text }, 'srv', { kind: 'shell' }],
    ['a shell by its server', 'run', { command: text }, 'shell', { kind: 'shell' }],
    ['a command of nobody knows what', 'run', { command: text }, 'srv', {}],
    ['a message beside a shell', 'bash', { message: text }, 'srv', {}],
    [
      'SQL of a server that says which',
      'query',
      { sql: text },
      'postgres',
      { kind: 'sql', dialect: 'postgresql' },
    ],
    ['SQL of nobody knows which', 'query', { sql: text }, 'db', {}],
    ['no text', 'run_bash', { command: { type: 'array' } }, 'srv', {}],
  ])('%s', (_what, tool, properties, server, want) => {
    const [arg] = infer(tool, properties, undefined, server).args;
    const { role: _role, ...rest } = arg?.value ?? {};
    expect(rest).toEqual(want);
  });
});

test('what it cannot know is the worst, and every field has a reason', () => {
  const entry = infer('get_x', { to: {} });
  expect(entry.result.value).toEqual({ level: 'restricted', integrity: 'untrusted' });
  expect(entry.reversible.value).toBe(false);
  for (const field of [entry.class, entry.result, entry.reversible, ...entry.args])
    expect(field.reason).not.toBe('');
});

test('reasons carry nothing that an upstream wrote', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (name, format) => {
      const entry = infer(`get_${name}\nevil: true`, { [`x${name}`]: { format } }, { title: name });
      for (const { reason } of [entry.class, ...entry.args]) expect(reason).toMatch(/^[a-z` ,;-]+$/);
    }),
  );
});
