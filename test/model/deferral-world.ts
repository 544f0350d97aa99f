// SPDX-License-Identifier: Apache-2.0
/**
 * Two nodes on one store, an agent that makes one call again and again and is held for it, a dependency that goes up and
 * down, an operator and time: every state, and every move out of it, breadth first.
 *
 * What really happened is kept beside (`told`) by this file and by nothing of src, and each effect is held against it.
 */
import { createHead } from '../../src/core/state/head.ts';
import {
  type Attempt,
  beginning,
  cancellation,
  decide,
  type Facets,
  folded,
  isCurrent,
  isWaiting,
  type Parts,
  registry,
  revocation,
  saidEvent,
  tickMs,
  timeoutTicks,
} from './deferral-parts.ts';

/** What may happen besides asking and doing, and how often. */
export interface Happenings {
  /** The dependency is up, or down again. */
  readonly flips?: number;
  /** What is said of it is good for one tick. */
  readonly brief?: boolean;
  readonly ticks?: number;
  readonly revoke?: number;
  readonly cancel?: number;
  readonly crash?: number;
}

interface Node {
  readonly view: Facets;
  /** Decided, and not yet taken by the store. */
  readonly plan?: { readonly attempt: Attempt; readonly tick: number; readonly resume?: string };
  /** Held, and not listening yet. */
  readonly toWait?: string;
  readonly sleeper?: { readonly place: string; readonly awake: boolean };
  /** Allowed and not done yet. */
  readonly call?: { readonly place?: string; readonly done: boolean };
}

interface Told {
  readonly isUp: boolean;
  /** Until that tick. */
  readonly upUntil: number;
  /** By place: when it was asked for. */
  readonly places: Readonly<Record<string, number>>;
  readonly used: readonly string[];
  readonly cancelled: readonly string[];
  readonly done: readonly string[];
  readonly revoked: boolean;
}

interface World {
  readonly tick: number;
  readonly head: Facets;
  readonly nodes: readonly [Node, Node];
  readonly asksLeft: number;
  readonly left: Required<Happenings>;
  readonly told: Told;
}

type Move = { readonly name: string; readonly to: World } | { readonly wrong: string };

function* moves(world: World, parts: Parts): Generator<Move> {
  for (const n of [0, 1] as const) yield* ofNode(world, n, parts);
  const { left, tick, told } = world;
  const spent = (what: 'flips' | 'ticks' | 'revoke' | 'cancel') => ({
    left: { ...left, [what]: left[what] - 1 },
  });
  const writes = (event: Parameters<typeof folded>[2][number]) => folded(parts, world.head, [event], tick);
  if (left.ticks > 0) yield { name: 'tick', to: { ...world, tick: tick + 1, ...spent('ticks') } };
  if (left.flips > 0) {
    const isUp = !told.isUp;
    const ticks = left.brief ? 1 : 100;
    const head = writes(saidEvent(isUp ? 'healthy' : 'down', ticks * tickMs));
    const to = { ...world, head, told: { ...told, isUp, upUntil: tick + ticks }, ...spent('flips') };
    yield { name: isUp ? 'up' : 'down', to };
  }
  if (left.revoke > 0)
    yield {
      name: 'revoke',
      to: { ...world, head: writes(revocation), told: { ...told, revoked: true }, ...spent('revoke') },
    };
  if (left.cancel > 0)
    for (const [place, since] of Object.entries(told.places)) {
      if (told.used.includes(place) || told.cancelled.includes(place) || tick >= since + timeoutTicks)
        continue;
      const cancelled = [...told.cancelled, place];
      yield {
        name: `cancel ${place}`,
        to: { ...world, head: writes(cancellation(place)), told: { ...told, cancelled }, ...spent('cancel') },
      };
    }
}

