// SPDX-License-Identifier: Apache-2.0
/**
 * What events do to the requests of a session: asked, voted on, consumed. The steps themselves are the state
 * machine's (core/approval/approval.ts); an event that is no step changes nothing.
 *
 * A request is found by what the agent sends (`asked`), until it is decided. One for a whole task is found by the task
 * from then on (`standing`), and goes with its last use or its own end.
 */
import { withAnswer } from '../approval/answered.ts';
import { type Approval, requested, step } from '../approval/approval.ts';
import type { BodyOf } from '../record/event.ts';
import { type Change, drop, set } from './change.ts';
import { type Asked, facets, type OpenApproval, type View } from './facet.ts';

export function approvalAsked(
  view: View,
  event: BodyOf<'approval.requested'>,
  at: number,
): readonly Change[] {
  const { approval, agent, task, session, matter, card, asks, expiresAt, instead } = event;
  const from = { agent, task, session };
  const key = facets.approval(approval);
  if (view.get(key) !== undefined) return [];
  // The agent will send what it sent, whatever a person made of it.
  const sent = instead?.matter ?? matter;
  const before = view.get(facets.asked(session)) ?? [];
  // What has had its time, and what this one takes the place of, nobody will find again.
  const isOver = (one: Asked): boolean => at >= one.expiresAt || one.matter === sent;
  const gone = before.filter(isOver).map((one) => one.approval);
  const replaced = before.filter((one) => one.matter === sent && at < one.expiresAt);
  const open = stillListed(view.get(facets.openApprovals) ?? [], at).filter(
    (one) => !replaced.some(({ approval: other }) => other === one.approval),
  );
  return [
    ...gone.map((one) => drop(facets.approval(one))),
    set(key, requested({ from, matter, card: card.digest, asks, expiresAt }, moreOf(event))),
    set(facets.asked(session), [
      ...before.filter((one) => !isOver(one)),
      { matter: sent, approval, expiresAt },
    ]),
    set(facets.openApprovals, [...open, { approval, session, expiresAt }]),
  ];
}

/** What its record says of a request besides its terms. */
export function moreOf({
  tool,
  edit,
  standing,
}: BodyOf<'approval.requested'>): Parameters<typeof requested>[1] {
  return {
    ...(tool === undefined ? {} : { tool }),
    ...(edit === undefined ? {} : { changed: edit.changed }),
    ...(standing === undefined
      ? {}
      : {
          standing: {
            pattern: { fixed: standing.fixed, free: standing.free, labels: standing.labels },
            left: standing.count,
            until: standing.until,
          },
        }),
  };
}

export function approvalVoted(view: View, event: BodyOf<'approval.decided'>, at: number): readonly Change[] {
  const { approval, verdict, person, card, policies, reason } = event;
  const key = facets.approval(approval);
  const before = view.get(key);
  if (before === undefined) return [];
  const stepped = step(
    before,
    verdict === 'approve'
      ? { kind: 'approve', person, card, policies, at }
      : { kind: 'refuse', person, card, message: reason, at },
  );
  if (!stepped.ok) return [];
  const after = stepped.value;
  return [
    set(key, after),
    ...remembered(view, after, event, at),
    ...(after.status === 'approved' ? nowStanding(view, approval, after, at) : []),
    ...(after.status === 'requested' || after.glass !== undefined
      ? []
      : [
          set(
            facets.openApprovals,
            (view.get(facets.openApprovals) ?? []).filter((one) => one.approval !== approval),
          ),
        ]),
  ];
}

/** Of those that nobody decided in time, listed until their end is on record. */
const maxUntold = 1000;

function stillListed(open: readonly OpenApproval[], at: number): readonly OpenApproval[] {
  const over = open.filter((one) => at >= one.expiresAt);
  if (over.length <= maxUntold) return open;
  const untold = new Set(over.slice(-maxUntold));
  return open.filter((one) => at < one.expiresAt || untold.has(one));
}

/** That nobody decided it in time. Once: what is not listed any more has been told, or was decided. */
export function approvalExpired(
  view: View,
  { approval, session }: BodyOf<'approval.expired'>,
  at: number,
): readonly Change[] {
  const open = view.get(facets.openApprovals) ?? [];
  if (!open.some((one) => one.approval === approval && at >= one.expiresAt)) return [];
  const listed = open.filter((one) => one.approval !== approval);
  const key = facets.approval(approval);
  const asked = view.get(facets.asked(session)) ?? [];
  const left = asked.filter((one) => one.approval !== approval);
  return [
    set(facets.openApprovals, listed),
    ...(view.get(key) === undefined ? [] : [drop(key)]),
    ...(left.length === asked.length ? [] : [set(facets.asked(session), left)]),
  ];
}

