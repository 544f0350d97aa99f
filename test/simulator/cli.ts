// SPDX-License-Identifier: Apache-2.0
// `npm run simulate -- --runs 100000 --seed 1 [--trace]`: as many runs as one has time for, or one again.
import { parseArgs } from 'node:util';
import { simulate } from './run.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const first = Number(values.seed);
if (!Number.isSafeInteger(runs) || runs < 1 || !Number.isSafeInteger(first)) {
  console.error('--runs and --seed are whole numbers');
  process.exit(2);
}

const counts = new Map<string, number>();
let records = 0;
let failed = 0;
const startedMs = performance.now();
for (let seed = first; seed < first + runs; seed++) {
  const report = await simulate(seed, {}, values.trace);
  for (const line of report.lines) console.log(line);
  for (const [what, times] of report.counts) counts.set(what, (counts.get(what) ?? 0) + times);
  records += report.records;
  if (report.violations.length === 0) continue;
  failed += 1;
  console.log(`seed ${seed} broke ${report.violations.length}:`);
  for (const line of report.violations) console.log(`  ${line}`);
  console.log(`  again: npm run simulate -- --runs 1 --seed ${seed} --trace`);
}
const tookMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage();
const cpuMs = (user + system) / 1000;
for (const [what, times] of [...counts].sort()) console.log(`${String(times).padStart(9)} ${what}`);
console.log(
  `${runs} runs, ${records} records, ${failed} broke, ${(tookMs / runs).toFixed(2)} ms a run (${(cpuMs / runs).toFixed(2)} of the processor), ${(tookMs / 1000).toFixed(1)} s`,
);
process.exitCode = failed === 0 ? 0 : 1;