function* ofNode(world: World, n: 0 | 1, parts: Parts): Generator<Move> {
  const node = world.nodes[n];
  const isIdle =
    node.plan === undefined &&
    node.toWait === undefined &&
    node.sleeper === undefined &&
    (node.call === undefined || node.call.done);
  if (isIdle && world.asksLeft > 0)
    yield {
      name: `ask at ${n}`,
      to: { ...put(world, n, planned(world, node, parts, undefined)), asksLeft: world.asksLeft - 1 },
    };
  if (node.plan !== undefined) yield committed(world, n, parts);
  if (node.view !== world.head)
    yield { name: `fold at ${n}`, to: put(world, n, caughtUp(world, node, parts)) };
  if (node.toWait !== undefined) {
    const { toWait, ...rest } = node;
    const awake = !waitsIn(parts, node.view, toWait, world.tick);
    yield { name: `listen at ${n}`, to: put(world, n, { ...rest, sleeper: { place: toWait, awake } }) };
  }
  if (node.sleeper !== undefined && (node.sleeper.awake || isDue(world, node.sleeper.place))) {
    const { sleeper, ...rest } = node;
    yield { name: `wake at ${n}`, to: put(world, n, planned(world, rest, parts, sleeper.place)) };
  }
  if (node.call !== undefined && !node.call.done) yield done(world, n);
  if (world.left.crash > 0) {
    const call = parts.crashRepeats && node.call !== undefined ? { call: { ...node.call, done: false } } : {};
    const left = { ...world.left, crash: world.left.crash - 1 };
    yield { name: `crash of ${n}`, to: { ...put(world, n, { view: world.head, ...call }), left } };
  }
}

function waitsIn(parts: Parts, view: Facets, place: string, tick: number): boolean {
  return parts.prospect(createHead(view), registry, place, tick * tickMs) === 'waiting';
}

/** A timer runs for the end of the wait. */
function isDue({ told, tick }: World, place: string): boolean {
  return tick >= (told.places[place] ?? 0) + timeoutTicks;
}

function planned(world: World, node: Node, parts: Parts, resume: string | undefined): Node {
  const fresh = `w${Object.keys(world.told.places).length}`;
  const attempt = decide(parts, node.view, world.tick, fresh, parts.resumes ? resume : undefined);
  return { ...node, plan: { attempt, tick: world.tick, ...(resume === undefined ? {} : { resume }) } };
}

function caughtUp(world: World, node: Node, parts: Parts): Node {
  const view = world.head;
  const { sleeper } = node;
  if (sleeper === undefined) return { ...node, view };
  const awake = sleeper.awake || !waitsIn(parts, view, sleeper.place, world.tick);
  return { ...node, view, sleeper: { ...sleeper, awake } };
}

function committed(world: World, n: 0 | 1, parts: Parts): Move {
  const { plan, ...rest } = world.nodes[n];
  if (plan === undefined) return { wrong: 'nothing to commit' };
  const { attempt, tick, resume } = plan;
  const { told } = world;
  const begins = attempt.events.some(({ type }) => type === 'deferral.requested');
  // Ids are drawn from so many that two nodes never make up the same one. Here they would.
  const isTaken = begins && attempt.place !== undefined && told.places[attempt.place] !== undefined;
  if (!isCurrent(world.head, attempt.expected) || isTaken)
    return {
      name: `conflict at ${n}`,
      to: put(world, n, planned(world, caughtUp(world, rest, parts), parts, resume)),
    };
  const head = folded(parts, world.head, attempt.events, tick);
  const after = { ...world, head };
  const caught = attempt.events.length === 0 ? rest : caughtUp(after, rest, parts);
  const { place } = attempt;
  switch (attempt.answer) {
    case 'deny':
      return { name: `deny at ${n}: ${attempt.code}`, to: put(after, n, caught) };
    case 'wait': {
      if (place === undefined) return { name: `no wait at ${n}`, to: put(after, n, caught) };
      const since = told.places[place];
      if (since !== undefined && tick >= since + timeoutTicks) return { wrong: 'it waits after its time' };
      if (begins && Object.keys(told.places).some((one) => !told.used.includes(one)))
        return { wrong: 'it waits at two places' };
      if (begins && resume !== undefined) return { wrong: 'who was woken began to wait anew' };
      const places = begins ? { ...told.places, [place]: tick } : told.places;
      return {
        name: `wait at ${n}`,
        to: put({ ...after, told: { ...told, places } }, n, { ...caught, toWait: place }),
      };
    }
    case 'allow': {
      if (told.revoked) return { wrong: 'allowed after a revocation' };
      if (!told.isUp || tick >= told.upUntil)
        return { wrong: 'allowed though what it waits for does not hold' };
      if (resume !== undefined && told.used.includes(resume)) return { wrong: 'one place was taken twice' };
      if (resume !== undefined && told.cancelled.includes(resume))
        return { wrong: 'allowed though cancelled' };
      const taken = place ?? resume;
      const used = taken === undefined || told.used.includes(taken) ? told.used : [...told.used, taken];
      const call = { ...(taken === undefined ? {} : { place: taken }), done: false };
      return {
        name: `allow at ${n}`,
        to: put({ ...after, told: { ...told, used } }, n, { ...caught, call }),
      };
    }
  }
}

