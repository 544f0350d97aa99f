// SPDX-License-Identifier: Apache-2.0
/**
 * A call that policy would let through but for forbids that wait for something: whether they wait still, and the place
 * of the call among those that do.
 *
 * What holds now is lifted now, whether the call has waited or not. Being let through is decided anew each time, and
 * what was ready a moment ago counts for nothing. Writes nothing; `authorize` puts the place on record.
 *
 * Source: docs/adr/0035-deferral.md.
 */

import type { Lift, Verdict } from '../core/decision/verdict.ts';
import { deferralLimits, statusAt, type Wait } from '../core/deferral/deferral.ts';
import { deferralMatter, depthOf, hasRoom, type Match, matchOf, waitingOf } from '../core/deferral/match.ts';
import { readyAt } from '../core/deferral/ready.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Caller, Proposal } from '../core/request/proposal.ts';
import { type Facts, factsOf, type Hearing, type Spoken } from '../core/signal/heard.ts';
import type { View } from '../core/state/facet.ts';
import type { Considered } from './consider.ts';
import type { Place, Writing } from './sequencer.ts';

/** The place of a call among those that wait. */
export type Waiting =
  | { readonly is: 'wanted'; readonly terms: Terms }
  /** `renewed`: what it waits for is something else now. */
  | { readonly is: 'open'; readonly deferral: string; readonly terms: Terms; readonly renewed: boolean }
  /** It waited in vain, and does not begin anew. */
  | { readonly is: 'ended'; readonly deferral: string }
  /** It is let through, and gives its place up. */
  | { readonly is: 'passes'; readonly deferral: string };

export interface Terms {
  readonly matter: string;
  readonly action: string;
  readonly waits: readonly Wait[];
  readonly depth: number;
  readonly expiresAt: number;
}

/** What a caller is told of a call that waits. */
export interface Deferred {
  readonly deferral: string;
  readonly expiresAt: number;
  /** What has to hold, in the words of the policies. */
  readonly until: readonly string[];
}

/** What the call is, as it was sent: what transforms make of it later is another question. */
export interface Sent {
  readonly proposal: Proposal;
  readonly action: string;
  readonly definition: string | null;
  readonly resource: { readonly type: string; readonly id: string };
  readonly projection: JsonObject;
}

export function matterOf(
  { agent, task, session }: Caller,
  { proposal, action, definition, resource, projection }: Sent,
  pseudonym: Pseudonym,
): string {
  const { method, server, target } = proposal;
  const call = { method, server, target, action, resource, definition, args: projection };
  return deferralMatter({ caller: { agent, task, session }, call }, pseudonym);
}

/** Only where something of the session waits: nobody else pays for it. */
export function placeOf(view: View, caller: Caller, sent: Sent, pseudonym: Pseudonym): Match | undefined {
  return waitingOf(view, caller.session).length === 0
    ? undefined
    : matchOf(view, caller.session, matterOf(caller, sent, pseudonym));
}

/** @returns the lifts where all of them hold now, and what signals said of them either way */
export function liftedNow(
  hearing: Hearing,
  view: View,
  because: readonly Verdict[],
  at: number,
  place: Match | undefined,
): { readonly lifts: readonly Lift[] | undefined; readonly facts: Facts } {
  const answers = because.map(({ policy: { remedy } }) =>
    remedy?.kind === 'defer' ? readyAt(hearing, view, remedy.until, at, place) : { holds: false },
  );
  const said = answers.flatMap((answer): readonly (readonly [string, Spoken])[] =>
    'said' in answer && answer.said !== undefined ? [answer.said] : [],
  );
  const lifts = because.map(({ policy: { id, textDigest } }) => ({ policy: id, textDigest }));
  return { lifts: answers.every(({ holds }) => holds) ? lifts : undefined, facts: factsOf(said) };
}

