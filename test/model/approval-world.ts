// SPDX-License-Identifier: Apache-2.0
/**
 * Two nodes on one store, an agent, two approvers, an operator and time: every state, and every move out of it.
 *
 * A node decides on what it has folded, which may be behind; the store takes what it wrote only if what it read still
 * stands. What people really said, about what, is kept beside (`told`) by this file and by nothing of src, and each
 * effect is held against it.
 */

import { createHead } from '../../src/core/state/head.ts';
import { glassTicks } from './approval-instead.ts';
import { ofMakers } from './approval-makers.ts';
import {
  type Attempt,
  approversEvent,
  beginning,
  decide,
  expiresTicks,
  type Facets,
  folded,
  isCurrent,
  type Parts,
  type People,
  policyEvent,
  revocation,
  statusIn,
  tickMs,
  vote,
  withLabels,
} from './approval-parts.ts';
import { askedNow, type Told, unjustified } from './approval-told.ts';

/** What may happen besides asking, voting and doing, and how often. */
export interface Happenings {
  readonly operand?: number;
  /** What a call names is rewritten, its arguments are what they were. */
  readonly file?: number;
  readonly policy?: number;
  readonly labels?: number;
  readonly people?: number;
  readonly revoke?: number;
  readonly crash?: number;
  readonly refuse?: number;
  readonly ticks?: number;
  /** What people make of requests, and breaking the glass. */
  readonly edit?: number;
  readonly standing?: number;
  readonly glass?: number;
  readonly close?: number;
}

interface Node {
  readonly view: Facets;
  /** Decided, and not yet taken by the store. */
  readonly plan?: {
    readonly attempt: Attempt;
    readonly amount: number;
    readonly tick: number;
    /** As it was looked at, before it was decided. */
    readonly file: number;
  };
  /** Allowed, and not yet released. */
  readonly call?: {
    readonly approval: string | undefined;
    readonly tick: number;
    readonly file: number;
    readonly stopped: boolean;
    readonly done: boolean;
  };
  /** Somebody is told to wait, and does not listen yet. */
  readonly toWait?: string;
  readonly sleeper?: { readonly approval: string; readonly awake: boolean };
}

export interface World {
  readonly tick: number;
  readonly head: Facets;
  readonly nodes: readonly [Node, Node];
  readonly amount: number;
  readonly file: number;
  readonly policy: number;
  readonly labels: boolean;
  readonly people: People;
  readonly asksLeft: number;
  readonly left: Required<Happenings>;
  readonly told: Told;
}

export type Move = { readonly name: string; readonly to: World } | { readonly wrong: string };

export function start(happenings: Happenings, asks: number): World {
  const head = beginning();
  const node: Node = { view: head };
  return {
    tick: 0,
    head,
    nodes: [node, node],
    amount: 1,
    file: 1,
    policy: 1,
    labels: false,
    people: 'all',
    asksLeft: asks,
    left: {
      operand: 0,
      file: 0,
      policy: 0,
      labels: 0,
      people: 0,
      revoke: 0,
      crash: 0,
      refuse: 0,
      ticks: 0,
      edit: 0,
      standing: 0,
      glass: 0,
      close: 0,
      ...happenings,
    },
    told: {
      ...{ requests: {}, replaced: [], opened: {}, closed: [] },
      ...{ votes: [], refused: [], used: [], done: [] },
    },
  };
}

export interface Memory {
  /** Deciding is pure: the same on the same state. */
  attempt(key: string, make: () => Attempt): Attempt;
  idOf(view: Facets): number;
}

export function* moves(world: World, parts: Parts, memory: Memory): Generator<Move> {
  for (const n of [0, 1] as const) yield* ofNode(world, n, parts, memory);
  yield* ofPeople(world, parts, memory);
  yield* ofMakers(world, parts, memory);
  yield* ofOthers(world, parts);
}

