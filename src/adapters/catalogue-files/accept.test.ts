// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ToolDefinition } from '../../core/catalogue/entry.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { acceptInto } from './accept.ts';
import { loadCatalogue } from './load.ts';
import { proposeFor, type ServerFiles } from './propose.ts';

function tool(name: string, properties: JsonObject = {}, more: Partial<ToolDefinition> = {}): ToolDefinition {
  return { name, description: `does ${name}`, inputSchema: { type: 'object', properties }, ...more };
}
const send = tool('send_mail', { to: { type: 'string' }, body: { type: 'string' } });

function proposed(live: readonly ToolDefinition[], before?: ServerFiles, chosen?: ReadonlySet<string>) {
  const proposal = proposeFor('mail', live, before, chosen);
  if (!proposal.ok) throw new Error(JSON.stringify(proposal.problems));
  return proposal;
}

function indexOf({ yaml, lock }: { yaml: string; lock: string }) {
  const load = loadCatalogue([
    { name: 'mail.yaml', text: yaml },
    { name: 'mail.lock.json', text: lock },
  ]);
  if (!load.ok) throw new Error(JSON.stringify(load.problems));
  return load.index;
}

describe('a proposal', () => {
  test('of a new server loads, and is strict', () => {
    const entry = indexOf(proposed([send])).find('tools/call', 'mail', 'send_mail');
    expect(entry).toMatchObject({
      class: 'send',
      args: { to: { role: 'destination' }, body: { role: 'content' } },
      result: { level: 'restricted', integrity: 'untrusted' },
      reversible: false,
    });
  });

  test('has kinds where names say them, and loads with them', () => {
    const inputSchema = { type: 'object', properties: { command: { type: 'string' } } };
    const made = proposeFor('box', [{ name: 'run_bash', inputSchema }]);
    if (!made.ok) throw new Error('refused');
    expect(made.yaml).toContain('command: { role: code, kind: shell } # ');
    const load = loadCatalogue([
      { name: 'box.yaml', text: made.yaml },
      { name: 'box.lock.json', text: made.lock },
    ]);
    expect(load.ok && load.index.find('tools/call', 'box', 'run_bash')?.args).toEqual({
      command: { role: 'code', kind: 'shell' },
    });
  });

  test('gives its reasons in comments', () => {
    expect(proposed([send]).yaml).toContain('class: send # `send` in the name');
  });

  test('of whatever an upstream calls its tools loads as exactly those tools', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter((n) => !/[\p{C}\p{Z}]/u.test(n));
    const special = fc.constantFrom(
      '__proto__',
      'constructor',
      'true',
      'null',
      '1',
      '-',
      '#x',
      'a:',
      '{',
      '<<',
      '*',
      '&a',
      "'",
      '~',
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(name, special), { maxLength: 5 }), (names) => {
        const index = indexOf(proposed(names.map((n) => tool(n, { url: {} }))));
        const there = index.entries.filter((e) => e.kind === 'tool').map((e) => e.target);
        expect(there.toSorted()).toEqual(names.toSorted());
      }),
    );
  });

  test('cannot be written into by an upstream', () => {
    const evil = tool('get_x\u2028', {}, { description: 'x\n  evil: { class: read }' });
    const argument = tool('get_y', { 'to\n    class: read\n#': {} });
    const { yaml } = proposed([argument, { ...evil, name: 'get_x' }]);
    expect(yaml).not.toMatch(/^\s*class: read$/m);
    expect(indexOf(proposed([argument])).entries).toHaveLength(2);
  });

  test('is the same again when nothing changed', () => {
    const first = proposed([send]);
    expect(proposed([send], first)).toMatchObject({
      yaml: first.yaml,
      lock: first.lock,
      entries: [],
      moved: [],
    });
  });

  const mine = `# how we send mail
server: mail

tools:
  # careful: this one is billed
  send_mail: { class: read,   result: { level: public } }   # yes, really
# and so on
methods: { }
`;

  test('leaves what a person wrote alone', () => {
    const first = proposed([send], { yaml: mine });
    expect(first.yaml).toBe(mine);
    const { yaml } = proposed([send, tool('get_x')], first);
    for (const comment of [
      '# how we send mail',
      '# careful: this one is billed',
      '# yes, really',
      '# and so on',
    ])
      expect(yaml).toContain(comment);
    expect(yaml).toContain('class: read, result: { level: public }');
    expect(yaml).toContain('  get_x:\n    class: read # `get` in the name');
  });

  test('adds the roles of new arguments to a tool that changed, and nothing else', () => {
    const first = proposed([send], { yaml: mine });
    const wider = tool('send_mail', { to: {}, body: {}, bcc: {} });
    const second = proposed([wider], first);
    expect(second.diff.changed.map((c) => c.pointers)).toEqual([
      ['/inputSchema/properties/bcc', '/inputSchema/properties/body/type', '/inputSchema/properties/to/type'],
    ]);
    expect(indexOf(second).find('tools/call', 'mail', 'send_mail')).toMatchObject({
      class: 'read',
      args: { bcc: { role: 'destination' } },
      result: { level: 'public' },
    });
    expect(second.yaml).toContain('# yes, really');
  });

  test('takes only what was chosen', () => {
    const first = proposed([send, tool('get_a')]);
    const live = [{ ...send, description: 'new' }, tool('get_a', { x: {} }), tool('get_b')];
    const second = proposed(live, first, new Set(['get_b']));
    expect(second.moved).toEqual(['get_b']);
    expect(second.diff.changed.map((c) => c.name)).toEqual(['get_a', 'send_mail']);
    expect(JSON.parse(second.lock).tools.map((t: ToolDefinition) => [t.name, t.description])).toEqual([
      ['get_a', 'does get_a'],
      ['get_b', 'does get_b'],
      ['send_mail', 'does send_mail'],
    ]);
  });

  test('a removed tool leaves the lock, and cannot be called', () => {
    const second = proposed([], proposed([send]));
    expect(second.moved).toEqual(['send_mail']);
    expect(indexOf(second).find('tools/call', 'mail', 'send_mail')).toBeUndefined();
  });

  test('a new name makes no tool milder', () => {
    const wipe = tool('wipe_disk');
    const second = proposed([{ ...wipe, name: 'get_thing' }], proposed([wipe]));
    expect(second.diff.renamed).toMatchObject([{ from: 'wipe_disk', to: 'get_thing' }]);
    expect(indexOf(second).find('tools/call', 'mail', 'get_thing')?.class).toBe('delete');
    expect(indexOf(second).find('tools/call', 'mail', 'wipe_disk')).toBeUndefined();
    expect(second.moved).toEqual(['get_thing', 'wipe_disk']);
    expect(second.yaml).toContain('was `delete` under its old name');
  });

  test.each<[what: string, live: ToolDefinition[], before: ServerFiles, want: string]>([
    ['a tool that is declared twice', [send, tool('send_mail')], {}, '`send_mail` twice'],
    ['a catalogue that cannot be read', [send], { yaml: 'server: mail\ntols: {}\n' }, 'did you mean `tools`'],
    ['a lock that was edited', [send], { lock: '{}' }, '`format`'],
  ])('is refused for %s', (_what, live, before, want) => {
    expect(JSON.stringify(proposeFor('mail', live, before))).toContain(want);
  });
  test('is refused for a server that cannot be a file', () => {
    expect(proposeFor('../mail', [send]).ok).toBe(false);
  });
});

