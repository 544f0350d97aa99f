// SPDX-License-Identifier: Apache-2.0
/**
 * What it costs to tell where values come from: `node --expose-gc bench/origins.ts [--rounds N]`.
 *
 * A session that has read 100 results of 4 kB, half of them lists of records and half prose. DECIDE as a whole
 * (describe, history, origins, policy, fold) by the baseline pack beside what the engine takes of it, in the same calls;
 * and what a task holds in memory as it goes on reading, far past its bound.
 *
 * Two tails. `questions`: each question is asked in every round, the least that it ever took is what it costs, and the
 * tail is over the questions: what is asked. `calls`: the tail over all calls, which on a machine that others use is
 * being put off the processor, and collecting garbage anywhere. Prints one JSON object. Ratios travel; times do not.
 */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { consider } from '../src/app/consider.ts';
import { createPast } from '../src/app/past.ts';
import type { InForce } from '../src/app/road.ts';
import { originFacts } from '../src/core/origin/facts.ts';
import { createKnowledge, knowledgeBounds } from '../src/core/origin/knowledge.ts';
import { readResult } from '../src/core/origin/read-result.ts';
import { compileOver, load, policyFiles } from '../src/main/load.ts';
import { demoDir, rig, tool } from '../test/road/road.fixture.ts';

const observations = 100;
const sizeBytes = 4096;
const flag = process.argv.indexOf('--rounds');
const rounds = flag === -1 ? 30 : Number(process.argv[flag + 1]);
/** Before they count. */
const warmRounds = 10;

const demo = load({
  policyDir: join(demoDir, 'policies'),
  catalogueDir: join(demoDir, 'catalogue'),
  mode: 'enforce',
});
if (!demo.ok) throw new Error(JSON.stringify(demo.problems));
const files = policyFiles(join(import.meta.dirname, '../policies/baseline'));
if (!Array.isArray(files)) throw new Error(files.message);
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
let engineMs = 0;
const current = made.force.current();
const force: InForce = {
  ...current,
  policies: {
    ...current.policies,
    evaluate(question) {
      const from = performance.now();
      const answer = current.policies.evaluate(question);
      engineMs += performance.now() - from;
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

/** To whom: said, out of a record, urged by nobody, the author that was named, look-alikes, two at once. */
const to = [
  'ann@customer.example',
  'w17.3@people.example',
  'eve@evil.example',
  'nobody@never.example',
  'ann@cust0mer.example',
  'w41.11@people.example',
  'ann@customer.example, w17.3@people.example',
];
const line = 'What was done for the ticket, in the words of who did it, with 12.50 and 2026-03-01 in it. ';
const bodies = [
  'Done.',
  'See https://pages.example/7 for it.',
  line.repeat(5),
  `${line.repeat(20)} https://pages.example/a https://pages.example/b?x=1`,
  line.repeat(45).slice(0, sizeBytes),
  Buffer.from(line.repeat(2)).toString('base64'),
];
const proposals = [
  ...to.flatMap((one) => bodies.map((body) => tool('mail', 'send_mail', { to: one, subject: 'Done', body }))),
  ...Array.from({ length: 20 }, (_, i) => tool('files', 'read_file', { path: `notes/${i * 7}.md` })),
];

interface Cost {
  decideMs: number;
  engineMs: number;
}
const calls: Cost[] = [];
const least: Cost[] = proposals.map(() => ({
  decideMs: Number.POSITIVE_INFINITY,
  engineMs: Number.POSITIVE_INFINITY,
}));
const cpuBefore = process.threadCpuUsage();
for (let round = 0; round < rounds + warmRounds; round += 1)
  for (const [i, proposal] of proposals.entries()) {
    engineMs = 0;
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
    const cost: Cost = { decideMs: performance.now() - from, engineMs };
    if (round < warmRounds) continue;
    calls.push(cost);
    const one = least[i];
    if (one === undefined) continue;
    one.decideMs = Math.min(one.decideMs, cost.decideMs);
    one.engineMs = Math.min(one.engineMs, cost.engineMs);
  }
const cpu = process.threadCpuUsage(cpuBefore);

console.log(
  JSON.stringify({
    node: process.version,
    load: loadavg()[0],
    goal: 10,
    questions: { count: proposals.length, ...costs(least) },
    calls: { count: calls.length, ...costs(calls) },
    cpuUsOfACall: Math.round((cpu.user + cpu.system) / (proposals.length * (rounds + warmRounds))),
    memory: memory(),
  }),
);
process.exit(0);

function costs(of: readonly Cost[]) {
  const decide = of.map(({ decideMs }) => decideMs).toSorted((a, b) => a - b);
  const engine = of.map(({ engineMs }) => engineMs).toSorted((a, b) => a - b);
  const at = (list: readonly number[], share: number) =>
    list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN;
  return Object.fromEntries(
    [0.5, 0.99].map((share) => [
      `p${share * 100}`,
      {
        decideUs: Math.round(1000 * at(decide, share)),
        engineUs: Math.round(1000 * at(engine, share)),
        ratio: Math.round((10 * at(decide, share)) / at(engine, share)) / 10,
      },
    ]),
  );
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
