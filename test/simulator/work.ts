// SPDX-License-Identifier: Apache-2.0
// Who is at work in a run: operators who start, end, revoke and publish, and agents who call.

import type { Administered } from '../../src/app/administer.ts';
import type { Published } from '../../src/app/ports.ts';
import { publish } from '../../src/app/publish.ts';
import { endTask, revoke, startSession, startTask } from '../../src/app/tasks.ts';
import type { Caller, Operator } from '../../src/core/request/proposal.ts';
import { call, count, type World } from './edge.ts';
import type { Running } from './node.ts';
import { publications, tools } from './rules.ts';
import { weighted } from './run.ts';

export interface Cluster {
  readonly names: readonly string[];
  /** What lies in the policy directory: a node that starts starts with it. */
  files: Published;
  running(name: string): Running | undefined;
  known(name: string): Running | undefined;
}

export interface Team {
  /** Gives everybody something to do. */
  begin(): void;
  work(fromMs: number, untilMs: number, acts: number): void;
}

const operator: Operator = { id: 'local:1000', channel: 'local-socket' };
const agents = ['a1', 'a2'];

export function people(world: World, cluster: Cluster): Team {
  const { chance, scheduler, memory } = world;
  const callers: Caller[] = [];
  let numbers = 0;

  function onSome(run: (node: Running) => Promise<unknown>): void {
    const node = cluster.running(chance.pick(cluster.names));
    if (node === undefined) return;
    run(node).catch((error: unknown) => {
      world.say(`somebody at ${node.name} is told: ${String(error)}`);
      count(memory, 'administration threw');
    });
  }

  function told(what: string, done: Administered<unknown>): void {
    count(memory, `${what} ${done.ok ? 'done' : done.code}`);
    world.say(`${what}: ${done.ok ? done.decision : done.code}`);
    if (done.ok) memory.refused.push({ tick: scheduler.tick(), code: 'done', decision: done.decision });
  }

  async function newTask(node: Running): Promise<void> {
    const budgets = [{ name: 'calls', limit: chance.between(1, 6) }];
    if (chance.happens(0.5)) budgets.push({ name: 'calls:pay', limit: chance.between(0, 2) });
    const started = await startTask(node.road, chance, operator, {
      type: 'simulated',
      agent: chance.pick(agents),
      owner: 'nobody',
      autonomy: 'semi',
      params: {},
      budgets: chance.happens(0.8) ? budgets : [],
      ttlMs: chance.pick([2500, 600_000, 600_000]),
      ...(chance.happens(0.3) ? { prompt: 'do what you must' } : {}),
    });
    told('task', started);
    if (started.ok) callers.push(started.value);
  }

  async function newSession(node: Running): Promise<void> {
    const caller = someone();
    if (caller === undefined) return;
    const started = await startSession(node.road, operator, caller.task);
    told('session', started);
    if (started.ok) callers.push(started.value);
  }

  const someone = (): Caller | undefined => (callers.length === 0 ? undefined : chance.pick(callers));

  async function oneCall(node: Running): Promise<void> {
    const caller = someone();
    if (caller === undefined) return;
    const tool = chance.pick(tools);
    numbers += 1;
    const args = { n: chance.happens(0.02) ? 'no number' : numbers, amount: chance.between(1, 20) };
    await call(world, node, caller, { method: 'tools/call', server: tool.server, target: tool.target, args });
  }

  async function takeAway(node: Running): Promise<void> {
    const caller = someone();
    if (caller === undefined) return;
    const what = chance.pick(['agent', 'task', 'session', 'end', 'end'] as const);
    world.say(`${node.name} is asked to end ${what} of ${caller.session}`);
    told(
      'ending',
      what === 'end'
        ? await endTask(node.road, operator, caller.task, 'over')
        : await revoke(node.road, operator, what, caller[what], 'not any more'),
    );
  }

  async function newRules(node: Running): Promise<void> {
    const next = chance.pick(publications);
    cluster.files = next;
    for (const name of cluster.names) {
      // The files reach the other node before the event, or after it.
      const other = cluster.known(name);
      if (other !== undefined) scheduler.after(chance.between(0, 600), () => load(other, next));
    }
    told('publication', await publish(node.road, node.force, operator, next));
  }

  const acts: readonly (readonly [weight: number, act: (node: Running) => Promise<void>])[] = [
    [40, oneCall],
    [4, newTask],
    [3, newSession],
    [3, takeAway],
    [3, newRules],
  ];

  return {
    begin() {
      for (let i = 0; i < 3; i++) onSome(newTask);
    },
    work(fromMs, untilMs, acts_) {
      for (let i = 0; i < acts_; i++) {
        const atMs = chance.between(fromMs, untilMs) - fromMs;
        const burst = chance.happens(0.15) ? chance.between(2, 6) : 1;
        const act = weighted(chance, acts);
        for (let j = 0; j < burst; j++) scheduler.after(atMs, () => onSome(act));
      }
    },
  };
}

function load(node: Running, files: Published): void {
  node.process.enter(() => void node.force.stage(files));
}

/** When all is well again, everybody can work again: a new task and one call of it, on each node. */
export async function finalCalls(
  world: World,
  cluster: Cluster,
  runUntil: (afterMs: number) => Promise<void>,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const nodes = cluster.names.flatMap((name) => cluster.running(name) ?? []);
  for (const node of nodes) for (const one of publications) load(node, one);
  const first = nodes[0];
  if (first === undefined) return ['no node is up'];
  const done = await within(runUntil, 200, publish(first.road, first.force, operator, cluster.files));
  if (done?.ok !== true) wrong.push(`in the end nothing can be published: ${done?.code ?? 'no answer'}`);

  const outcomes = nodes.map(async (node) => {
    const started = await startTask(node.road, world.chance, operator, {
      type: 'simulated',
      agent: `last-${node.name}`,
      owner: 'nobody',
      autonomy: 'semi',
      params: {},
      budgets: [{ name: 'calls', limit: 1 }],
      ttlMs: 600_000,
      prompt: 'one more',
    });
    if (!started.ok) return `in the end ${node.name} starts no task: ${started.code}`;
    const proposal = { method: 'tools/call', server: 'crm', target: 'read', args: { n: 0, amount: 1 } };
    const before = world.upstream.account.length;
    await call(world, node, started.value, proposal, 0);
    const acted = world.upstream.account.slice(before).some((e) => e.caller.task === started.value.task);
    return acted ? '' : `in the end ${node.name} lets nothing through`;
  });
  const answers = await within(runUntil, 1000, Promise.all(outcomes));
  wrong.push(...(answers ?? ['in the end a call never came back']).filter((line) => line !== ''));
  return wrong;
}

/** @returns undefined where the answer had not come by then */
async function within<T>(
  runUntil: (afterMs: number) => Promise<void>,
  afterMs: number,
  answer: Promise<T>,
): Promise<T | undefined> {
  let value: T | undefined;
  void answer.then((settled) => {
    value = settled;
  });
  await runUntil(afterMs);
  return value;
}
