// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { CatalogueEntry } from '../catalogue/entry.ts';
import type { JsonObject } from '../json/value.ts';
import { nothingRead } from '../label/label.ts';
import { type CardParts, cardLimits, cardOf, isShowable } from './card.ts';

const entry: CatalogueEntry = {
  kind: 'tool',
  server: 'mail',
  target: 'send_mail',
  action: 'mail/send_mail',
  class: 'send',
  resource: { type: 'Mailbox', label: nothingRead },
  args: { to: { role: 'destination' }, subject: { role: 'content' } },
  result: nothingRead,
  reversible: false,
  stateless: false,
};

function card(args: JsonObject, more: Partial<CardParts> = {}) {
  return cardOf({
    approval: 'a-1',
    chain: ['ana', 'a1'],
    task: { id: 't-1', type: 'support', startedBy: 'local:1' },
    agent: { id: 'a1', owner: 'o', autonomy: 'semi' },
    why: [],
    entry,
    resource: { type: 'Mailbox', id: 'mail/send_mail' },
    args,
    transforms: [],
    lineage: [],
    read: nothingRead,
    matter: 'sha256:m',
    expiresAt: 1,
    ...more,
  });
}

describe('the line of what is done', () => {
  test.each<[what: string, args: JsonObject, verb: string]>([
    [
      'says where it goes',
      { to: 'a@b.example', subject: 'hi' },
      'send with mail/send_mail: to "a@b.example"',
    ],
    ['names each of many', { to: ['a@b', 'c@d'] }, 'send with mail/send_mail: to[0] "a@b", to[1] "c@d"'],
    ['says nothing that is not there', { subject: 'hi' }, 'send with mail/send_mail'],
    ['shows what turns text around', { to: 'a\u202eb' }, 'send with mail/send_mail: to "a\\u{202e}b"'],
    ['is not fooled by a key that names a role', { 'to ': 'x' }, 'send with mail/send_mail'],
    ['is not fooled by inherited names', { constructor: 'x' }, 'send with mail/send_mail'],
  ])('%s', (_what, args, verb) => expect(card(args).verb).toBe(verb));

  test('says how much of it stands below', () => {
    expect(card({ to: 'x'.repeat(1000) }).verb).toMatch(/ \.\.\. \(\d+ more characters below\)$/);
  });
});

describe('the effect', () => {
  test('has every leaf, whatever it lies in, and what is empty', () => {
    const { effect } = card({ to: [{ name: 'a', tags: [] }, {}], subject: null, n: 1.5, '': false });
    expect(effect.arguments).toEqual([
      { path: '', value: 'false' },
      { path: 'n', value: '1.5' },
      { path: 'subject', role: 'content', value: 'null' },
      { path: 'to[0].name', role: 'destination', value: '"a"' },
      { path: 'to[0].tags', role: 'destination', value: '[]' },
      { path: 'to[1]', role: 'destination', value: '{}' },
    ]);
  });

  test('counts what would not be seen, in names and in values', () => {
    expect(card({ 'a\u200b': 'b\u202ec\u2066' }).effect.hidden).toBe(3);
  });

  test('says that it goes out, and that it cannot be taken back', () => {
    expect(card({}).effect).toMatchObject({ external: true, reversible: false });
  });
});

test.each<[what: string, args: JsonObject, want: boolean]>([
  ['a short text', { body: 'x' }, true],
  ['one that is too long', { body: 'x'.repeat(cardLimits.characters + 1) }, false],
  ['as many leaves as can be shown', { l: Array.from({ length: cardLimits.arguments }, () => 1) }, true],
  ['one more', { l: Array.from({ length: cardLimits.arguments + 1 }, () => 1) }, false],
  ['one that is long only where it is made visible', { body: '\u200b'.repeat(10_000) }, false],
])('%s can be shown whole: %#', (_what, args, want) => expect(isShowable(entry, args)).toBe(want));

describe('how far it reaches', () => {
  const keyed: CatalogueEntry = {
    ...entry,
    args: { ...entry.args, id: { role: 'selector' }, key: { role: 'credential' } },
    resource: { ...entry.resource, idArgument: 'id' },
  };
  test.each<[what: string, args: JsonObject, want: object]>([
    [
      'nobody knows where nothing is said',
      {},
      { records: 'unknown', recipients: 'unknown', credential: 'unknown' },
    ],
    ['one for each that it goes to', { to: ['a@b', 'c@d'] }, { recipients: 2 }],
    ['nobody in an empty list', { to: [] }, { recipients: 'unknown' }],
    ['one that is named', { id: 7 }, { records: 1 }],
    ['as many as are named', { id: ['a', 'b', 'c'] }, { records: 3 }],
    ['the argument with a credential, and not the credential', { key: 'secret(x)' }, { credential: ['key'] }],
  ])('%s', (_what, args, want) => expect(card(args, { entry: keyed }).blast).toMatchObject(want));

  test('as it would be sent, with nothing hidden in it', () => {
    expect(card({ to: 'a\u202eb', n: 1 }).raw).toBe('{"n":1,"to":"a\\u{202e}b"}');
  });

  test('what the program in it would do, and what was changed, are visible too', () => {
    const program = {
      class: 'write',
      classes: ['write'],
      parsed: true,
      whole: false,
      hosts: [],
      reads: [],
      writes: ['t\u200b'],
    } as const;
    expect(card({}, { program }).program).toMatchObject({ writes: ['t\\u{200b}'], whole: false });
    const edit = {
      by: 'b\u202en',
      reason: '\u202e',
      of: 'a-0',
      changed: [{ argument: 'to', before: '"\u202e"' }],
    };
    expect(JSON.stringify(card({}, { edit }))).not.toMatch(/\u202e/);
  });

  test('the same parts give the same bytes', () => {
    expect(JSON.stringify(card({ to: 'a' }))).toBe(JSON.stringify(card({ to: 'a' })));
  });
});
