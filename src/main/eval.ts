// SPDX-License-Identifier: Apache-2.0
// What `countersign eval` is given: recorded runs of a file, and for each suite a catalogue of files over the definitions
// that stand beside the runs, all accepted in memory.
import { createReadStream, existsSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { lockEnd, readDirectory, yamlEnd } from '../adapters/catalogue-files/directory.ts';
import { loadCatalogue } from '../adapters/catalogue-files/load.ts';
import { writeLock } from '../adapters/catalogue-files/lock.ts';
import type { EvalParts, Suite } from '../app/evaluate.ts';
import type { CallDecided } from '../app/rerun.ts';
import type { ToolDefinition } from '../core/catalogue/entry.ts';
import { parseToolDefinition } from '../core/catalogue/pin.ts';
import { goalsOf } from '../core/eval/probes.ts';
import { type Run, readRun } from '../core/eval/run.ts';
import { isArray, isObject, type JsonValue, own } from '../core/json/value.ts';
import { type Reading, rememberedReading } from '../core/origin/reading.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import { refusedFiles } from '../edges/cli/problem.ts';
import { evalRoads } from './eval-road.ts';
import { compileOver, type Problem, policyFiles } from './load.ts';

export interface EvalFlags {
  readonly traces: string;
  readonly catalogue: string;
  readonly policies: string;
  /** JSON: definitions by suite, or a list of them. */
  readonly tools?: string;
  readonly suite?: string;
  readonly decisions?: string;
  readonly probes?: boolean;
}

/** Runs of one suite read the same results again and again. */
const maxRemembered = 1 << 24;

/** @throws {CommandFailed} where something cannot be read or does not fit */
export async function evalParts(flags: EvalFlags): Promise<Omit<EvalParts, 'progress'>> {
  if (!existsSync(flags.traces)) throw new CommandFailed(`there is no file \`${flags.traces}\``, exit.usage);
  for (const directory of [flags.catalogue, flags.policies])
    if (!isDirectory(directory))
      throw new CommandFailed(`there is no directory \`${directory}\``, exit.usage);
  const suites = new Map<string, Suite>();
  const definitions = definitionsBeside(flags);
  const reading = rememberedReading(maxRemembered);
  const runs = () => runsIn(flags.traces, flags.suite);
  const goals = flags.probes === true ? await goalsIn(runs()) : undefined;
  return {
    runs,
    suite(name) {
      const known = suites.get(name) ?? suiteOf(flags, name, definitions, reading);
      suites.set(name, known);
      return known;
    },
    decided: flags.decisions === undefined ? () => undefined : writeDecisions(flags.decisions),
    ...(goals === undefined ? {} : { probes: goals }),
  };
}

async function goalsIn(runs: AsyncIterable<Run>): Promise<ReturnType<typeof goalsOf>> {
  const attacked: Run[] = [];
  for await (const run of runs) if (run.kind === 'attacked') attacked.push(run);
  return goalsOf(attacked);
}

/** Each is a task for another thread. */
const chunkBytes = 1 << 19;

async function* runsIn(path: string, suite: string | undefined): AsyncGenerator<Run> {
  const file = createReadStream(path, { highWaterMark: chunkBytes });
  const input = path.endsWith('.gz') ? file.pipe(createGunzip({ chunkSize: chunkBytes })) : file;
  let line = 0;
  let count = 0;
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      if (text.trim() === '') continue;
      const run = readRun(JSON.parse(text));
      if (typeof run === 'string') throw new CommandFailed(`${path}:${line}: ${run}`, exit.invalid);
      if (suite !== undefined && run.suite !== suite) continue;
      count += 1;
      yield run;
    }
  } catch (error) {
    if (error instanceof CommandFailed) throw error;
    throw new CommandFailed(`${path}:${line}: this is not one JSON object a line`, exit.invalid);
  }
  if (count === 0)
    throw new CommandFailed(
      suite === undefined
        ? `there are no runs in \`${path}\``
        : `there are no runs of the suite \`${suite}\``,
      exit.usage,
    );
}

