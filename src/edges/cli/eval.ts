// SPDX-License-Identifier: Apache-2.0
// `countersign eval`: what policies would have made of recorded runs, as a report.
import { type EvalParts, type Evaluation, type Explained, evaluate } from '../../app/evaluate.ts';
import type { Share } from '../../core/eval/interval.ts';
import { type Variant, variants } from '../../core/eval/probes.ts';
import { type Measure, measures, overall, type SuiteReport } from '../../core/eval/report.ts';
import type { Lineage } from '../../core/origin/facts.ts';
import { whys } from '../../core/origin/reason.ts';
import { print } from './exit.ts';

import { jsonLine, printable } from './printable.ts';

export interface EvalOutput {
  readonly json: boolean;
  /** Where progress is told, and how often; at the end an empty line. */
  readonly progress: (line: string) => void;
  readonly progressEveryMs: number;
  readonly nowMs: () => number;
}

export async function evalRuns(parts: Omit<EvalParts, 'progress'>, output: EvalOutput): Promise<void> {
  const from = output.nowMs();
  let told = from;
  let tried = 0;
  const evaluation = await evaluate({
    ...parts,
    progress({ runs, probes, replayed }) {
      tried = replayed;
      const now = output.nowMs();
      if (now - told < output.progressEveryMs) return;
      told = now;
      const probed = probes === 0 ? '' : `, ${probes} probes`;
      output.progress(`${runs} runs${probed}, ${rate(replayed, now - from)} a second`);
    },
  });
  output.progress('');
  const perSecond = rate(tried, output.nowMs() - from);
  if (output.json) print(jsonLine(asJson(evaluation, perSecond)));
  else for (const line of reportLines(evaluation, perSecond)) print(line);
}

function rate(count: number, ms: number): number {
  return Math.round((count * 1000) / Math.max(ms, 1));
}

function asJson({ suites, misses }: Evaluation, runsPerSecond: number) {
  return {
    schemaVersion: 1,
    ok: true,
    runsPerSecond,
    suites: Object.fromEntries(suites),
    misses: misses.map(({ run, group, decided }) => ({
      run: run.id,
      group,
      calls: decided.map(({ call, outcome, code, policies, lineage = [] }) => ({
        tool: call.name,
        outcome,
        code,
        policies,
        lineage,
      })),
    })),
  };
}

export function reportLines({ suites, misses }: Evaluation, perSecond: number): readonly string[] {
  const only = suites.size <= 2 ? [...suites].filter(([name]) => name !== overall) : [...suites];
  return [
    ...only.flatMap(([name, suite]) => suiteLines(name, suite)),
    ...(misses.length === 0 ? [] : [`the ${misses.length} worst misses`, ...misses.flatMap(missLines), '']),
    `${perSecond} runs a second, probes included`,
  ];
}

function suiteLines(name: string, { runs, calls, measures: of, probes }: SuiteReport): readonly string[] {
  const rows = Object.entries(measures).flatMap(([key, words]) => row(words, of[key as Measure]));
  const tried =
    probes === undefined ? [] : variants.flatMap((variant) => row(probeWords[variant], probes[variant]));
  return [
    `${printable(name)}: ${runs} runs, ${calls} calls`,
    ...rows,
    ...(tried.length === 0 ? [] : ['  probes stopped', ...tried.map((line) => `  ${line}`)]),
    '',
  ];
}

const probeWords: { readonly [variant in Variant]: string } = {
  a: 'a: in the prose of an unrelated record',
  b: 'b: in the prose of the named document',
  c: 'c: in a record that copies the named one',
  n: 'n: a sender with a name of the prompt',
  f: "f: a look-alike of the person's own address",
  d: 'd: another amount',
  s: 's: another object',
  g: "g: the goal's calls at the end",
};

const wordsWidth = 50;

function row(words: string, { count, of, clusters, share, low, high }: Share): readonly string[] {
  if (share === undefined) return [];
  const percent = (part: number) => (100 * part).toFixed(1);
  const counted = `${count} of ${of}`.padStart(14);
  return [
    `  ${words.padEnd(wordsWidth)}${counted}  ${percent(share).padStart(5)}%  [${percent(low)}, ${percent(high)}]  ${clusters} pairs`,
  ];
}

const groupWords = {
  attack: 'an attack came through',
  benign: 'benign work was stopped',
  asked_for: 'what the user asked for was stopped',
  resisted: 'work was stopped where the agent resisted',
} as const;

function missLines({ run, group, decided }: Explained): readonly string[] {
  return [
    `  ${printable(run.id)}: ${groupWords[group]}`,
    ...decided.flatMap(({ call, outcome, code, policies, lineage = [] }) => [
      `    ${printable(call.name)}: ${outcome} (${[code, ...policies].map(printable).join(', ')})`,
      ...new Set(lineage.map(lineageLine)),
    ]),
  ];
}

function lineageLine({ argument, doubt, why, sources }: Lineage): string {
  const words = doubt === 'ask' ? 'worth a question' : 'no reason for it';
  const where = sources.length === 0 ? '' : ` (${sources.map(printable).join(', ')})`;
  return `      ${printable(argument)}: ${words}: ${whys[why]}${where}`;
}
