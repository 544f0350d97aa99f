// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { histories } from '../../../test/draw-events.ts';
import type { Event, EventBody, EventOf } from '../record/event.ts';
import { createReviewQueue, type Review, reviewLimits } from './queue.ts';

let count = 0;
function event(id: string, body: EventBody): Event {
  count += 1;
  return { ...body, v: 1, id, at: count, node: 'n', tenant: 'default', moves: [], drops: [], reads: {} };
}

const label = { level: 'public' as const, categories: [], integrity: 'trusted' as const, sources: [] };

function decision(
  id: string,
  more: Partial<EventOf<'decision'>> = {},
  session = 's1',
  target = 'pay',
): Event {
  return event(id, {
    type: 'decision',
    who: { agent: 'a1', task: 't1', session, tokenId: 'k' },
    chain: ['a1'],
    request: {
      ...{ method: 'tools/call', server: 'acc', target, action: `acc/${target}`, class: 'send' },
      resource: { type: 'Target', id: 'x' },
      argsOpaque: false,
    },
    versions: { policy: '', catalogue: '', fold: '', engine: '' },
    ...{ facts: {}, verdicts: [], lifts: [], transforms: [], shadow: false, obligations: [] },
    ...{ outcome: 'allow', code: 'permitted' },
    open: { reserves: [], worst: label, releaseWithinMs: 1 },
    ...more,
  });
}

function observed(id: string, of: string, more: Partial<EventOf<'observation'>> = {}): Event {
  return event(id, { type: 'observation', decision: of, status: 'ok', label, tookMs: 1, ...more });
}

/** A call with its end. */
const call = (n: string, more: Partial<EventOf<'observation'>>, session = 's1', target = 'pay') => [
  decision(`d${n}`, {}, session, target),
  observed(`o${n}`, `d${n}`, more),
];
const closed = (review: string, last: string): Event =>
  event(`c-${review}`, { type: 'review.closed', review, last, operator: 'local:0', reason: 'seen' });

const digest = `sha256:${'0'.repeat(64)}`;
const decidedBy = (more: object) => ({
  decided: {
    ...{ code: 'forbidden', policy: 'p', transforms: [], found: { bytes: 1 }, outcome: 'deny' as const },
    by: [{ policy: 'keep', text: digest }],
    ...more,
  },
});
const origin = (...said: readonly string[]) => ({
  facts: { origin: { value: ['asked', ...said], source: 'origin', t: 0 } },
});

function open(...events: readonly Event[]): readonly Review[] {
  const queue = createReviewQueue();
  for (const one of events) queue.take(one);
  return queue.open();
}

const failing = (n: number, from = 0) =>
  Array.from({ length: n }, (_, i) => call(`f${from + i}`, { status: 'error' })).flat();

describe('what has to be looked at', () => {
  test.each<[sentence: string, events: readonly Event[], want: readonly object[]]>([
    ['nothing, where all went well', call('1', {}), []],
    [
      'a call that nobody knows the end of, each by itself',
      [...call('1', { status: 'ambiguous' }), ...call('2', { status: 'ambiguous' })],
      [
        { kind: 'ambiguous', about: 'd1', count: 1 },
        { kind: 'ambiguous', about: 'd2' },
      ],
    ],
    ['four failures are weather', failing(4), []],
    ['five are not', failing(5), [{ kind: 'failures', count: 1, detail: '5 times in a row', about: 'df4' }]],
    ['and more of them are the same', failing(8), [{ kind: 'failures', count: 4, last: 'of7' }]],
    ['unless one went well in between', [...failing(4), ...call('x', {}), ...failing(4, 10)], []],
    [
      'of other tools they do not count together',
      [...failing(4), ...call('x', { status: 'error' }, 's1', 'other')],
      [],
    ],
    [
      'a result that was kept back',
      call('1', { status: 'withheld', ...decidedBy({}) }),
      [{ kind: 'quarantined', detail: 'forbidden by keep' }],
    ],
    [
      'in shadow mode, too',
      call('1', decidedBy({ shadow: true })),
      [{ kind: 'quarantined', detail: expect.stringContaining('shadow') }],
    ],
    [
      'one that something was taken out of',
      call(
        '1',
        decidedBy({ outcome: 'modify', transforms: ['mask:secrets'], found: { bytes: 9, secrets: 2 } }),
      ),
      [{ kind: 'narrowed', detail: 'mask:secrets by keep: secrets 2' }],
    ],
    [
      'but not where it was only long',
      call('1', decidedBy({ outcome: 'modify', found: { bytes: 9, rows: 99 } })),
      [],
    ],
    [
      'a credential that went out',
      [decision('d1', origin('credential 2 untrusted'))],
      [{ kind: 'credential_sent', detail: 'from untrusted' }],
    ],
    [
      'one that was stopped',
      [decision('d1', { ...origin('credential 1 nowhere'), open: undefined, outcome: 'deny' } as never)],
      [{ kind: 'credential_stopped' }],
    ],
    ['not one that the person asked to be sent', [decision('d1', origin('credential 0 prompt'))], []],
    [
      'not one that people are asked about',
      [decision('d1', { ...origin('credential 2 untrusted'), pending: 'a-1' })],
      [],
    ],
    [
      'not one that they have approved',
      [
        decision('d1', {
          ...origin('credential 2 nowhere'),
          lifts: [{ policy: 'p', textDigest: digest, via: 'a-1' }],
        }),
      ],
      [],
    ],
    [
      'not one that does not leave',
      [
        decision('d1', {
          ...origin('credential 2 nowhere'),
          request: { ...(decision('x') as EventOf<'decision'>).request, class: 'write' },
        }),
      ],
      [],
    ],
    [
      'what nobody answered in time',
      [
        event('e1', {
          type: 'approval.requested',
          ...{
            approval: 'a-1',
            decision: 'd',
            agent: 'a1',
            task: 't1',
            session: 's1',
            matter: digest,
            expiresAt: 5,
          },
          card: { digest, sizeBytes: 1 },
          asks: [{ policy: 'p', text: digest, approvers: [], quorum: 1, separate: [], eligible: digest }],
        }),
        event('e2', { type: 'approval.expired', approval: 'a-1', session: 's1' }),
      ],
      [{ kind: 'unanswered', about: 'a-1', scene: { agent: 'a1', what: 'p' } }],
    ],
    [
      'that the glass was broken, and what was done meanwhile, tool by tool',
      [
        event('e1', {
          type: 'break_glass.opened',
          ...{ glass: 'g-1', agent: 'a1', task: 't1', group: 'on-call', reason: 'it is down', until: 9 },
          people: ['ana', 'ben'],
        }),
        ...['d1', 'd2'].map((id) =>
          decision(id, { lifts: [{ policy: 'p', textDigest: digest, via: 'g-1', glass: true }] }),
        ),
      ],
      [
        {
          kind: 'break_glass',
          about: 'g-1',
          detail: 'ana, ben: it is down',
          scene: { what: 'break-glass on-call' },
        },
        { kind: 'break_glass', about: 'd1', count: 2, detail: 'without p', scene: { what: 'acc/pay' } },
      ],
    ],
    [
      'nothing of our own',
      [
        decision('d1', {
          request: { ...(decision('x') as EventOf<'decision'>).request, server: 'countersign' },
        }),
        observed('o1', 'd1', { status: 'ambiguous' }),
      ],
      [],
    ],
    ['nothing of a call that is not known', [observed('o1', 'd1', { status: 'ambiguous' })], []],
  ])('%s', (_sentence, events, want) => expect(open(...events)).toMatchObject(want));
});

