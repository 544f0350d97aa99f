// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rosterOf } from './roster.ts';
import { rosterChanges } from './roster-changes.ts';

const ana = { name: 'ana', operators: ['local:1'], also: [] };
const ben = { name: 'ben', operators: [], also: ['ben@example.com'], subjects: ['s1'] };
const now = rosterOf([ana, ben], [['finance', ['ana', 'ben']]]);

test.each<[what: string, next: typeof now, told: readonly string[]]>([
  ['nothing', now, []],
  ['the order of members is none', rosterOf([ben, ana], [['finance', ['ben', 'ana']]]), []],
  [
    'somebody new, in a group',
    rosterOf([ana, ben, { name: 'eve', operators: [], also: [] }], [['finance', ['ana', 'ben', 'eve']]]),
    [
      'person eve is new: operators nobody; also nobody; subjects nobody',
      'group finance: ana, ben, eve; until now ana, ben',
    ],
  ],
  [
    'an operator more',
    rosterOf([{ ...ana, operators: ['local:1', 'local:9'] }, ben], [['finance', ['ana', 'ben']]]),
    ['person ana is changed: operators local:1, local:9; also nobody; subjects nobody'],
  ],
  [
    'another subject',
    rosterOf([ana, { ...ben, subjects: ['s2'] }], [['finance', ['ana', 'ben']]]),
    ['person ben is changed: operators nobody; also ben@example.com; subjects s2'],
  ],
  [
    'somebody and a group gone, and another group',
    rosterOf([ana], [['keepers', ['ana']]]),
    ['person ben is taken out', 'group finance is taken out', 'group keepers: ana; until now nobody'],
  ],
  [
    'an issuer',
    rosterOf([ana, ben], [['finance', ['ana', 'ben']]], { issuer: 'https://x.example', client: 'c' }),
    ['people sign in at https://x.example, where this desk is c'],
  ],
])('%s', (_what, next, told) => expect(rosterChanges(now, next)).toEqual(told));

test('what has another digest is told, and what has the same is not', () => {
  const names = fc.subarray(['ana', 'ben', 'eve']);
  const list = fc.subarray(['x', 'y']);
  const roster = fc
    .tuple(names, list, list, names, fc.option(fc.constantFrom('c', 'd'), { nil: undefined }))
    .map(([people, operators, subjects, members, client]) =>
      rosterOf(
        people.map((name) => ({ name, operators, also: [], subjects })),
        [['g', members.filter((name) => people.includes(name))]],
        client === undefined ? undefined : { issuer: 'https://x.example', client },
      ),
    );
  fc.assert(
    fc.property(roster, roster, (a, b) => {
      expect(rosterChanges(a, b).length === 0).toBe(a.digest === b.digest);
    }),
  );
});
