// SPDX-License-Identifier: Apache-2.0
/**
 * The workload that Dogwood's local engine publishes, on monitors: `node bench/temporal.ts [DIR] [--seconds N]`.
 *
 * One permit, and N forbids on the action that decides, each of which looks back an hour for a login on
 * the request's server by a user of its own. 200 events of history, one in five a login; each decision
 * reads a request as JSON text, decides over history, and is durable (one write and fdatasync of its
 * record) before it is given. What the disk alone takes, F, is measured between the decisions.
 * Pinned means that every predicate is tied to the request's session, and leaves see its events only.
 *
 *   conditions  the leaves alone
 *   asked       and Cedar compiled, over the policies whose conditions hold and those without any
 *   everything  and Cedar compiled, over all policies with a context of N booleans
 *
 * Prints one JSON object. Ratios travel; times do not.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EntityStore, prepareEntities } from '../src/core/cedar/entities.ts';
import { type CedarRequest, type CedarSet, combined, compileSet } from '../src/core/cedar/set.ts';
import type { Asked, TemporalEvent } from '../src/core/temporal/event.ts';
import type { Formula } from '../src/core/temporal/formula.ts';
import { compileHistory, type History, type Panel, type SlicePin } from '../src/core/temporal/history.ts';
import { EntityValue, type RecordValue, type TemporalValue } from '../src/core/temporal/value.ts';

const counts = [10, 100, 1000, 10_000] as const;
const historyEvents = 200;
const sessions = 10;
/** No multiple of the distance between logins, so that reads and logins meet on servers. */
const servers = 49;
const loginEvery = 5;
const ways = ['conditions', 'asked', 'everything'] as const;
type Way = (typeof ways)[number];

const seconds = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 2;
const parent = process.argv[2]?.startsWith('-') === false ? process.argv[2] : tmpdir();
const directory = mkdtempSync(join(parent, 'countersign-bench-'));
const file = openSync(join(directory, 'log'), 'w');
const noEntities = entities();
const sessionPin: SlicePin = {
  path: ['meta', 'session_id'],
  reference: { kind: 'reference', root: 'context', path: ['meta', 'session_id'] },
};
const uidOf = (type: string, id: string) => ({ type: `Drupe::${type}`, id });
const action = uidOf('Action', 'Read');
const filler = 'x'.repeat(1500);
try {
  const rows = ways.flatMap((way) =>
    [false, true].flatMap((pinned) => counts.map((policies) => measured(way, policies, pinned))),
  );
  const open = [await openLoop(1000, 500), await openLoop(10_000, 500)];
  const of = (way: Way, policies: number, pinned: boolean): number =>
    rows.find((row) => row.way === way && row.policies === policies && row.pinned === pinned)?.outsideP50Us ??
    Number.NaN;
  const growth = ways.flatMap((way) =>
    [false, true].map((pinned) => ({
      way,
      pinned,
      to1000: rounded(of(way, 1000, pinned) / of(way, 10, pinned)),
      to10000: rounded(of(way, 10_000, pinned) / of(way, 10, pinned)),
    })),
  );
  console.log(JSON.stringify({ node: process.version, rows, growth, goal: { to1000: 3, to10000: 8 }, open }));
} finally {
  closeSync(file);
  rmSync(directory, { recursive: true });
}

interface Generated {
  readonly action: 'Login' | 'Read';
  readonly user: string;
  readonly server: string;
  readonly session: string;
}

function generated(i: number): Generated {
  const login = i % loginEvery === 0;
  const user = login && (i / loginEvery) % 3 === 0 ? 'blocked0' : `u${i % sessions}`;
  return {
    action: login ? 'Login' : 'Read',
    user,
    server: `s${i % servers}`,
    session: `sess${i % sessions}`,
  };
}

function leafOf(i: number, pinned: boolean): Formula {
  const input = (name: string) => ['input', name];
  const session = { path: ['meta', 'session_id'], term: sessionPin.reference };
  return {
    kind: 'formerly',
    within: 3600,
    body: {
      kind: 'predicate',
      actionType: 'Drupe::Action',
      actionId: 'Login',
      event: 'request',
      fields: [
        { path: input('server'), term: { kind: 'reference', root: 'context', path: input('server') } },
        { path: input('user'), term: { kind: 'value', value: `blocked${i}` } },
        ...(pinned ? [session] : []),
      ],
    },
  };
}

interface Decider {
  readonly history: History;
  decide(text: string, at: number): 'allow' | 'deny';
  readonly compileMs: number;
}

