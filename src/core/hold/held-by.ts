// SPDX-License-Identifier: Apache-2.0
/**
 * What holds a caller: itself, or what it works under.
 *
 * Reads only what standing reads as well (core/session/circumstances.ts), so a decision that was not held rests on that.
 */
import type { Caller } from '../request/proposal.ts';
import { facets, type View } from '../state/facet.ts';
import { above } from '../task/lineage.ts';
import type { Held, HoldKind } from './hold.ts';

export interface Holding {
  readonly kind: HoldKind;
  /** Everybody, or what it is that is held. */
  readonly scope: 'all' | 'agent' | 'task' | 'session';
  readonly target: string;
  readonly held: Held;
  /** Set by a policy that was asked again, and not by a person. */
  readonly course?: boolean;
}

/** All that hold it; what holds everybody first. */
export function holdsOn(
  view: View,
  { agent, task, session }: Pick<Caller, 'agent' | 'task' | 'session'>,
): readonly Holding[] {
  const found: Holding[] = [];
  const add = (scope: Holding['scope'], target: string, holds: { readonly [k in HoldKind]?: Held } = {}) => {
    if (holds.pause !== undefined) found.push({ kind: 'pause', scope, target, held: holds.pause });
    if (holds.quarantine !== undefined)
      found.push({ kind: 'quarantine', scope, target, held: holds.quarantine });
  };
  const all = view.get(facets.halt)?.all;
  if (all !== undefined) add('all', 'all', { pause: all });
  const line = [{ task, agent }, ...above(view, task)];
  for (const one of new Set(line.map(({ agent: name }) => name)))
    add('agent', one, view.get(facets.agent(one))?.holds);
  for (const one of new Set(line.map(({ task: name }) => name)))
    add('task', one, view.get(facets.task(one))?.holds);
  const state = view.get(facets.session(session));
  add('session', session, state?.holds);
  if (state?.course !== undefined) {
    const { outcome, ...held } = state.course;
    const kind = outcome === 'pause' ? 'pause' : 'quarantine';
    found.push({ kind, scope: 'session', target: session, held, course: true });
  }
  return found;
}

/** One sentence for the model and the record: what is held, and why, in the words of who did it. */
export function sayHold({ kind, scope, target, held, course }: Holding): string {
  const what = scope === 'all' ? 'everything' : `${scope} \`${target}\``;
  const who = course === true ? 'a policy' : 'a person';
  const did = kind === 'pause' ? 'paused' : 'quarantined';
  return `${who} has ${did} ${what}${held.reason === '' ? '' : `: ${held.reason}`}`;
}
