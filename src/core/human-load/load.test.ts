// SPDX-License-Identifier: Apache-2.0
// The fold against a reference that keeps everything, asks the whole list each time, and rounds nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import type { Event, EventBody, EventOf } from '../record/event.ts';
import { createLoad, type Load } from './load.ts';
import type { Row } from './row.ts';

const hex = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const card = hex(1);
let count = 0;

function event(at: number, body: EventBody): Event {
  count += 1;
  return {
    ...body,
    v: 1,
    id: `e-${count}`,
    at,
    node: 'n',
    tenant: 'default',
    moves: [],
    drops: [],
    reads: {},
  };
}

const label = { level: 'public' as const, categories: [], integrity: 'trusted' as const, sources: [] };
const versions = { policy: '', catalogue: '', fold: '', engine: '' };

function call(at: number, agent: string, more: Partial<EventOf<'decision'>> = {}): Event {
  return event(at, {
    type: 'decision',
    who: { agent, task: `t-${agent}`, session: `s-${agent}`, tokenId: 'k' },
    chain: [agent],
    request: {
      ...{ method: 'tools/call', server: 'acc', target: 'pay', action: 'acc/pay', class: 'pay' },
      resource: { type: 'Target', id: 'acc/pay' },
      argsOpaque: false,
    },
    versions,
    ...{ facts: {}, verdicts: [], lifts: [], transforms: [], shadow: false, obligations: [] },
    ...{ outcome: 'allow', code: 'permitted' },
    ...more,
  });
}

const open = { reserves: [], worst: label, releaseWithinMs: 1000 };
const waits = (approval: string) =>
  ({ outcome: 'step_up', code: 'pending_approval', pending: approval }) as const;

function asks(at: number, agent: string, approval: string, rules: readonly string[], expiresAt: number) {
  return event(at, {
    type: 'approval.requested',
    ...{ approval, decision: `d-${approval}`, agent, task: `t-${agent}`, session: `s-${agent}` },
    matter: hex(2),
    card: { digest: card, sizeBytes: 1 },
    asks: rules.map((policy) => ({
      ...{ policy, text: hex(3), approvers: ['g'], separate: [], eligible: hex(4) },
      quorum: policy === 'two' ? 2 : 1,
    })),
    expiresAt,
  });
}

function says(at: number, person: string, approval: string, policies: readonly string[], yes: boolean) {
  return event(at, {
    type: 'approval.decided',
    ...{ approval, person, operator: `op-${person}`, policies, card, reason: '', binding: hex(5) },
    verdict: yes ? 'approve' : 'refuse',
  });
}

function looks(at: number, person: string, approval: string) {
  return call(at, '', {
    who: { operator: `op-${person}`, channel: 'local-socket' },
    request: {
      ...{ method: 'record.read', server: 'countersign', target: `approval/${approval}` },
      ...{ action: 'record.read', class: 'administer', argsOpaque: false },
      resource: { type: 'Administered', id: `approval/${approval}` },
    },
  });
}

const uses = (at: number, agent: string, approval: string) =>
  call(at, agent, { open, lifts: [{ policy: 'p', textDigest: hex(3), via: approval }] });

function loadOf(events: readonly Event[], now: number): Load {
  const fold = createLoad();
  for (const one of events) fold.take(one);
  return fold.told(now);
}

const second = 1000;
const instead = { of: 'r', matter: hex(2), person: 'ana', operator: 'op-ana', reason: '' };
const standing = { fixed: hex(6), free: [], labels: label, count: 2, until: 60 * second };

