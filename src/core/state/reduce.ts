// SPDX-License-Identifier: Apache-2.0
// What each event changes. The only place that knows; everything else folds.
import { isLower } from '../agent/autonomy.ts';
import { join, type Label, nothingRead, sameLabel } from '../label/label.ts';
import { declassified, endorsed } from '../label/lower.ts';
import { lowered } from '../label/stored.ts';
import type { BodyOf, EventBody } from '../record/event.ts';
import type { Reserve } from '../record/events/decision.ts';
import { withSeen } from '../session/seen.ts';
import { storedUnder } from '../session/stored.ts';
import { nextState } from '../task/admit.ts';
import { lineOf } from '../task/lineage.ts';
import {
  approvalAsked,
  approvalExpired,
  approvalVoted,
  consumed,
  glassAsked,
  glassClosed,
  glassOpened,
} from './approvals.ts';
import { type Change, set } from './change.ts';
import { deferralAsked, deferralCancelled, deferralConsumed, deferralsAfter } from './deferrals.ts';
import { facets, type View } from './facet.ts';
import { held, lifted, redecided, restored, revocation, sweep } from './holds.ts';
import { enrolled, passkeyUse, removed } from './passkeys.ts';
import { signalSaid, signalTakenBack } from './signals.ts';

export type { Change } from './change.ts';

type DecisionBody = BodyOf<'decision'>;
type ObservationBody = BodyOf<'observation'>;

interface FoldedDecision extends Pick<DecisionBody, 'type' | 'who' | 'first' | 'lifts'> {
  readonly deferral?: string | undefined;
  readonly request: Pick<DecisionBody['request'], 'action' | 'class'>;
  readonly open?: Pick<NonNullable<DecisionBody['open']>, 'reserves' | 'worst' | 'stores'> | undefined;
}

type FoldedObservation = Pick<ObservationBody, 'type' | 'decision' | 'status' | 'label'>;

/** What of an event can move anything. */
export type Folded =
  | FoldedDecision
  | FoldedObservation
  | Exclude<EventBody, { readonly type: 'decision' | 'observation' }>;

/**
 * The facets that an event moves, with their new values. A facet whose value stays the same is
 * not among them: its version must not move.
 *
 * @param id the record's id; @param at its time; @param node who wrote it
 * @param marks whether those are wanted that say by their version alone that something was done
 */
export function changes(
  view: View,
  event: Folded,
  id: string,
  at: number,
  node: string,
  marks = true,
): readonly Change[] {
  switch (event.type) {
    case 'agent.registered':
      return registered(view, event);
    case 'task.started':
      // Starting it again would give back what was spent and what was taken away.
      if (view.get(facets.task(event.task.id)) !== undefined) return [];
      return [
        set(facets.task(event.task.id), { ...event.task, status: 'active', hasPrompt: false }),
        ...event.task.budgets.map((budget) =>
          set(facets.budget(event.task.id, budget.name), { limit: budget.limit, reserved: 0, spent: 0 }),
        ),
        ...(event.task.scope?.workflow === undefined
          ? []
          : [set(facets.workflow(event.task.id), event.task.scope.workflow.start)]),
      ];
    case 'prompt.submitted': {
      const task = view.get(facets.task(event.task));
      if (task === undefined || task.hasPrompt || event.channel === 'agent-claimed') return [];
      return [set(facets.task(event.task), { ...task, hasPrompt: true })];
    }
    case 'session.started':
      if (view.get(facets.session(event.session)) !== undefined) return [];
      return [
        set(facets.session(event.session), {
          task: event.task,
          agent: event.agent,
          startedAt: at,
          status: 'active',
        }),
      ];
    case 'task.ended': {
      const task = view.get(facets.task(event.task));
      if (task === undefined || task.status !== 'active') return [];
      return [set(facets.task(event.task), { ...task, status: 'ended' })];
    }
    case 'revoked':
      return revocation(view, event, at);
    case 'swept':
      return sweep(view, event, at);
    case 'hold.set':
      return held(view, event, at);
    case 'hold.lifted':
      return lifted(view, event);
    case 'session.redecided':
      return redecided(view, event, at);
    case 'autonomy.set': {
      const agent = view.get(facets.agent(event.agent));
      const rises = agent !== undefined && !isLower(event.level, agent.autonomy);
      // A rule that says more than it may says nothing.
      if (agent === undefined || agent.autonomy === event.level || (event.rule !== undefined && rises))
        return [];
      return [set(facets.agent(event.agent), { ...agent, autonomy: event.level })];
    }
    case 'revocation.lifted':
      return restored(view, event);
    case 'policy.published':
      return [
        ...(view.get(facets.policy) === event.policy ? [] : [set(facets.policy, event.policy)]),
        ...undone(view, event, id),
      ];
    case 'candidate.published':
      return [set(facets.candidate, { policy: event.policy, record: id })];
    case 'candidate.withdrawn':
      // Never dropped: only what is named by a fresh id may be.
      return (view.get(facets.candidate) ?? null) === null ? [] : [set(facets.candidate, null)];
    case 'catalogue.published':
      return view.get(facets.catalogue) === event.catalogue ? [] : [set(facets.catalogue, event.catalogue)];
    case 'decision':
      return [
        ...opened(view, event, id, at, node),
        ...advanced(view, event),
        ...written(view, event, id),
        ...(marks ? asked(event, id) : []),
        ...used(view, event),
        ...consumed(view, event, at),
        ...deferralConsumed(view, event),
      ];
    case 'observation':
      return closed(view, event, id, marks);
    case 'approval.requested':
      return approvalAsked(view, event, at);
    case 'approval.decided':
      return [...approvalVoted(view, event, at), ...passkeyUse(view, event.passkey)];
    case 'approval.expired':
      return approvalExpired(view, event, at);
    case 'break_glass.requested':
      return glassAsked(view, event, at);
    case 'break_glass.opened':
      return glassOpened(view, event);
    case 'break_glass.closed':
      return glassClosed(view, event);
    case 'deferral.requested':
      return deferralAsked(view, event, at);
    case 'deferral.cancelled':
      return deferralCancelled(view, event, at);
    case 'approvers.published':
      return [
        ...(view.get(facets.approvers) === event.approvers ? [] : [set(facets.approvers, event.approvers)]),
        ...passkeyUse(view, event.passkey),
      ];
    case 'passkey.enrolled':
      return enrolled(view, event, at);
    case 'passkey.removed':
      return [...removed(view, event), ...passkeyUse(view, event.passkey)];
    case 'person.signed_in':
      return passkeyUse(view, event.passkey);
    case 'signals.published':
      return view.get(facets.signals) === event.signals ? [] : [set(facets.signals, event.signals)];
    case 'signal.set':
      return signalSaid(view, event, at);
    case 'signal.cleared':
      return signalTakenBack(view, event, at);
    case 'label.endorsed':
      return labelsLowered(view, event.of, (label) => endorsed(label, event));
    case 'label.declassified':
      return labelsLowered(view, event.of, (label) => declassified(label, event));
    case 'catalogue.accepted':
    case 'review.closed':
    case 'messages.published':
    case 'message.ended':
    case 'node.started':
      return [];
  }
}

