// SPDX-License-Identifier: Apache-2.0
// What must hold at the end of every run, asked of the durable ledger and of the upstream's and the
// agents' own accounts. Nothing here believes what the road says of itself.
import { isDeepStrictEqual } from 'node:util';
import { canaryAgent } from '../../src/app/canary.ts';
import type { Entry, KeyStore, Ledger } from '../../src/app/ports.ts';
import { leafHashHex } from '../../src/core/record/envelope.ts';
import {
  type DecisionEvent,
  type Event,
  type ObservationEvent,
  parseEvent,
} from '../../src/core/record/event.ts';
import { openPayload } from '../../src/core/record/payload.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { createHead } from '../../src/core/state/head.ts';
import { changes } from '../../src/core/state/reduce.ts';
import { approvalsHold } from './approvals.ts';
import type { Memory } from './edge.ts';
import { happeningsIn, historyHolds } from './history.ts';
import { memoryKeepsLabels } from './memo.ts';
import { releaseWithinMs } from './node.ts';
import type { Moment, Snapshot, Standstill } from './run.ts';
import type { EffectEntry } from './upstream.ts';

export interface Evidence {
  readonly entries: readonly Entry[];
  readonly ledger: Pick<Ledger, 'payload'>;
  readonly keys: KeyStore;
  /** When each record became durable, by id. */
  readonly committed: ReadonlyMap<string, Moment>;
  readonly account: readonly EffectEntry[];
  readonly memory: Memory;
  readonly snapshots: readonly Snapshot[];
  readonly standstills: readonly Standstill[];
}

interface Durable<E extends Event> {
  readonly position: number;
  readonly event: E;
  readonly when: Moment;
}

interface Read {
  readonly all: readonly Durable<Event>[];
  readonly decisions: ReadonlyMap<string, Durable<DecisionEvent>>;
  readonly observations: ReadonlyMap<string, Durable<ObservationEvent>>;
}

/** Both clocks of a machine that slept may be off by a jump: then an allow may live so much longer. */
const sleeperAllowanceMs = 500;

/** @returns what is broken, in words; nothing when all invariants hold */
export async function violationsOf(evidence: Evidence): Promise<readonly string[]> {
  const wrong: string[] = [];
  const read = readAll(evidence, wrong);
  foldsAgree(read, evidence.snapshots, wrong);
  await effectsWereDecided(read, evidence, wrong);
  budgetsHold(read, evidence.account, wrong);
  historyHolds(
    read.all.map(({ event }) => event),
    wrong,
  );
  approvalsHold(
    read.all.map(({ event }) => event),
    evidence.account,
    evidence.memory.petitions,
    wrong,
  );
  resultsWereObserved(read, evidence.memory, wrong);
  memoryKeepsLabels(read, evidence.account, evidence.memory, wrong);
  endingsHold(read, evidence, wrong);
  everyCallIsClosed(read, wrong);
  canaryWasRefused(read, evidence.account, wrong);
  return wrong;
}

function readAll(evidence: Evidence, wrong: string[]): Read {
  const all: Durable<Event>[] = [];
  const decisions = new Map<string, Durable<DecisionEvent>>();
  const observations = new Map<string, Durable<ObservationEvent>>();
  const last = new Map<string, Link>();
  for (const entry of evidence.entries) {
    // Read by another parser than the nodes read with.
    const leaf = JSON.parse(entry.leaf) as Leaf;
    if (!isLinked(entry, leaf, last)) wrong.push(`the chain is broken at ${entry.position}`);
    const parsed = parseEvent(leaf.body);
    const when = evidence.committed.get(entry.id);
    if (!parsed.ok || when === undefined) {
      wrong.push(
        `record ${entry.position} cannot be read: ${parsed.ok ? 'written by nobody' : parsed.reason}`,
      );
      continue;
    }
    const { event } = parsed;
    const { position } = entry;
    all.push({ position, event, when });
    if (event.type === 'decision') decisions.set(event.id, { position, event, when });
    if (event.type !== 'observation') continue;
    if (observations.has(event.decision)) wrong.push(`${event.decision} was observed twice`);
    observations.set(event.decision, { position, event, when });
  }
  return { all, decisions, observations };
}

interface Leaf {
  readonly body: unknown;
  readonly prev: unknown;
  readonly seq: unknown;
  readonly stream: unknown;
}

interface Link {
  readonly seq: number;
  readonly leafHash: string;
}

function isLinked(entry: Entry, leaf: Leaf, last: Map<string, Link>): boolean {
  const before = last.get(entry.stream);
  const seq = before === undefined ? 0 : before.seq + 1;
  last.set(entry.stream, { seq, leafHash: entry.leafHash });
  const linked = leaf.prev === (before?.leafHash ?? null) && leaf.seq === seq;
  return linked && leaf.stream === entry.stream && entry.leafHash === leafHashHex(entry.leaf);
}

