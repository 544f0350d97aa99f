// SPDX-License-Identifier: Apache-2.0
/**
 * Which events people are told of, and what of an event a message is made of.
 *
 * One row for each, and nothing else to touch: whatever names a request (`approval`, or `glass` for what breaks one) is
 * told with the card that lies in the stream of that request. What an event is called here is what targets ask for and
 * what a body carries as its `type`. That something has to be looked at is told of the record that opened it.
 *
 * Source: docs/approvals.md, "Messages"; docs/adr/0029-messages.md.
 */
import type { Approval } from '../approval/approval.ts';
import type { Event } from '../record/event.ts';
import type { Review } from '../review/queue.ts';
import { facets, type View } from '../state/facet.ts';

interface Row {
  /** In our own words, for people. */
  readonly title: string;
  /** Nobody needs to hear of it once the request's own time is over. */
  readonly untilItsEnd?: true;
}

/** By type of event. */
const rows: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['approval.requested', { title: 'A request waits for people', untilItsEnd: true }],
  ['approval.decided', { title: 'Somebody answered a request' }],
  ['approval.expired', { title: 'Nobody answered a request in time' }],
  ['break_glass.requested', { title: 'Somebody asks to break the glass', untilItsEnd: true }],
  ['break_glass.opened', { title: 'The glass is broken: rules are lifted' }],
  ['break_glass.closed', { title: 'The broken glass is closed again' }],
]);

const looking = 'review.opened';

/** What a target is told of that asks for nothing in particular: what waits for an answer, and the answers. */
export const usualTypes: readonly string[] = [...rows.keys()];

/** What a target can ask for. */
export const toldTypes: readonly string[] = [...usualTypes, looking];

/** What of an event a message is made of, its card aside. */
export interface Telling {
  /** The record's id, and the message's: the same however often it is sent. */
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly at: number;
  /** The request, or what has to be looked at. */
  readonly about: string;
  /** From here on nobody is told of it any more. */
  readonly lateAt: number;
  /** What the request was right after it; absent where it is on no list any more. */
  readonly status?: Approval['status'];
  readonly answer?: { readonly person: string; readonly verdict: 'approve' | 'refuse' };
  /** Present for what has to be looked at, which has no card. */
  readonly review?: Pick<Review, 'kind' | 'scene'>;
}

/** Whoever has heard nothing for a day hears it from somewhere else. */
const lateAfterMs = 24 * 3_600_000;

/**
 * @param view the state right after the event
 * @param opened what has to be looked at from this event on
 * @returns undefined for what nobody is told of
 */
export function tellingOf(event: Event, view: View, opened?: Review): Telling | undefined {
  const { id, type, at } = event;
  const row = rows.get(type);
  const about = requestOf(event);
  if (row === undefined || about === undefined)
    return opened === undefined ? undefined : toLookAt(opened, at);
  const status = view.get(facets.approval(about))?.status;
  const end = row.untilItsEnd === true && 'expiresAt' in event ? event.expiresAt : undefined;
  return {
    ...{ id, type, at, about },
    title: row.title,
    lateAt: Math.min(end ?? Number.POSITIVE_INFINITY, at + lateAfterMs),
    ...(status === undefined ? {} : { status }),
    ...(event.type === 'approval.decided'
      ? { answer: { person: event.person, verdict: event.verdict } }
      : {}),
  };
}

function toLookAt({ review: id, kind, scene }: Review, at: number): Telling {
  const title = 'Something has to be looked at';
  return { id, type: looking, title, at, about: id, lateAt: at + lateAfterMs, review: { kind, scene } };
}

function requestOf(event: Event): string | undefined {
  if ('approval' in event) return event.approval;
  return 'glass' in event && typeof event.glass === 'string' ? event.glass : undefined;
}
