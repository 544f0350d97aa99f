// SPDX-License-Identifier: Apache-2.0
/**
 * How much people are asked, and how they answer: a fold over events, in memory that does not grow with them.
 *
 * Counts the requests that were asked while it was looking, and what became of them until it stopped; of an older one
 * nothing is counted. What counts as an answer is said by the state machine of approvals and by nothing here. Never looks
 * at contents, and judges nobody: a person who is quick may have seen the same card in another place.
 *
 * Source: docs/approvals.md, "How often people are asked"; docs/adr/0033-reviews-and-load.md.
 */
import { type Approval, requested, statusAt, step } from '../approval/approval.ts';
import type { Event, EventOf } from '../record/event.ts';
import { moreOf } from '../state/approvals.ts';
import { isNearlyAlways } from './rare.ts';
import { type Counts, createRows, noCounts, quickMs, type Row, rowOf, share } from './row.ts';

export interface Load {
  /** Of agents, each once: one that is made again while it waits, or because it was approved, is none. */
  readonly calls: number;
  /** That made a call. */
  readonly tasks: number;
  /** There were more tasks, or more requests at once, than are kept apart: figures say less than there was. */
  readonly overflowed: boolean;
  readonly asksPerTask: number | null;
  readonly asksPer100Calls: number | null;
  readonly total: Row;
  readonly rules: readonly Row[];
  readonly agents: readonly Row[];
  readonly people: readonly Row[];
  readonly suggestions: readonly Suggested[];
}

/** A rule that people nearly always answer in one way: then it need not ask. */
export interface Suggested {
  readonly write: 'policy' | 'deny';
  readonly rule: string;
  readonly text: string;
  readonly approved: number;
  readonly refused: number;
  /** Answers that count: requests that one person answered together, in one go, count once. */
  readonly judgements: number;
  /** Decisions that asked, the newest of each kind. */
  readonly approvedBy: readonly string[];
  readonly refusedBy: readonly string[];
}

export const loadLimits = {
  rows: 1000,
  tasks: 100_000,
  /** Requests that are looked after at once; the road lets 1000 wait. */
  followed: 20_000,
  /** Kept of a rule, for who wants to know what its calls have in common. */
  samples: 100,
} as const;

interface Followed {
  state: Approval;
  readonly at: number;
  readonly decision: string;
  isUsed: boolean;
  /** When the card was shown, by operator; since their last answer. */
  readonly shown: Map<string, number>;
}

/** How a rule was answered, apart from how often. */
interface Answers {
  approved: number;
  refused: number;
  yes: number;
  no: number;
  /** Who last settled one of its requests, and when. */
  last: string;
  readonly approvedBy: string[];
  readonly refusedBy: string[];
}

export interface LoadFold {
  take(event: Event): void;
  /** Once: what is left then waits, or is over by then. */
  told(now: number): Load;
}