/** Every node, whenever it died, knew exactly what the records up to there say; and each record says truly what it moved. */
function foldsAgree(read: Read, snapshots: readonly Snapshot[], wrong: string[]): void {
  const head = createHead();
  const waiting = [...snapshots];
  const compare = (folded: number): void => {
    for (const one of waiting.filter((snapshot) => snapshot.folded === folded)) {
      const happened = happeningsIn(read.all.slice(0, folded).map(({ event }) => event));
      if (one.happened !== happened)
        wrong.push(`${one.node} remembers ${one.happened} events after ${folded} records, not ${happened}`);
      const flat = new Map(head.facets());
      if (!isDeepStrictEqual(new Map([...flat].sort()), new Map([...one.state].sort()))) {
        wrong.push(`${one.node} had folded ${folded} records to something else`);
      }
    }
  };
  compare(0);
  for (const { event, position } of read.all) {
    if (event.type === 'decision' && (event.outcome === 'allow' || event.outcome === 'modify')) {
      const policy = head.get(facets.policy);
      const catalogue = head.get(facets.catalogue);
      if (event.versions.policy !== policy || event.versions.catalogue !== catalogue)
        wrong.push(`${event.id} was allowed by what was not in force at ${position}`);
      if ('session' in event.who && !hasStanding(head, event.who, event.at))
        wrong.push(`${event.id} was allowed to one without standing at ${position}`);
    }
    const moved = changes(head, event, event.id, event.at, event.node);
    const named = (gone: boolean) =>
      moved.flatMap((change) => ((change.value === undefined) === gone ? [change.facet] : [])).sort();
    if (!isDeepStrictEqual([named(false), named(true)], [event.moves, event.drops])) {
      wrong.push(`record ${position} (${event.type}) says that it moved ${event.moves.join()}`);
    }
    head.move(moved, event.id);
    compare(position + 1);
  }
  const total = read.all.length;
  for (const one of waiting) if (one.folded > total) wrong.push(`${one.node} folded what is not there`);
  for (const one of waiting) {
    if (one.node.endsWith('in the end') && one.folded !== total)
      wrong.push(`${one.node} has folded ${one.folded} of ${total} records`);
  }
}

function hasStanding(head: ReturnType<typeof createHead>, who: Caller, at: number): boolean {
  const task = head.get(facets.task(who.task));
  return (
    head.get(facets.agent(who.agent))?.status === 'active' &&
    head.get(facets.session(who.session))?.status === 'active' &&
    task?.status === 'active' &&
    at < task.expiresAt
  );
}

async function effectsWereDecided(read: Read, evidence: Evidence, wrong: string[]): Promise<void> {
  const acted = new Set<string>();
  for (const effect of evidence.account) {
    if (acted.has(effect.decision)) wrong.push(`${effect.decision} took effect twice`);
    acted.add(effect.decision);
    const decision = read.decisions.get(effect.decision);
    if (decision === undefined || decision.when.tick >= effect.tick) {
      wrong.push(`${effect.decision} took effect without a durable decision before it`);
      continue;
    }
    const { event } = decision;
    if (event.open === undefined || (event.outcome !== 'allow' && event.outcome !== 'modify'))
      wrong.push(`${effect.decision} took effect and was decided ${event.outcome}`);
    const { method, server, target } = event.request;
    const same = method === 'tools/call' && server === effect.server && target === effect.target;
    if (!same || !isDeepStrictEqual(callerOf(event), callerOf({ who: effect.caller })))
      wrong.push(`${effect.decision} took effect as something else than was decided`);
    const bytes = await decidedArgs(evidence, decision);
    if (bytes !== effect.args) wrong.push(`${effect.decision} took effect with ${effect.args}, not ${bytes}`);
    const observed = read.observations.get(effect.decision);
    if (observed?.event.status === 'unreleased')
      wrong.push(`${effect.decision} took effect and is \`unreleased\``);
  }
}

function callerOf({ who }: Pick<DecisionEvent, 'who'>): unknown {
  return 'session' in who ? [who.agent, who.task, who.session] : [who.operator];
}

async function decidedArgs(evidence: Evidence, { event, position }: Durable<DecisionEvent>): Promise<string> {
  const digest = event.request.args?.digest;
  if (digest === undefined || !('task' in event.who)) return 'nothing on record';
  const payload = await evidence.ledger.payload(digest, position);
  const key = await evidence.keys.load(event.who.task);
  if (payload === undefined || key === undefined) return 'a payload that is gone';
  const opened = openPayload(digest, key, payload.sealed);
  return opened.ok ? opened.content : `a payload that is ${opened.reason}`;
}

