// SPDX-License-Identifier: Apache-2.0
/**
 * The workload that Dogwood's local engine publishes, on the road: `node --stack-size=3900 bench/decisions.ts [DIR] [--seconds N]`.
 *
 * One permit, and N forbids on the action that decides, each of which looks back an hour for a login on
 * the request's server by a user of its own; 200 events of history, one in five a login. Every decision
 * goes through `authorize`: catalogue, history, Cedar, record, and one durable commit in SQLite. What the
 * disk alone takes for a record, F, is measured in the same run, and `outside` is what is left of a
 * decision when F is taken from it: thread hops and SQLite's own work included.
 *
 * The stack is for the official engine, which is there as the oracle: it reads 10,000 policies recursively.
 *
 * Prints one JSON object. Ratios travel; times do not.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../src/adapters/sqlite/ledger.ts';
import { authorize } from '../src/app/authorize.ts';
import { observe } from '../src/app/observe.ts';
import type { CatalogueEntry } from '../src/core/catalogue/entry.ts';
import type { Caller, Proposal } from '../src/core/request/proposal.ts';
import { publishedOver } from '../test/builders/published.ts';
import { opsEntry } from '../test/builders/tools.ts';
import { type Rig, rig } from '../test/road/road.fixture.ts';

const counts = [10, 100, 1000, 10_000] as const;
const historyEvents = 200;
const loginEvery = 5;
const users = 10;
/** No multiple of the distance between logins, so that reads and logins meet on servers. */
const servers = 49;
const perFile = 500;
const perSecond = 500;

const seconds = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 4;
const parent = process.argv[2]?.startsWith('-') === false ? process.argv[2] : tmpdir();
const directory = mkdtempSync(join(parent, 'countersign-bench-'));
const entries = [entry('login', 'write'), entry('read', 'read')];
const understood = new Set<string>();

try {
  const rows: Awaited<ReturnType<typeof measured>>[] = [];
  for (const policies of counts) rows.push(await measured(policies));
  const open = [await openLoop(1000)];
  const outside = (n: number): number => rows.find((row) => row.policies === n)?.outsideP50Us ?? Number.NaN;
  console.log(
    JSON.stringify({
      node: process.version,
      rows,
      growth: {
        to1000: rounded(outside(1000) / outside(10)),
        to10000: rounded(outside(10_000) / outside(10)),
        goal: { to1000: 3, to10000: 8 },
      },
      open,
    }),
  );
} finally {
  rmSync(directory, { recursive: true });
}
process.exit(0);

function entry(name: string, of: CatalogueEntry['class']): CatalogueEntry {
  const [text, role] = [{ type: 'string' }, { role: 'selector' }] as const;
  return opsEntry(name, { server: text, user: text }, { server: role, user: role }, { class: of });
}

function policyFiles(policies: number) {
  const permit = {
    name: 'all.cedar',
    text: '@id("all") @reason("the workload") permit (principal is Agent, action, resource);',
  };
  const forbids = Array.from(
    { length: policies },
    (_, i) => `@id("r${i}") @reason("the workload")
      forbid (principal is Agent, action == Action::"ops.read", resource) when temporal {
        formerly within 1h Action::"ops.login"::request{
          input.server: context.args.server, input.user: "blocked${i}"
        }
      };`,
  );
  const files = Array.from({ length: Math.ceil(policies / perFile) }, (_, i) => ({
    name: `forbids-${i}.cedar`,
    text: forbids.slice(i * perFile, (i + 1) * perFile).join('\n'),
  }));
  return [permit, ...files];
}

interface Ready {
  readonly road: Rig;
  readonly caller: Caller;
  readonly compileMs: number;
  close(): Promise<void>;
}

async function ready(policies: number, name: string): Promise<Ready> {
  const start = performance.now();
  const published = publishedOver(entries, policyFiles(policies));
  const compileMs = Math.round(performance.now() - start);
  const store = await openSqliteStore({ path: join(directory, `${name}.sqlite`) });
  const { ledger, keys, tree } = store;
  const road = await rig({ published, store: { ledger: () => ledger, keys, tree, crash: () => undefined } });
  const caller = await road.start();
  for (let i = 0; i < historyEvents; i++) {
    road.pass(1000);
    await decide(road, caller, i);
  }
  return { road, caller, compileMs, close: () => store.close() };
}

