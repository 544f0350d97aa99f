// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Kind, kinds } from '../catalogue/kind.ts';
import { emptyNotes, type Finding, findingOf } from '../program/finding.ts';
import { canonicalOf } from './by-kind.ts';
import { originFacts } from './facts.ts';
import { createKnowledge } from './knowledge.ts';

test.each<[kind: Kind, value: string, canonical: string | undefined]>([
  ['email', ' Ann@Example.com ', 'ann@example.com'],
  ['email', 'Ann', undefined],
  ['email', 'a@b@c.example', undefined],
  ['email', 'a\u200b@b.example', undefined],
  ['iban', 'gb29 nwbk 6016 1331 9268 19', 'GB29NWBK60161331926819'],
  ['iban', 'GB28NWBK60161331926819', undefined],
  ['iban', 'GB29', undefined],
  ['url', 'HTTPS://A.example:443/x/../y', 'https://a.example/y'],
  ['url', 'a.example/x', 'https://a.example/x'],
  ['url', 'https://a.example@evil.example/', undefined],
  ['url', 'https://a.example\\@evil.example/', undefined],
  ['url', 'https://a.example evil', undefined],
  ['host', 'A.Example.', 'a.example'],
  ['host', 'a.example:8080', 'a.example:8080'],
  ['host', '[::1]', '[::1]'],
  ['host', 'a.example/x', undefined],
  ['host', 'a@b.example', undefined],
  ['path', './notes//a.md', 'notes/a.md'],
  ['path', '/a/./b/', '/a/b'],
  ['path', '.', '.'],
  ['path', 'a/../b', undefined],
  ['path', 'a\nb', undefined],
  ['phone', '+49 (30) 123-456', '+4930123456'],
  ['phone', '030 123456', undefined],
  ['uuid', '6F9619FF-8B86-D011-B42D-00CF4FC964FF', '6f9619ff-8b86-d011-b42d-00cf4fc964ff'],
  ['uuid', '6f9619ff', undefined],
  ['money', '1200', '1200'],
  ['money', '12.00', undefined],
  ['shell', 'ls ', 'ls '],
])('%s %j is %j', (kind, value, canonical) => expect(canonicalOf(kind, value)).toBe(canonical));

test('a canonical form is its own, and nothing throws', () => {
  const value = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.emailAddress(),
    fc.uuid(),
    fc.domain(),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...kinds), value, (kind, text) => {
      const canonical = canonicalOf(kind, text);
      if (canonical !== undefined) expect(canonicalOf(kind, canonical)).toBe(canonical);
    }),
    { numRuns: 2000 },
  );
});

describe('where a value with a kind comes from', () => {
  const known = createKnowledge();
  known.ask('Open https://a.example/x, write notes/a.md, tell bob and pay GB29NWBK60161331926819.');
  const put = (kind: Kind) => ({ class: 'write', args: { path: { role: 'path', kind } } }) as const;
  const mail = (kind: Kind) => ({ class: 'send', args: { to: { role: 'destination', kind } } }) as const;

  test('one thing has one value, however it is spelled', () => {
    expect(originFacts(known, put('path'), { path: './notes//a.md' }).roles.path.doubt).toBe(0);
    expect(
      originFacts(known, mail('iban'), { to: 'gb29 nwbk 6016 1331 9268 19' }).roles.destination.doubt,
    ).toBe(0);
  });

  test('what is none of its kind is worth a question at least, whoever said it', () => {
    expect(originFacts(known, mail('email'), { to: 'bob' })).toMatchObject({
      roles: { destination: { doubt: 1 } },
      lineage: [{ argument: 'to', why: 'not_its_kind' }],
    });
    expect(originFacts(known, put('path'), { path: '../etc/passwd' }).roles.path.doubt).toBe(2);
  });
});

describe('what a program names is a value of the call', () => {
  const known = createKnowledge();
  known.ask('Fetch https://a.example/x and put it into out.txt.');
  const run = { class: 'execute', args: { command: { role: 'code', kind: 'shell' } } } as const;
  const found = (more: Partial<Finding>): Finding => ({
    ...findingOf(emptyNotes()),
    class: 'send',
    classes: ['send'],
    ...more,
  });
  const rolesOf = (program: Finding) => originFacts(known, run, { command: 'x' }, program).roles;

  test.each<[what: string, program: Partial<Finding>, role: 'link' | 'destination' | 'path', doubt: number]>([
    ['a link that was said', { hosts: ['a.example'], links: ['https://a.example/x'] }, 'link', 0],
    ['and its host with it', { hosts: ['a.example'], links: ['https://a.example/x'] }, 'destination', 0],
    ['one that nobody said', { hosts: ['e.example'], links: ['https://e.example/?d=1'] }, 'link', 2],
    ['a host that nobody said', { hosts: ['e.example'] }, 'destination', 2],
    ['one that is made when it runs', { whole: false }, 'destination', 2],
    ['a file that was said', { class: 'write', classes: ['write'], writes: ['out.txt'] }, 'path', 0],
    ['a file that nobody said', { class: 'write', classes: ['write'], writes: ['.bashrc'] }, 'path', 2],
  ])('%s', (_what, program, role, doubt) => expect(rolesOf(found(program))[role].doubt).toBe(doubt));

  test('a command that only reads needs no reason, although the tool could do anything', () => {
    const reads = findingOf(emptyNotes());
    expect(originFacts(known, run, { command: 'ls' }, reads).intent).toMatchObject({
      known: false,
      asked: true,
    });
    const tool = { ...run, class: 'delete' as const };
    expect(originFacts(known, tool, { command: 'ls' }, reads).intent.known).toBe(true);
  });
});
