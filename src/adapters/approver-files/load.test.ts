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
  ['no mapping', '[ana]', /must be a mapping/],
  ['no YAML', 'people: {', /./],
])('%s refuses the file, with its place', (_what, text, told) => {
  const read = readApprovers('approvers.yaml', text);
  expect(read.ok).toBe(false);
  if (read.ok) return;
  expect(read.problems[0]).toMatchObject({ file: 'approvers.yaml', message: expect.stringMatching(told) });
});

test('a file that is not there is no empty one', () => {
  expect(loadApprovers('/nowhere/approvers.yaml')).toMatchObject({ ok: false });
});
