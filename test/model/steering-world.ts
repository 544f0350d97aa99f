// SPDX-License-Identifier: Apache-2.0
/**
 * Two nodes on one store, an agent and one that works under it, an operator who ends, holds and lets go, and time: every
 * state, and every move out of it.
 *
 * What was really ended, held and begun is kept beside (`told`) by this file and by nothing of src; each thing that begins
 * is held against it.
 */
import type { EventBody } from '../../src/core/record/event.ts';
import {
  type Act,
  type Attempt,
  beginning,
  type Call,
  decide,
  type Facets,
  folded,
  isCurrent,
  isStoppedBy,
  lifeTicks,
  type Parts,
  released,
  scopes,
  startChild,
  type Who,
} from './steering-parts.ts';
import type { Step } from './walk.ts';

const by = { author: 'local:o', reason: '' };
const revoked = (scope: 'agent' | 'task' | 'session' | 'token' | 'tool', target: string): EventBody => ({
  ...{ type: 'revoked', scope, target, reason: '' },
});
const hold = (
  scope: 'agent' | 'task' | 'all',
  target: string,
  kind: 'pause' | 'quarantine',
  calls: 'finish' | 'abort',
): EventBody => ({ ...{ type: 'hold.set', scope, target, hold: kind, calls }, ...by });

interface CutRule {
  readonly event: EventBody;
  readonly covers: (who: Who, act: Act) => boolean;
  /** What runs is stopped as well. */
  readonly aborts: boolean;
  /** What undoes it; absent where nothing does. */
  readonly lift?: EventBody;
}

const everything = () => true;
const ofChild = (who: Who) => who === 'child';
const ofParent = (who: Who) => who === 'parent';
const sending = (_who: Who, act: Act) => act === 'send';
const lifting = (
  scope: 'agent' | 'task' | 'all',
  target: string,
  kind: 'pause' | 'quarantine',
): EventBody => ({
  ...{ type: 'hold.lifted', scope, target, hold: kind },
  ...by,
});

/** What the operator may do, and what it means: written here by hand, from docs/steering.md. */
export const cuts = {
  'revoke the agent': { event: revoked('agent', 'a'), covers: everything, aborts: true },
  'revoke the agent below': { event: revoked('agent', 'b'), covers: ofChild, aborts: true },
  'revoke the task': { event: revoked('task', 't'), covers: everything, aborts: true },
  'revoke the session': { event: revoked('session', 's'), covers: ofParent, aborts: true },
  'revoke the token': { event: revoked('token', 'k-p'), covers: ofParent, aborts: true },
  'revoke the tool': { event: revoked('tool', 'mail/send_mail'), covers: sending, aborts: true },
  'end the task': {
    event: { type: 'task.ended', task: 't', reason: '' },
    covers: everything,
    aborts: true,
  },
  'sweep the agent': {
    event: {
      ...{ type: 'swept', filter: { agent: 'a', since: 0 } },
      ...{ ended: { agents: 0, tasks: 0, sessions: 0, calls: 0 }, ...by },
    },
    covers: everything,
    aborts: true,
  },
  'pause the agent': {
    event: hold('agent', 'a', 'pause', 'finish'),
    covers: everything,
    aborts: false,
    lift: lifting('agent', 'a', 'pause'),
  },
  'quarantine the task': {
    event: hold('task', 't', 'quarantine', 'abort'),
    covers: sending,
    aborts: true,
    lift: lifting('task', 't', 'quarantine'),
  },
  'stop all': {
    event: hold('all', 'default', 'pause', 'abort'),
    covers: everything,
    aborts: true,
    lift: lifting('all', 'default', 'pause'),
  },
} as const satisfies Record<string, CutRule>;
export type Cut = keyof typeof cuts;
const ruleOf = (cut: Cut): CutRule => cuts[cut];