export function createLoad(): LoadFold {
  const total = noCounts();
  const rules = createRows(loadLimits.rows);
  const agents = createRows(loadLimits.rows);
  const people = createRows(loadLimits.rows);
  const answered = new Map<string, Answers & { readonly rule: string; readonly text: string }>();
  const tasks = new Set<string>();
  const followed = new Map<string, Followed>();
  let calls = 0;
  let overflowed = false;

  /** Everybody whom a request is counted for, but people. */
  function rowsOf(state: Approval, policies?: readonly string[]): readonly Counts[] {
    const asks = state.asks.filter(({ policy }) => policies === undefined || policies.includes(policy));
    return [
      total,
      agents.of(state.from.agent),
      ...new Set(asks.map(({ policy, text }) => rules.of(policy, text))),
    ];
  }

  function answersOf(rule: string, text: string): Answers | undefined {
    const key = `${text} ${rule}`;
    const found = answered.get(key);
    if (found !== undefined || answered.size >= loadLimits.rows) return found;
    const made = { rule, text, approved: 0, refused: 0, yes: 0, no: 0, last: '' };
    const kept = { ...made, approvedBy: [], refusedBy: [] };
    answered.set(key, kept);
    return kept;
  }

  function over(approval: string, one: Followed): void {
    followed.delete(approval);
    if (one.state.status === 'requested') for (const row of rowsOf(one.state)) row.expired += 1;
  }

  function asked(event: EventOf<'approval.requested'>): void {
    if (followed.size >= loadLimits.followed)
      for (const [id, one] of followed) if (statusAt(one.state, event.at) === 'expired') over(id, one);
    if (followed.size >= loadLimits.followed) {
      overflowed = true;
      return;
    }
    const { agent, task, session, matter, card, asks, expiresAt, decision, at, instead } = event;
    const before = instead === undefined ? undefined : followed.get(instead.of);
    if (instead !== undefined && before?.state.status === 'requested') {
      followed.delete(instead.of);
      for (const row of rowsOf(before.state)) row.replaced += 1;
    }
    const from = { agent, task, session };
    const state = requested({ from, matter, card: card.digest, asks, expiresAt }, moreOf(event));
    followed.set(event.approval, { state, at, decision, isUsed: false, shown: new Map() });
    for (const row of rowsOf(state)) row.asked += 1;
  }

  function said(event: EventOf<'approval.decided'>): void {
    const { approval, verdict, person, operator, policies, card, reason, at } = event;
    const one = followed.get(approval);
    if (one === undefined) return;
    const stepped = step(
      one.state,
      verdict === 'approve'
        ? { kind: 'approve', person, card, policies, at }
        : { kind: 'refuse', person, card, message: reason, at },
    );
    if (!stepped.ok) return;
    const whose = people.of(person);
    const seenAt = one.shown.get(operator);
    one.shown.delete(operator);
    for (const row of [...rowsOf(one.state, policies), whose]) {
      row.answers += 1;
      if (seenAt === undefined) row.unshown += 1;
      else if (at - seenAt < quickMs) row.quick += 1;
    }
    whose[verdict === 'approve' ? 'approved' : 'refused'] += 1;
    whose.times.add(at - one.at);
    one.state = stepped.value;
    const { status } = one.state;
    if (status !== 'approved' && status !== 'refused') return;

    const decisive = status === 'approved' ? undefined : policies;
    for (const row of rowsOf(one.state, decisive)) {
      row[status] += 1;
      row.times.add(at - one.at);
    }
    for (const { policy, text } of one.state.asks)
      if (decisive === undefined || decisive.includes(policy))
        judged(answersOf(policy, text), status, `${at} ${person}`, one.decision);
    if (status === 'refused') followed.delete(approval);
  }

  function judged(
    answers: Answers | undefined,
    status: 'approved' | 'refused',
    by: string,
    decision: string,
  ): void {
    if (answers === undefined) return;
    answers[status] += 1;
    // Many that are answered in one go are one look, and may be many copies of one call.
    if (answers.last !== by) answers[status === 'approved' ? 'yes' : 'no'] += 1;
    answers.last = by;
    const kept = status === 'approved' ? answers.approvedBy : answers.refusedBy;
    kept.push(decision);
    if (kept.length > loadLimits.samples) kept.shift();
  }

  function decided(event: EventOf<'decision'>): void {
    const { who, request, pending, code, lifts, open, at } = event;
    if ('operator' in who) {
      const shown = request.method === 'record.read' ? approvalOf(request.resource.id) : undefined;
      const one = shown === undefined ? undefined : followed.get(shown);
      // The first time since they last answered: a page that looks again does not make anybody quick.
      if (one !== undefined && !one.shown.has(who.operator) && one.shown.size < maxOperators)
        one.shown.set(who.operator, at);
      return;
    }
    if (request.server === 'countersign') return;
    if (tasks.size < loadLimits.tasks) tasks.add(who.task);
    else if (!tasks.has(who.task)) overflowed = true;
    const again = pending === undefined || code !== 'pending_approval' ? undefined : followed.get(pending);
    const used = open === undefined ? [] : lifts.flatMap(viaOf);
    if (again !== undefined) for (const row of rowsOf(again.state)) row.coalesced += 1;
    else if (used.length === 0) calls += 1;
    for (const approval of new Set(used)) {
      const one = followed.get(approval);
      // What was allowed for a task lets calls through that nobody was asked about.
      if (one === undefined || one.isUsed) calls += 1;
      if (one === undefined) continue;
      const stepped = step(one.state, { kind: 'consume', matter: one.state.matter, at });
      if (!stepped.ok) continue;
      if (!one.isUsed) for (const row of rowsOf(one.state)) row.used += 1;
      one.isUsed = true;
      one.state = stepped.value;
      if (stepped.value.status === 'consumed') followed.delete(approval);
    }
  }

  return {
    take(event) {
      if (event.type === 'decision') decided(event);
      else if (event.type === 'approval.requested') asked(event);
      else if (event.type === 'approval.decided') said(event);
    },
    told(now) {
      for (const [id, one] of followed)
        if (statusAt(one.state, now) === 'expired') over(id, one);
        else if (one.state.status === 'requested') for (const row of rowsOf(one.state)) row.waiting += 1;
      return {
        calls,
        tasks: tasks.size,
        overflowed,
        asksPerTask: share(total.asked, tasks.size),
        asksPer100Calls: share(total.asked * 100, calls),
        total: rowOf('', total),
        rules: rules.told(),
        agents: agents.told(),
        people: people.told(),
        suggestions: [...answered.values()].flatMap(suggestion),
      };
    },
  };
}

/** The request that it rests on. An open glass is none: nobody was asked about this call. */
function viaOf({ via, glass }: EventOf<'decision'>['lifts'][number]): readonly string[] {
  return via === undefined || glass === true ? [] : [via];
}

/** Operators that looked at one request. */
const maxOperators = 64;

function approvalOf(resource: string): string | undefined {
  return resource.startsWith('approval/') ? resource.slice('approval/'.length) : undefined;
}

function suggestion({
  yes,
  no,
  last: _last,
  ...told
}: Answers & { readonly rule: string; readonly text: string }): readonly Suggested[] {
  const judgements = yes + no;
  if (isNearlyAlways(no, judgements)) return [{ write: 'policy', judgements, ...told }];
  if (isNearlyAlways(yes, judgements)) return [{ write: 'deny', judgements, ...told }];
  return [];
}
