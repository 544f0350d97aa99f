// SPDX-License-Identifier: Apache-2.0
/**
 * Pausing, narrowing to reading, stopping everything, and letting go on. Acts of people, decided by policy; nothing is
 * ended by them, and what waits for people goes on waiting.
 *
 * Source: docs/adr/0036-revocation.md.
 */
import { type HoldKind, holdKinds } from '../core/hold/hold.ts';
import type { BodyOf } from '../core/record/event.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer, type Deed, type Subject } from './administer.ts';
import { type Revoking, saidBy } from './revoke.ts';

export type HoldScope = BodyOf<'hold.set'>['scope'];

export interface HoldOrder {
  readonly scope: HoldScope;
  /** `default`, where it is everything. */
  readonly target: string;
  readonly hold: HoldKind;
  /** What has begun may end by itself, or is aborted and closed as `ambiguous`. */
  readonly calls: 'finish' | 'abort';
  readonly reason: string;
}

export function setHold(
  road: Revoking,
  operator: Operator,
  { scope, target, hold, calls, reason }: HoldOrder,
): Promise<Administered<undefined>> {
  const action = scope === 'all' ? 'stop.all' : hold;
  return administer(road, operator, action, subjectOf(scope, target), (view, place) => {
    const none = whyNothing(view, scope, target);
    if (none !== undefined) return none;
    const said = saidBy(road, reason);
    const event = {
      ...{ type: 'hold.set' as const, scope, target, hold, calls },
      ...{ author: operator.id, reason: said },
    };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: streamOf(scope, target), event }],
      value: undefined,
    };
  });
}

/** What was lifted, and what still holds it. */
export interface Lifted {
  readonly lifted: HoldKind;
  readonly left: readonly HoldKind[];
}

/**
 * By a person, at a command, with a reason: nothing that runs by itself lets anything go on.
 *
 * @param hold default: the pause, or the quarantine where there is no pause
 */
export function liftHold(
  road: Revoking,
  operator: Operator,
  order: { readonly scope: HoldScope; readonly target: string; readonly hold?: HoldKind },
  reason: string,
): Promise<Administered<Lifted>> {
  const { scope, target } = order;
  const lift: Deed<Lifted> = (view, place) => {
    const said = saidBy(road, reason).trim();
    const none = notByPerson(operator, said) ?? whyNothing(view, scope, target);
    if (none !== undefined) return none;
    const standing = holdsOf(view, scope, target);
    const hold = order.hold ?? standing[0];
    if (hold === undefined || !standing.includes(hold)) {
      const what = scope === 'all' ? 'everything is' : `${scope} \`${target}\` is`;
      return {
        ok: false,
        code: 'not_possible',
        reason: `${what} under no ${order.hold ?? 'hold'} of a person`,
      };
    }
    const event = {
      ...{ type: 'hold.lifted' as const, scope, target, hold },
      ...{ author: operator.id, reason: said },
    };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: streamOf(scope, target), event }],
      value: { lifted: hold, left: standing.filter((one) => one !== hold) },
    };
  };
  const action = scope === 'all' ? 'resume.all' : 'resume';
  return administer(road, operator, action, subjectOf(scope, target), lift);
}

/** A tool or a permit that was revoked is good again: by a person, at a command, with a reason. */
export function restore(
  road: Revoking,
  operator: Operator,
  scope: 'tool' | 'policy',
  target: string,
  reason: string,
): Promise<Administered<undefined>> {
  return administer(road, operator, 'resume', { kind: scope, id: target }, (view, place) => {
    const said = saidBy(road, reason).trim();
    const refused = notByPerson(operator, said);
    if (refused !== undefined) return refused;
    const halt = view.get(facets.halt);
    const text = scope === 'policy' ? road.published().policies.policies.get(target)?.textDigest : undefined;
    const isRevoked =
      scope === 'tool' ? halt?.tools.includes(target) : text !== undefined && halt?.permits.includes(text);
    if (isRevoked !== true)
      return { ok: false, code: 'not_possible', reason: `${scope} \`${target}\` is not revoked` };
    const event = {
      ...{ type: 'revocation.lifted' as const, scope, target, author: operator.id, reason: said },
      ...(text === undefined ? {} : { text }),
    };
    return { ok: true, writings: [{ id: place.id('e'), stream: 'tenant', event }], value: undefined };
  });
}