export interface Happenings {
  readonly cuts?: readonly Cut[];
  readonly lifts?: number;
  readonly ticks?: number;
  readonly crash?: number;
  /** A child may be started while it all goes on. */
  readonly child?: 'fits' | 'wide';
  /** It runs from the start, with this scope, whoever let it. */
  readonly runs?: 'fits' | 'wide';
  readonly acts?: readonly Act[];
}

interface Node {
  readonly view: Facets;
  /** So many of the operator's acts it has heard of. */
  readonly heard: number;
  readonly plan?: { readonly who: Who; readonly act: Act; readonly attempt: Attempt; readonly tick: number };
  readonly child?: { readonly attempt: Attempt; readonly tick: number };
  readonly call?: Call;
}

interface Told {
  readonly cuts: readonly { readonly cut: Cut; readonly tick: number; readonly lifted: boolean }[];
  readonly acts: readonly EventBody[];
  readonly begun: readonly string[];
}

export interface World {
  readonly tick: number;
  readonly head: Facets;
  readonly nodes: readonly [Node, Node];
  readonly asksLeft: number;
  readonly asked: number;
  readonly cutsLeft: readonly Cut[];
  readonly left: { readonly lifts: number; readonly ticks: number; readonly crash: number };
  readonly told: Told;
}

export interface Memory {
  attempt(key: string, make: () => Attempt): Attempt;
  idOf(view: Facets): number;
}

export function start(
  { cuts: mayCut = [], lifts = 0, ticks = 0, crash = 0, runs }: Happenings,
  asks: number,
): World {
  const head = beginning(runs === undefined ? undefined : scopes[runs]);
  const node: Node = { view: head, heard: 0 };
  return {
    ...{ tick: 0, head, nodes: [node, node], asksLeft: asks, asked: 0 },
    ...{ cutsLeft: mayCut, left: { lifts, ticks, crash } },
    told: { cuts: [], acts: [], begun: [] },
  };
}

export function* moves(world: World, parts: Parts, memory: Memory, what: Happenings): Generator<Step<World>> {
  for (const n of [0, 1] as const) yield* ofNode(world, n, parts, memory, what);
  const { tick, left } = world;
  if (left.ticks > 0)
    yield { name: 'tick', to: { ...world, tick: tick + 1, left: { ...left, ticks: left.ticks - 1 } } };
  for (const cut of world.cutsLeft) {
    const told = { ...world.told, cuts: [...world.told.cuts, { cut, tick, lifted: false }] };
    const cutsLeft = world.cutsLeft.filter((one) => one !== cut);
    yield { name: cut, to: written({ ...world, told, cutsLeft }, ruleOf(cut).event, parts) };
  }
  for (const one of left.lifts > 0 ? world.told.cuts : []) {
    const { lift } = ruleOf(one.cut);
    if (lift === undefined || one.lifted) continue;
    const all = world.told.cuts.map((each) => (each === one ? { ...one, lifted: true } : each));
    const to = { ...world, told: { ...world.told, cuts: all }, left: { ...left, lifts: left.lifts - 1 } };
    yield { name: `lift: ${one.cut}`, to: written(to, lift, parts) };
  }
}

function written(world: World, event: EventBody, parts: Parts): World {
  const acts = [...world.told.acts, event];
  return { ...world, head: folded(parts, world.head, [event], world.tick), told: { ...world.told, acts } };
}

