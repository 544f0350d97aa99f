// SPDX-License-Identifier: Apache-2.0
/**
 * What it costs to tell where values come from: `node bench/origins.ts [--calls N]`.
 *
 * A session that has read 100 results of 4 kB, half of them lists of records and half prose. DECIDE as a whole
 * (describe, origins, policy, fold) beside what the engine takes of it, in the same calls; and what a task holds in
 * memory as it goes on reading, far past its bound.
 *
 * Prints one JSON object. Ratios travel; times do not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consider } from '../src/app/consider.ts';
import { createPast } from '../src/app/past.ts';
import type { InForce } from '../src/app/road.ts';
import { originFacts } from '../src/core/origin/facts.ts';
import { createKnowledge, knowledgeBounds } from '../src/core/origin/knowledge.ts';
import { readResult } from '../src/core/origin/read-result.ts';
import { compileOver, load } from '../src/main/load.ts';
import { demoDir, rig, tool } from '../test/road/road.fixture.ts';

const observations = 100;
const sizeBytes = 4096;
const flag = process.argv.indexOf('--calls');
const calls = flag === -1 ? 5000 : Number(process.argv[flag + 1]);

const demo = load({
  policyDir: join(demoDir, 'policies'),
  catalogueDir: join(demoDir, 'catalogue'),
  mode: 'enforce',
});
if (!demo.ok) throw new Error(JSON.stringify(demo.problems));
const policyFile = join(import.meta.dirname, '../policies/baseline/25-origins.cedar');
const files = [{ name: '25-origins.cedar', text: readFileSync(policyFile, 'utf8') }];
const compiled = compileOver(files, demo.published.catalogue, { mode: 'enforce' });
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));

let reads = 0;
const made = await rig({
  published: compiled.published,
  answers: () => ({ content: [{ type: 'text', text: resultOf(reads++) }] }),
});
const caller = await made.start({
  prompt:
    'Answer the tickets 12 and 40, and mail what you did to ann@customer.example and to the author of "Record 17-3".',
});
for (let i = 0; i < observations; i += 1)
  await made.call(caller, tool('files', 'read_file', { path: `notes/${i}.md` }));

const known = made.road.origins.of(caller.task);
if (known === undefined) throw new Error('nothing is known');
const engine: number[] = [];
const current = made.force.current();
const force: InForce = {
  ...current,
  policies: {
    ...current.policies,
    evaluate(question) {
      const from = performance.now();
      const answer = current.policies.evaluate(question);
      engine.push(performance.now() - from);
      return answer;
    },
  },
};
const past = createPast(made.road.pseudonym);
const considering = {
  pseudonym: made.road.pseudonym,
  origins: (...[entry, args]: Parameters<NonNullable<Parameters<typeof consider>[0]['origins']>>) =>
    originFacts(known, entry, args),
};
const destinations = [
  'ann@customer.example',
  'w17.3@people.example',
  'eve@evil.example',
  'nobody@never.example',
];
const all: number[] = [];
for (let i = 0; i < calls + calls / 10; i += 1) {
  const to = destinations[i % destinations.length] ?? '';
  const proposal = tool('mail', 'send_mail', {
    to,
    subject: 'Done',
    body: `See https://pages.example/${i % 7} for it.`,
  });
  const from = performance.now();
  consider(
    considering,
    force,
    made.road.sequencer.head,
    { at: made.road.clock.wallMs(), past },
    caller,
    proposal,
    new Set(),
  );
  all.push(performance.now() - from);
}

const warm = (list: readonly number[]) => list.slice(-calls).toSorted((a, b) => a - b);
const at = (list: readonly number[], share: number) => list[Math.floor(list.length * share)] ?? Number.NaN;
const microseconds = (list: readonly number[]) => ({
  p50Us: Math.round(1000 * at(list, 0.5)),
  p99Us: Math.round(1000 * at(list, 0.99)),
});
const [decide, asked] = [warm(all), warm(engine)];
/** Of each of the calls that there are the median: a machine that others use shows in the 99th percentile. */
const kinds = destinations.length * 7;
const slowest = (list: readonly number[]) =>
  Math.max(
    ...Array.from({ length: kinds }, (_, k) => at(warm(list.filter((_one, i) => i % kinds === k)), 0.5)),
  );
console.log(
  JSON.stringify({
    node: process.version,
    decide: microseconds(decide),
    engine: microseconds(asked),
    ratio: { p50: ratio(decide, asked, 0.5), p99: ratio(decide, asked, 0.99), goal: 10 },
    slowest: {
      decideUs: Math.round(1000 * slowest(all)),
      engineUs: Math.round(1000 * slowest(engine)),
      ratio: Math.round((10 * slowest(all)) / slowest(engine)) / 10,
    },
    memory: memory(),
  }),
);
process.exit(0);

function ratio(a: readonly number[], b: readonly number[], share: number): number {
  return Math.round((10 * at(a, share)) / at(b, share)) / 10;
}

function resultOf(n: number): string {
  if (n % 2 === 0)
    return `Note ${n}. ${'What was said in the meeting, and by whom, and when. '.repeat(100)}`.slice(
      0,
      sizeBytes,
    );
  const records = Array.from({ length: 18 }, (_, i) => ({
    id: `r${n}-${i}`,
    title: `Record ${n}-${i}`,
    from: `w${n}.${i}@people.example`,
    amount: n * 10 + i,
    body: 'A line or two about what this is, for those who have to know it. '.repeat(2),
  }));
  return JSON.stringify(records).slice(0, 10 * sizeBytes);
}

/** Of one task, after its bound and after ten times as much. */
function memory(): {
  readonly boundBytes: number;
  readonly atBoundBytes: number;
  readonly after10Bytes: number;
} {
  const task = createKnowledge();
  task.ask('Summarise all of it.');
  let told = 0;
  const fill = (bytes: number): number => {
    for (; told < bytes; ) {
      const text = resultOf(told);
      told += text.length;
      task.tell(
        { source: 'files/read_file', class: 'read', holds: 'records', trusted: false, id: 'o' },
        {},
        readResult(text),
        text,
      );
    }
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const atBound = fill(knowledgeBounds.maxBytes) - before;
  const after = fill(10 * knowledgeBounds.maxBytes) - before;
  return { boundBytes: knowledgeBounds.maxBytes, atBoundBytes: atBound, after10Bytes: after };
}