function undone(view: View, { undoes }: BodyOf<'policy.published'>, id: string): readonly Change[] {
  if (undoes !== undefined) return [set(facets.undone, { texts: undoes, record: id })];
  return (view.get(facets.undone) ?? null) === null ? [] : [set(facets.undone, null)];
}

function registered(view: View, event: BodyOf<'agent.registered'>): readonly Change[] {
  const { agent, owner, autonomy, verifiedAt } = event;
  const before = view.get(facets.agent(agent));
  const same = before?.owner === owner && before.autonomy === autonomy && before.verifiedAt === verifiedAt;
  return same
    ? []
    : // Registered again it is what it was besides: revoked, paused.
      [set(facets.agent(agent), { status: 'active', ...before, owner, autonomy, verifiedAt })];
}

// Only what may take effect moves anything: a refused call leaves budgets and activity alone.
function opened(view: View, event: FoldedDecision, id: string, at: number, node: string): readonly Change[] {
  if (event.open === undefined || !('session' in event.who)) return [];
  const { agent, session, task } = event.who;
  const { action, class: of } = event.request;
  const { reserves, worst } = event.open;
  const activity = view.get(facets.activity(session)) ?? { calls: 0, lastAt: at };
  // It holds only what there is, so that closing it gives back what was taken.
  const held = total(reserves).flatMap((reserve) => {
    const { budget: name, units } = reserve;
    const key = facets.budget(reserve.task ?? task, name);
    const budget = view.get(key);
    if (budget === undefined) return [];
    return [
      {
        reserve,
        change: set(key, { ...budget, reserved: budget.reserved + units }),
      },
    ];
  });
  return [
    set(facets.call(id), {
      node,
      session,
      task,
      agent,
      action,
      class: of,
      reserves: held.map(({ reserve }) => reserve),
      worst,
    }),
    set(facets.activity(session), { calls: activity.calls + 1, lastAt: at }),
    ...held.map(({ change }) => change),
  ];
}

// At the decision, not at what came of it: two calls that are decided at once cannot both be the next step.
function advanced(view: View, { who, request, open }: FoldedDecision): readonly Change[] {
  if (open === undefined || !('session' in who)) return [];
  const workflow = view.get(facets.task(who.task))?.scope?.workflow;
  if (workflow === undefined) return [];
  const key = facets.workflow(who.task);
  const before = view.get(key);
  const after = nextState(workflow, before, request.class);
  return after === undefined || after === before ? [] : [set(key, after)];
}

