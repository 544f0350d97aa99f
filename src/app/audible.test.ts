// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { type Label, nothingRead } from '../core/label/label.ts';
import { createHead } from '../core/state/head.ts';
import { mayHear, mayHearServer } from './audible.ts';
import type { Road } from './road.ts';

const secret: Label = {
  level: 'confidential',
  categories: [],
  integrity: 'untrusted',
  sources: ['crm/find'],
};

type Knowing = Parameters<typeof mayHear>[0];

function knowing(status: string, read: Label | undefined, nowMs: number, mode = 'enforce'): Knowing {
  const seed: [string, { version: string; value: unknown }][] = [
    ['task/t', { version: 'v', value: { status, expiresAt: 1000 } }],
  ];
  if (read !== undefined) seed.push(['task/t/labels', { version: 'v', value: read }]);
  const road: unknown = {
    sequencer: { head: createHead(seed) },
    published: () => ({
      mode,
      catalogue: { entries: [{ server: 'known', resource: {}, result: nothingRead }] },
    }),
    clock: { wallMs: () => nowMs },
  };
  return road as Road;
}

test.each<[what: string, road: Knowing, label: Label, heard: boolean]>([
  ['nothing new, nothing read yet', knowing('active', undefined, 0), nothingRead, true],
  ['more than was read', knowing('active', undefined, 0), secret, false],
  ['what was read', knowing('active', secret, 0), secret, true],
  ['from elsewhere', knowing('active', secret, 0), { ...secret, sources: ['crm/other'] }, false],
  ['in shadow mode, which stops nothing', knowing('active', undefined, 0, 'shadow'), secret, true],
  ['by a task that has ended', knowing('ended', secret, 0), secret, false],
  ['by a task whose time is over', knowing('active', secret, 1000), secret, false],
  ['by such a task in shadow mode', knowing('active', secret, 1000, 'shadow'), secret, false],
])('%s', (_what, road, label, heard) => {
  expect(mayHear(road, 't', label)).toBe(heard);
});

test.each<[what: string, server: string, heard: boolean]>([
  ['a server whose results add nothing is heard', 'known', true],
  [
    'a server of which nothing was accepted is not: a missing label is the most sensitive one',
    'stranger',
    false,
  ],
])('%s', (_what, server, heard) => {
  expect(mayHearServer(knowing('active', undefined, 0), 't', server)).toBe(heard);
});