describe('what is counted', () => {
  const one = [call(0, 'a', waits('r')), asks(0, 'a', 'r', ['p'], 60 * second)];
  test.each<[sentence: string, events: readonly Event[], now: number, want: Partial<Row>]>([
    ['what nobody answered in time is expired', one, 60 * second, { asked: 1, expired: 1, expiredShare: 1 }],
    ['until then it waits', one, 59 * second, { waiting: 1, expired: 0, expiredShare: null }],
    [
      'the same call again is not asked again',
      [...one, call(1, 'a', waits('r')), call(2, 'a', waits('r'))],
      3,
      { asked: 1, coalesced: 2, coalescedShare: 0.6667 },
    ],
    [
      'one of two people is an answer and no end',
      [call(0, 'a'), asks(0, 'a', 'r', ['two'], 9 * second), says(1, 'ana', 'r', ['two'], true)],
      9 * second,
      { answers: 1, approved: 0, expired: 1 },
    ],
    [
      'who answers after the time was over has not answered',
      [...one, says(61 * second, 'ana', 'r', ['p'], true)],
      90 * second,
      { answers: 0, expired: 1 },
    ],
    [
      'a yes 1.9 s after the card was shown is quick',
      [...one, looks(5000, 'ana', 'r'), says(6900, 'ana', 'r', ['p'], true)],
      7000,
      { approved: 1, quick: 1, unshown: 0, quickShare: 1 },
    ],
    [
      'one after 2 s is not',
      [...one, looks(5000, 'ana', 'r'), says(7000, 'ana', 'r', ['p'], true)],
      7000,
      { quick: 0, quickShare: 0 },
    ],
    [
      'nor is one of somebody who looked before, and looked again',
      [...one, looks(0, 'ana', 'r'), looks(6000, 'ana', 'r'), says(6100, 'ana', 'r', ['p'], true)],
      7000,
      { quick: 0 },
    ],
    [
      'what somebody else was shown counts for them',
      [...one, looks(5000, 'ben', 'r'), says(5100, 'ana', 'r', ['p'], true)],
      7000,
      { quick: 0, unshown: 1, quickShare: null },
    ],
    [
      'what was approved and used is used',
      [...one, says(1, 'ana', 'r', ['p'], true), uses(2, 'a', 'r')],
      3,
      { approved: 1, used: 1, approvalRate: 1 },
    ],
    [
      'and what was used is not used again',
      [...one, says(1, 'ana', 'r', ['p'], true), uses(2, 'a', 'r'), uses(3, 'a', 'r')],
      3,
      { used: 1 },
    ],
    [
      'approved and left is not expired',
      [...one, says(1, 'ana', 'r', ['p'], true)],
      99 * second,
      { approved: 1, used: 0, expired: 0 },
    ],
    [
      'what a person changed is another request, in its place',
      [
        ...one,
        { ...asks(1, 'a', 'r2', ['p'], 60 * second), instead } as Event,
        says(2, 'ana', 'r2', ['p'], true),
      ],
      99 * second,
      { asked: 2, replaced: 1, approved: 1, expired: 0 },
    ],
    [
      'what was allowed for a task is used once, however often it is',
      [
        ...one,
        { ...asks(1, 'a', 'r2', ['p'], 60 * second), instead, standing } as Event,
        says(2, 'ana', 'r2', ['p'], true),
        ...[3, 4, 5].map((at) => uses(at, 'a', 'r2')),
      ],
      9,
      { asked: 2, used: 1 },
    ],
    [
      'what was asked before is not counted',
      [says(1, 'ana', 'r', ['p'], true)],
      3,
      { answers: 0, approved: 0 },
    ],
  ])('%s', (_sentence, events, now, want) => expect(loadOf(events, now).total).toMatchObject(want));

  test('what an open glass or an approval for a task lets through is a call that nobody was asked about', () => {
    const forTask = [
      { ...asks(1, 'a', 'r2', ['p'], 60 * second), instead, standing } as Event,
      says(2, 'ana', 'r2', ['p'], true),
      ...[3, 4, 5].map((at) => uses(at, 'a', 'r2')),
    ];
    const glass = call(6, 'a', { open, lifts: [{ policy: 'p', textDigest: hex(3), via: 'g', glass: true }] });
    expect(loadOf([...one, ...forTask, glass], 9)).toMatchObject({ calls: 4 });
  });

  test('a call that waits, is made again and then let through is one call', () => {
    const all = [...one, call(1, 'a', waits('r')), says(2, 'ana', 'r', ['p'], true), uses(3, 'a', 'r')];
    expect(loadOf([...all, call(4, 'b'), call(5, 'b')], 9)).toMatchObject({
      ...{ calls: 3, tasks: 2, asksPerTask: 0.5, asksPer100Calls: 33.3333 },
    });
  });

  test('a no counts for the rules that whoever said it may lift', () => {
    const load = loadOf([asks(0, 'a', 'r', ['p', 'q'], 99), says(1, 'ana', 'r', ['q'], false)], 2);
    expect(load.rules).toMatchObject([
      { name: 'q', refused: 1, asked: 1 },
      { name: 'p', refused: 0, asked: 1 },
    ]);
  });
});

