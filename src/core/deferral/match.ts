// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a call waits already, and whether there is room for one more: questions to the state. Found by what is to be
 * done and by whom, and never by a name that somebody presents.
 *
 * Not in the matter are labels, origins and the digests of what is in force, which an approval is bound to: nothing is
 * lifted here by what was said once, so what changes meanwhile has to change the next decision and not the place in
 * the queue.
 */
import { canonicalJson, digestJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import type { Pseudonym } from '../record/secret.ts';
import type { Caller } from '../request/proposal.ts';
import { type Deferred, facets, type View } from '../state/facet.ts';
import { actionsIn, type Deferral, deferralLimits, statusAt, type Wait } from './deferral.ts';

export interface Matter {
  readonly caller: Pick<Caller, 'agent' | 'task' | 'session'>;
  readonly call: {
    readonly method: string;
    readonly server: string;
    readonly target: string;
    readonly action: string;
    readonly resource: { readonly type: string; readonly id: string };
    readonly definition: string | null;
    /** As they were sent, with secrets replaced. */
    readonly args: JsonObject;
  };
}

/** Arguments enter it under a keyed hash: a record outlives their erasure. */
export function deferralMatter({ caller, call }: Matter, pseudonym: Pseudonym): string {
  const { agent, task, session } = caller;
  return digestJson({
    v: 1,
    what: 'deferral',
    caller: { agent, task, session },
    call: { ...call, resource: { ...call.resource }, args: pseudonym(canonicalJson(call.args)) },
  });
}

export interface Match extends Deferral {
  readonly deferral: string;
}

export function waitingOf(view: View, session: string): readonly Deferred[] {
  return view.get(facets.session(session))?.deferred ?? [];
}

export function matchOf(view: View, session: string, matter: string): Match | undefined {
  const found = waitingOf(view, session).find((one) => one.matter === matter);
  const state = found === undefined ? undefined : view.get(facets.deferral(found.deferral));
  return found === undefined || state === undefined ? undefined : { ...state, deferral: found.deferral };
}

/** @returns how many waits it would stand behind, itself among them; undefined where it would wait for itself, or for too many */
export function depthOf(
  view: View,
  session: string,
  action: string,
  waits: readonly Wait[],
  at: number,
): number | undefined {
  const waiting = waitingOf(view, session).flatMap(({ deferral }) => {
    const state = view.get(facets.deferral(deferral));
    return state === undefined || statusAt(state, at) !== 'waiting' ? [] : [state];
  });
  const behind = (wanted: readonly string[], path: readonly string[]): number | undefined => {
    let deepest = 0;
    for (const name of wanted) {
      if (path.includes(name) || path.length >= deferralLimits.depth) return undefined;
      for (const one of waiting.filter((each) => each.action === name)) {
        const depth = behind(actionsIn(one.waits), [...path, name]);
        if (depth === undefined) return undefined;
        deepest = Math.max(deepest, depth + 1);
      }
    }
    return deepest;
  };
  const depth = behind(actionsIn(waits), [action]);
  return depth === undefined || depth + 1 > deferralLimits.depth ? undefined : depth + 1;
}

/** @returns whether one more may wait */
export function hasRoom(view: View, session: string, at: number): boolean {
  const open = (view.get(facets.openDeferrals) ?? []).filter(({ expiresAt }) => at < expiresAt);
  return (
    open.filter((one) => one.session === session).length < deferralLimits.waitingPerSession &&
    open.length < deferralLimits.waitingPerTenant
  );
}