function notByPerson({ channel }: Operator, reason: string) {
  const no = (why: string) => ({ ok: false, code: 'not_possible', reason: why }) as const;
  if (channel !== 'local-socket') return no('only a person lets go on what was held, by command');
  return reason === '' ? no('say why: --reason') : undefined;
}

/** Pauses first. */
export function holdsOf(view: View, scope: HoldScope, target: string): readonly HoldKind[] {
  if (scope === 'all') return view.get(facets.halt)?.all === undefined ? [] : ['pause'];
  const state = stateOf(view, scope, target);
  return holdKinds.filter((kind) => state?.holds?.[kind] !== undefined);
}

function stateOf(view: View, scope: Exclude<HoldScope, 'all'>, target: string) {
  switch (scope) {
    case 'agent':
      return view.get(facets.agent(target));
    case 'task':
      return view.get(facets.task(target));
    case 'session':
      return view.get(facets.session(target));
  }
}

function whyNothing(view: View, scope: HoldScope, target: string) {
  if (scope === 'all') return undefined;
  const state = stateOf(view, scope, target);
  if (state === undefined)
    return { ok: false, code: 'not_found', reason: `no ${scope} \`${target}\`` } as const;
  return state.status === 'active'
    ? undefined
    : ({ ok: false, code: 'not_possible', reason: `${scope} \`${target}\` is over` } as const);
}

function subjectOf(scope: HoldScope, target: string): Subject {
  return { kind: scope === 'all' ? 'tenant' : scope, id: target };
}

function streamOf(scope: HoldScope, target: string): string {
  return scope === 'all' ? 'tenant' : `${scope}/${target}`;
}

export interface StandingHold {
  readonly scope: HoldScope;
  readonly target: string;
  readonly hold: HoldKind;
  readonly author: string;
  readonly reason: string;
  readonly at: number;
  /** Set by a policy that was asked again: it lifts it itself. */
  readonly byPolicy?: boolean;
}

/** All that is held now, and what nobody may use any more. Of what is over nothing is said. */
export function listHolds(head: View & { facets(): Iterable<readonly [string, unknown]> }): {
  readonly holds: readonly StandingHold[];
  readonly tools: readonly string[];
  readonly permits: number;
  readonly tokens: number;
  readonly sweeps: number;
} {
  const halt = head.get(facets.halt);
  const holds: StandingHold[] =
    halt?.all === undefined ? [] : [{ scope: 'all', target: 'default', hold: 'pause', ...halt.all }];
  for (const [name] of head.facets()) {
    const [, scope, target] = /^(agent|task|session)\/([^/]+)$/.exec(name) ?? [];
    if (target === undefined || (scope !== 'agent' && scope !== 'task' && scope !== 'session')) continue;
    const state = stateOf(head, scope, target);
    if (state?.status !== 'active') continue;
    for (const hold of holdKinds) {
      const held = state.holds?.[hold];
      if (held !== undefined) holds.push({ scope, target, hold, ...held });
    }
    const course = 'course' in state ? state.course : undefined;
    if (course !== undefined) {
      const { outcome, ...held } = course;
      holds.push({
        ...{ scope, target, ...held, byPolicy: true },
        hold: outcome === 'pause' ? 'pause' : 'quarantine',
      });
    }
  }
  return {
    holds,
    tools: halt?.tools ?? [],
    permits: halt?.permits.length ?? 0,
    tokens: halt?.tokens.length ?? 0,
    sweeps: halt?.sweeps.length ?? 0,
  };
}