describe('what is suggested', () => {
  const answers = (n: number, yes: (i: number) => boolean, at: (i: number) => number = (i) => i * 10) =>
    Array.from({ length: n }, (_, i) => [
      asks(at(i), 'a', `r${i}`, ['p'], at(i) + 500),
      says(at(i) + 1, 'ana', `r${i}`, ['p'], yes(i)),
    ]).flat();

  test.each<[sentence: string, events: readonly Event[], want: readonly object[]]>([
    ['58 of 58 approved: nothing yet', answers(58, () => true), []],
    ['59 of 59: write a policy', answers(59, () => true), [{ write: 'policy', rule: 'p', approved: 59 }]],
    ['59 of 59 refused: make it a deny', answers(59, () => false), [{ write: 'deny', refused: 59 }]],
    ['90 of 100: people do decide', answers(100, (i) => i % 10 > 0), []],
    [
      'sixty that were answered in one go are one look',
      answers(
        60,
        () => true,
        () => 0,
      ),
      [],
    ],
  ])('%s', (_sentence, events, want) => expect(loadOf(events, 99_999).suggestions).toMatchObject(want));

  test('names the newest decisions, and no more than are kept', () => {
    const [only] = loadOf(
      answers(300, () => true),
      99_999,
    ).suggestions;
    expect(only?.approvedBy).toHaveLength(100);
    expect(only?.approvedBy.at(-1)).toBe('d-r299');
  });
});

// A history: each step at a later time, on one of few requests.
const people = ['ana', 'ben'];
const rulesOf = [['p'], ['two'], ['p', 'two']];
const requestNo = fc.nat(7);
const stepOf = fc.oneof(
  fc.record({
    is: fc.constant('ask' as const),
    agent: fc.constantFrom('a', 'b'),
    rules: fc.constantFrom(...rulesOf),
    lives: fc.constantFrom(3000, 20_000),
  }),
  fc.record({ is: fc.constant('again' as const), request: requestNo }),
  fc.record({ is: fc.constant('look' as const), request: requestNo, person: fc.constantFrom(...people) }),
  fc.record({
    is: fc.constant('say' as const),
    request: requestNo,
    person: fc.constantFrom(...people),
    yes: fc.boolean(),
    rules: fc.constantFrom(...rulesOf),
  }),
  fc.record({ is: fc.constant('use' as const), request: requestNo }),
  fc.record({ is: fc.constant('call' as const), agent: fc.constantFrom('a', 'b', 'c') }),
);
const history = fc.array(fc.tuple(fc.constantFrom(0, 1, 700, 1999, 2000, 5000), stepOf), { maxLength: 40 });

interface Asked {
  readonly id: string;
  readonly agent: string;
  readonly rules: readonly string[];
  readonly at: number;
  readonly ends: number;
}

/** Events and, beside them, what the reference knows of it. */
function played(steps: typeof history extends fc.Arbitrary<infer T> ? T : never) {
  const events: Event[] = [];
  const asked: Asked[] = [];
  let at = 0;
  for (const [later, step] of steps) {
    at += later;
    if (step.is === 'ask') {
      const id = `r${asked.length}`;
      asked.push({ id, agent: step.agent, rules: step.rules, at, ends: at + step.lives });
      events.push(call(at, step.agent, waits(id)), asks(at, step.agent, id, step.rules, at + step.lives));
      continue;
    }
    if (step.is === 'call') {
      events.push(call(at, step.agent));
      continue;
    }
    const one = asked[step.request];
    if (one === undefined) continue;
    if (step.is === 'again') events.push(call(at, one.agent, waits(one.id)));
    if (step.is === 'look') events.push(looks(at, step.person, one.id));
    if (step.is === 'say') events.push(says(at, step.person, one.id, step.rules, step.yes));
    if (step.is === 'use') events.push(uses(at, one.agent, one.id));
  }
  return { events, asked, now: at + 1 };
}

interface Naive {
  status: 'requested' | 'approved' | 'refused' | 'used';
  said: {
    index: number;
    person: string;
    at: number;
    yes: boolean;
    rules: readonly string[];
    since: number | undefined;
  }[];
  again: number;
  end?: number;
  refusedRules: readonly string[];
}

type Look = EventOf<'decision'> & { readonly who: { readonly operator: string } };
const isLook = (e: Event): e is Look => e.type === 'decision' && 'operator' in e.who;

/** Each request by itself, from the whole history. */
function naively({ events }: ReturnType<typeof played>, one: Asked): Naive {
  const it: Naive = { status: 'requested', said: [], again: 0, refusedRules: [] };
  const start = events.findIndex((e) => e.type === 'approval.requested' && e.approval === one.id);
  for (const [i, e] of events.entries()) {
    if (i < start) continue;
    if (e.type === 'decision' && 'agent' in e.who) {
      const isThis = e.lifts.some(({ via }) => via === one.id);
      if (isThis && it.status === 'approved' && e.at < one.ends) it.status = 'used';
      // A request that is over is not found again.
      if (e.pending === one.id && it.status !== 'refused' && it.status !== 'used') it.again += 1;
    }
    if (e.type !== 'approval.decided' || e.approval !== one.id) continue;
    if (e.at >= one.ends || it.status !== 'requested') continue;
    const yes = e.verdict === 'approve';
    const counts = e.policies.every((rule) => one.rules.includes(rule));
    if (yes && (!counts || it.said.some(({ person }) => person === e.person))) continue;
    // Since they last answered, who may say yes and then no.
    const before = it.said.findLast(({ person }) => person === e.person)?.index ?? start;
    const looked = events.find(
      (l, j) =>
        j > before &&
        j < i &&
        isLook(l) &&
        l.who.operator === e.operator &&
        l.request.target === `approval/${one.id}`,
    );
    it.said.push({ index: i, person: e.person, at: e.at, yes, rules: e.policies, since: looked?.at });
    if (!yes) {
      it.status = 'refused';
      it.end = e.at;
      it.refusedRules = e.policies;
      continue;
    }
    const isEnough = one.rules.every(
      (rule) => it.said.filter(({ rules }) => rules.includes(rule)).length >= (rule === 'two' ? 2 : 1),
    );
    if (isEnough) {
      it.status = 'approved';
      it.end = e.at;
    }
  }
  return it;
}

