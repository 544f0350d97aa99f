// SPDX-License-Identifier: Apache-2.0
/**
 * What events take away for good, what they hold, and what they give back. Revoked stays revoked; only a hold is lifted, and
 * a person brings back a tool or a permit.
 */
import {
  type Halt,
  isEmpty,
  nothingHalted,
  withoutPermit,
  withoutTool,
  withPermit,
  withSweep,
  withToken,
  withTool,
} from '../hold/halt.ts';
import { type Holds, withHold, withoutHold } from '../hold/hold.ts';
import type { BodyOf } from '../record/event.ts';
import { type Change, drop, set } from './change.ts';
import { type FacetKey, facets, type View } from './facet.ts';

export function revocation(view: View, event: BodyOf<'revoked'>, at: number): readonly Change[] {
  const { target } = event;
  const halt = view.get(facets.halt) ?? nothingHalted;
  switch (event.scope) {
    case 'agent': {
      const agent = view.get(facets.agent(target));
      return agent === undefined || agent.status === 'revoked'
        ? []
        : [set(facets.agent(target), { ...agent, status: 'revoked' })];
    }
    case 'task': {
      const task = view.get(facets.task(target));
      return task === undefined || task.status !== 'active'
        ? []
        : [set(facets.task(target), { ...task, status: 'revoked' })];
    }
    case 'session': {
      const session = view.get(facets.session(target));
      return session === undefined || session.status === 'revoked'
        ? []
        : [set(facets.session(target), { ...session, status: 'revoked' })];
    }
    case 'token':
      return halted(view, withToken(halt, target, at));
    case 'tool':
      return halted(view, withTool(halt, target));
    case 'policy':
      return event.text === undefined ? [] : halted(view, withPermit(halt, event.text));
  }
}

export function sweep(view: View, { filter }: BodyOf<'swept'>, at: number): readonly Change[] {
  return halted(view, withSweep(view.get(facets.halt) ?? nothingHalted, { ...filter, until: at }));
}

export function restored(
  view: View,
  { scope, target, text }: BodyOf<'revocation.lifted'>,
): readonly Change[] {
  const halt = view.get(facets.halt);
  if (halt === undefined) return [];
  return halted(view, scope === 'tool' ? withoutTool(halt, target) : withoutPermit(halt, text ?? ''));
}

export function held(view: View, event: BodyOf<'hold.set'>, at: number): readonly Change[] {
  const { scope, target, hold, author, reason } = event;
  const by = { author, reason, at };
  if (scope === 'all') return halted(view, { ...(view.get(facets.halt) ?? nothingHalted), all: by });
  return holding(view, scope, target, (holds) => withHold(holds, hold, by));
}

export function lifted(view: View, { scope, target, hold }: BodyOf<'hold.lifted'>): readonly Change[] {
  if (scope !== 'all')
    return holding(view, scope, target, (holds) =>
      holds?.[hold] === undefined ? holds : withoutHold(holds, hold),
    );
  const { all, ...left } = view.get(facets.halt) ?? nothingHalted;
  return all === undefined ? [] : halted(view, left);
}

/** `course` is policy's own, beside what people hold. What has ended stays so. */
export function redecided(view: View, event: BodyOf<'session.redecided'>, at: number): readonly Change[] {
  const { session, outcome, by, reason } = event;
  const key = facets.session(session);
  const before = view.get(key);
  if (before === undefined || before.status !== 'active') return [];
  const { course, ...rest } = before;
  if (outcome === 'end') return [set(key, { ...rest, status: 'revoked' })];
  if (outcome === 'keep') return course === undefined ? [] : [set(key, rest)];
  if (course?.outcome === outcome) return [];
  return [set(key, { ...rest, course: { outcome, author: by[0]?.policy ?? 'policy', reason, at } })];
}

function holding(
  view: View,
  scope: 'agent' | 'task' | 'session',
  target: string,
  change: (before: Holds | undefined) => Holds | undefined,
): readonly Change[] {
  switch (scope) {
    case 'agent':
      return changed(view, facets.agent(target), change);
    case 'task':
      return changed(view, facets.task(target), change);
    case 'session':
      return changed(view, facets.session(target), change);
  }
}

function changed<T extends { readonly holds?: Holds }>(
  view: View,
  key: FacetKey<T>,
  change: (before: Holds | undefined) => Holds | undefined,
): readonly Change[] {
  const before = view.get(key);
  if (before === undefined) return [];
  const holds = change(before.holds);
  if (holds === before.holds) return [];
  const { holds: _gone, ...rest } = before;
  return [{ facet: key.name, value: holds === undefined ? rest : { ...rest, holds } }];
}

/**
 * Where nothing is halted any more the facet goes, as if it had never been: what reads its absence reads the same then as
 * before, so nothing that was decided in between can be mistaken for something else. Records are shorter by its version.
 */
function halted(view: View, after: Halt): readonly Change[] {
  const before = view.get(facets.halt);
  if (after === before || (before === undefined && isEmpty(after))) return [];
  return [isEmpty(after) ? drop(facets.halt) : set(facets.halt, after)];
}
