// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { nothingRead } from '../label/label.ts';
import { unasked } from '../origin/facts.ts';
import type { Circumstances } from '../session/circumstances.ts';
import type { Described } from './context.ts';
import { type Instants, opaInput } from './opa-input.ts';

const at = Date.parse('2027-01-31T08:15:42.123Z');
const label = {
  level: 'confidential',
  categories: ['pii'],
  integrity: 'untrusted',
  sources: ['web/fetch'],
} as const;
const entry: CatalogueEntry = {
  server: 'crm',
  target: 'refund',
  kind: 'tool',
  action: 'crm.refund',
  class: 'pay',
  reversible: false,
  stateless: false,
  args: {},
  resource: { type: 'Ticket', label },
  result: nothingRead,
};
const described: Described = {
  entry,
  action: 'crm.refund',
  resource: { type: 'Ticket', id: '42' },
  args: {},
  opaque: true,
};
const who: Circumstances = {
  at,
  agent: { id: 'a1', owner: 'o1', autonomy: 'semi', verifiedSecondsAgo: 5 },
  task: {
    id: 't1',
    type: 'support',
    purpose: 'refunds',
    params: { ticket: '42' },
    onBehalfOf: 'alice',
    ageSeconds: 60,
    hasPrompt: true,
    depth: 1,
  },
  session: { id: 's1', ageSeconds: 30, idleSeconds: 1, calls: 7, labels: label },
};
const instants: Instants = {
  agentVerifiedAt: at - 5000,
  taskStartedAt: at - 60_000,
  sessionStartedAt: at - 30_000,
};
const args = { amount: 5, key: 'secret(credential, 0123)' };

const origin = {
  ...unasked,
  roles: { ...unasked.roles, destination: { doubt: 2 as const, from: ['untrusted' as const] } },
  intent: { known: true, asked: false, inferred: false, named: false },
};

test('what a call would run stands in it, where it runs something', () => {
  const program = {
    class: 'read',
    classes: ['read'],
    parsed: true,
    whole: true,
    hosts: [],
    reads: ['a'],
    writes: [],
  } as const;
  expect(opaInput(described, args, who, instants, [], origin, program)).toMatchObject({
    program: { ...program, groups: ['observe'] },
  });
  expect(opaInput(described, args, who, instants, [], origin)).not.toHaveProperty('program');
});

test('the whole document', () => {
  const labels = { level: 2, categories: ['pii'], untrusted: true, sources: ['web/fetch'] };
  expect(opaInput(described, args, who, instants, ['tool crm/refund', 'destination 00'], origin)).toEqual({
    version: 1,
    caller: { agent: 'a1', owner: 'o1', autonomy: 'semi', verified_at: '2027-01-31T08:15:37.123Z' },
    task: {
      id: 't1',
      type: 'support',
      params: { ticket: '42' },
      has_prompt: true,
      depth: 1,
      started_at: '2027-01-31T08:14:42.123Z',
      purpose: 'refunds',
      on_behalf_of: 'alice',
    },
    session: { id: 's1', started_at: '2027-01-31T08:15:12.123Z', labels },
    action: 'crm.refund',
    class: 'pay',
    resource: { type: 'Ticket', id: '42', label: labels },
    tool: { server: 'crm', name: 'refund', kind: 'tool', reversible: false },
    args,
    args_opaque: true,
    first: { tool: true, class: false, resource: false, destination: true },
    origin: { destination: { doubt: 2, from: ['untrusted'] } },
    destination: { inside: false },
    intent: {
      known: true,
      asked: false,
      inferred: false,
      covers: false,
      distance: 4,
      far: { class: 2, tool: 1, destination: 1, values: 0 },
    },
    time: '2027-01-31T08:15:00.000Z',
  });
});

test('what is not there is left out, and never null', () => {
  const { purpose: _p, onBehalfOf: _o, ...task } = who.task;
  const { task: written } = opaInput(described, args, { ...who, task }, instants, [], unasked);
  expect(written).not.toHaveProperty('purpose');
  expect(written).not.toHaveProperty('on_behalf_of');
});

const input = (over: Partial<Circumstances> = {}) =>
  opaInput(described, args, { ...who, ...over }, instants, [], unasked);

test.each<[what: string, over: Partial<Circumstances>]>([
  ['more calls of the session', { session: { ...who.session, calls: 99 } }],
  ['an older or idler session', { session: { ...who.session, ageSeconds: 99, idleSeconds: 99 } }],
  ['an older task', { task: { ...who.task, ageSeconds: 99 } }],
  ['an agent verified longer ago', { agent: { ...who.agent, verifiedSecondsAgo: 99 } }],
  ['seconds within the minute', { at: at + 17_000 }],
])('%s is the same document: concurrency makes nothing stale', (_what, over) =>
  expect(input(over)).toEqual(input()),
);

test.each<[what: string, over: Partial<Circumstances>]>([
  ['another minute', { at: at + 18_000 }],
  ['something read meanwhile', { session: { ...who.session, labels: nothingRead } }],
  ['another autonomy', { agent: { ...who.agent, autonomy: 'full' } }],
])('%s is another document', (_what, over) => expect(input(over)).not.toEqual(input()));