// At the decision, and so before anybody can read it back.
function written(view: View, { who, request, open }: FoldedDecision, id: string): readonly Change[] {
  if (open?.stores === undefined || !('session' in who)) return [];
  const { store, items } = open.stores;
  const key = facets.stored(store);
  const before = view.get(key);
  const after = storedUnder(view, who.task, { store, items }, request.class, open.worst, id);
  return after === before ? [] : [set(key, after)];
}

function closed(view: View, event: FoldedObservation, id: string, marks: boolean): readonly Change[] {
  const key = facets.call(event.decision);
  const call = view.get(key);
  if (call === undefined) return [];
  const { task } = call;
  const gone: Change = { facet: key.name, value: undefined };
  if (task === undefined) return [gone];
  const spentUnits = event.status === 'unreleased' ? 0 : 1;
  const settled = call.reserves.flatMap((reserve) => {
    const key = facets.budget(reserve.task ?? task, reserve.budget);
    const budget = view.get(key);
    if (budget === undefined) return [];
    return [
      set(key, {
        ...budget,
        reserved: budget.reserved - reserve.units,
        spent: budget.spent + reserve.units * spentUnits,
      }),
    ];
  });
  // All of the line: what a child reads it may tell those above it, and nobody would see it.
  const labels =
    event.status === 'unreleased' ? [] : lineOf(view, task).flatMap((one) => read(view, one, event.label));
  const { session, agent, action, class: of } = call;
  const did =
    !marks || session === undefined || agent === undefined || action === undefined || of === undefined
      ? []
      : done(session, agent, action, of, id);
  const waited =
    event.status !== 'ok' || session === undefined || action === undefined
      ? []
      : deferralsAfter(view, session, action);
  return [gone, ...settled, ...labels, ...did, ...waited];
}

// Refused or not, it was asked, and conditions over history may count that. Moved without being read:
// it is nothing that the decision itself rests on.
function asked(event: FoldedDecision, id: string): readonly Change[] {
  const { who, request } = event;
  return 'session' in who && request.action !== ''
    ? done(who.session, who.agent, request.action, request.class, id)
    : [];
}

/**
 * What earlier builds marked as done, by the names that stand in their records: nothing rests on these any
 * more, and only who reads such records again needs them.
 */
export function earlierMarks(view: View, event: EventBody, id: string): readonly Change[] {
  const [agent, action] = actedIn(view, event);
  return agent === undefined || action === undefined || action === ''
    ? []
    : [{ facet: `did/agent/${agent}/${action}`, value: id }];
}

function actedIn(
  view: View,
  event: EventBody,
): readonly [agent?: string | undefined, action?: string | undefined] {
  if (event.type === 'decision' && 'session' in event.who) return [event.who.agent, event.request.action];
  const call = event.type === 'observation' ? view.get(facets.call(event.decision)) : undefined;
  return [call?.agent, call?.action];
}

/** What never took effect was never used. */
function used(view: View, { who, first, open }: FoldedDecision): readonly Change[] {
  if (first === undefined || open === undefined || !('agent' in who)) return [];
  const key = facets.seen(who.agent);
  const before = view.get(key);
  const after = withSeen(before, first);
  return after === before ? [] : [set(key, after)];
}

function done(session: string, agent: string, action: string, of: string, id: string): readonly Change[] {
  return [
    set(facets.didInSession(session), id),
    set(facets.didByAgent(agent), id),
    set(facets.didByAnybody(action), id),
    // No action of a catalogue is called like a class.
    ...(of === action ? [] : [set(facets.didByAnybody(of), id)]),
  ];
}

/** By a person's act and by nothing else. */
function labelsLowered(
  view: View,
  of: BodyOf<'label.endorsed'>['of'],
  lower: (label: Label) => Label,
): readonly Change[] {
  if ('task' in of) {
    const before = view.get(facets.labels(of.task));
    const after = before === undefined ? undefined : lower(before);
    return before === undefined || after === undefined || sameLabel(before, after)
      ? []
      : [set(facets.labels(of.task), after)];
  }
  const before = view.get(facets.stored(of.store));
  const after = lowered(before, of.item, lower);
  return after === undefined || after === before ? [] : [set(facets.stored(of.store), after)];
}

function read(view: View, task: string, label: Label): readonly Change[] {
  const before = view.get(facets.labels(task)) ?? nothingRead;
  const after = join(before, label);
  return sameLabel(before, after) ? [] : [set(facets.labels(task), after)];
}

/** One reserve for each budget, however often it is named. */
function total(reserves: readonly Reserve[]): readonly Reserve[] {
  const units = new Map<string, Reserve>();
  for (const one of reserves) {
    const key = JSON.stringify([one.task ?? null, one.budget]);
    units.set(key, { ...one, units: (units.get(key)?.units ?? 0) + one.units });
  }
  return [...units.values()];
}
