// SPDX-License-Identifier: Apache-2.0
// A share of many runs, on a core of its own.
import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './run.ts';

export interface Share {
  readonly from: number;
  /** Not included. */
  readonly to: number;
}

export interface ShareDone {
  readonly broken: readonly { readonly seed: number; readonly violations: readonly string[] }[];
  readonly counts: ReadonlyMap<string, number>;
  readonly digests: ReadonlyMap<number, string>;
}

/** Runs whose digest is told, so that somebody else can run them again. */
const toldEvery = 500;

export async function runShare({ from, to }: Share): Promise<ShareDone> {
  const broken: { seed: number; violations: readonly string[] }[] = [];
  const counts = new Map<string, number>();
  const digests = new Map<number, string>();
  for (let seed = from; seed < to; seed++) {
    const report = await simulate(seed);
    if (report.violations.length > 0) broken.push({ seed, violations: report.violations });
    if (seed % toldEvery === 0) digests.set(seed, report.digest);
    for (const [what, times] of report.counts) counts.set(what, (counts.get(what) ?? 0) + times);
  }
  return { broken, counts, digests };
}

if (parentPort !== null) parentPort.postMessage(await runShare(workerData as Share));