function* ofNode(
  world: World,
  n: 0 | 1,
  parts: Parts,
  memory: Memory,
  what: Happenings,
): Generator<Step<World>> {
  const node = world.nodes[n];
  const { tick, left } = world;
  if (node.plan === undefined && (node.call === undefined || node.call.done) && world.asksLeft > 0)
    for (const who of ['parent', 'child'] as const)
      for (const act of what.acts ?? ['send']) {
        const plan = { who, act, attempt: deciding(world, node.view, who, act, parts, memory), tick };
        const { call: _over, ...rest } = node;
        yield {
          name: `${who} asks to ${act} at ${n}`,
          to: { ...put(world, n, { ...rest, plan }), asksLeft: world.asksLeft - 1, asked: world.asked + 1 },
        };
      }
  if (node.plan !== undefined) yield committed(world, n, node.plan, parts, memory);
  if (what.child !== undefined && node.child === undefined && !world.told.begun.includes('the child')) {
    const scope = what.child;
    const attempt = memory.attempt(`child ${memory.idOf(node.view)} ${tick}`, () =>
      startChild(parts, node.view, scopes[scope], tick),
    );
    if (attempt.allowed)
      yield { name: `start the child at ${n}`, to: put(world, n, { ...node, child: { attempt, tick } }) };
  }
  if (node.child !== undefined) yield childCommitted(world, n, node.child, parts, what.child ?? 'fits');
  if (node.view !== world.head)
    yield { name: `fold at ${n}`, to: put(world, n, caughtUp(world, node, parts)) };
  if (node.call !== undefined && !node.call.done) yield begins(world, n, node.call, parts);
  if (left.crash > 0) {
    const { call } = node;
    const repeats = parts.crashRepeats && call !== undefined ? { call: { ...call, done: false } } : {};
    const after: Node = { view: world.head, heard: world.told.acts.length, ...repeats };
    yield {
      name: `crash of ${n}`,
      to: { ...put(world, n, after), left: { ...left, crash: left.crash - 1 } },
    };
  }
}

function deciding(world: World, view: Facets, who: Who, act: Act, parts: Parts, memory: Memory): Attempt {
  const key = `${memory.idOf(view)} ${who} ${act} ${world.tick}`;
  return memory.attempt(key, () => decide(parts, view, who, act, world.tick));
}

/** Folds what it missed, and stops what that takes the ground from. */
function caughtUp(world: World, node: Node, parts: Parts): Node {
  const { head: view, tick, told } = world;
  const { call } = node;
  const news = told.acts.slice(node.heard);
  const stopped = call !== undefined && news.some((event) => isStoppedBy(parts, call, event, view, tick));
  return {
    ...node,
    view,
    heard: told.acts.length,
    ...(call === undefined ? {} : { call: { ...call, stopped: call.stopped || stopped } }),
  };
}

function committed(
  world: World,
  n: 0 | 1,
  plan: NonNullable<Node['plan']>,
  parts: Parts,
  memory: Memory,
): Step<World> {
  const node = world.nodes[n];
  const { who, act, attempt } = plan;
  const { plan: _plan, ...rest } = node;
  if (!attempt.allowed) return { name: `deny at ${n}`, to: put(world, n, rest) };
  if (!isCurrent(world.head, attempt.expected)) {
    const caught = caughtUp(world, rest, parts);
    const again = {
      who,
      act,
      attempt: deciding(world, caught.view, who, act, parts, memory),
      tick: world.tick,
    };
    return { name: `conflict at ${n}`, to: put(world, n, { ...caught, plan: again }) };
  }
  const wrong = whyNot(world, who, act, plan.tick);
  if (wrong !== undefined) return { wrong: `allowed ${wrong}` };
  const call: Call = { id: `${world.asked}${n}`, who, act, tick: plan.tick, stopped: false, done: false };
  // It was opened when it was decided, so what came since and is no part of its ground has been heard with it.
  return { name: `allow at ${n}`, to: put(world, n, { ...caughtUp(world, rest, parts), call }) };
}

/** Against what was really ended, held and handed on. */
function whyNot({ told }: World, who: Who, act: Act, tick: number): string | undefined {
  const cut = told.cuts.find((one) => !one.lifted && ruleOf(one.cut).covers(who, act));
  if (cut !== undefined) return `after: ${cut.cut}`;
  if (tick >= lifeTicks) return 'after its time';
  return act === 'read other' ? 'though its parent may not' : undefined;
}

