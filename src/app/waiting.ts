// SPDX-License-Identifier: Apache-2.0
/**
 * Everybody who waits for people at one gateway, each with a seat under the request that they wait for.
 *
 * Says only that something may have changed. Whether the call may be made now is decided again, from the beginning. A seat
 * is taken before the state is looked at, and what happened while the decision was made is remembered by a mark, so that
 * nothing is decided in between unseen. Those who wait for one request take turns: the first that is let through uses the
 * approval up, and the others learn that without asking people once more.
 *
 * Source: docs/adr/0030-the-wait.md.
 */
import type { Status } from '../core/approval/approval.ts';
import { statusOf, type Waited } from '../core/approval/match.ts';
import type { Event } from '../core/record/event.ts';
import type { Caller } from '../core/request/proposal.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { facets } from '../core/state/facet.ts';
import type { Road } from './road.ts';

/** `changed`: look again. `expired`: its time is over and nobody has decided. `closing`: nobody waits here any more. */
export type Over = 'changed' | 'expired' | 'closing';

export interface Seat {
  /** Never rejects. Does not resolve once it was left. */
  readonly over: Promise<Over>;
  leave(): void;
}

export interface WaitingRoom {
  /** To be taken before the decision that says to wait. */
  mark(): number;
  /** @returns undefined where no more fit in */
  enter(request: Waited, caller: Caller, since: number): Seat | undefined;
  /** `replaced`: a person made another request of it, which the same call finds. */
  status(request: Waited): Status | 'replaced';
  /** Runs what is said for one request one after another. */
  inTurn<T>(approval: string, run: () => Promise<T>): Promise<T>;
  readonly size: number;
  /** Everybody leaves, and nobody is let in. */
  close(): void;
}

interface Sitting {
  readonly request: Waited;
  readonly caller: Caller;
  end(over: Over): void;
}

/** The longest that a timer can be set for. */
const longestMs = 2 ** 31 - 1;

export function createWaitingRoom(
  { sequencer, clock }: Pick<Road, 'sequencer' | 'clock'>,
  maxWaiting: number,
): WaitingRoom {
  const under = new Map<string, Set<Sitting>>();
  const turns = new Map<string, Promise<unknown>>();
  let size = 0;
  /** What changes for more than one request: counted, so that none falls between a decision and the seat. */
  let changes = 0;
  /** Requests that somebody made another of: they were not used up. Bounded like those who wait. */
  const replaced = new Set<string>();
  let isClosed = false;

  const everybody = (): Sitting[] => [...under.values()].flatMap((those) => [...those]);
  const status = (request: Waited): Status | 'replaced' =>
    replaced.has(request.approval) ? 'replaced' : statusOf(sequencer.head, request, clock.wallMs());

  /** Ends the waiting of whom there is no more to wait for. */
  function look(sitting: Sitting): void {
    const now = status(sitting.request);
    const stands = circumstances(sequencer.head, sitting.caller, clock.wallMs()).ok;
    if (now === 'expired') sitting.end('expired');
    else if (now !== 'requested' || !stands) sitting.end('changed');
  }

  function ofTask(task: string | undefined): void {
    changes += 1;
    for (const sitting of everybody()) if (sitting.caller.task === task) sitting.end('changed');
  }

  function heard(event: Event): void {
    switch (event.type) {
      case 'approval.decided': {
        for (const sitting of [...(under.get(event.approval) ?? [])]) look(sitting);
        // What is approved for a task may be what others of it wait for.
        const { standing, status, from } = sequencer.head.get(facets.approval(event.approval)) ?? {};
        if (standing !== undefined && status === 'approved') ofTask(from?.task);
        return;
      }
      case 'approval.requested': {
        const of = event.instead?.of;
        if (of === undefined) return;
        const [oldest] = replaced;
        if (replaced.size >= maxWaiting && oldest !== undefined) replaced.delete(oldest);
        replaced.add(of);
        for (const sitting of [...(under.get(of) ?? [])]) look(sitting);
        return;
      }
      case 'break_glass.opened':
        ofTask(event.task);
        return;
      // Its time is the ledger's: a clock that was set back does not make it longer.
      case 'approval.expired':
        for (const sitting of [...(under.get(event.approval) ?? [])]) sitting.end('expired');
        return;
      case 'revoked':
      case 'swept':
      case 'session.redecided':
      case 'task.ended':
        for (const sitting of everybody()) look(sitting);
        return;
      // What was asked under another set is asked anew, by whoever still wants it.
      case 'policy.published':
      case 'catalogue.published':
      case 'approvers.published':
        changes += 1;
        for (const sitting of everybody()) sitting.end('changed');
    }
  }

  const stop = sequencer.onEvent(heard);

  return {
    mark: () => changes,
    enter(request, caller, since) {
      if (isClosed || size >= maxWaiting) return undefined;
      const { approval, expiresAt } = request;
      const { promise, resolve } = Promise.withResolvers<Over>();
      const those = under.get(approval) ?? new Set<Sitting>();
      under.set(approval, those);
      let takeBack = (): void => undefined;
      const leave = (): void => {
        if (!those.delete(sitting)) return;
        size -= 1;
        takeBack();
        if (those.size === 0 && under.get(approval) === those) under.delete(approval);
      };
      const sitting: Sitting = {
        request,
        caller,
        end(over) {
          if (!those.has(sitting)) return;
          leave();
          resolve(over);
        },
      };
      // Expiry is a comparison: nothing happens that could be heard, and a clock that was set back asks once more.
      const expire = (): void => {
        look(sitting);
        if (!those.has(sitting)) return;
        const leftMs = expiresAt - clock.wallMs();
        takeBack = clock.after(Math.min(Math.max(leftMs, 1), longestMs), expire);
      };
      those.add(sitting);
      size += 1;
      expire();
      if (changes !== since) sitting.end('changed');
      return { over: promise, leave };
    },
    status,
    inTurn(approval, run) {
      const before = turns.get(approval) ?? Promise.resolve();
      const turn = before.then(run, run);
      turns.set(approval, turn);
      const over = (): void => {
        if (turns.get(approval) === turn) turns.delete(approval);
      };
      turn.then(over, over);
      return turn;
    },
    get size() {
      return size;
    },
    close() {
      isClosed = true;
      stop();
      for (const sitting of everybody()) sitting.end('closing');
    },
  };
}