/** @param soFar with the forbids that wait as what it is because of */
export function underDeferral(
  view: View,
  at: number,
  caller: Caller,
  soFar: Considered,
  place: Match | undefined,
  matter: string,
  resume: string | undefined,
): Considered {
  const { because } = soFar;
  const deferred: Considered = { ...soFar, outcome: 'defer', code: 'deferred' };
  // Whoever was woken for a place that is gone waits for nothing any more, and begins no wait of their own.
  if (resume !== undefined && place?.deferral !== resume) return deferred;
  if (place !== undefined && statusAt(place, at) !== 'waiting') {
    const { deferral, status, cancelled } = place;
    return {
      ...soFar,
      outcome: 'deny',
      code: status === 'cancelled' ? 'deferral_cancelled' : 'deferral_expired',
      ...(cancelled === undefined ? {} : { detail: cancelled.reason }),
      waiting: { is: 'ended', deferral },
    };
  }
  const waits: Wait[] = [];
  let timeoutMs = Number.POSITIVE_INFINITY;
  for (const { policy } of because) {
    if (policy.remedy?.kind !== 'defer') return deferred;
    timeoutMs = Math.min(timeoutMs, policy.remedy.timeoutMs);
    waits.push({ policy: policy.id, text: policy.textDigest, until: policy.remedy.until });
  }
  const action = soFar.entry?.action ?? '';
  if (place !== undefined) {
    const { deferral, depth, expiresAt } = place;
    const terms = { matter, action, waits, depth, expiresAt };
    return { ...deferred, waiting: { is: 'open', deferral, terms, renewed: !sameWaits(place.waits, waits) } };
  }
  const depth = depthOf(view, caller.session, action, waits, at);
  if (depth === undefined || waits.length > deferralLimits.waits || !hasRoom(view, caller.session, at))
    return { ...soFar, outcome: 'deny', code: 'deferral_limit' };
  const terms = { matter, action, waits, depth, expiresAt: at + timeoutMs };
  return { ...deferred, waiting: { is: 'wanted', terms } };
}

/** What is let through gives its place up; and who was woken for one may only take just that. */
export function lettingThrough(
  granted: Considered,
  place: Match | undefined,
  resume: string | undefined,
): Considered {
  if (granted.code !== 'permitted') return granted;
  const refused = { ...granted, outcome: 'deny' as const, obligations: [], reserves: [] };
  if (resume !== undefined && place?.deferral !== resume) return { ...refused, code: 'deferral_gone' };
  if (place === undefined) return granted;
  const { deferral, status, cancelled } = place;
  return resume !== undefined && status === 'cancelled'
    ? {
        ...refused,
        code: 'deferral_cancelled',
        ...(cancelled === undefined ? {} : { detail: cancelled.reason }),
        waiting: { is: 'ended', deferral },
      }
    : { ...granted, waiting: { is: 'passes', deferral } };
}

function sameWaits(a: readonly Wait[], b: readonly Wait[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ policy, text, until }, i) => {
      const other = b[i];
      return other?.policy === policy && other.text === text && other.until === until;
    })
  );
}

/** The place on record, beside the decision that it comes from; nothing where it stands there as it is. */
export function waitRecord(
  waiting: Waiting | undefined,
  caller: Caller,
  decision: string,
  place: Pick<Place, 'id'>,
): { readonly told: Deferred | undefined; readonly writing: Writing | undefined } {
  if (waiting?.is !== 'wanted' && waiting?.is !== 'open') return { told: undefined, writing: undefined };
  const { terms } = waiting;
  const deferral = waiting.is === 'open' ? waiting.deferral : place.id('w');
  const told = { deferral, expiresAt: terms.expiresAt, until: terms.waits.map(({ until }) => until) };
  if (waiting.is === 'open' && !waiting.renewed) return { told, writing: undefined };
  const { agent, task, session } = caller;
  return {
    told,
    writing: {
      id: place.id('e'),
      stream: `deferral/${deferral}`,
      event: { type: 'deferral.requested', deferral, decision, agent, task, session, ...terms },
    },
  };
}
