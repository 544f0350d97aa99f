// SPDX-License-Identifier: Apache-2.0
/**
 * Breaking the glass: asked for by one person of a group, opened by the yes of two, for minutes, closed by anybody who
 * may administer. All of it is on record under names of its own.
 *
 * The request is one like any other: it has a card, and people say yes to it the way they say yes to a call.
 *
 * Source: docs/adr/0032-edits-patterns-glass.md.
 */
import type { Approval } from '../core/approval/approval.ts';
import { askToBreak, type GlassTerms, glassLimits, glassMatter } from '../core/approval/break-glass.ts';
import { glassCard } from '../core/approval/glass-card.ts';
import { groundOf } from '../core/approval/ground.ts';
import { withPasskeys } from '../core/approval/passkey.ts';
import { whoAnswers } from '../core/approval/vote.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Road } from './road.ts';
import type { Place, Writing } from './sequencer.ts';
import type { SignedIn } from './signed.ts';

export interface GlassOrder {
  readonly task: string;
  readonly group: string;
  readonly reason: string;
  readonly forMs: number;
  readonly as?: string;
  readonly dryRun?: boolean;
}

export interface GlassAsked {
  /** Absent where nothing was asked. */
  readonly approval?: string;
  readonly agent: string;
  /** The forbids in force that it would take away. */
  readonly policies: readonly string[];
  /** Who may say yes. */
  readonly people: readonly string[];
}

export async function askToBreakGlass(
  road: Pick<Road, 'sequencer' | 'published' | 'roster' | 'vault'>,
  operator: Operator,
  { task, group, reason, forMs, as, dryRun }: GlassOrder,
  by?: SignedIn,
): Promise<Administered<GlassAsked>> {
  const seal = await road.vault.sealer(task);
  return administer<GlassAsked>(
    road,
    operator,
    'break_glass.open',
    { kind: 'task', id: task },
    (view, place) => {
      const state = view.get(facets.task(task));
      if (state === undefined || seal === undefined)
        return { ok: false, code: 'not_found', reason: `there is no task \`${task}\`` };
      const terms: GlassTerms = { agent: state.agent, task, group, reason, forMs };
      const published = road.roster?.();
      if (published === undefined || view.get(facets.approvers) !== published.digest)
        return impossible('the file of approvers in force is not loaded here');
      const roster = withPasskeys(published, view);
      const who = whoAnswers(
        roster,
        { operator: operator.id, ...(by === undefined ? {} : { person: by.person }) },
        as,
      );
      if (!who.ok) return impossible(who.reason);
      const people = roster.groups.get(group) ?? [];
      const { name } = who.person;
      if (!people.includes(name)) return impossible(`\`${name}\` is not in \`${group}\``);
      const from = { agent: state.agent, task, session: '' };
      const glass = { group, reason, forMs };
      const ground = groundOf(view, { from, glass }, place.at);
      if (!ground.ok) return impossible(`nothing is lifted for it any more: \`${ground.code}\``);
      const now = view.get(facets.glass(task));
      if (now?.status === 'open' && place.at < now.until)
        return impossible(`\`${now.id}\` is open for this task: close it first`);
      const { policies } = road.published().policies;
      const lifted = [...policies.values()]
        .filter(({ breakGlass }) => breakGlass === group)
        .map(({ id }) => id);
      if (lifted.length === 0) return impossible(`no policy in force says \`@break_glass("${group}")\``);
      const ask = askToBreak(roster, terms);
      if (ask === undefined)
        return impossible(`\`${group}\` has fewer than ${glassLimits.people} people, and it takes as many`);
      const told = { agent: state.agent, policies: lifted.sort(), people: [...people].sort() };
      if (dryRun === true) return { ok: true, writings: [], value: told };

      const approval = place.id('g');
      const matter = glassMatter(terms);
      const expiresAt = place.at + glassLimits.askedMs;
      const card = seal(
        canonicalJson(
          // A card is JSON by its type; interfaces only do not say so.
          glassCard({
            approval,
            terms,
            task: state,
            by: name,
            policies: told.policies,
            matter,
            expiresAt,
          }) as unknown as JsonObject,
        ),
      );
      const writing: Writing = {
        id: place.id('e'),
        stream: `approval/${approval}`,
        event: {
          type: 'break_glass.requested',
          ...{ approval, ...terms, matter, expiresAt },
          card: payloadRef(card),
          asks: [ask],
          person: name,
          operator: operator.id,
        },
        payloads: [card],
      };
      return { ok: true, writings: [writing], value: { approval, ...told } };
    },
  );
}

/** What goes on record with the yes that made it enough. */
export function openedBy(approval: string, after: Approval, place: Place): readonly Writing[] {
  const { glass, from, votes } = after;
  if (glass === undefined || after.status !== 'approved') return [];
  return [
    {
      id: place.id('e'),
      stream: `approval/${approval}`,
      event: {
        type: 'break_glass.opened',
        glass: approval,
        ...{ agent: from.agent, task: from.task, group: glass.group, reason: glass.reason },
        people: votes.map(({ person }) => person),
        until: place.at + glass.forMs,
      },
    },
  ];
}

export function closeGlass(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  task: string,
  reason: string,
): Promise<Administered<{ readonly glass: string }>> {
  return administer(road, operator, 'break_glass.close', { kind: 'task', id: task }, (view, place) => {
    const now = view.get(facets.glass(task));
    const end = now?.status === 'open' ? now.until : now?.status === 'asked' ? now.expiresAt : 0;
    const agent = view.get(facets.task(task))?.agent;
    if (now === undefined || agent === undefined || place.at >= end)
      return { ok: false, code: 'not_found', reason: `nothing is open for \`${task}\`` };
    const event = {
      type: 'break_glass.closed' as const,
      ...{ glass: now.id, agent, task, operator: operator.id, reason },
    };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: `approval/${now.id}`, event }],
      value: { glass: now.id },
    };
  });
}

export interface ListedGlass {
  readonly glass: string;
  readonly task: string;
  readonly status: 'asked' | 'open';
  readonly until: number;
  readonly agent?: string;
  readonly group?: string;
  readonly people?: readonly string[];
}

const [before, after] = ['task/', '/glass'];

/** What is open, or waits for its second person. */
export function listGlass({
  sequencer: { head },
  clock,
}: Pick<Road, 'sequencer' | 'clock'>): readonly ListedGlass[] {
  const now = clock.wallMs();
  const listed: ListedGlass[] = [];
  for (const [name] of head.facets()) {
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    const task = name.slice(before.length, -after.length);
    const glass = head.get(facets.glass(task));
    if (glass?.status === 'open' && now < glass.until) {
      const { id, status, until, agent, group, people } = glass;
      listed.push({ glass: id, ...{ task, status, until, agent, group, people } });
    }
    if (glass?.status === 'asked' && now < glass.expiresAt)
      listed.push({ glass: glass.id, task, status: 'asked', until: glass.expiresAt });
  }
  return listed.sort((a, b) => a.until - b.until);
}

function impossible(reason: string) {
  return { ok: false as const, code: 'not_possible' as const, reason };
}