function decider(way: Way, policies: number, pinned: boolean): Decider {
  const start = performance.now();
  const leaves = Array.from({ length: policies }, (_, i) => ({
    id: `r${i}`,
    formula: leafOf(i, pinned),
    ...(pinned ? { slice: [sessionPin] } : {}),
  }));
  const plan = compileHistory(leaves);
  const panel = plan.panel(leaves.map((_leaf, i) => i));
  const cedar =
    way === 'conditions' ? undefined : way === 'asked' ? cedarAsked(policies) : cedarEverything(policies);
  const compileMs = rounded(performance.now() - start);
  const history = plan.start();
  for (let i = 0; i < historyEvents; i++) history.push(read(JSON.stringify(generated(i)), i * 1000).event);
  return {
    history,
    compileMs,
    decide(text, at) {
      const { event, asked } = read(text, at);
      history.push(event);
      const holding = holdingAt(history, panel, asked);
      return cedar === undefined ? (holding.length === 0 ? 'allow' : 'deny') : cedar(holding);
    },
  };
}

function holdingAt(history: History, panel: Panel, asked: Asked): readonly number[] {
  const answers = history.ask(panel, asked);
  if (!answers.clear) throw new Error('a request of the workload has everything that is asked for');
  return answers.holding;
}

/** What an edge does: text to values, once for the event and the request. */
function read(text: string, at: number): { readonly event: TemporalEvent; readonly asked: Asked } {
  const { action, user, server, session }: Generated = JSON.parse(text);
  const input: RecordValue = new Map<string, TemporalValue>([
    ['user', user],
    ['server', server],
    ['document', 'd'],
  ]);
  const meta: RecordValue = new Map([['session_id', session]]);
  const principal = new EntityValue('Drupe::OAuthUser', user);
  const resource = new EntityValue('Drupe::Gateway', 'gw1');
  const groups: [string, TemporalValue][] = [
    ['input', input],
    ['meta', meta],
  ];
  return {
    event: {
      actionType: 'Drupe::Action',
      actionId: action,
      kind: 'request',
      at,
      fields: new Map<string, TemporalValue>([
        ...groups,
        ['callerPrincipal', principal],
        ['callerResource', resource],
      ]),
    },
    asked: {
      context: new Map(groups),
      principal: { uid: principal, attrs: new Map() },
      resource: { uid: resource, attrs: new Map() },
    },
  };
}

type Cedar = (holding: readonly number[]) => 'allow' | 'deny';

function policyJson(effect: 'permit' | 'forbid', reads?: string): unknown {
  const body = { '.': { left: { Var: 'context' }, attr: reads ?? '' } };
  return {
    effect,
    principal: { op: 'All' },
    action: { op: '==', entity: action },
    resource: { op: 'All' },
    conditions: reads === undefined ? [] : [{ kind: 'when', body }],
  };
}

function requestWith(context: object): CedarRequest {
  return {
    principal: uidOf('OAuthUser', 'u1'),
    action,
    resource: uidOf('Gateway', 'gw1'),
    context,
    entities: noEntities,
  };
}

function setOf(policies: ReadonlyMap<string, unknown>): CedarSet {
  const compiled = compileSet({ policies });
  if (!compiled.ok) throw new Error(compiled.reason);
  if (compiled.set.uncovered.length > 0) throw new Error('a policy of the workload is not covered');
  return compiled.set;
}

function cedarEverything(count: number): Cedar {
  const names = Array.from({ length: count }, (_, i) => `r${i}`);
  const set = setOf(
    new Map<string, unknown>([
      ['permit', policyJson('permit')],
      ...names.map((name) => [name, policyJson('forbid', name)] as const),
    ]),
  );
  return (holding) => {
    const context: Record<string, boolean> = {};
    for (const name of names) context[name] = false;
    for (const leaf of holding) context[names[leaf] ?? ''] = true;
    return decisionOf(set.authorize(requestWith(context)));
  };
}

/** A policy whose only condition is one that does not hold is not satisfied, and does not err. */
function cedarAsked(count: number): Cedar {
  const always = setOf(new Map([['permit', policyJson('permit')]]));
  const only = Array.from({ length: count }, (_, i) =>
    setOf(new Map([[`r${i}`, policyJson('forbid', `r${i}`)]])),
  );
  return (holding) => {
    const satisfied: string[] = [];
    const errored: string[] = [];
    const take = (set: CedarSet | undefined, context: object): void => {
      const evaluated = set?.evaluate(requestWith(context));
      if (evaluated?.ok !== true) throw new Error('a question of the workload was refused');
      satisfied.push(...evaluated.satisfied);
      errored.push(...evaluated.errored);
    };
    take(always, {});
    for (const leaf of holding) take(only[leaf], { [`r${leaf}`]: true });
    return decisionOf(
      combined({ ok: true, satisfied, errored }, (id) => (id === 'permit' ? 'permit' : 'forbid')),
    );
  };
}

