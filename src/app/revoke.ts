// SPDX-License-Identifier: Apache-2.0
/**
 * Taking back for good: an agent, a task, a session, a token, a tool, a permit, or all that a filter matches and had begun
 * by then. One commit each, with the decision that allowed it: what is decided after it stands under it.
 *
 * Nothing here stops a call; who holds calls listens for the event (live.ts).
 *
 * Source: docs/adr/0036-revocation.md.
 */
import { haltLimits, nothingHalted } from '../core/hold/halt.ts';
import type { SweepFilter } from '../core/hold/sweep.ts';
import type { BodyOf } from '../core/record/event.ts';
import { type Pseudonym, withoutSecrets } from '../core/record/secret.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer, type Deed, type Subject } from './administer.ts';
import { canaryAgent } from './canary.ts';
import { type Reach, reachOf } from './reach.ts';
import type { Road } from './road.ts';

export type RevokeScope = BodyOf<'revoked'>['scope'];

export type Revoking = Pick<Road, 'sequencer' | 'published'> & { readonly pseudonym?: Pseudonym };

/** Why there is nothing to revoke, or it may not be; the text of a permit where it is one. */
type Found =
  | { readonly ok: true; readonly text?: string }
  | { readonly ok: false; readonly code: 'not_found' | 'not_possible'; readonly reason: string };

export function revoke(
  road: Revoking,
  operator: Operator,
  scope: RevokeScope,
  target: string,
  reason: string,
): Promise<Administered<undefined>> {
  return administer(
    road,
    operator,
    'revoke',
    subjectOf(scope, target),
    revoking(road, scope, target, reason),
  );
}

/** What it would end, without doing it: no decision, and nothing on record. */
export function wouldRevoke(
  road: Revoking & Pick<Road, 'live' | 'clock'>,
  scope: RevokeScope,
  target: string,
): { readonly ok: true; readonly reach: Reach } | Extract<Found, { ok: false }> {
  const { head } = road.sequencer;
  const found = find(road, head, scope, target);
  return found.ok ? { ok: true, reach: reachOf(road, eventOf(scope, target, '', found.text)) } : found;
}

/**
 * Ends all tasks and sessions that the filter matches and that had begun by then, with what they have in flight.
 *
 * @param filter says something: what matches everything is refused
 */
export function sweep(
  road: Revoking & Pick<Road, 'live' | 'clock'>,
  operator: Operator,
  filter: SweepFilter,
  reason: string,
): Promise<Administered<Reach>> {
  return administer(road, operator, 'revoke', subjectOfFilter(filter), (view, place) => {
    if (saysNothing(filter))
      return { ok: false, code: 'not_possible', reason: 'a filter says something: an agent, a type, a time' };
    if ((view.get(facets.halt)?.sweeps.length ?? 0) >= haltLimits.sweeps)
      return full('filters', haltLimits.sweeps);
    const body = sweptEvent(filter, operator, saidBy(road, reason));
    const reach = reachOf(road, body);
    const { agents, tasks, sessions, calls } = reach;
    const ended = {
      agents: agents.length,
      tasks: tasks.length,
      sessions: sessions.length,
      calls: calls.length,
    };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: 'tenant', event: { ...body, ended } }],
      value: reach,
    };
  });
}

export function wouldSweep(road: Revoking & Pick<Road, 'live' | 'clock'>, filter: SweepFilter): Reach {
  return reachOf(road, sweptEvent(filter, { id: 'nobody', channel: 'local-socket' }, ''));
}

function revoking(road: Revoking, scope: RevokeScope, target: string, reason: string): Deed<undefined> {
  return (view, place) => {
    const found = find(road, view, scope, target);
    if (!found.ok) return found;
    const stream =
      scope === 'agent' || scope === 'task' || scope === 'session' ? `${scope}/${target}` : 'tenant';
    const event = eventOf(scope, target, saidBy(road, reason), found.text);
    return { ok: true, writings: [{ id: place.id('e'), stream, event }], value: undefined };
  };
}

function find({ published }: Pick<Road, 'published'>, view: View, scope: RevokeScope, target: string): Found {
  const none: Found = { ok: false, code: 'not_found', reason: `no ${scope} \`${target}\`` };
  const halt = view.get(facets.halt) ?? nothingHalted;
  switch (scope) {
    case 'agent':
      // Revoked, it would be refused before policy is asked, and no node would ever start again.
      if (target === canaryAgent)
        return { ok: false, code: 'not_possible', reason: `\`${target}\` is what each start is proved with` };
      return view.get(facets.agent(target)) === undefined ? none : { ok: true };
    case 'task':
      return view.get(facets.task(target)) === undefined ? none : { ok: true };
    case 'session':
      return view.get(facets.session(target)) === undefined ? none : { ok: true };
    case 'token':
      // Which ids were minted stands nowhere: a token is looked up by what it says.
      if (!/^k-[0-9a-z]{26}$/.test(target)) return { ...none, reason: `\`${target}\` is no id of a token` };
      return halt.tokens.length >= haltLimits.tokens ? full('tokens', haltLimits.tokens) : { ok: true };
    case 'tool': {
      const { catalogue } = published();
      const isThere = catalogue.entries.some(
        (entry) => entry.kind === 'tool' && `${entry.server}/${entry.target}` === target,
      );
      if (!isThere) return none;
      return halt.tools.length >= haltLimits.tools ? full('tools', haltLimits.tools) : { ok: true };
    }
    case 'policy': {
      const policy = published().policies.policies.get(target);
      if (policy === undefined) return none;
      if (policy.effect === 'forbid')
        return {
          ok: false,
          code: 'not_possible',
          reason: `\`${target}\` forbids: taking it away would allow more, and that is a publication`,
        };
      return halt.permits.length >= haltLimits.permits
        ? full('policies', haltLimits.permits)
        : { ok: true, text: policy.textDigest };
    }
  }
}

function saysNothing({ since, ...named }: SweepFilter): boolean {
  return since === 0 && Object.values(named).every((value) => value === undefined);
}

function full(what: string, most: number): Extract<Found, { ok: false }> {
  return { ok: false, code: 'not_possible', reason: `${most} ${what} are revoked already: stop everything` };
}

function eventOf(
  scope: RevokeScope,
  target: string,
  reason: string,
  text: string | undefined,
): BodyOf<'revoked'> {
  return { type: 'revoked', scope, target, reason, ...(text === undefined ? {} : { text }) };
}

function sweptEvent(filter: SweepFilter, { id: author }: Operator, reason: string): BodyOf<'swept'> {
  const { agent, owner, onBehalfOf, taskType, since } = filter;
  return {
    type: 'swept',
    filter: {
      ...(agent === undefined ? {} : { agent }),
      ...(owner === undefined ? {} : { owner }),
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(taskType === undefined ? {} : { taskType }),
      since,
    },
    ended: { agents: 0, tasks: 0, sessions: 0, calls: 0 },
    author,
    reason,
  };
}

function subjectOf(scope: RevokeScope, target: string): Subject {
  return { kind: scope, id: target };
}

function subjectOfFilter({ agent }: SweepFilter): Subject {
  return agent === undefined ? { kind: 'tenant', id: 'default' } : { kind: 'agent', id: agent };
}

/** What a person typed may hold a secret, and it is kept for good and told to models. */
export function saidBy({ pseudonym }: { readonly pseudonym?: Pseudonym }, reason: string): string {
  return pseudonym === undefined ? reason : withoutSecrets(reason, pseudonym);
}
