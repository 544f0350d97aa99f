// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nothingRead } from '../label/label.ts';
import {
  type Approval,
  type ApprovalEvent,
  type Ask,
  requested,
  statusAt,
  step,
  votesFor,
} from './approval.ts';

const digest = (n: number) => `sha256:${String(n).repeat(64).slice(0, 64)}`;
const matter = digest(1);
const card = digest(2);

function ask(policy: string, quorum = 1): Ask {
  return { policy, text: digest(3), approvers: ['finance'], quorum, separate: [], eligible: digest(4) };
}

const from = { agent: 'a1', task: 't1', session: 's1' };
const one = requested({ from, matter, card, asks: [ask('p', 2)], expiresAt: 1000 });
const two = requested({ from, matter, card, asks: [ask('p'), ask('q')], expiresAt: 1000 });

const yes = (person: string, at = 10, policies: readonly string[] = ['p']): ApprovalEvent => ({
  ...{ kind: 'approve', person, card, policies, at },
});
const noSays = (person: string, at = 10): ApprovalEvent => ({
  ...{ kind: 'refuse', person, card, message: 'not this month', at },
});
const consume = (at = 10, of = matter): ApprovalEvent => ({ kind: 'consume', matter: of, at });

/** Steps in order; what is refused stops it. */
function after(approval: Approval, ...events: readonly ApprovalEvent[]): string {
  let state = approval;
  for (const event of events) {
    const stepped = step(state, event);
    if (!stepped.ok) return stepped.reason;
    state = stepped.value;
  }
  return state.status;
}

describe('a request', () => {
  test.each<[sentence: string, from: Approval, events: ApprovalEvent[], want: string]>([
    ['one of two is not enough', one, [yes('ana')], 'requested'],
    ['two people are', one, [yes('ana'), yes('ben')], 'approved'],
    ['nobody counts twice', one, [yes('ana'), yes('ana')], 'voted_already'],
    ['each forbid has its own people', two, [yes('ana', 10, ['p'])], 'requested'],
    ['one person may count for both', two, [yes('ana', 10, ['p', 'q'])], 'approved'],
    ['a vote for what was not asked is none', one, [yes('ana', 10, ['x'])], 'not_asked'],
    ['a vote for nothing is none', one, [yes('ana', 10, [])], 'not_asked'],
    ['one no is a no', one, [yes('ana'), noSays('ben')], 'refused'],
    ['a no is not voted away', one, [noSays('ben'), yes('ana')], 'settled'],
    ['a yes is not taken back: revoke the session', one, [yes('ana'), yes('ben'), noSays('eve')], 'settled'],
    ['what was not approved is not consumed', one, [yes('ana'), consume()], 'not_approved'],
    ['what was refused is not consumed', one, [noSays('ana'), consume()], 'not_approved'],
    ['what was approved is consumed', one, [yes('ana'), yes('ben'), consume()], 'consumed'],
    ['and once', one, [yes('ana'), yes('ben'), consume(), consume()], 'consumed'],
    ['not for another matter', one, [yes('ana'), yes('ben'), consume(10, digest(9))], 'other_matter'],
    ['nobody votes after its time', one, [yes('ana', 1000)], 'expired'],
    ['nothing is consumed after its time', one, [yes('ana'), yes('ben'), consume(1000)], 'expired'],
    [
      'who was shown something else has decided nothing',
      one,
      [{ ...yes('ana'), card: digest(8) } as ApprovalEvent],
      'other_card',
    ],
  ])('%s', (_sentence, from, events, want) => expect(after(from, ...events)).toBe(want));

  test('consumed is the end, whatever the time', () => {
    const used = { ...one, status: 'consumed' as const };
    expect(statusAt(used, 5000)).toBe('consumed');
    expect(step(used, yes('ana')).ok).toBe(false);
  });

  const events = fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('approve' as const),
        person: fc.constantFrom('ana', 'ben', 'eve'),
        card: fc.constantFrom(card, digest(8)),
        policies: fc.subarray(['p', 'q', 'x']),
        at: fc.nat(1200),
      }),
      fc.record({
        kind: fc.constant('refuse' as const),
        person: fc.constantFrom('ana', 'ben'),
        card: fc.constant(card),
        message: fc.string(),
        at: fc.nat(1200),
      }),
      fc.record({
        kind: fc.constant('consume' as const),
        matter: fc.constantFrom(matter, digest(9)),
        at: fc.nat(1200),
      }),
    ),
    { maxLength: 12 },
  );

  test('whatever happens, it is consumed at most once, in time, and only after each quorum of distinct people', () => {
    fc.assert(
      fc.property(events, fc.constantFrom(one, two), (all, from) => {
        let state = from;
        let consumed = 0;
        for (const event of all) {
          const before = state;
          const stepped = step(state, event);
          if (!stepped.ok) continue;
          state = stepped.value;
          expect(event.at).toBeLessThan(from.expiresAt);
          if (event.kind !== 'consume') continue;
          consumed += 1;
          expect(event.matter).toBe(matter);
          for (const { policy, quorum } of from.asks)
            expect(new Set(votesFor(before.votes, policy)).size).toBeGreaterThanOrEqual(quorum);
        }
        expect(consumed).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('one for a task is used as often as was approved, in its own time, and its votes are those of one call', () => {
    const pattern = { fixed: digest(3), free: [], labels: nothingRead };
    const from: Approval = { ...one, standing: { pattern, left: 3, until: 1100 } };
    fc.assert(
      fc.property(events, (all) => {
        let state = from;
        let consumed = 0;
        for (const event of all) {
          const before = state;
          const stepped = step(state, event);
          if (!stepped.ok) continue;
          state = stepped.value;
          expect(event.at).toBeLessThan(before.status === 'approved' ? 1100 : from.expiresAt);
          if (event.kind !== 'consume') continue;
          consumed += 1;
          for (const { policy, quorum } of from.asks)
            expect(new Set(votesFor(before.votes, policy)).size).toBeGreaterThanOrEqual(quorum);
        }
        expect(consumed).toBeLessThanOrEqual(3);
        expect(state.status === 'consumed').toBe(consumed === 3);
      }),
    );
  });
});
