// SPDX-License-Identifier: Apache-2.0
// The compiled engine against the official one, as long as one likes:
//   node test/cedar/differential.ts --cases 1000000 --seed 1 [--workers 2]
// Exits with 0 if they agreed on every case, with 2 if not, and with 1 if it was called wrongly.
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { extensionFunctions } from '../../src/core/cedar/extension.ts';
import { compareDrawn, emptyTally, type Tally } from './compare.ts';

interface Share {
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly cases: number;
}

if (isMainThread) process.exitCode = await main();
else {
  const { seed, first, step, cases } = workerData as Share;
  parentPort?.postMessage(compareDrawn(seed, first, step, cases));
}

async function main(): Promise<number> {
  const read = options();
  if (typeof read === 'string') {
    console.error(read);
    return 1;
  }
  const { cases, seed, workers } = read;
  console.log(`seed ${seed}, ${cases} cases, ${workers} workers`);
  const started = performance.now();
  const shares = Array.from(
    { length: workers },
    (_, first): Share => ({ seed, first, step: workers, cases: Math.ceil(cases / workers) }),
  );
  const tallies = workers === 1 ? [compareDrawn(seed, 0, 1, cases)] : await Promise.all(shares.map(inWorker));
  const tally = tallies.reduce(together, emptyTally());
  report(tally, (performance.now() - started) / 1000);
  return tally.mismatches.length === 0 && tally.unread === 0 ? 0 : 2;
}

function options(): { readonly cases: number; readonly seed: number; readonly workers: number } | string {
  const usage = 'usage: differential.ts --cases <number> [--seed <number>] [--workers <number>]';
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { cases: text, seed: text, workers: text } });
    const [cases, seed, workers] = [values.cases ?? '10000', values.seed ?? '1', values.workers ?? '1'].map(
      Number,
    );
    const whole = (value: number | undefined, min: number): value is number =>
      Number.isSafeInteger(value) && Number(value) >= min;
    return whole(cases, 1) && whole(seed, 0) && whole(workers, 1) ? { cases, seed, workers } : usage;
  } catch {
    return usage;
  }
}

function inWorker(share: Share): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: share });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function together(a: Tally, b: Tally): Tally {
  const names = new Set([...Object.keys(a.operators), ...Object.keys(b.operators)]);
  return {
    sets: a.sets + b.sets,
    cases: a.cases + b.cases,
    allows: a.allows + b.allows,
    forbidden: a.forbidden + b.forbidden,
    unpermitted: a.unpermitted + b.unpermitted,
    erring: a.erring + b.erring,
    refused: a.refused + b.refused,
    withSchema: a.withSchema + b.withSchema,
    unread: a.unread + b.unread,
    operators: Object.fromEntries(
      [...names].map((name) => [name, (a.operators[name] ?? 0) + (b.operators[name] ?? 0)]),
    ),
    mismatches: [...a.mismatches, ...b.mismatches],
  };
}

function report(tally: Tally, seconds: number): void {
  const share = (count: number) => `${((100 * count) / tally.cases).toFixed(1)}%`;
  console.log(
    [
      `${tally.cases} cases over ${tally.sets} sets in ${seconds.toFixed(0)} s`,
      `allow ${share(tally.allows)}, deny by a forbid ${share(tally.forbidden)}, deny by nothing ${share(tally.unpermitted)}`,
      `some policy errs ${share(tally.erring)}, refused by both ${share(tally.refused)}, with a schema ${share(tally.withSchema)}`,
      `sets that the official engine did not take: ${tally.unread}`,
      `policies by operator: ${Object.entries(tally.operators)
        .sort(([, a], [, b]) => b - a)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}`,
      `extension functions never seen: ${[...extensionFunctions.keys()].filter((name) => tally.operators[name] === undefined).join(', ') || 'none'}`,
      `mismatches: ${tally.mismatches.length}`,
      ...tally.mismatches,
    ].join('\n'),
  );
}
