// SPDX-License-Identifier: Apache-2.0
// One run: two nodes on one store, agents and operators at work, and whatever can go wrong going wrong,
// all of it drawn from one seed. In the end everything heals, and what is left is checked.
import { CanaryFailed } from '../../src/app/canary.ts';
import type { Facet } from '../../src/core/state/facet.ts';
import { chanceOf, weighted } from './chance.ts';
import { violationsOf } from './check.ts';
import { count, type Memory, type World } from './edge.ts';
import { linkTo, type Weather } from './network.ts';
import { type Fault, type Running, startNode } from './node.ts';
import { createProcess, type Process } from './process.ts';
import { publications } from './rules.ts';
import { createScheduler } from './scheduler.ts';
import { createUpstream } from './upstream.ts';
import { storeIn, weatherOf } from './weather.ts';
import { type Cluster, finalCalls, people } from './work.ts';

export interface Report {
  readonly seed: number;
  readonly violations: readonly string[];
  /** Of everything that was said: two runs of one seed say the same. */
  readonly digest: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly records: number;
  readonly lines: readonly string[];
}

/** What a node knew when it died or when the run ended. */
export interface Snapshot {
  readonly node: string;
  readonly folded: number;
  readonly state: ReadonlyMap<string, Facet>;
  /** Events that its past held. */
  readonly happened: number;
}

/** When a record became durable. */
export interface Moment {
  readonly tick: number;
  readonly atMs: number;
}

/** A time in which a process did not run: it can neither learn nor stop anything. */
export interface Standstill {
  readonly node: string;
  readonly fromMs: number;
  untilMs: number;
  readonly asleep: boolean;
}

const names = ['n1', 'n2'];
const beginsMs = 300;
const chaosMs = 5000;
const restMs = 9000;