function* ofNode(world: World, n: 0 | 1, parts: Parts, memory: Memory): Generator<Move> {
  const node = world.nodes[n];
  const other = {
    plan: node.plan === undefined,
    wait: node.toWait === undefined && node.sleeper === undefined,
  };
  // The agent has one call at a time at each node.
  const idle = other.plan && other.wait && (node.call === undefined || node.call.done);
  if (idle && world.asksLeft > 0)
    yield {
      name: `ask at ${n}`,
      to: { ...put(world, n, planned(world, node, parts, memory)), asksLeft: world.asksLeft - 1 },
    };
  if (node.plan !== undefined) yield committed(world, n, parts, memory);
  if (node.view !== world.head)
    yield { name: `fold at ${n}`, to: put(world, n, caughtUp(world, node, parts)) };
  if (node.toWait !== undefined) {
    const { toWait, ...rest } = node;
    const awake = became(world, node.view, toWait, parts) !== 'requested';
    yield { name: `listen at ${n}`, to: put(world, n, { ...rest, sleeper: { approval: toWait, awake } }) };
  }
  if (node.sleeper !== undefined && (node.sleeper.awake || isOver(world, node.sleeper.approval)))
    yield woken(world, n, node.sleeper.approval, parts, memory);
  if (node.call !== undefined && !node.call.done) yield released(world, n, parts);
  if (world.left.crash > 0) {
    const repeats =
      parts.crashRepeats && node.call !== undefined ? { call: { ...node.call, done: false } } : {};
    yield {
      name: `crash of ${n}`,
      to: {
        ...put(world, n, { view: world.head, ...repeats }),
        left: { ...world.left, crash: world.left.crash - 1 },
      },
    };
  }
}

/** What a node makes of a request that it was told of. */
function became(world: World, view: Facets, approval: string, parts: Parts) {
  const expiresAt = (world.told.requests[approval]?.expires ?? 0) * tickMs;
  const status = parts.statusOf(createHead(view), { approval, expiresAt }, world.tick * tickMs);
  // Whoever waits has heard of it: what is folded is told.
  return status === 'consumed' && world.told.replaced.includes(approval) ? 'replaced' : status;
}

/** Decides again, but for what can come to nothing: that is told, and people are not asked by somebody who only waited. */
function woken(world: World, n: 0 | 1, approval: string, parts: Parts, memory: Memory): Move {
  const { sleeper: _woken, ...rest } = world.nodes[n];
  switch (became(world, rest.view, approval, parts)) {
    case 'consumed':
      if (parts.looksAtTold && !world.told.used.includes(approval))
        return { wrong: 'told that it is used up, and it is not' };
      return { name: `used, at ${n}`, to: put(world, n, rest) };
    case 'expired':
      if (parts.looksAtTold && !isOver(world, approval))
        return { wrong: 'told that its time is over, and it is not' };
      return { name: `expired, at ${n}`, to: put(world, n, rest) };
    default:
      return { name: `wake at ${n}`, to: put(world, n, planned(world, rest, parts, memory)) };
  }
}

/** A timer is set to its end. */
function isOver(world: World, approval: string): boolean {
  return world.tick >= (world.told.requests[approval]?.expires ?? 0);
}

/** @param file as it was looked at before; looked at now where it was not */
function planned(world: World, node: Node, parts: Parts, memory: Memory, file = world.file): Node {
  const { amount, tick } = world;
  const fresh = `a${Object.keys(world.told.requests).length}`;
  const key = `${memory.idOf(node.view)} ${amount} ${tick} ${fresh} ${file}`;
  const attempt = memory.attempt(key, () => decide(parts, node.view, amount, tick, fresh, file));
  return { ...node, plan: { attempt, amount, tick, file } };
}

function caughtUp(world: World, node: Node, parts: Parts): Node {
  const view = world.head;
  const { call, sleeper } = node;
  const stopped = parts.learnsOfRevocation && world.told.revokedAt !== undefined;
  return {
    ...node,
    view,
    ...(call === undefined ? {} : { call: { ...call, stopped: call.stopped || stopped } }),
    ...(sleeper === undefined
      ? {}
      : {
          sleeper: {
            ...sleeper,
            awake: sleeper.awake || became(world, view, sleeper.approval, parts) !== 'requested',
          },
        }),
  };
}