function childCommitted(
  world: World,
  n: 0 | 1,
  { attempt, tick }: NonNullable<Node['child']>,
  parts: Parts,
  scope: 'fits' | 'wide',
): Step<World> {
  const { child: _child, ...rest } = world.nodes[n];
  if (!isCurrent(world.head, attempt.expected) || world.told.begun.includes('the child'))
    return { name: `the child is not started at ${n}`, to: put(world, n, caughtUp(world, rest, parts)) };
  // A hold ends nothing: under it a task may be started, and waits.
  const over = world.told.cuts.find(({ cut }) => {
    const { lift, covers } = ruleOf(cut);
    return lift === undefined && covers('parent', 'read') && covers('child', 'read');
  });
  if (over !== undefined) return { wrong: `a child was started after: ${over.cut}` };
  if (scope === 'wide') return { wrong: 'a child was given more than its parent has' };
  const head = folded(parts, world.head, attempt.events, tick);
  const told = { ...world.told, begun: [...world.told.begun, 'the child'] };
  return { name: `the child starts at ${n}`, to: put({ ...world, head, told }, n, rest) };
}

function begins(world: World, n: 0 | 1, call: Call, parts: Parts): Step<World> {
  const { told, tick } = world;
  const node = world.nodes[n];
  const verdict = released(parts, call, node.view, tick);
  if (verdict !== 'go') {
    const { call: _closed, ...rest } = node;
    return { name: `closed at ${n}`, to: put(world, n, rest) };
  }
  if (told.begun.includes(call.id)) return { wrong: 'begun twice' };
  const late = told.cuts.find(
    (one) => !one.lifted && tick > one.tick + 1 && ruleOf(one.cut).covers(call.who, call.act),
  );
  if (late !== undefined) return { wrong: `begun after the time to learn of: ${late.cut}` };
  if (tick > lifeTicks) return { wrong: 'begun after its parent was over' };
  const begun = [...told.begun, call.id];
  return {
    name: `begun at ${n}`,
    to: put({ ...world, told: { ...told, begun } }, n, { ...node, call: { ...call, done: true } }),
  };
}

/** What must hold of every state: whoever has heard of it has stopped what it ends. */
export function wrongIn({ nodes, told }: World): string | undefined {
  for (const { call, heard } of nodes) {
    if (call === undefined || call.stopped || heard < told.acts.length) continue;
    const cut = told.cuts.find((one) => {
      const { covers, aborts } = ruleOf(one.cut);
      return !one.lifted && covers(call.who, call.act) && (aborts || !call.done);
    });
    if (cut !== undefined) return `goes on after: ${cut.cut}`;
  }
  return undefined;
}

export function begunIn({ told, asked }: World): number {
  return Math.min(asked, told.begun.filter((one) => one !== 'the child').length);
}

export function keyOf(world: World, memory: Memory, attemptId: (attempt: Attempt) => number): string {
  const nodeKey = ({ view, heard, plan, child, call }: Node): string =>
    [
      ...[memory.idOf(view), heard],
      plan === undefined ? '' : `${plan.who} ${plan.act} ${attemptId(plan.attempt)} ${plan.tick}`,
      child === undefined ? '' : `${attemptId(child.attempt)} ${child.tick}`,
      // Which one it is says nothing but whether it has begun before.
      call === undefined
        ? ''
        : `${call.who} ${call.act} ${call.tick} ${call.stopped} ${call.done} ${world.told.begun.includes(call.id)}`,
    ].join(';');
  const { tick, head, nodes, asksLeft, cutsLeft, left, told } = world;
  const { cuts: cutsTold, acts, begun } = told;
  return [
    memory.idOf(head),
    // Which of the two nodes is which makes no difference.
    ...nodes.map(nodeKey).sort(),
    ...[tick, asksLeft, cutsLeft.join(), Object.values(left).join()],
    ...[JSON.stringify(cutsTold), JSON.stringify(acts), begun.length, begun.includes('the child')],
  ].join('|');
}

function put(world: World, n: 0 | 1, node: Node): World {
  return { ...world, nodes: n === 0 ? [node, world.nodes[1]] : [world.nodes[0], node] };
}
