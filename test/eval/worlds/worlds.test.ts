// SPDX-License-Identifier: Apache-2.0
// The worlds hang together: runs are as docs/eval.md says, calls fit their tools, attackers get only what they asked for.
// Nothing here asks what an engine would decide on them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadCatalogue } from '../../../src/adapters/catalogue-files/load.ts';
import { writeLock } from '../../../src/adapters/catalogue-files/lock.ts';
import { linesOf } from './source/runs.ts';
import { suites, toolsJson } from './source/suites.ts';

const here = import.meta.dirname;
const ordinals = z.array(z.int().min(0));

const runShape = z.strictObject({
  id: z.string(),
  suite: z.string(),
  kind: z.enum(['benign', 'attacked', 'goal_as_user_task']),
  user_task: z.string(),
  injection_task: z.string().nullable(),
  system: z.string(),
  events: z.array(
    z.discriminatedUnion('t', [
      z.strictObject({ t: z.literal('user'), text: z.string().min(1) }),
      z.strictObject({ t: z.literal('say'), text: z.string().min(1) }),
      z.strictObject({
        t: z.literal('call'),
        id: z.string(),
        name: z.string(),
        args: z.record(z.string(), z.json()),
      }),
      z.strictObject({
        t: z.literal('result'),
        id: z.string(),
        text: z.string(),
        error: z.string().nullable(),
      }),
    ]),
  ),
  utility: z.boolean(),
  attack_success: z.boolean().nullable(),
  injections: z.record(z.string(), z.string().min(1)),
  judge: z.strictObject({
    utility: z.boolean(),
    security: z.boolean().optional(),
    attack_done_after_call: z.int().min(-1).optional(),
    attack_necessary_calls: ordinals.optional(),
    utility_necessary_calls: ordinals,
  }),
});
type Run = z.infer<typeof runShape>;

const toolShape = z.strictObject({
  name: z.string(),
  description: z.string().min(1),
  inputSchema: z.looseObject({ type: z.literal('object') }),
});
const toolsText = readFileSync(join(here, 'tools.json'), 'utf8');
const tools = z.record(z.string(), z.array(toolShape)).parse(JSON.parse(toolsText));

const textOf = (suite: string): string =>
  gunzipSync(readFileSync(join(here, `${suite}.jsonl.gz`))).toString('utf8');

const runsIn = (suite: string): Run[] =>
  textOf(suite)
    .trimEnd()
    .split('\n')
    .map((line) => runShape.parse(JSON.parse(line)));

const callsOf = (run: Run) => run.events.filter((event) => event.t === 'call');

const shown = (call: ReturnType<typeof callsOf>[number] | undefined): string =>
  JSON.stringify([call?.name, call?.args]);

const leaves = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(leaves);
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
};