function decisionOf(authorized: ReturnType<CedarSet['authorize']>): 'allow' | 'deny' {
  if (!authorized.ok) throw new Error(authorized.reason);
  return authorized.decision;
}

function entities(): EntityStore {
  const prepared = prepareEntities([]);
  if (!prepared.ok) throw new Error(prepared.reason);
  return prepared.store;
}

/** The record of a decision, about as long as ours are. */
function recordOf(decision: string, text: string): string {
  return `${JSON.stringify({ type: 'decision', decision, request: text, filler })}\n`;
}

function durably(record: string): number {
  const start = performance.now();
  writeSync(file, record);
  fdatasyncSync(file);
  return performance.now() - start;
}

/** The next request after the history that decides; each starts from the same history. */
function measured(way: Way, policies: number, pinned: boolean) {
  const { history, decide, compileMs } = decider(way, policies, pinned);
  const [outside, total, disk]: [number[], number[], number[]] = [[], [], []];
  let denied = 0;
  const until = performance.now() + (seconds * 1000) / 2;
  for (let i = 0; performance.now() < until || i < 500; i++) {
    const probe = historyEvents + 1 + (i % 4) + loginEvery * (i % servers);
    const text = JSON.stringify(generated(probe));
    const start = performance.now();
    const decision = decide(text, historyEvents * 1000 + (i % 60_000));
    const record = recordOf(decision, text);
    const syncMs = durably(record);
    const tookMs = performance.now() - start;
    history.truncate(historyEvents);
    denied += Number(decision === 'deny');
    if (i < 200) continue;
    outside.push(tookMs - syncMs);
    total.push(tookMs);
    disk.push(durably(record));
  }
  // A workload that only allows, or only denies, measures one path. With pins this one only allows: the
  // number of sessions is a multiple of the distance between logins, so no session has both.
  if (!pinned && (denied === 0 || denied === total.length + 200))
    throw new Error('every decision was the same');
  const f = percentile(disk, 0.5);
  return {
    way,
    pinned,
    policies,
    outsideP50Us: rounded(percentile(outside, 0.5) * 1000),
    outsideP99Us: rounded(percentile(outside, 0.99) * 1000),
    diskP50Us: rounded(f * 1000),
    totalP50F: rounded(percentile(total, 0.5) / f),
    decisions: total.length,
    compileMs,
  };
}

/** Decisions that come at a rate, whatever the ones before them take; timed from when they were due. */
async function openLoop(policies: number, perSecond: number) {
  const { history, decide } = decider('asked', policies, false);
  const [latencies, outside, disk]: [number[], number[], number[]] = [[], [], []];
  const count = perSecond * Math.max(2, seconds);
  // The first second warms up.
  const warm = perSecond;
  let start = performance.now();
  for (let i = 0; i < warm + count; i++) {
    const due = start + (i * 1000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    const begun = performance.now();
    const what = generated(historyEvents + i);
    const text = JSON.stringify(what);
    const at = (historyEvents + i) * 1000;
    const decision = what.action === 'Read' ? decide(text, at) : note(history, text, at);
    const syncMs = durably(recordOf(decision, text));
    history.forget(at);
    const done = performance.now();
    if (i < warm) {
      if (i === warm - 1) start = done - (i * 1000) / perSecond;
      continue;
    }
    disk.push(syncMs);
    outside.push(done - begun - syncMs);
    latencies.push(done - due);
  }
  const f = percentile(disk, 0.5);
  const goalMs = 5 * f + 5 * percentile(outside, 0.5);
  return {
    policies,
    offeredPerSecond: perSecond,
    achievedPerSecond: Math.round((count * 1000) / (performance.now() - start - (warm * 1000) / perSecond)),
    p50Us: rounded(percentile(latencies, 0.5) * 1000),
    p99Us: rounded(percentile(latencies, 0.99) * 1000),
    outsideP50Us: rounded(percentile(outside, 0.5) * 1000),
    outsideP99Us: rounded(percentile(outside, 0.99) * 1000),
    diskP50Us: rounded(f * 1000),
    diskP99Us: rounded(percentile(disk, 0.99) * 1000),
    goalP99Us: rounded(goalMs * 1000),
  };
}

function note(history: History, text: string, at: number): string {
  history.push(read(text, at).event);
  return 'noted';
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
