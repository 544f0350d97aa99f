// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAtLeastAsStrict } from '../catalogue/strictness.ts';
import { type ActionClass, classes, isActionClass } from '../catalogue/taxonomy.ts';
import { emptyNotes, type Finding, findingOf, groupsOf, joined, noteName, unread } from './finding.ts';
import { programFrom, programOf, programRecord, readsNothing, seenOf } from './of-call.ts';

const pseudonym = () => 'f'.repeat(32);
const found = (all: readonly ActionClass[], reads: readonly string[] = []): Finding => {
  const notes = emptyNotes();
  for (const one of all) notes.classes.add(one);
  for (const one of reads) noteName(notes, 'reads', one);
  return findingOf(notes);
};
const anyClass = fc.constantFrom(...Object.keys(classes).filter(isActionClass));

describe('the programs of a call', () => {
  const entry = { args: { command: { kind: 'shell' }, sql: { kind: 'sql' }, note: {} } };
  const read = (kind: string, text: string) =>
    found([text === 'rm' ? 'delete' : 'read'], [`${kind}:${text}`]);

  test.each<[what: string, args: Parameters<typeof programOf>[1], want: object | undefined]>([
    ['none was sent', { note: 'rm' }, undefined],
    ['it is null', { command: null }, undefined],
    ['one', { command: 'ls' }, { class: 'read', reads: ['shell:ls'] }],
    [
      'each by its kind, and the worst wins',
      { command: 'rm', sql: 'x' },
      { class: 'delete', reads: ['shell:rm', 'sql:x'] },
    ],
    ['a list of them', { command: ['ls', 'rm'] }, { class: 'delete' }],
    ['a list with something else in it', { command: ['ls', 1] }, { class: 'unknown', parsed: false }],
    ['no text', { command: { text: 'ls' } }, { class: 'unknown' }],
    ['more than are looked into', { command: Array(40).fill('ls') }, { class: 'unknown', parsed: false }],
  ])('%s', (_what, args, want) => {
    const one = programOf(entry, args, read);
    if (want === undefined) expect(one).toBeUndefined();
    else expect(one).toMatchObject(want);
  });

  test('where nothing reads them they are unknown', () => {
    expect(programOf(entry, { command: 'ls' }, readsNothing)).toEqual(unread);
  });
});

describe('what policy sees', () => {
  test('names without secrets', () => {
    const token = `ghp_${'a'.repeat(36)}`;
    const seen = seenOf(found(['read'], [`/x/${token}`]), pseudonym);
    expect(JSON.stringify(seen)).not.toContain(token);
    expect(seen.reads).toEqual([`/x/secret(github_token, ${'f'.repeat(32)})`]);
  });

  test('so many names, and no more; a set that is cut is not whole', () => {
    const seen = seenOf(
      found(
        ['read'],
        Array.from({ length: 20 }, (_, i) => `f${i}`),
      ),
      pseudonym,
    );
    expect([seen.reads.length, seen.whole]).toEqual([8, false]);
    const long = seenOf(found(['read'], ['a'.repeat(250), 'b'.repeat(10)]), pseudonym);
    expect([long.reads.length, long.whole]).toEqual([1, false]);
    expect(seenOf(found(['read'], ['a']), pseudonym).whole).toBe(true);
  });

  test('and the record gives back exactly that', () => {
    fc.assert(
      fc.property(
        fc.array(anyClass, { maxLength: 4 }),
        fc.array(fc.string({ maxLength: 12 }), { maxLength: 12 }),
        fc.boolean(),
        (all, names, parsed) => {
          const seen = seenOf({ ...found(all, names), hosts: names.slice(0, 3), parsed }, pseudonym);
          expect(programFrom(programRecord(seen, 5))).toEqual(seen);
        },
      ),
    );
  });

  test('a record that is not understood is the worst', () => {
    expect(programFrom({})).toBeUndefined();
    expect(programFrom({ program: { value: 'x', source: 'program', t: 1 } })).toMatchObject({
      class: 'unknown',
    });
    expect(programFrom({ program: { value: ['parsed'], source: 'program', t: 1 } })).toMatchObject({
      class: 'unknown',
      parsed: false,
    });
  });
});

test('a program is at least as strict as each of its parts, and so are several', () => {
  fc.assert(
    fc.property(fc.array(anyClass, { minLength: 1 }), fc.array(anyClass, { minLength: 1 }), (a, b) => {
      const both = joined([found(a), found(b)]);
      for (const one of [...a, ...b]) {
        expect(isAtLeastAsStrict(both.class, one)).toBe(true);
        for (const group of groupsOf([one])) expect(groupsOf(both.classes)).toContain(group);
      }
    }),
  );
});