describe('closing', () => {
  const one = call('1', { status: 'ambiguous' });
  test.each<[sentence: string, events: readonly Event[], left: number]>([
    ['what was looked at is closed', [...one, closed('o1', 'o1')], 0],
    ['what is not there is not', [...one, closed('o2', 'o1')], 1],
    ['what came after it was not looked at', [...failing(6), closed('of4', 'of4')], 1],
    ['all of it is closed by its newest', [...failing(6), closed('of4', 'of5')], 0],
    ['what happens later is another one', [...failing(6), closed('of4', 'of5'), ...failing(1, 20)], 1],
  ])('%s', (_sentence, events, left) => expect(open(...events)).toHaveLength(left));
});

describe('noise', () => {
  test('of one session takes none of the room of others, nor of other kinds', () => {
    const queue = createReviewQueue();
    for (let i = 0; i < 1000; i++) for (const one of call(`n${i}`, { status: 'ambiguous' })) queue.take(one);
    for (const one of call('x', { status: 'ambiguous' }, 's2')) queue.take(one);
    queue.take(decision('leak', origin('credential 2 untrusted')));
    expect(queue.open()).toHaveLength(reviewLimits.ofSession + 2);
    expect(queue.open().map(({ about }) => about)).toEqual(expect.arrayContaining(['dx', 'leak']));
    expect(queue.unlisted()).toEqual({ ambiguous: 1000 - reviewLimits.ofSession });
  });

  test('of many sessions pushes out nothing that lies open', () => {
    const queue = createReviewQueue();
    for (const one of call('first', { status: 'ambiguous' }, 's-first')) queue.take(one);
    for (let i = 0; i < 1000; i++)
      for (const one of call(`n${i}`, { status: 'ambiguous' }, `s${i}`)) queue.take(one);
    expect(queue.open()).toHaveLength(reviewLimits.ofKind);
    expect(queue.open()[0]?.about).toBe('dfirst');
    expect(queue.unlisted()).toEqual({ ambiguous: 1001 - reviewLimits.ofKind });
  });
});

test('whatever happened, it is bounded, each item names a record, and folding it again gives the same', () => {
  fc.assert(
    fc.property(histories(60), (steps) => {
      const events = steps.map(
        ({ id, at, node, event: body }): Event => ({
          ...{ ...body, v: 1, id, at, node, tenant: 'default' },
          ...{ moves: [], drops: [], reads: {} },
        }),
      );
      const all = open(...events);
      for (const { review, last, count: times, at, lastAt } of all) {
        expect(events.some(({ id }) => id === review)).toBe(true);
        expect(events.some(({ id }) => id === last)).toBe(true);
        expect(times > 1 || review === last).toBe(true);
        expect(at).toBeLessThanOrEqual(lastAt);
      }
      expect(open(...events)).toEqual(all);
    }),
  );
});
