// SPDX-License-Identifier: Apache-2.0
// An edge as every edge must be: asks, releases once and in time, forwards the bytes that were decided,
// stops when told to, and gives the agent nothing that is not on record.
import { type Authorization, authorize } from '../../src/app/authorize.ts';
import type { LiveCall } from '../../src/app/live.ts';
import { observe, type Upshot } from '../../src/app/observe.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { Caller, Proposal } from '../../src/core/request/proposal.ts';
import type { Chance } from './chance.ts';
import type { Running } from './node.ts';
import { understood } from './rules.ts';
import type { Scheduler } from './scheduler.ts';
import type { Upstream } from './upstream.ts';

/** What an agent was given, as the agent itself remembers it. */
export interface Received {
  readonly tick: number;
  readonly decision: string;
  readonly observation: string;
}

/** What an agent was refused on the record. */
export interface Refused {
  readonly tick: number;
  readonly code: string;
  readonly decision: string | undefined;
}

/** How long an edge waited for an upstream: what a revocation must cut short. */
export interface Flight {
  readonly caller: Caller;
  readonly decision: string;
  readonly node: Running;
  readonly fromMs: number;
  untilMs: number;
}

/** A call that people are asked about. */
export interface Petition {
  readonly approval: string;
  readonly caller: Caller;
  readonly proposal: Proposal;
}

export interface Memory {
  readonly petitions: Petition[];
  readonly received: Received[];
  readonly refused: Refused[];
  readonly flights: Flight[];
  readonly counts: Map<string, number>;
}

export interface World {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly upstream: Upstream;
  readonly memory: Memory;
  /** Whether this process slept since then: its own monotonic clock cannot say. */
  sleptSince(node: Running, atMs: number): boolean;
  /** Whether all goes well now. */
  calm(): boolean;
  /** Stops the process of a node for a while, or puts its machine to sleep. */
  holdUp(node: string, forMs: number): void;
  say(line: string): void;
}

export function count(memory: Memory, what: string): void {
  memory.counts.set(what, (memory.counts.get(what) ?? 0) + 1);
}

const maxTries = 2;
const callTimeoutMs = 2500;

/** @param dawdles how often it lets time pass between the decision and the first byte */
export async function call(
  world: World,
  node: Running,
  caller: Caller,
  proposal: Proposal,
  dawdles = 0.3,
): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const asked = world.scheduler.nowMs();
    const answer = await authorize(node.road, caller, proposal, understood);
    if (answer.outcome !== 'allow') {
      count(world.memory, `refused ${answer.code}`);
      world.say(`${node.name} refuses ${proposal.target} as ${answer.code}`);
      if (answer.pending !== undefined)
        world.memory.petitions.push({ approval: answer.pending.approval, caller, proposal });
      world.memory.refused.push({
        tick: world.scheduler.tick(),
        code: answer.code,
        decision: answer.decision,
      });
      return false;
    }
    count(world.memory, answer.modified ? 'allowed, modified' : 'allowed');
    if (!world.calm() && world.chance.happens(dawdles)) await pause(node, world.chance.between(1, 1300));
    const released = answer.call.release();
    if (released !== 'go') {
      count(world.memory, `release ${released}`);
      world.say(`${node.name} does not release ${answer.call.decision}: ${released}`);
      await observe(node.observing, answer.call, { status: 'unreleased', tookMs: 0 });
      if (released === 'stale' && tries < maxTries) continue;
      return false;
    }
    return await forward(world, node, answer, proposal, asked);
  }
}

async function forward(
  world: World,
  node: Running,
  answer: Extract<Authorization, { outcome: 'allow' }>,
  proposal: Proposal,
  askedMs: number,
): Promise<boolean> {
  const { scheduler, memory } = world;
  const { call: live } = answer;
  const flight: Flight = {
    caller: live.caller,
    decision: live.decision,
    node,
    fromMs: scheduler.nowMs(),
    untilMs: Number.POSITIVE_INFINITY,
  };
  memory.flights.push(flight);
  world.say(`${node.name} forwards ${live.decision} ${answer.args}`);
  const slept = world.sleptSince(node, askedMs);
  const upshot = await outcomeOf(world, node, live, (done) => {
    const { caller, decision } = live;
    const { server, target } = proposal;
    const args = node.forwards === 'decided' ? answer.args : JSON.stringify(proposal.args);
    const act = () =>
      world.upstream.act({ node: node.name, decision, caller, server, target, args, slept }, done);
    act();
    // An edge that sends again after a broken connection has to ask again.
    if (world.chance.happens(0.1) && live.release() === 'go') act();
  });
  flight.untilMs = scheduler.nowMs();
  count(memory, `outcome ${upshot.status}`);
  const observed = await observe(node.observing, live, upshot);
  world.say(`${node.name} observes ${live.decision} as ${upshot.status}: ${JSON.stringify(observed)}`);
  if (!observed.released) {
    count(memory, `not released ${observed.code}`);
    return false;
  }
  count(memory, 'released');
  memory.received.push({
    tick: scheduler.tick(),
    decision: live.decision,
    observation: observed.observation,
  });
  return true;
}

function outcomeOf(
  world: World,
  node: Running,
  live: LiveCall,
  send: (done: (ok: boolean) => void) => void,
): Promise<Upshot> {
  const { clock } = node.process;
  const from = clock.monotonicMs();
  return new Promise((resolve) => {
    const ended = (status: Upshot['status'], content?: JsonObject): void => {
      cancel();
      live.signal.removeEventListener('abort', aborted);
      const tookMs = clock.monotonicMs() - from;
      resolve({ status, tookMs, ...(content === undefined ? {} : { content }) });
    };
    const aborted = (): void => {
      count(world.memory, `aborted ${String(live.signal.reason)}`);
      ended('ambiguous');
    };
    const cancel = clock.after(callTimeoutMs, () => ended('ambiguous'));
    live.signal.addEventListener('abort', aborted);
    send((ok) => node.process.enter(() => ended(ok ? 'ok' : 'error', { text: 'of the upstream' })));
  });
}

function pause(node: Running, ms: number): Promise<void> {
  return new Promise((resolve) => void node.process.clock.after(ms, resolve));
}