function committed(world: World, n: 0 | 1, parts: Parts, memory: Memory): Move {
  const node = world.nodes[n];
  const { plan, ...rest } = node;
  if (plan === undefined) return { wrong: 'nothing to commit' };
  const { attempt, amount } = plan;
  const taken = isCurrent(world.head, attempt.expected);
  // Missed something: fold it, decide again.
  if (!taken || (attempt.events.some(isRequest) && isTaken(world, attempt.approval)))
    return {
      name: `conflict at ${n}`,
      // Looked at once, however often it is decided.
      to: put(world, n, planned(world, caughtUp(world, rest, parts), parts, memory, plan.file)),
    };
  const head = folded(parts, world.head, attempt.events, plan.tick);
  const after = { ...world, head };
  const caught = caughtUp(after, rest, parts);
  switch (attempt.answer) {
    case 'deny':
      return { name: `deny at ${n}`, to: put(after, n, attempt.events.length === 0 ? rest : caught) };
    case 'pending': {
      const { approval = '' } = attempt;
      const told = attempt.events.some(isRequest)
        ? {
            ...world.told,
            requests: {
              ...world.told.requests,
              [approval]: askedNow({ ...world, file: plan.file }, 'call', amount, plan.tick + expiresTicks),
            },
          }
        : world.told;
      const waits = attempt.events.length === 0 ? rest : caught;
      return { name: `pending at ${n}`, to: put({ ...after, told }, n, { ...waits, toWait: approval }) };
    }
    case 'allow': {
      const wrong = unjustified(
        world,
        attempt.approval,
        amount,
        attempt.amount ?? amount,
        plan.file,
        plan.tick,
      );
      if (wrong !== undefined) return { wrong };
      const used = [...world.told.used, attempt.approval ?? ''];
      const { tick, file } = plan;
      const call = { approval: attempt.approval, tick, file, stopped: false, done: false };
      return {
        name: `allow at ${n}`,
        to: put({ ...after, told: { ...world.told, used } }, n, { ...caught, call }),
      };
    }
  }
}

function isRequest({ type }: { readonly type: string }): boolean {
  return type === 'approval.requested';
}

/** Ids are drawn from so many that two nodes never make up the same one. Here they would. */
function isTaken(world: World, approval: string | undefined): boolean {
  return approval !== undefined && world.told.requests[approval] !== undefined;
}

function released(world: World, n: 0 | 1, parts: Parts): Move {
  const node = world.nodes[n];
  const { call, ...rest } = node;
  if (call === undefined) return { wrong: 'nothing to release' };
  const isStale = world.tick - call.tick > parts.releaseBy;
  const isOther = parts.looksAgain && call.file !== world.file;
  if (call.stopped || isStale || isOther) return { name: `closed at ${n}`, to: put(world, n, rest) };
  const { told } = world;
  const approval = call.approval ?? '';
  const count = (list: readonly string[]) => list.filter((one) => one === approval).length;
  if (count(told.done) >= count(told.used)) return { wrong: 'done twice' };
  if (told.requests[approval]?.file !== world.file) return { wrong: 'done with another file' };
  if (told.revokedAt !== undefined && world.tick > told.revokedAt + 1)
    return { wrong: 'begun after a revocation and the time to learn of it' };
  const done = [...told.done, approval];
  return {
    name: `done at ${n}`,
    to: put({ ...world, told: { ...told, done } }, n, { ...rest, call: { ...call, done: true } }),
  };
}