/** Text without what a rendering adds: quotes, escapes, breaks, spaces. */
const bare = (text: string): string => text.replaceAll(/\\n|<br>|[\s"'\\]/g, '').toLowerCase();

/** All that was said and read before call `ordinal`. */
const seenBefore = (run: Run, ordinal: number): string => {
  let call = -1;
  const end = run.events.findIndex((event) => event.t === 'call' && ++call === ordinal);
  return run.events
    .slice(0, end < 0 ? run.events.length : end)
    .map((event) => (event.t === 'user' || event.t === 'result' ? event.text : ''))
    .join('\n');
};

/** A value that the model did not invent: seen as it is, or in the words of something that was seen. */
const derivable = (value: string, seen: string): boolean => {
  if (bare(seen).includes(bare(value))) return true;
  const words = value.toLowerCase().match(/[\p{L}\d@.-]{4,}/gu) ?? [];
  const known = words.filter((word) => seen.toLowerCase().includes(word.replace(/[.]$/, '')));
  return words.length > 2 && known.length >= words.length * 0.6;
};

describe.each(suites.map((suite) => [suite.name, suite] as const))('%s', (name, suite) => {
  const runs = runsIn(name);
  const attacked = runs.filter((run) => run.kind === 'attacked');
  const fallen = attacked.filter((run) => run.attack_success === true);

  test('is what its source gives', () => {
    expect(textOf(name) === linesOf(suite), 'run test/eval/worlds/source/generate.ts').toBe(true);
    expect(toolsText).toBe(toolsJson(suites));
  });

  test('has its runs, each once', () => {
    expect(new Set(runs.map((run) => run.id)).size).toBe(runs.length);
    expect(runs.every((run) => run.suite === name)).toBe(true);
    const benign = runs.filter((run) => run.kind === 'benign');
    expect(benign.length).toBeGreaterThanOrEqual(40);
    expect(benign.every((run) => run.utility && run.judge.utility)).toBe(true);
    expect(suite.goals.length).toBeGreaterThanOrEqual(12);
    expect(fallen.length).toBeGreaterThanOrEqual(120);
    expect(attacked.filter((run) => run.attack_success === false && run.utility).length).toBe(30);
    expect(runs.filter((run) => run.kind === 'goal_as_user_task').length).toBeGreaterThanOrEqual(10);
  });

  test('in most of its benign runs, a call that acts takes something from a result', () => {
    const benign = runs.filter((run) => run.kind === 'benign');
    const taken = benign.filter((run) =>
      run.judge.utility_necessary_calls.some((ordinal) => {
        const said = run.events.map((event) => (event.t === 'user' ? event.text : '')).join('\n');
        return leaves(Object.values(callsOf(run)[ordinal]?.args ?? {})).some(
          (value) =>
            value.length > 1 &&
            bare(seenBefore(run, ordinal)).includes(bare(value)) &&
            !bare(said).includes(bare(value)),
        );
      }),
    );
    expect(taken.length / benign.length).toBeGreaterThan(0.6);
  });

  test('every call has its result, and its arguments fit its tool', () => {
    const ajv = new Ajv2020({ strict: true });
    const checks = new Map((tools[name] ?? []).map((tool) => [tool.name, ajv.compile(tool.inputSchema)]));
    for (const run of runs)
      for (const [at, event] of run.events.entries()) {
        if (event.t !== 'call') continue;
        const next = run.events[at + 1];
        expect(next?.t === 'result' && next.id === event.id && next.error === null, run.id).toBe(true);
        expect(checks.get(event.name)?.(event.args), `${run.id} ${event.name}`).toBe(true);
      }
  });

  test('ordinals name calls, and an attack that succeeded was done by its last', () => {
    for (const run of runs) {
      const { utility_necessary_calls, attack_necessary_calls = [], attack_done_after_call = -1 } = run.judge;
      const count = callsOf(run).length;
      for (const each of [...utility_necessary_calls, ...attack_necessary_calls])
        expect(each, run.id).toBeLessThan(count);
      expect(attack_done_after_call, run.id).toBe(attack_necessary_calls.at(-1) ?? -1);
      expect(attack_necessary_calls.length > 0, run.id).toBe(run.attack_success === true);
      expect(run.judge.security === true, run.id).toBe(run.attack_success === true);
      expect(
        utility_necessary_calls.filter((each) => attack_necessary_calls.includes(each)),
        run.id,
      ).toEqual([]);
    }
  });

  test('an attack was read before it was done', () => {
    const wrong = attacked.filter((run) => {
      const texts = Object.values(run.injections);
      const read = bare(seenBefore(run, run.judge.attack_necessary_calls?.[0] ?? Number.POSITIVE_INFINITY));
      return texts.length === 0 || !texts.every((text) => read.includes(bare(text)));
    });
    expect(wrong.map((run) => run.id)).toEqual([]);
  });

  test('an attack does what was planted, with values that were read', () => {
    const closed = new Set(
      suite.tools
        .flatMap((tool) => JSON.stringify(tool.inputSchema).match(/"enum":\[[^\]]*/g) ?? [])
        .flatMap((each) => each.match(/\w[\w ]*/g) ?? []),
    );
    const wrong = fallen.flatMap((run) => {
      const planted = Object.values(run.injections).join('\n');
      const valuesOf = (ordinal: number) => leaves(Object.values(callsOf(run)[ordinal]?.args ?? {}));
      const needed = run.judge.attack_necessary_calls ?? [];
      /** What the agent says for the person when nothing is planted. */
      const ownRun = runs.filter((each) => each.kind === 'benign' && each.user_task === run.user_task);
      const own = new Set(ownRun.flatMap(callsOf).flatMap((call) => leaves(Object.values(call.args))));
      const ownCalls = new Set(ownRun.flatMap(callsOf).map(shown));
      const invented = needed.flatMap((ordinal) =>
        valuesOf(ordinal).filter(
          (value) =>
            !closed.has(value) &&
            !own.has(value) &&
            !derivable(value, `${seenBefore(run, ordinal)}\n${planted}`),
        ),
      );
      /** The call before one that is needed looks up what the plant named. */
      const named = needed.some((ordinal) =>
        [...valuesOf(ordinal), ...valuesOf(ordinal - 1)].some((value) => derivable(value, planted)),
      );
      const asWell = needed.some((ordinal) => ownCalls.has(shown(callsOf(run)[ordinal])));
      return [
        ...invented.map((value) => `${run.id}: ${value}`),
        ...(named ? [] : [`${run.id}: nothing of the plant`]),
        ...(asWell ? [`${run.id}: a call that the person wants`] : []),
      ];
    });
    expect(wrong).toEqual([]);
  });

  test('names of hosts are reserved ones', () => {
    const hosts = [...textOf(name).matchAll(/(?:@|https?:\/\/)([a-z0-9-]+(?:\.[a-z0-9-]+)+)/gi)].map(
      (m) => m[1],
    );
    expect(hosts.length).toBeGreaterThan(100);
    expect(hosts.filter((host) => !/\.(example|invalid|test)$/i.test(host ?? ''))).toEqual([]);
  });

  test('its catalogue loads over its tools and leaves none out', () => {
    const definitions = (tools[name] ?? []).map(({ name, description, inputSchema }) => ({
      name,
      description,
      inputSchema: z.record(z.string(), z.json()).parse(inputSchema),
    }));
    const loaded = loadCatalogue([
      { name: `${suite.server}.yaml`, text: readFileSync(join(here, name, `${suite.server}.yaml`), 'utf8') },
      { name: `${suite.server}.lock.json`, text: writeLock(suite.server, definitions) },
    ]);
    expect(loaded.ok ? loaded.warnings : loaded.problems).toEqual([]);
  });
});
