// SPDX-License-Identifier: Apache-2.0
// Who is at work in a run: operators who start, end, revoke and publish, and agents who call.

import type { Administered } from '../../src/app/administer.ts';
import { decideApproval } from '../../src/app/approvals.ts';
import type { Published } from '../../src/app/ports.ts';
import { publish } from '../../src/app/publish.ts';
import { revoke } from '../../src/app/revoke.ts';
import { endTask, startSession, startTask } from '../../src/app/tasks.ts';
import type { Caller, Operator } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { weighted } from './chance.ts';
import { call, count, type Petition, type World } from './edge.ts';
import type { Running } from './node.ts';
import { approvers, petitioned, publications, tools } from './rules.ts';

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
  work(forMs: number, acts: number): void;
}

const operator: Operator = { id: 'local:1000', channel: 'local-socket' };
const agents = ['a1', 'a2', 'a3'];

export function people(world: World, cluster: Cluster): Team {
  const { chance, scheduler, memory } = world;
  const callers: Caller[] = [];
  let numbers = 0;

  function onSome(run: (node: Running) => Promise<unknown>): void {
    on(chance.pick(cluster.names), run);
  }

  function on(name: string, run: (node: Running) => Promise<unknown>): void {
    const node = cluster.running(name);
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
    const budgets = [
      ...(chance.happens(0.6) ? [{ name: 'calls', limit: chance.between(1, 8) }] : []),
      ...(chance.happens(0.4) ? [{ name: 'calls:pay', limit: chance.between(0, 2) }] : []),
    ];
    const started = await startTask(node.road, chance, operator, {
      type: 'simulated',
      agent: chance.pick(agents),
      owner: 'nobody',
      autonomy: 'semi',
      params: {},
      budgets,
      ttlMs: chance.happens(0.1) ? chance.between(500, 3000) : 600_000,
      ...(chance.happens(0.3) ? { prompt: 'do what you must' } : {}),
    });
    told('task', started);
    if (!started.ok) return;
    callers.push(started.value);
    if (chance.happens(0.6)) await sessionOf(node, started.value);
  }

  async function newSession(node: Running): Promise<void> {
    const caller = someone();
    if (caller !== undefined) await sessionOf(node, caller);
  }

  async function sessionOf(node: Running, caller: Caller): Promise<void> {
    const started = await startSession(node.road, operator, caller.task);
    told('session', started);
    if (started.ok) callers.push(started.value);
  }

  const someone = (): Caller | undefined => (callers.length === 0 ? undefined : chance.pick(callers));

  async function oneCall(node: Running): Promise<void> {
    const caller = someone();
    if (caller !== undefined) await callOf(node, caller);
  }

  async function callOf(
    node: Running,
    caller: Caller,
    dawdles?: number,
    tool = chance.pick(tools),
  ): Promise<void> {
    numbers += 1;
    const args = { n: chance.happens(0.02) ? 'no number' : numbers, amount: chance.between(1, 20) };
    const proposal = { method: 'tools/call', server: tool.server, target: tool.target, args };
    await call(world, node, caller, proposal, dawdles);
  }

  /** Every session of one task calls at once, on every node: whoever counts must count them all. */
  async function rush(): Promise<void> {
    const task = someone()?.task;
    for (const caller of callers.filter((one) => one.task === task).slice(-4)) {
      for (const name of cluster.names) on(name, (node) => callOf(node, caller));
    }
  }

  /** Somebody pays on each node at once: whoever sums up must sum up all of them. */
  async function spree(): Promise<void> {
    const pay = tools.find(({ action }) => action === 'pay');
    for (const name of cluster.names) {
      const caller = someone();
      if (caller !== undefined) on(name, (node) => callOf(node, caller, 0.3, pay));
    }
  }

  /** A node is held up between a decision and its release, while elsewhere the caller is ended. */
  async function duel(node: Running): Promise<void> {
    const caller = callers.at(-1 - chance.between(0, 3));
    const other = cluster.names.find((name) => name !== node.name);
    if (caller === undefined || other === undefined) return;
    const heldUpInMs = chance.between(10, 400);
    scheduler.after(heldUpInMs, () => world.holdUp(node.name, chance.between(1100, 2500)));
    scheduler.after(heldUpInMs + chance.between(-20, 60), () => on(other, (there) => ended(there, caller)));
    await callOf(node, caller, 1);
  }

  /** People are asked; some of them answer, here and there; and the call is made again on every node at once. */
  async function petition(node: Running): Promise<void> {
    const caller = someone();
    if (caller === undefined) return;
    numbers += 1;
    const proposal = { method: 'tools/call', ...petitioned, args: { n: numbers, amount: 15 } };
    await call(world, node, caller, proposal, 0);
    const asked = memory.petitions.find((one) => one.proposal === proposal);
    if (asked === undefined) return;
    count(memory, 'asked');
    for (const name of approvers)
      scheduler.after(chance.between(0, 1000), () => onSome((there) => answered(there, name, asked)));
    for (let i = chance.between(1, 3); i > 0; i--)
      // Soon enough to be over by the end, and late enough to come too late at times.
      scheduler.after(chance.between(200, 1800), () => {
        for (const name of cluster.names)
          on(name, async (there) => {
            if (await call(world, there, caller, proposal, 0.2)) count(memory, 'petition granted');
          });
      });
  }

  async function answered(node: Running, name: string, { approval }: Petition): Promise<void> {
    const card = node.sequencer.head.get(facets.approval(approval))?.card;
    if (card === undefined) return count(memory, 'nothing to answer');
    const verdict = chance.happens(0.9) ? 'approve' : 'refuse';
    const who: Operator = { id: `op:${name}`, channel: 'local-socket' };
    const done = await decideApproval(node.road, who, { approval, verdict, card, reason: 'of a test' });
    told(`${verdict} of ${name}`, done);
    if (done.ok) count(memory, `petition ${done.value.status}`);
  }

  async function takeAway(node: Running): Promise<void> {
    const caller = someone();
    if (caller !== undefined) await ended(node, caller);
  }

  async function ended(node: Running, caller: Caller): Promise<void> {
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
    told('publication', await publish(node.road, node.force, operator, next, { reason: 'test' }));
  }

  const acts: readonly (readonly [weight: number, act: (node: Running) => Promise<void>])[] = [
    [40, oneCall],
    [5, newTask],
    [3, newSession],
    [6, rush],
    [6, spree],
    [8, duel],
    [5, petition],
    [2, takeAway],
    [3, newRules],
  ];

  return {
    begin() {
      for (let i = 0; i < 3; i++) onSome(newTask);
    },
    work(forMs, times) {
      for (let i = 0; i < times; i++) {
        const act = weighted(chance, acts);
        const burst = chance.happens(0.1) ? chance.between(2, 5) : 1;
        const inMs = chance.between(0, forMs);
        for (let j = 0; j < burst; j++) scheduler.after(inMs, () => onSome(act));
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
  const done = await within(
    runUntil,
    200,
    publish(first.road, first.force, operator, cluster.files, { reason: 'test' }),
  );
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
  // Time for each to read what the other wrote last.
  await runUntil(1500);
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
