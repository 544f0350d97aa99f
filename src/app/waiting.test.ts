// SPDX-License-Identifier: Apache-2.0
// The room in which calls wait, in any order of voting, publishing, revoking and time: whoever has something to hear hears
// it, nobody hears anything else, and nothing is left.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  beginning,
  caller,
  decide,
  type Facets,
  folded,
  policyEvent,
  revocation,
  sound,
  statusIn,
  tickMs,
  vote,
} from '../../test/model/approval-parts.ts';
import { verifies } from '../../test/requirements.ts';
import { statusOf } from '../core/approval/match.ts';
import type { Event, EventBody } from '../core/record/event.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { createHead } from '../core/state/head.ts';
import type { Clock } from './ports.ts';
import { createWaitingRoom, type Over, type Seat } from './waiting.ts';

/** A node whose events and whose time are a test's. */
function fakeNode() {
  let head: Facets = beginning();
  let nowMs = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const listeners = new Set<(event: Event) => void>();
  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const timer = { at: nowMs + delayMs, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const sequencer = {
    get head() {
      return createHead(head);
    },
    onEvent(listener: (event: Event) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    clock,
    sequencer: sequencer as never,
    head: () => head,
    now: () => nowMs,
    timers,
    listeners,
    write(events: readonly EventBody[]) {
      for (const event of events) {
        head = folded(sound, head, [event], nowMs / tickMs);
        for (const listener of listeners) listener(event as Event);
      }
    },
    tick() {
      nowMs += tickMs;
      for (const timer of [...timers].sort((a, b) => a.at - b.at))
        if (timer.at <= nowMs && timers.delete(timer)) timer.run();
    },
  };
}

const stranger: EventBody = { type: 'revoked', scope: 'session', target: 'another', reason: '' };
const steps = [
  'ask',
  'use',
  'ana',
  'ben',
  'eve',
  'policy',
  'revoke',
  'stranger',
  'tick',
  'mark',
  'sit',
  'leave',
] as const;
type Step = (typeof steps)[number];

interface Sat {
  readonly request: { readonly approval: string; readonly expiresAt: number };
  readonly seat: Seat;
  readonly publishedBefore: number;
  over?: Over;
  left?: boolean;
}

describe('whoever waits', () => {
  test('hears of everything that is worth looking again for, and of nothing else', async () => {
    verifies('approvals.the-wait');
    const inAnyOrder = fc.asyncProperty(
      fc.array(fc.constantFrom<Step>(...steps), { minLength: 4, maxLength: 40 }),
      async (order) => {
        const node = fakeNode();
        const room = createWaitingRoom(node, 1_000);
        const sat: Sat[] = [];
        let asked: Sat['request'] | undefined;
        let count = 0;
        let published = 0;
        let mark = room.mark();
        let publishedAtMark = 0;
        for (const step of order) {
          const before = sat.filter(({ over, left }) => over === undefined && left !== true);
          act(step);
          for (let i = 0; i < 3; i++) await Promise.resolve();
          const waited = sat.filter((one) => before.includes(one) || (step === 'sit' && one === sat.at(-1)));
          for (const one of waited) expect([step, one.over]).toEqual([step, told(one)]);
          const here = sat.filter(({ over, left }) => over === undefined && left !== true).length;
          expect(room.size).toBe(here);
          // One timer each, and none that nobody waits for.
          expect(node.timers.size).toBe(here);
        }
        for (const { seat } of sat) seat.leave();
        expect([room.size, node.timers.size, node.listeners.size]).toEqual([0, 0, 1]);
        room.close();
        expect(node.listeners.size).toBe(0);

        function act(step: Step): void {
          const tick = node.now() / tickMs;
          switch (step) {
            case 'ask':
            case 'use': {
              const attempt = decide(sound, node.head(), 1, tick, `a${count}`);
              if (attempt.answer === 'allow' && step === 'ask') return;
              if (attempt.answer === 'pending' && attempt.events.length > 0) {
                asked = { approval: `a${count++}`, expiresAt: node.now() + 3 * tickMs };
              }
              node.write(attempt.events);
              return;
            }
            case 'ana':
            case 'ben':
            case 'eve': {
              if (asked === undefined || statusIn(node.head(), asked.approval) === undefined) return;
              const verdict = step === 'eve' ? 'refuse' : 'approve';
              node.write(vote(sound, node.head(), step, asked.approval, verdict, tick).events);
              return;
            }
            case 'policy':
              published += 1;
              node.write([policyEvent(published + 1)]);
              return;
            case 'revoke':
              node.write([revocation]);
              return;
            case 'stranger':
              node.write([stranger]);
              return;
            case 'tick':
              node.tick();
              return;
            case 'mark':
              mark = room.mark();
              publishedAtMark = published;
              return;
            case 'sit': {
              if (asked === undefined) return;
              const seat = room.enter(asked, caller, mark);
              if (seat === undefined) throw new Error('there is room');
              const one: Sat = { request: asked, seat, publishedBefore: publishedAtMark };
              void seat.over.then((over) => {
                one.over = over;
              });
              sat.push(one);
              return;
            }
            case 'leave': {
              const one = sat.find(({ over, left }) => over === undefined && left !== true);
              if (one === undefined) return;
              one.left = true;
              one.seat.leave();
            }
          }
        }

        /** What whoever sat there until this step must have heard by now. */
        function told(one: Sat): Over | undefined {
          if (one.left === true) return undefined;
          const status = statusOf(createHead(node.head()), one.request, node.now());
          if (status === 'expired') return 'expired';
          const stands = circumstances(createHead(node.head()), caller, node.now()).ok;
          return status !== 'requested' || !stands || published !== one.publishedBefore
            ? 'changed'
            : undefined;
        }
      },
    );
    await fc.assert(inAnyOrder, { numRuns: 400 });
  });

  test('is one of so many', () => {
    const node = fakeNode();
    node.write(decide(sound, node.head(), 1, 0, 'a0').events);
    const room = createWaitingRoom(node, 2);
    const request = { approval: 'a0', expiresAt: 3 * tickMs };
    const [one] = [room.enter(request, caller, 0), room.enter(request, caller, 0)];
    expect(room.enter(request, caller, 0)).toBeUndefined();
    one?.leave();
    expect(room.enter(request, caller, 0)).toBeDefined();
  });

  test.each<[what: string, task: string, want: Over | undefined]>([
    ['of their task', 't', 'changed'],
    ['of another', 'u', undefined],
  ])(
    'looks again where glass is broken for a task, %s, and where that was just before they sat down',
    async (_what, task, want) => {
      const node = fakeNode();
      node.write(decide(sound, node.head(), 1, 0, 'a0').events);
      const room = createWaitingRoom(node, 2);
      const request = { approval: 'a0', expiresAt: 3 * tickMs };
      const mark = room.mark();
      const seat = room.enter(request, caller, mark);
      const rest = {
        glass: 'g',
        agent: 'a',
        group: 'on-call',
        reason: 'down',
        people: ['ana', 'ben'],
        until: 9_000,
      };
      node.write([{ type: 'break_glass.opened', ...rest, task }]);
      expect(room.size).toBe(want === undefined ? 1 : 0);
      if (want !== undefined) expect(await seat?.over).toBe(want);
      expect(await room.enter(request, caller, mark)?.over).toBe('changed');
    },
  );

  test('leaves when nobody waits there any more, and nobody comes in after that', async () => {
    const node = fakeNode();
    node.write(decide(sound, node.head(), 1, 0, 'a0').events);
    const room = createWaitingRoom(node, 2);
    const request = { approval: 'a0', expiresAt: 3 * tickMs };
    const seat = room.enter(request, caller, 0);
    room.close();
    expect(await seat?.over).toBe('closing');
    expect(room.enter(request, caller, 0)).toBeUndefined();
    expect([room.size, node.timers.size]).toEqual([0, 0]);
  });

  test('hears from the ledger that the time is over, whatever the clock says', async () => {
    const node = fakeNode();
    node.write(decide(sound, node.head(), 1, 0, 'a0').events);
    const room = createWaitingRoom(node, 2);
    const seat = room.enter({ approval: 'a0', expiresAt: 3 * tickMs }, caller, 0);
    node.write([{ type: 'approval.expired', approval: 'a0', session: caller.session }]);
    expect(await seat?.over).toBe('expired');
  });

  test('sets the clock anew where it was set back', async () => {
    const node = fakeNode();
    let skewMs = 0;
    const clock = { ...node.clock, wallMs: () => node.now() - skewMs };
    node.write(decide(sound, node.head(), 1, 0, 'a0').events);
    const room = createWaitingRoom({ clock, sequencer: node.sequencer }, 2);
    const seat = room.enter({ approval: 'a0', expiresAt: 3 * tickMs }, caller, 0);
    skewMs = 2 * tickMs;
    for (let i = 0; i < 4; i++) node.tick();
    expect(room.size).toBe(1);
    node.tick();
    expect(await seat?.over).toBe('expired');
  });
});

test('those who wait for one request take turns, whatever becomes of each, and the others do not wait for them', async () => {
  const room = createWaitingRoom(fakeNode(), 10);
  const running = new Map<string, number>();
  const order: string[] = [];
  const turn = (request: string, name: string, fails: boolean) =>
    room.inTurn(request, async () => {
      running.set(request, (running.get(request) ?? 0) + 1);
      expect(running.get(request)).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running.set(request, 0);
      order.push(name);
      if (fails) throw new Error(name);
    });
  const never = room.inTurn('stuck', () => new Promise(() => undefined));
  const all = ['a', 'b', 'c', 'd'].flatMap((name) => [
    turn('x', `x${name}`, name === 'b'),
    turn('y', `y${name}`, false),
  ]);
  const settled = await Promise.allSettled(all);
  expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(order.filter((name) => name.startsWith('x'))).toEqual(['xa', 'xb', 'xc', 'xd']);
  expect(order).toHaveLength(8);
  void never;
});
