// SPDX-License-Identifier: Apache-2.0
// What a durable commit costs, beside what the disk alone costs: `node bench/commit.ts [DIR] [--seconds N]`.
// Prints one JSON object. Records are about 2 kB, with the facets that a decision reads and moves.
import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore } from '../src/adapters/sqlite/ledger.ts';
import type { Unit } from '../src/app/ports.ts';
import type { SealedPayload } from '../src/core/record/payload.ts';

const bodyBytes = 2_000;
const payloadBytes = 400;
const timeoutMs = 10_000;
const filler = 'x'.repeat(bodyBytes - 10);

const seconds = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 3;
const parent = process.argv[2]?.startsWith('-') === false ? process.argv[2] : tmpdir();
const directory = mkdtempSync(join(parent, 'countersign-bench-'));
try {
  const diskBefore = diskMs();
  const alone = await commits({ callers: 1, unitsEach: 1, payloads: false });
  const together = await commits({ callers: 64, unitsEach: 1, payloads: false });
  const grouped = await commits({ callers: 1, unitsEach: 64, payloads: false });
  const withPayloads = await commits({ callers: 64, unitsEach: 1, payloads: true });
  const disk = (diskBefore + diskMs()) / 2;
  const perSecondOfDisk = 1000 / disk;
  const report = (run: Run) => ({
    ...run,
    timesDisk: rounded(run.commitsPerSecond / perSecondOfDisk),
    usPerCommit: rounded(1e6 / run.commitsPerSecond),
  });
  console.log(
    JSON.stringify({
      node: process.version,
      diskP50Us: rounded(disk * 1000),
      inFlight1: report(alone),
      inFlight64: report(together),
      oneCallOf64: report(grouped),
      inFlight64WithPayloads: report(withPayloads),
      goalTimesDisk: 15,
      reached: together.commitsPerSecond >= 15 * perSecondOfDisk,
    }),
  );
} finally {
  rmSync(directory, { recursive: true });
}

/** The median of one write of a record and fdatasync, on a file that grows. */
function diskMs(): number {
  const path = join(directory, 'disk');
  const file = openSync(path, 'w');
  const record = randomBytes(bodyBytes);
  const times = Array.from({ length: 2_000 }, () => {
    const start = performance.now();
    writeSync(file, record);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(path);
  return percentile(times, 0.5);
}

interface Run {
  readonly commitsPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Of the whole process: both threads, and this loop. */
  readonly cpuUsPerCommit: number;
}

interface Load {
  readonly callers: number;
  /** Units in each commit; the sequencer hands over whole groups. */
  readonly unitsEach: number;
  readonly payloads: boolean;
}

/** Callers that commit one time after the other; the checkpoints that this leads to are included. */
async function commits(load: Load): Promise<Run> {
  const store = await openSqliteStore({ path: join(directory, `${Object.values(load).join('-')}.db`) });
  const callers = Array.from({ length: load.callers }, (_, i) =>
    Array.from({ length: load.unitsEach }, (_, j) => session(i * load.unitsEach + j, load.payloads)),
  );
  try {
    await lap(store, callers, 500);
    const cpu = process.cpuUsage();
    const start = performance.now();
    const times = await lap(store, callers, seconds * 1000);
    const tookMs = performance.now() - start;
    const { user, system } = process.cpuUsage(cpu);
    const count = times.length * load.unitsEach;
    return {
      commitsPerSecond: Math.round((count / tookMs) * 1000),
      p50Us: rounded(percentile(times, 0.5) * 1000),
      p99Us: rounded(percentile(times, 0.99) * 1000),
      cpuUsPerCommit: rounded((user + system) / count),
    };
  } finally {
    await store.close();
  }
}

type Session = () => Unit;

async function lap(
  store: SqliteStore,
  callers: readonly (readonly Session[])[],
  ms: number,
): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + ms;
  await Promise.all(
    callers.map(async (sessions) => {
      for (let start = performance.now(); start < until; start = performance.now()) {
        const units = sessions.map((next) => next());
        const results = await store.ledger.commit(units, timeoutMs);
        if (!results.every(({ committed }) => committed))
          throw new Error('a conflict where there can be none');
        times.push(performance.now() - start);
      }
    }),
  );
  return times;
}

/**
 * One session: each unit expects what the one before it left, and moves what a decision moves.
 * Making units is not what is measured, so it is kept cheap: ids count up instead of being random.
 */
function session(n: number, withPayloads: boolean): Session {
  const start = Date.now().toString(32);
  const prefix = `${start}-${String(n).padStart(3, '0')}`;
  const [name, task] = [`s-${prefix}-0123456789`, `t-${prefix}-0123456789`];
  const moved = [`session/${name}/activity`, `task/${task}/budget/calls`];
  const read = [
    `agent/a-${n}`,
    `task/${task}`,
    `session/${name}`,
    `task/${task}/labels`,
    'policy',
    'catalogue',
  ];
  let made = 0;
  let last = '';
  return () => {
    made += 1;
    const id = `d-${start}${String(made).padStart(9, '0')}-${n}-abcde`;
    const moves = [`call/${id}`, ...moved];
    const drops = last === '' ? [] : [`call/${last}`];
    const names = `"drops":["${drops.join('","')}"],"id":"${id}","moves":["${moves.join('","')}"]`;
    const body = `{${names.replace('[""]', '[]')},"text":"${filler.slice(names.length)}"}`;
    const expected = [
      ...read.map((facet) => ({ facet, version: '' })),
      ...moved.map((facet) => ({ facet, version: last })),
    ];
    last = id;
    const payloads = withPayloads ? [payload(task, id)] : [];
    return { drafts: [{ id, stream: `session/${name}`, body, moves, drops, payloads }], expected };
  };
}

function payload(task: string, id: string): SealedPayload {
  const digest = `sha256:${id.padEnd(64, '0')}`;
  return { digest, task, sealed: new Uint8Array(payloadBytes), sizeBytes: payloadBytes - 44 };
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
