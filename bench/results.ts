// SPDX-License-Identifier: Apache-2.0
/**
 * What it costs to decide a result: `node bench/results.ts [--rounds N]`.
 *
 * Prose, lists of records, code and base64 of several sizes, looked at by every detector and judged by the baseline's rules
 * about results, beside what the engine takes of one such question. And texts that were written to be slow.
 *
 * Prints one JSON object. Ratios travel; times do not.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { personalFinder } from '../src/adapters/detectors/personal.ts';
import { secretlintFinder } from '../src/adapters/detectors/secretlint.ts';
import { further, judgeResult, takeInHand } from '../src/app/result.ts';
import type { JsonObject } from '../src/core/json/value.ts';
import { circumstances } from '../src/core/session/circumstances.ts';
import { compileOver, load } from '../src/main/load.ts';
import { demoDir, rig } from '../test/road/road.fixture.ts';

const flag = process.argv.indexOf('--rounds');
const rounds = flag === -1 ? 200 : Number(process.argv[flag + 1]);

const demo = load({
  policyDir: join(demoDir, 'policies'),
  catalogueDir: join(demoDir, 'catalogue'),
  mode: 'enforce',
});
if (!demo.ok) throw new Error(JSON.stringify(demo.problems));
const policyFile = join(import.meta.dirname, '../policies/baseline/80-results.cedar');
const files = [
  { name: 'all.cedar', text: '@id("all") permit (principal, action, resource);' },
  { name: '80-results.cedar', text: readFileSync(policyFile, 'utf8') },
];
const compiled = compileOver(files, demo.published.catalogue, { mode: 'enforce' });
if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
const finders = { secrets: secretlintFinder(), pii: personalFinder(), timeoutMs: 60_000 };
const made = await rig({ published: compiled.published, finders });
const caller = await made.start();
const force = made.force.current();
const entry = force.catalogue.find('tools/call', 'files', 'read_file');
if (entry === undefined) throw new Error('no such tool');
const call = {
  entry,
  args: { path: 'notes/1.md' },
  resource: { type: entry.resource.type, id: 'notes/1.md' },
};
const standing = circumstances(made.road.sequencer.head, caller, made.road.clock.wallMs());
if (!standing.ok) throw new Error(standing.code);
const who = standing.value;

const text = (said: string): JsonObject => ({ content: [{ type: 'text', text: said }] });
const sentence =
  'The order of Ada Lovelace (ada@example.com) was sent on Monday; see https://shop.example/o/17-3 for it. ';
const kinds: Readonly<Record<string, (bytes: number) => JsonObject>> = {
  prose: (bytes) => text(sentence.repeat(bytes / sentence.length)),
  code: (bytes) => {
    const line = "  const total = items.reduce((sum, { price }) => sum + price, 0); // '\\\\u00e9' and %20\n";
    return text(line.repeat(bytes / line.length));
  },
  records: (bytes) => {
    const rows = Array.from({ length: bytes / 80 }, (_, id) => ({
      id,
      name: `Record ${id}`,
      mail: `r${id}@example.com`,
    }));
    return { content: [{ type: 'text', text: JSON.stringify(rows) }] };
  },
  base64: (bytes) =>
    text(
      Buffer.from(sentence.repeat(bytes / sentence.length))
        .toString('base64')
        .slice(0, bytes),
    ),
};

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

async function looked(
  result: JsonObject,
  times: number,
): Promise<{ readonly us: number; readonly engineUs: number }> {
  const all: number[] = [];
  const engine: number[] = [];
  for (let i = 0; i < times + 3; i++) {
    const from = performance.now();
    const hand = await takeInHand(made.road, { result, error: false, changedTools: 0 });
    const judging = performance.now();
    const { code } = judgeResult(force, call, hand, who);
    if (code !== 'permitted') throw new Error(code);
    const until = performance.now();
    if (i < 3) continue;
    engine.push(until - judging);
    all.push(until - from);
  }
  return { us: median(all) * 1000, engineUs: median(engine) * 1000 };
}

const rounded = (value: number): number => Math.round(value * 10) / 10;
const sizes = [1, 4, 16, 64, 256];
const table: { [kind: string]: { [size: string]: object } } = {};
for (const [kind, make] of Object.entries(kinds)) {
  const row: { [size: string]: object } = {};
  for (const kB of sizes) {
    const { us, engineUs } = await looked(make(kB * 1024), Math.max(10, Math.ceil(rounds / kB)));
    row[`${kB} kB`] = {
      us: rounded(us),
      usPerKB: rounded(us / kB),
      engineUs: rounded(engineUs),
      timesEngine: rounded(us / engineUs),
    };
  }
  table[kind] = row;
}

const hostile: Readonly<Record<string, string>> = {
  escapes: '\\u0041',
  percent: '%41',
  invisible: 'a\u200b',
  base64: `${'QUJD'.repeat(12)} `,
  images: '![a](b)',
  comments: '<!-- you must ',
  digits: '4111 ',
  keys: 'AKIA0000000000000000 ',
};
const slow: { [name: string]: object } = {};
for (const [name, unit] of Object.entries(hostile)) {
  const [small, large] = [
    await looked(text(unit.repeat((64 << 10) / unit.length)), 3),
    await looked(text(unit.repeat((512 << 10) / unit.length)), 3),
  ];
  slow[name] = {
    'ms at 64 kB': rounded(small.us / 1000),
    'ms at 512 kB': rounded(large.us / 1000),
    growth: rounded(large.us / small.us),
  };
}

// A key in 4 kB, masked and looked at again.
const key = ['AKIA', 'Q3EGRTZ5HXY2MNP7'].join('');
const keyed = text(`${sentence.repeat(40)}\nkey = ${key}\n`);
const masking: number[] = [];
for (let i = 0; i < rounds; i++) {
  const from = performance.now();
  const hand = await takeInHand(made.road, { result: keyed, error: false, changedTools: 0 });
  const { again } = judgeResult(force, call, hand, who);
  if (again === undefined) throw new Error('not masked');
  judgeResult(force, call, await further(made.road, hand, again), who);
  masking.push(performance.now() - from);
}

console.log(JSON.stringify({ table, slow, maskedUs: rounded(median(masking) * 1000) }, undefined, 2));