/** For the cards of those who are asked the next time. */
function remembered(
  view: View,
  { tool, from }: Approval,
  { verdict, person, policies }: BodyOf<'approval.decided'>,
  at: number,
): readonly Change[] {
  if (tool === undefined || policies.length === 0) return [];
  const key = facets.answered(from.agent);
  return [set(key, withAnswer(view.get(key) ?? [], policies, tool, { verdict, person, at }))];
}

function nowStanding(
  view: View,
  approval: string,
  { standing, from }: Approval,
  at: number,
): readonly Change[] {
  if (standing === undefined) return [];
  const key = facets.standing(from.task);
  const before = view.get(key) ?? [];
  return [
    ...before.filter(({ until }) => at >= until).map((one) => drop(facets.approval(one.approval))),
    set(key, [...before.filter(({ until }) => at < until), { approval, until: standing.until }]),
    ...askedWithout(view, from.session, [approval]),
  ];
}

function askedWithout(view: View, session: string, approvals: readonly string[]): readonly Change[] {
  const asked = view.get(facets.asked(session)) ?? [];
  const left = asked.filter((one) => !approvals.includes(one.approval));
  return left.length === asked.length ? [] : [set(facets.asked(session), left)];
}

/** With the decision that rests on it, so that no other can. Only what may take effect consumes anything. */
export function consumed(
  view: View,
  { who, lifts, open }: Pick<BodyOf<'decision'>, 'who' | 'lifts'> & { readonly open?: unknown },
  at: number,
): readonly Change[] {
  if (open === undefined || !('session' in who)) return [];
  const used = new Set(lifts.flatMap(({ via, glass }) => (via === undefined || glass === true ? [] : [via])));
  const gone: string[] = [];
  const changes: Change[] = [];
  for (const approval of used) {
    const key = facets.approval(approval);
    const before = view.get(key);
    const stepped =
      before === undefined ? undefined : step(before, { kind: 'consume', matter: before.matter, at });
    if (before === undefined || stepped?.ok !== true) continue;
    if (stepped.value.status !== 'consumed') changes.push(set(key, stepped.value));
    else {
      gone.push(approval);
      changes.push(drop(key));
      if (before.standing !== undefined) {
        const standing = facets.standing(before.from.task);
        const left = (view.get(standing) ?? []).filter((one) => one.approval !== approval);
        changes.push(set(standing, left));
      }
    }
  }
  return gone.length === 0 ? changes : [...changes, ...askedWithout(view, who.session, gone)];
}

export function glassAsked(
  view: View,
  event: BodyOf<'break_glass.requested'>,
  at: number,
): readonly Change[] {
  const { approval, agent, task, matter, card, asks, expiresAt, group, reason, forMs } = event;
  const key = facets.approval(approval);
  const before = view.get(facets.glass(task));
  const isOpen = before?.status === 'open' && at < before.until;
  if (isOpen || view.get(key) !== undefined) return [];
  const from = { agent, task, session: '' };
  return [
    ...(before?.status === 'asked' ? [drop(facets.approval(before.id))] : []),
    set(
      key,
      requested({ from, matter, card: card.digest, asks, expiresAt }, { glass: { group, reason, forMs } }),
    ),
    set(facets.glass(task), { status: 'asked', id: approval, expiresAt }),
  ];
}

export function glassOpened(view: View, event: BodyOf<'break_glass.opened'>): readonly Change[] {
  const { glass: id, agent, task, group, people, until } = event;
  const before = view.get(facets.glass(task));
  if (before?.status !== 'asked' || before.id !== id) return [];
  return [
    drop(facets.approval(id)),
    set(facets.glass(task), { status: 'open', id, agent, group, people, until }),
  ];
}

export function glassClosed(
  view: View,
  { glass: id, task }: BodyOf<'break_glass.closed'>,
): readonly Change[] {
  const before = view.get(facets.glass(task));
  if (before === undefined || before.id !== id || before.status === 'closed') return [];
  return [
    ...(before.status === 'asked' ? [drop(facets.approval(id))] : []),
    set(facets.glass(task), { status: 'closed', id }),
  ];
}
