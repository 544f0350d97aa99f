// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { publishedEntries } from './published-sources.ts';

const label = { level: 'internal', categories: [], integrity: 'trusted', sources: [] };

test('an entry comes back with what history keeps of it', () => {
  const entry = {
    kind: 'tool',
    server: 's',
    target: 't',
    action: 's/t',
    class: 'deploy',
    resource: { type: 'Tool', label },
    args: {
      job: { role: 'selector' },
      attempt: { history: true },
      note: { role: 'content', history: false },
    },
    result: label,
    reversible: false,
    stateless: true,
    keeps: { build: '/build/id' },
  };
  expect(publishedEntries(JSON.stringify({ entries: [entry] }))).toEqual([entry]);
});

test('an entry that is not understood leaves none', () => {
  expect(publishedEntries(JSON.stringify({ entries: [{ kind: 'tool' }] }))).toBeUndefined();
});