type Definitions = ReadonlyMap<string, readonly ToolDefinition[]>;

/** By suite; under an empty name what belongs to all. */
function definitionsBeside({ traces, tools }: EvalFlags): Definitions {
  const path = tools ?? join(dirname(traces), 'tools.json');
  if (tools === undefined && !existsSync(path)) return new Map();
  let value: JsonValue;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new CommandFailed(`\`${path}\` cannot be read as JSON`, exit.usage);
  }
  const lists: readonly (readonly [string, JsonValue])[] = isObject(value)
    ? Object.entries(value)
    : [['', value]];
  return new Map(lists.map(([name, list]) => [name, isArray(list) ? list.flatMap(definitionOf) : []]));
}

/** One that cannot be understood is none: its calls are denied, as they would be. */
function definitionOf(tool: JsonValue): readonly ToolDefinition[] {
  if (!isObject(tool)) return [];
  const inputSchema = own(tool, 'inputSchema') ?? own(tool, 'parameters') ?? { type: 'object' };
  const read = parseToolDefinition({
    name: own(tool, 'name') ?? '',
    description: own(tool, 'description') ?? '',
    inputSchema,
  });
  return read.ok ? [read.definition] : [];
}

function suiteOf(flags: EvalFlags, name: string, definitions: Definitions, reading: Reading): Suite {
  const own = join(flags.catalogue, name);
  const directory = isDirectory(own) ? own : flags.catalogue;
  const read = readDirectory(directory);
  if (!read.ok) throw refusedFiles(read.problems);
  const servers = read.files.flatMap((file) =>
    file.name.endsWith(yamlEnd) ? [file.name.slice(0, -yamlEnd.length)] : [],
  );
  const missing = servers.filter((server) => !read.files.some((file) => file.name === `${server}${lockEnd}`));
  const locks = missing.map((server) => ({
    name: `${server}${lockEnd}`,
    text: writeLock(server, definitionsFor(definitions, name, server)),
  }));
  const loaded = loadCatalogue([...read.files, ...locks]);
  if (!loaded.ok) throw refusedFiles(loaded.problems);
  const { index } = loaded;
  const files = policyFiles(flags.policies);
  if (!isList(files)) throw refusedFiles([files]);
  const compiled = compileOver(files, index, { mode: 'shadow', shadow: undefined });
  if (!compiled.ok) throw refusedFiles(compiled.problems);
  const order = [name, ...servers.filter((server) => server !== name)];
  let roads: ReturnType<typeof evalRoads> | undefined;
  return {
    find: (tool) =>
      order.map((server) => index.find('tools/call', server, tool)).find((one) => one !== undefined),
    async road() {
      roads ??= evalRoads(compiled.published, reading);
      return (await roads)();
    },
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Those of the suite, and of what is not of any: by the name of the server, or by none. */
function definitionsFor(definitions: Definitions, suite: string, server: string): readonly ToolDefinition[] {
  const known = new Map<string, ToolDefinition>();
  const others = [...definitions.keys()].filter((key) => key !== suite && key !== server);
  for (const key of [suite, server, ...others])
    for (const definition of definitions.get(key) ?? [])
      if (!known.has(definition.name)) known.set(definition.name, definition);
  return [...known.values()];
}

function isList<T>(value: readonly T[] | Problem): value is readonly T[] {
  return Array.isArray(value);
}

function writeDecisions(path: string): (run: Run, calls: readonly CallDecided[]) => void {
  let file: number;
  try {
    file = openSync(path, 'w');
  } catch {
    throw new CommandFailed(`\`${path}\` cannot be written`, exit.usage);
  }
  return ({ id }, calls) => {
    writeSync(file, `${JSON.stringify({ id, decisions: calls.map(({ outcome }) => outcome) })}\n`);
  };
}