describe('acceptInto', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'catalogue-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const text = (name: string) => readFileSync(join(dir, name), 'utf8');

  test('writes what then loads, into a directory that may be new', () => {
    const deep = join(dir, 'a', 'b');
    const accepted = acceptInto(deep, 'mail', [send]);
    expect(accepted.ok).toBe(true);
    expect(readdirSync(deep).sort()).toEqual(['mail.lock.json', 'mail.yaml']);
    const load = loadCatalogue(deep);
    expect(load.ok && load.index.digest).toBe(accepted.ok && accepted.loaded.index.digest);
  });

  test('writes nothing that would not load', () => {
    writeFileSync(
      join(dir, 'mail.yaml'),
      'server: mail\ntools:\n  send_mail: { class: send, args: { to: destination } }\n',
    );
    expect(acceptInto(dir, 'mail', [send]).ok).toBe(true);
    const before = [text('mail.yaml'), text('mail.lock.json')];
    const refused = acceptInto(dir, 'mail', [tool('send_mail', { recipient: {} })]);
    expect(refused.ok ? '' : refused.problems[0]?.message).toContain('has no argument `to`');
    expect([text('mail.yaml'), text('mail.lock.json')]).toEqual(before);
    expect(readdirSync(dir)).toHaveLength(2);
  });

  test('sees the other servers: an action that is taken is refused', () => {
    writeFileSync(
      join(dir, 'mail.yaml'),
      'server: mail\ntools:\n  send_mail: { class: send, action: mail }\n',
    );
    writeFileSync(
      join(dir, 'post.yaml'),
      'server: post\ntools:\n  send_mail: { class: read, action: mail }\n',
    );
    expect(acceptInto(dir, 'mail', [send]).ok).toBe(true);
    expect(acceptInto(dir, 'post', [send]).ok).toBe(false);
    expect(readdirSync(dir).sort()).toEqual(['mail.lock.json', 'mail.yaml', 'post.yaml']);
  });

  test('leaves the file of a person byte for byte when nothing is to be added', () => {
    const mine = 'server:   mail # mine\ntools: { send_mail: {class:   send} }\n';
    writeFileSync(join(dir, 'mail.yaml'), mine);
    expect(acceptInto(dir, 'mail', [send]).ok).toBe(true);
    expect(text('mail.yaml')).toBe(mine);
  });
});