function done(world: World, n: 0 | 1): Move {
  const { call, ...rest } = world.nodes[n];
  const place = call?.place;
  if (place !== undefined && world.told.done.includes(place)) return { wrong: 'a waiting call ran twice' };
  const did = [...world.told.done, place ?? `at once ${world.told.done.length}`];
  return {
    name: `done at ${n}`,
    to: put({ ...world, told: { ...world.told, done: did } }, n, { ...rest, call: { ...call, done: true } }),
  };
}

function put(world: World, n: 0 | 1, node: Node): World {
  return { ...world, nodes: n === 0 ? [node, world.nodes[1]] : [world.nodes[0], node] };
}

/** What must hold of every state. */
function wrongIn({ nodes, told, head, tick }: World, prospectAt: Parts['prospect']): string | undefined {
  for (const [place, since] of Object.entries(told.places)) {
    const ended = told.used.includes(place) || told.cancelled.includes(place) || tick >= since + timeoutTicks;
    if (!ended && !isWaiting(head, place)) return 'a waiting call was lost';
    if (told.used.includes(place) && isWaiting(head, place)) return 'a call that passed waits on';
  }
  for (const { view, sleeper } of nodes) {
    if (sleeper === undefined || sleeper.awake) continue;
    const prospect = prospectAt(createHead(view), registry, sleeper.place, tick * tickMs);
    // It has heard of it, and who waits has not. Of the end of its time a timer tells.
    if (prospect !== 'waiting' && prospect !== 'expired') return 'a wake-up was lost';
  }
  return undefined;
}

export interface Explored {
  readonly states: number;
  readonly mostDone: number;
  readonly wrong?: string;
  readonly way?: readonly string[];
}

const maxStates = 400_000;

export function explore(
  happenings: Happenings,
  parts: Parts,
  asks: number,
  prospect: Parts['prospect'],
): Explored {
  const head = beginning();
  const node: Node = { view: head };
  const first: World = {
    tick: 0,
    head,
    nodes: [node, node],
    asksLeft: asks,
    left: { flips: 0, brief: false, ticks: 0, revoke: 0, cancel: 0, crash: 0, ...happenings },
    told: { isUp: false, upUntil: 0, places: {}, used: [], cancelled: [], done: [], revoked: false },
  };
  const texts = new WeakMap<Facets, string>();
  const textOf = (view: Facets): string => {
    const known = texts.get(view) ?? JSON.stringify([...view].sort(([a], [b]) => (a < b ? -1 : 1)));
    texts.set(view, known);
    return known;
  };
  // Which of the two nodes is which makes no difference.
  const keyOf = ({ head: at, nodes, ...rest }: World): string =>
    [
      textOf(at),
      ...nodes.map(({ view, ...own }) => `${textOf(view)} ${JSON.stringify(own)}`).sort(),
      JSON.stringify(rest),
    ].join('|');
  interface Step {
    readonly world: World;
    readonly by: string;
    readonly from?: Step;
  }
  const wayTo = (step: Step | undefined): readonly string[] =>
    step === undefined ? [] : [...wayTo(step.from), step.by];
  const seen = new Set([keyOf(first)]);
  let front: Step[] = [{ world: first, by: 'start' }];
  let mostDone = 0;
  while (front.length > 0) {
    const next: Step[] = [];
    for (const step of front) {
      mostDone = Math.max(mostDone, step.world.told.done.length);
      const wrong = wrongIn(step.world, prospect);
      if (wrong !== undefined) return { states: seen.size, mostDone, wrong, way: wayTo(step) };
      for (const move of moves(step.world, parts)) {
        if ('wrong' in move) return { states: seen.size, mostDone, wrong: move.wrong, way: wayTo(step) };
        const key = keyOf(move.to);
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > maxStates) throw new Error(`more than ${maxStates} states`);
        next.push({ world: move.to, by: move.name, from: step });
      }
    }
    front = next;
  }
  return { states: seen.size, mostDone };
}
