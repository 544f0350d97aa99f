// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histories } from '../../../test/draw-events.ts';
import type { EventBody } from '../record/event.ts';
import { facets } from '../state/facet.ts';
import { createHead } from '../state/head.ts';
import { changes } from '../state/reduce.ts';
import { circumstances, type NoStanding } from './circumstances.ts';

const caller = { agent: 'a', task: 't', session: 's', tokenId: 'k' };
const begin: readonly EventBody[] = [
  { type: 'agent.registered', agent: 'a', owner: 'o', autonomy: 'semi', verifiedAt: 1000 },
  { type: 'agent.registered', agent: 'b', owner: 'o', autonomy: 'semi', verifiedAt: 1000 },
  ...['t', 'u'].map(
    (id): EventBody => ({
      type: 'task.started',
      task: {
        id,
        type: 'x',
        agent: id === 't' ? 'a' : 'b',
        onBehalfOf: 'h',
        params: { ticket: '42' },
        budgets: [],
        startedAt: 2000,
        expiresAt: 60_000,
        approver: 'p',
      },
    }),
  ),
  { type: 'session.started', session: 's', task: 't', agent: 'a', tokenId: 'k' },
  { type: 'session.started', session: 'r', task: 'u', agent: 'b', tokenId: 'l' },
];

function stateWith(...events: readonly EventBody[]) {
  const head = createHead();
  for (const [i, event] of [...begin, ...events].entries()) {
    head.move(changes(head, event, `r${i}`, 3000, 'n'), `r${i}`);
  }
  return head;
}

describe('standing', () => {
  test.each<
    [who: string, asks: Partial<typeof caller>, events: readonly EventBody[], at: number, code: NoStanding]
  >([
    ['an agent that nobody registered', { agent: 'x' }, [], 5000, 'unknown_agent'],
    [
      'a revoked agent',
      {},
      [{ type: 'revoked', scope: 'agent', target: 'a', reason: '' }],
      5000,
      'agent_revoked',
    ],
    ['a task that never was', { task: 'x' }, [], 5000, 'unknown_task'],
    ['an ended task', {}, [{ type: 'task.ended', task: 't', reason: '' }], 5000, 'task_ended'],
    [
      'a revoked task',
      {},
      [{ type: 'revoked', scope: 'task', target: 't', reason: '' }],
      5000,
      'task_revoked',
    ],
    ['a task at the instant of its end', {}, [], 60_000, 'task_expired'],
    ['a session that never was', { session: 'x' }, [], 5000, 'unknown_session'],
    [
      'a revoked session',
      {},
      [{ type: 'revoked', scope: 'session', target: 's', reason: '' }],
      5000,
      'session_revoked',
    ],
    ['a session of another task', { session: 'r' }, [], 5000, 'not_the_callers'],
    ['a task of another agent', { agent: 'b' }, [], 5000, 'not_the_callers'],
    ['a session of another agent', { agent: 'b', session: 'r' }, [], 5000, 'not_the_callers'],
  ])('%s has none', (_who, asks, events, at, code) => {
    expect(circumstances(stateWith(...events), { ...caller, ...asks }, at)).toEqual({ ok: false, code });
  });

  test('the caller itself has, until the last millisecond', () => {
    expect(circumstances(stateWith(), caller, 59_999)).toMatchObject({
      ok: true,
      value: {
        at: 59_999,
        agent: { id: 'a', verifiedSecondsAgo: 58 },
        task: { id: 't', params: { ticket: '42' }, onBehalfOf: 'h', ageSeconds: 57, hasPrompt: false },
        session: { id: 's', ageSeconds: 56, idleSeconds: 56, calls: 0 },
      },
    });
  });

  test('lost once is lost for good, whatever is written later', () =>
    fc.assert(
      fc.property(histories(), (steps) => {
        const head = createHead();
        const asks = { agent: 'a1', task: 't1', session: 's1', tokenId: 'k' };
        const final: ReadonlySet<string> = new Set([
          'agent_revoked',
          'task_ended',
          'task_revoked',
          'task_expired',
          'session_revoked',
          'not_the_callers',
        ]);
        let lost = false;
        for (const { event, id, at, node } of steps) {
          head.move(changes(head, event, id, at, node), id);
          const standing = circumstances(head, asks, at);
          if (standing.ok) expect(lost).toBe(false);
          else if (final.has(standing.code)) lost = true;
        }
      }),
      { numRuns: 500 },
    ));
});

describe('facts', () => {
  test('name where they come from, and none is newer than now', () => {
    const found = circumstances(stateWith(), caller, 5000);
    if (!found.ok) throw new Error(found.code);
    for (const fact of Object.values(found.facts())) {
      expect(fact.source).toBe('ledger');
      expect(fact.t).toBeLessThanOrEqual(5000);
    }
  });

  test('never say that something happened in the future: a clock behind the ledger reads zero', () => {
    const found = circumstances(stateWith(), caller, 10);
    expect(found).toMatchObject({
      ok: true,
      value: { agent: { verifiedSecondsAgo: 0 }, session: { ageSeconds: 0, idleSeconds: 0 } },
    });
  });

  test('are read through the view, so that a decision depends on them', () => {
    const head = stateWith();
    const read: string[] = [];
    const view = {
      get: <T>(key: { readonly name: string }) => {
        read.push(key.name);
        return head.get<T>(key);
      },
    };
    circumstances(view, caller, 5000);
    expect([...new Set(read)].sort()).toEqual(
      [
        facets.agent('a'),
        facets.halt,
        facets.task('t'),
        facets.session('s'),
        facets.activity('s'),
        facets.labels('t'),
      ]
        .map(({ name }) => name)
        .sort(),
    );
  });
});