function proposal(i: number): Proposal {
  const login = i % loginEvery === 0;
  const user = login && (i / loginEvery) % 3 === 0 ? 'blocked0' : `u${i % users}`;
  return {
    method: 'tools/call',
    server: 'ops',
    target: login ? 'login' : 'read',
    args: { server: `s${i % servers}`, user },
  };
}

/** Until it is durable; what becomes of the call is not part of it. @returns how long it took, and what was said */
async function decide(road: Rig, caller: Caller, i: number): Promise<{ ms: number; outcome: string }> {
  const begun = performance.now();
  const answer = await authorize(road.road, caller, proposal(i), understood);
  const ms = performance.now() - begun;
  if (answer.outcome !== 'allow' && answer.code !== 'forbidden') throw new Error(answer.code);
  if (answer.outcome === 'allow') void observe(road.road, answer.call, { status: 'unreleased', tookMs: 0 });
  return { ms, outcome: answer.outcome };
}

async function measured(policies: number) {
  const { road, caller, compileMs, close } = await ready(policies, `closed-${policies}`);
  const [times, outcomes, disk]: [number[], string[], number[]] = [[], [], []];
  const until = performance.now() + seconds * 1000;
  for (let i = historyEvents; performance.now() < until; i++) {
    road.pass(1000);
    const { ms, outcome } = await decide(road, caller, i);
    if (proposal(i).target === 'read') {
      times.push(ms);
      outcomes.push(outcome);
    }
    if (i % 50 === 0) disk.push(diskMs());
    // The observation of the one before is not to be waited for by the next.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await close();
  const f = percentile(disk, 0.5);
  return {
    policies,
    p50Us: rounded(percentile(times, 0.5) * 1000),
    p99Us: rounded(percentile(times, 0.99) * 1000),
    diskP50Us: rounded(f * 1000),
    outsideP50Us: rounded((percentile(times, 0.5) - f) * 1000),
    inF: rounded(percentile(times, 0.5) / f),
    decisions: times.length,
    refused: outcomes.filter((outcome) => outcome !== 'allow').length,
    compileMs,
  };
}

/** Decisions that come at a rate, whatever those before them take; timed from when they were due. */
async function openLoop(policies: number) {
  const { road, caller, close } = await ready(policies, `open-${policies}`);
  const disk = Array.from({ length: 200 }, diskMs);
  const latencies: number[] = [];
  const warm = perSecond;
  const count = warm + perSecond * Math.max(4, seconds);
  const running: Promise<unknown>[] = [];
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const due = start + (i * 1000) / perSecond;
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    road.pass(2);
    running.push(
      authorize(road.road, caller, proposal(historyEvents + i), understood).then((answer) => {
        if (answer.outcome !== 'allow' && answer.code !== 'forbidden') throw new Error(answer.code);
        if (i >= warm) latencies.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(running);
  const tookMs = performance.now() - start;
  disk.push(...Array.from({ length: 200 }, diskMs));
  await close();
  const f = percentile(disk, 0.5);
  const p50 = percentile(latencies, 0.5);
  return {
    policies,
    offeredPerSecond: perSecond,
    achievedPerSecond: Math.round((count * 1000) / tookMs),
    p50Us: rounded(p50 * 1000),
    p99Us: rounded(percentile(latencies, 0.99) * 1000),
    diskP50Us: rounded(f * 1000),
    diskP99Us: rounded(percentile(disk, 0.99) * 1000),
    goalP99Us: rounded((5 * f + 5 * (p50 - f)) * 1000),
  };
}

/** One write of a record and fdatasync. */
function diskMs(): number {
  const file = openSync(join(directory, 'disk'), 'a');
  const record = Buffer.alloc(2000, 'x');
  writeSync(file, record);
  const begun = performance.now();
  writeSync(file, record);
  fdatasyncSync(file);
  const ms = performance.now() - begun;
  closeSync(file);
  return ms;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