/** Counted by the upstream, and by what is held or spent at each record: neither may pass the limit. */
function budgetsHold(read: Read, account: readonly EffectEntry[], wrong: string[]): void {
  const limits = new Map<string, number>();
  const used = new Map<string, number>();
  const add = (task: string, budget: string, units: number): void => {
    const key = `${task} ${budget}`;
    const limit = limits.get(key);
    if (limit === undefined) return;
    const now = (used.get(key) ?? 0) + units;
    used.set(key, now);
    if (now > limit) wrong.push(`budget ${key} holds ${now} of ${limit}`);
  };
  for (const { event } of read.all) {
    if (event.type === 'task.started')
      for (const budget of event.task.budgets) limits.set(`${event.task.id} ${budget.name}`, budget.limit);
    if (event.type === 'decision' && event.open !== undefined && 'task' in event.who)
      for (const name of ['calls', `calls:${event.request.class}`]) add(event.who.task, name, 1);
    if (event.type !== 'observation' || event.status !== 'unreleased') continue;
    const decision = read.decisions.get(event.decision)?.event;
    if (decision !== undefined && 'task' in decision.who)
      for (const name of ['calls', `calls:${decision.request.class}`]) add(decision.who.task, name, -1);
  }
  const classes = new Map([...read.decisions].map(([id, { event }]) => [id, event.request.class]));
  used.clear();
  for (const effect of account) {
    add(effect.caller.task, 'calls', 1);
    add(effect.caller.task, `calls:${classes.get(effect.decision) ?? 'unknown'}`, 1);
  }
}

function resultsWereObserved(read: Read, memory: Memory, wrong: string[]): void {
  for (const { decision, observation, tick } of memory.received) {
    const observed = read.observations.get(decision);
    if (observed?.event.id !== observation || observed.when.tick >= tick)
      wrong.push(`${decision} was released without a durable observation before it`);
    else if (observed.event.status !== 'ok' && observed.event.status !== 'error')
      wrong.push(`${decision} was released and is on record as ${observed.event.status}`);
  }
  // A refusal, or the success of an operator, that names a record: it must be there before it is said.
  for (const { decision, code, tick } of memory.refused) {
    if (decision === undefined) continue;
    const known = read.decisions.get(decision);
    if (known === undefined || known.when.tick >= tick) wrong.push(`${code} was said without its record`);
  }
}

/** What takes standing away, at the instant of its commit. */
function endings(read: Read): readonly { readonly when: Moment; ends(caller: Caller): boolean }[] {
  return read.all.flatMap(({ event, when }) => {
    if (event.type === 'task.ended') return [{ when, ends: (c: Caller) => c.task === event.task }];
    if (event.type !== 'revoked') return [];
    const { scope, target } = event;
    if (scope !== 'agent' && scope !== 'task' && scope !== 'session') return [];
    return [{ when, ends: (c: Caller) => c[scope] === target }];
  });
}

function endingsHold(read: Read, evidence: Evidence, wrong: string[]): void {
  for (const { when, ends } of endings(read)) {
    const lastMs = when.atMs + releaseWithinMs;
    for (const effect of evidence.account) {
      const allowedMs = lastMs + (effect.slept ? sleeperAllowanceMs : 0);
      if (effect.atMs > allowedMs && ends(effect.caller))
        wrong.push(`${effect.decision} took effect ${effect.atMs - when.atMs} ms after its caller was ended`);
    }
    for (const flight of evidence.memory.flights) {
      if (!ends(flight.caller) || flight.fromMs > lastMs || flight.untilMs <= lastMs) continue;
      const still = evidence.standstills.some(
        (s) => s.node === flight.node.name && s.fromMs <= lastMs && s.untilMs >= flight.fromMs,
      );
      if (!still)
        wrong.push(
          `${flight.decision} was still waited for ${releaseWithinMs} ms after its caller was ended`,
        );
    }
  }
}

function everyCallIsClosed(read: Read, wrong: string[]): void {
  for (const [id, { event }] of read.decisions) {
    if (event.open !== undefined && !read.observations.has(id)) wrong.push(`${id} was never closed`);
  }
}

function canaryWasRefused(read: Read, account: readonly EffectEntry[], wrong: string[]): void {
  for (const { event } of read.decisions.values()) {
    if ('agent' in event.who && event.who.agent === canaryAgent && event.outcome !== 'deny')
      wrong.push(`the canary ${event.id} was not refused`);
  }
  if (account.some((effect) => effect.caller.agent === canaryAgent)) wrong.push('the canary took effect');
}
