// SPDX-License-Identifier: Apache-2.0
/**
 * The things that lie open for somebody to look at: a fold over all events, the same on every node.
 *
 * A projection and no facet: decisions rest on none of it, nothing of it stands in their records, and no commit can be in
 * conflict over it. It is lost with the process and there again with the next.
 *
 * The adversary is an agent that makes much noise so that one thing is overlooked. So each kind has its own room, each
 * session a share of it, what is alike is one item, and what found no room is counted and told. What lies open is never
 * pushed out.
 *
 * Source: docs/adr/0033-reviews-and-load.md.
 */
import type { Event, EventOf } from '../record/event.ts';
import {
  type Found,
  failuresInARow,
  inDecision,
  inObservation,
  type ReviewKind,
  type Scene,
  sceneOf,
} from './found.ts';

export interface Review {
  /** The record that opened it. */
  readonly review: string;
  readonly kind: ReviewKind;
  readonly scene: Scene;
  readonly about: string;
  readonly detail: string;
  /** So many of the kind, of that tool, in that session. */
  readonly count: number;
  readonly at: number;
  readonly lastAt: number;
  /** The record of the newest one: whoever closes it names it, so that nothing is closed unseen. */
  readonly last: string;
}

export interface ReviewQueue {
  take(event: Event): void;
  /** The oldest first. */
  open(): readonly Review[];
  find(review: string): Review | undefined;
  /** What found no room, by kind. It is in the log and nowhere else. */
  unlisted(): { readonly [kind in ReviewKind]?: number };
}

export const reviewLimits = {
  ofKind: 200,
  /** Of one kind, in one session. */
  ofSession: 16,
  /** Calls and requests that are followed at once. */
  followed: 20_000,
} as const;

export function createReviewQueue(): ReviewQueue {
  const open = new Map<string, Review>();
  const byLikeness = new Map<string, string>();
  const unlisted: { [kind in ReviewKind]?: number } = {};
  const calls = new Map<string, Scene>();
  const failed = new Map<string, number>();
  const asked = new Map<string, Scene>();

  function found(it: Found, record: string, at: number): void {
    const key = likeness(it);
    const like = open.get(byLikeness.get(key) ?? '');
    if (like !== undefined) {
      open.set(like.review, { ...like, count: like.count + 1, lastAt: at, last: record, detail: it.detail });
      return;
    }
    const ofKind = [...open.values()].filter(({ kind }) => kind === it.kind);
    const ofSession = ofKind.filter(({ scene }) => scene.session === it.scene.session);
    if (ofKind.length >= reviewLimits.ofKind || ofSession.length >= reviewLimits.ofSession) {
      unlisted[it.kind] = (unlisted[it.kind] ?? 0) + 1;
      return;
    }
    open.set(record, { review: record, ...it, count: 1, at, lastAt: at, last: record });
    byLikeness.set(key, record);
  }

  function decided(event: EventOf<'decision'>): void {
    const scene = sceneOf(event);
    if (scene === undefined) return;
    if (event.open !== undefined) remember(calls, event.id, scene);
    const it = inDecision(event, scene);
    if (it !== undefined) found(it, event.id, event.at);
  }

  function observed(event: EventOf<'observation'>): void {
    const scene = calls.get(event.decision);
    if (scene === undefined) return;
    calls.delete(event.decision);
    const it = inObservation(event, scene);
    if (it !== undefined) found(it, event.id, event.at);
    const key = `${scene.session} ${scene.what}`;
    if (event.status === 'ok') failed.delete(key);
    if (event.status !== 'error') return;
    const times = (failed.get(key) ?? 0) + 1;
    failed.delete(key);
    remember(failed, key, times);
    if (times < failuresInARow) return;
    const detail = `${times} times in a row`;
    found({ kind: 'failures', scene, about: event.decision, detail }, event.id, event.at);
  }

  function expired(event: EventOf<'approval.expired'>): void {
    const { approval: about, session, id, at } = event;
    const known = asked.get(about);
    asked.delete(about);
    const scene = known ?? { agent: '', task: '', session, what: about };
    found({ kind: 'unanswered', scene, about, detail: '' }, id, at);
  }

  return {
    take(event) {
      switch (event.type) {
        case 'decision':
          return decided(event);
        case 'observation':
          return observed(event);
        case 'approval.requested': {
          const { agent, task, session, asks } = event;
          const what = asks.map(({ policy }) => policy).join(', ');
          return remember(asked, event.approval, { agent, task, session, what });
        }
        case 'break_glass.opened': {
          const { agent, task, group, people, reason, glass: about, id, at } = event;
          const scene = { agent, task, session: '', what: `break-glass ${group}` };
          return found(
            { kind: 'break_glass', scene, about, detail: `${people.join(', ')}: ${reason}` },
            id,
            at,
          );
        }
        case 'approval.expired':
          return expired(event);
        case 'review.closed': {
          const it = open.get(event.review);
          // More of it came in between: that was not looked at.
          if (it === undefined || it.last !== event.last) return;
          open.delete(it.review);
          byLikeness.delete(likeness(it));
          return;
        }
      }
    },
    open: () => [...open.values()].sort((a, b) => a.at - b.at || (a.review < b.review ? -1 : 1)),
    find: (review) => open.get(review),
    unlisted: () => ({ ...unlisted }),
  };
}

/** Of calls that nobody knows the end of each has to be looked at by itself. */
function likeness({ kind, scene, about }: Pick<Found, 'kind' | 'scene' | 'about'>): string {
  return kind === 'ambiguous'
    ? `${kind} ${about}`
    : JSON.stringify([kind, scene.session === '' ? about : scene.session, scene.agent, scene.what]);
}

/** The oldest goes where there are too many: it is not found again. */
function remember<T>(map: Map<string, T>, key: string, value: T): void {
  const oldest = map.size >= reviewLimits.followed ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
  map.set(key, value);
}
