// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { loadApprovers, readApprovers } from './load.ts';

const good = `people:
  ana: { operators: ["local:1000"], also: [ana@example.com] }
  ben: { operators: ["local:1001"] }
  eve:
groups:
  finance: [ana, ben]
`;

test('people, and the groups that they are in', () => {
  const read = readApprovers('approvers.yaml', good);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  expect([...read.roster.people.values()]).toEqual([
    { name: 'ana', operators: ['local:1000'], also: ['ana@example.com'] },
    { name: 'ben', operators: ['local:1001'], also: [] },
    { name: 'eve', operators: [], also: [] },
  ]);
  expect([...read.roster.groups]).toEqual([['finance', ['ana', 'ben']]]);
  expect(JSON.parse(read.source)).toMatchObject({ groups: { finance: ['ana', 'ben'] } });
});

test.each<[what: string, text: string, told: RegExp]>([
  ['a member who is nobody', 'people: { ana: }\ngroups: { finance: [ana, bne] }', /`bne` is nobody/],
  ['a key that nobody knows', 'people: { ana: { operator: [x] } }', /has no `operator`.*operators/],
  ['a section that nobody knows', 'peple: { ana: }', /has no `peple`.*people/],
  [
    'two people of one name',
    'people: { ana: , ben: { also: [ana] } }',
    /`ana` is what `ana` is called already/,
  ],
  ['a person twice', 'people: { ana: , ana: }', /stands twice/],
  ['a member twice', 'people: { ana: }\ngroups: { finance: [ana, ana] }', /twice/],
  ['a name with what hides in it', 'people: { "a\\u202eb": }', /must be a name/],
  [
    'two people of one subject',
    'people: { ana: { subjects: [s] }, ben: { subjects: [s] } }',
    /is `ana` already/,
  ],
  [
    'a subject with what hides in it',
    'people: { ana: { subjects: ["a\\u202eb"] } }',
    /as the issuer has them/,
  ],
  [
    'an issuer without TLS',
    'sign_in: { issuer: "http://login.example.com", client: c }',
    /must be an https URL/,
  ],
  ['an issuer with a query', 'sign_in: { issuer: "https://login.example.com/?x=1", client: c }', /https URL/],
  ['an issuer that is none', 'sign_in: { issuer: login, client: c }', /must be an https URL/],
  ['an issuer that does not know us', 'sign_in: { issuer: "https://login.example.com" }', /the client/],
  ['no mapping', '[ana]', /must be a mapping/],
  ['no YAML', 'people: {', /./],
])('%s refuses the file, with its place', (_what, text, told) => {
  const read = readApprovers('approvers.yaml', text);
  expect(read.ok).toBe(false);
  if (read.ok) return;
  expect(read.problems[0]).toMatchObject({ file: 'approvers.yaml', message: expect.stringMatching(told) });
});

test('where people sign in, and as whom', () => {
  const text = `sign_in: { issuer: https://login.example.com/realm, client: countersign }
people: { ana: { subjects: ["00u1f3a9c", "auth0|5f7c"] }, ben: }
groups: { keepers: [ana] }
`;
  const read = readApprovers('approvers.yaml', text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { roster } = read;
  expect(roster.signIn).toEqual({ issuer: 'https://login.example.com/realm', client: 'countersign' });
  expect(roster.people.get('ana')?.subjects).toEqual(['00u1f3a9c', 'auth0|5f7c']);
  // It is part of what is published: whoever changes it changes who may approve.
  const without = readApprovers('approvers.yaml', text.split('\n').slice(1).join('\n'));
  expect(without.ok && without.roster.digest).not.toBe(roster.digest);
  const local = readApprovers('approvers.yaml', 'sign_in: { issuer: "http://127.0.0.1:8080", client: c }');
  expect(local.ok).toBe(true);
});

test('a file that is not there is no empty one', () => {
  expect(loadApprovers('/nowhere/approvers.yaml')).toMatchObject({ ok: false });
});