function* ofPeople(world: World, parts: Parts, memory: Memory): Generator<Move> {
  const { told } = world;
  for (const [approval, { is }] of Object.entries(told.requests)) {
    for (const name of ['ana', 'ben']) {
      const times = told.votes.filter((one) => one === `${name} ${approval}`).length;
      // Who is first makes no difference to a glass.
      const isLater = name === 'ben' && !told.votes.includes(`ana ${approval}`);
      if (is === 'glass' && (times > 0 || isLater)) continue;
      // Twice each: the second must not count.
      if (times < 2 && !(name === 'ben' && times > 0))
        yield* voted(world, name, approval, 'approve', parts, memory);
    }
    if (world.left.refuse > 0 && !told.refused.includes(approval))
      for (const move of voted(world, 'eve', approval, 'refuse', parts, memory))
        yield 'wrong' in move
          ? move
          : { ...move, to: { ...move.to, left: { ...world.left, refuse: world.left.refuse - 1 } } };
  }
}

/** At the first node; what it has not folded it folds and tries again, as on a conflict. */
function* voted(
  world: World,
  name: string,
  approval: string,
  verdict: 'approve' | 'refuse',
  parts: Parts,
  memory: Memory,
): Generator<Move> {
  const { tick, told } = world;
  const on = (view: Facets) =>
    memory.attempt(`${memory.idOf(view)} ${name} ${approval} ${verdict} ${tick}`, () =>
      vote(parts, view, name, approval, verdict, tick),
    );
  let attempt = on(world.nodes[0].view);
  if (!isCurrent(world.head, attempt.expected)) attempt = on(world.head);
  if (attempt.answer !== 'allow') return;
  const head = folded(parts, world.head, attempt.events, tick);
  const isOpened = attempt.events.some(({ type }) => type === 'break_glass.opened');
  const after =
    verdict === 'approve'
      ? {
          ...told,
          votes: [...told.votes, `${name} ${approval}`].sort(),
          ...(isOpened ? { opened: { ...told.opened, [approval]: tick + glassTicks } } : {}),
        }
      : { ...told, refused: [...told.refused, approval].sort() };
  yield { name: `${name} says ${verdict}`, to: { ...world, head, told: after } };
}

function* ofOthers(world: World, parts: Parts): Generator<Move> {
  const { left, tick } = world;
  const spent = (what: keyof Happenings) => ({ left: { ...left, [what]: left[what] - 1 } });
  const writes = (event: Parameters<typeof folded>[2][number]) => ({
    head: folded(parts, world.head, [event], tick),
  });
  if (left.ticks > 0) yield { name: 'tick', to: { ...world, tick: tick + 1, ...spent('ticks') } };
  if (left.operand > 0)
    yield { name: 'operand', to: { ...world, amount: world.amount + 1, ...spent('operand') } };
  if (left.file > 0) yield { name: 'file', to: { ...world, file: world.file + 1, ...spent('file') } };
  if (left.policy > 0) {
    const policy = world.policy + 1;
    yield { name: 'policy', to: { ...world, policy, ...writes(policyEvent(policy)), ...spent('policy') } };
  }
  if (left.labels > 0)
    yield {
      name: 'labels',
      to: { ...world, labels: true, head: withLabels(world.head), ...spent('labels') },
    };
  if (left.people > 0) {
    const people = 'without ben';
    yield { name: 'people', to: { ...world, people, ...writes(approversEvent(people)), ...spent('people') } };
  }
  if (left.revoke > 0) {
    const told = { ...world.told, revokedAt: tick };
    yield { name: 'revoke', to: { ...world, told, ...writes(revocation), ...spent('revoke') } };
  }
}

/** What must hold of every state. */
export function wrongIn(world: World): string | undefined {
  for (const { view, sleeper } of world.nodes) {
    if (sleeper === undefined || sleeper.awake) continue;
    // It has heard of the decision, and who waits has not.
    if (statusIn(view, sleeper.approval) !== 'requested') return 'a wake-up was lost';
  }
  return undefined;
}

function put(world: World, n: 0 | 1, node: Node): World {
  return { ...world, nodes: n === 0 ? [node, world.nodes[1]] : [world.nodes[0], node] };
}