export async function simulate(seed: number, fault: Fault = {}, keepLines = false): Promise<Report> {
  const chance = chanceOf(seed);
  const scheduler = createScheduler(chance);
  const lines: string[] = [];
  let fingerprint = 0x811c9dc5;
  const say = (line: string): void => {
    const whole = `${String(scheduler.nowMs()).padStart(6)} ${line}`;
    for (let i = 0; i < whole.length; i++)
      fingerprint = Math.imul(fingerprint ^ whole.charCodeAt(i), 0x01000193);
    if (keepLines) lines.push(whole);
  };

  const memory: Memory = { petitions: [], received: [], refused: [], flights: [], counts: new Map() };
  const committed = new Map<string, Moment>();
  const standstills: Standstill[] = [];
  const snapshots: Snapshot[] = [];
  const failures: string[] = [];
  // A calm beginning, so that there is work to be disturbed, and a calm end, in which all must come right.
  let calm = true;
  const upstream = createUpstream(scheduler, chance, () => calm);
  const weather = weatherOf(chance);
  const store = storeIn(scheduler, chance, committed, () => calm);
  const cuts = new Set<string>();
  const nodes = new Map<string, { running?: Running; process: Process; starting: boolean }>();
  let storeDown = false;

  const world: World = {
    scheduler,
    chance,
    upstream,
    memory,
    say,
    sleptSince: (node, atMs) =>
      standstills.some((s) => s.asleep && s.node === node.name && s.untilMs >= atMs),
    calm: () => calm,
    holdUp: (name, forMs) => stand(name, forMs, chance.happens(0.6)),
  };
  const cluster: Cluster = {
    names,
    files: chance.pick(publications),
    running: (name) => {
      const running = nodes.get(name)?.running;
      return running?.process.running() === true ? running : undefined;
    },
    known: (name) => nodes.get(name)?.running,
  };

  function boot(name: string): void {
    const process = createProcess(scheduler, chance.between(-125, 125));
    nodes.set(name, { process, starting: true });
    const network = { cut: (node: string) => !calm && (storeDown || cuts.has(node)) };
    const quiet: Weather = { latencyMs: 2, delayed: 0, delayMs: 0, lost: 0 };
    const current: Weather = {
      get latencyMs() {
        return (calm ? quiet : weather).latencyMs;
      },
      get delayed() {
        return (calm ? quiet : weather).delayed;
      },
      get delayMs() {
        return (calm ? quiet : weather).delayMs;
      },
      get lost() {
        return (calm ? quiet : weather).lost;
      },
    };
    const handle = { ledger: store.ledger(), keys: store.keys };
    const link = linkTo(handle, name, process, network, current, scheduler, chance);
    say(`${name} starts`);
    startNode({ name, process, link, first: cluster.files, chance, fault }).then(
      (running) => {
        count(memory, 'node up');
        say(`${name} is up`);
        nodes.set(name, { process, running, starting: false });
      },
      (error: unknown) => {
        // What the store, or a publication elsewhere, kept the canary from says nothing of the road.
        if (
          error instanceof CanaryFailed &&
          !/`(store|keys|contention|overloaded|internal|policy_not_here)/.test(error.message)
        )
          failures.push(`${name}: ${error.message}`);
        count(memory, 'start failed');
        say(`${name} does not start: ${String(error)}`);
        process.kill();
        scheduler.after(chance.between(50, 400), () => boot(name));
      },
    );
    // A daemon whose start hangs is started again by whoever started it.
    scheduler.after(4000, () => {
      if (nodes.get(name)?.process === process && nodes.get(name)?.starting) crash(name, 100);
    });
  }

  function crash(name: string, againInMs: number): void {
    const node = nodes.get(name);
    if (node === undefined || !node.process.alive()) return;
    say(`${name} dies`);
    count(memory, 'node crashed');
    endStandstill(name);
    if (node.running !== undefined) {
      const { running } = node;
      snapshots.push({
        node: name,
        folded: running.folded(),
        state: running.state(),
        happened: running.happened(),
      });
    }
    node.process.kill();
    for (const flight of memory.flights) {
      if (flight.node.process === node.process) flight.untilMs = Math.min(flight.untilMs, scheduler.nowMs());
    }
    nodes.set(name, { process: node.process, starting: false });
    scheduler.after(againInMs, () => boot(name));
  }

  function endStandstill(name: string): void {
    for (const one of standstills)
      if (one.node === name) one.untilMs = Math.min(one.untilMs, scheduler.nowMs());
  }

  function stand(name: string, forMs: number, asleep: boolean): void {
    const node = nodes.get(name);
    if (calm || node === undefined || !node.process.running()) return;
    say(`${name} ${asleep ? 'sleeps' : 'stands still'} for ${forMs} ms`);
    count(memory, asleep ? 'slept' : 'stood still');
    const one: Standstill = {
      node: name,
      fromMs: scheduler.nowMs(),
      untilMs: Number.POSITIVE_INFINITY,
      asleep,
    };
    standstills.push(one);
    if (asleep) node.process.suspend();
    else node.process.stop();
    const { process } = node;
    scheduler.after(forMs, () => {
      one.untilMs = Math.min(one.untilMs, scheduler.nowMs());
      process.resume();
    });
  }

  const mishaps: readonly (readonly [weight: number, happen: () => void])[] = [
    [3, () => crash(chance.pick(names), chance.between(10, 1500))],
    [3, () => stand(chance.pick(names), chance.between(50, 2500), false)],
    [1, () => stand(chance.pick(names), chance.between(500, 3000), true)],
    [
      3,
      () => {
        const name = chance.pick(names);
        say(`${name} is cut off`);
        count(memory, 'cut off');
        cuts.add(name);
        scheduler.after(chance.between(100, 3000), () => void cuts.delete(name));
      },
    ],
    [
      2,
      () => {
        say('the store goes down');
        count(memory, 'store crashed');
        store.crash();
        storeDown = true;
        scheduler.after(chance.between(5, 1500), () => {
          storeDown = false;
        });
      },
    ],
    [
      3,
      () => {
        const name = chance.pick(names);
        nodes.get(name)?.process.setSkew(chance.between(-125, 125));
        say(`the clock of ${name} jumps`);
      },
    ],
  ];

  for (const name of names) boot(name);
  await scheduler.runUntil(150);
  const team = people(world, cluster);
  team.begin();
  await scheduler.runUntil(beginsMs);
  calm = false;
  team.work(chaosMs - beginsMs, chance.between(8, 24));
  for (let i = chance.between(0, 5); i > 0; i--) {
    scheduler.after(chance.between(0, chaosMs - beginsMs), weighted(chance, mishaps));
  }
  await scheduler.runUntil(chaosMs);

  say('calm');
  calm = true;
  storeDown = false;
  await scheduler.runUntil(restMs);
  for (const { process } of nodes.values()) process.resume();
  const settled = await finalCalls(world, cluster, async (untilMs) => scheduler.runUntil(restMs + untilMs));
  for (const name of names) {
    const running = cluster.known(name);
    if (running === undefined) failures.push(`${name} did not come back`);
    else
      snapshots.push({
        node: `${name} in the end`,
        folded: running.folded(),
        state: running.state(),
        happened: running.happened(),
      });
    if (running !== undefined && running.road.live.size() > 0)
      failures.push(`${name} still holds ${running.road.live.size()} calls for live`);
    running?.stop();
  }
  const ledger = store.ledger();
  const found = await violationsOf({
    entries: await ledger.read(0, 1_000_000),
    ledger,
    keys: store.keys,
    committed,
    account: upstream.account,
    memory,
    snapshots,
    standstills,
  });
  return {
    seed,
    violations: [...failures, ...settled, ...found],
    digest: (fingerprint >>> 0).toString(16),
    counts: memory.counts,
    records: await ledger.size(),
    lines,
  };
}