const exact = (times: readonly number[], part: number): number | null =>
  times.length === 0
    ? null
    : (times.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(part * times.length)) - 1] ?? 0);

test('whatever happened, the fold says what a reference says that keeps all of it', () => {
  verifies('approvals.load');
  fc.assert(
    fc.property(history, (steps) => {
      const all = played(steps);
      const load = loadOf(all.events, all.now);
      const each = all.asked.map((one) => ({ one, is: naively(all, one) }));
      const check = (row: Row | undefined, some: typeof each, rule?: string): void => {
        if (row === undefined) {
          expect(some).toEqual([]);
          return;
        }
        const refused = (is: Naive) =>
          is.end !== undefined &&
          is.said.at(-1)?.yes === false &&
          (rule === undefined || is.refusedRules.includes(rule));
        const approved = (is: Naive) => is.status === 'approved' || is.status === 'used';
        const answers = some.flatMap(({ one, is }) =>
          is.said
            .filter(({ rules }) => rule === undefined || rules.includes(rule))
            .map((said) => ({ one, said })),
        );
        const num = (holds: (one: Asked, is: Naive) => boolean) =>
          some.filter(({ one, is }) => holds(one, is)).length;
        expect(row).toMatchObject({
          asked: some.length,
          coalesced: some.reduce((sum, { is }) => sum + is.again, 0),
          approved: num((_, is) => approved(is)),
          refused: num((_, is) => refused(is)),
          expired: num((one, is) => is.status === 'requested' && all.now >= one.ends),
          waiting: num((one, is) => is.status === 'requested' && all.now < one.ends),
          used: num((_, is) => is.status === 'used'),
          answers: answers.length,
          unshown: answers.filter(({ said }) => said.since === undefined).length,
          quick: answers.filter(({ said }) => said.since !== undefined && said.at - said.since < 2000).length,
        });
        const times = some
          .filter(({ is }) => approved(is) || refused(is))
          .map(({ one, is }) => (is.end ?? 0) - one.at);
        for (const [got, part] of [
          [row.medianMs, 0.5],
          [row.p95Ms, 0.95],
        ] as const) {
          const want = exact(times, part);
          if (want === null) expect(got).toBeNull();
          else expect(Math.abs((got ?? Number.NaN) - want)).toBeLessThanOrEqual(want / 100 + 1);
        }
      };
      check(load.total, each);
      for (const agent of ['a', 'b'])
        check(
          load.agents.find(({ name }) => name === agent),
          each.filter(({ one }) => one.agent === agent),
        );
      for (const rule of ['p', 'two'])
        check(
          load.rules.find(({ name }) => name === rule),
          each.filter(({ one }) => one.rules.includes(rule)),
          rule,
        );
      for (const person of people) {
        const said = each.flatMap(({ one, is }) =>
          is.said.filter((s) => s.person === person).map((s) => ({ one, s })),
        );
        const row = load.people.find(({ name }) => name === person);
        expect(row?.approved ?? 0).toBe(said.filter(({ s }) => s.yes).length);
        expect(row?.refused ?? 0).toBe(said.filter(({ s }) => !s.yes).length);
      }
    }),
    { numRuns: 500 },
  );
});

test('what it keeps does not grow with what has happened', () => {
  const fold = createLoad();
  for (let i = 0; i < 30_000; i++) fold.take(asks(i, `agent-${i}`, `r${i}`, [`rule-${i}`], i + 100));
  const load = fold.told(1_000_000);
  expect(load.total).toMatchObject({ asked: 30_000, expired: 30_000 });
  expect(load.rules).toHaveLength(1001);
  expect(load.agents).toHaveLength(1001);
  expect(load.agents.find(({ name }) => name === '')).toMatchObject({ asked: 29_000 });
});
