// SPDX-License-Identifier: Apache-2.0
/**
 * `countersign init`: takes over the MCP servers that a client starts or calls itself.
 *
 * Shows every file that it would write before it writes one, with secrets masked; keeps what was there;
 * never leaves a server in reach of the client that it can take, and names those that it cannot.
 */
import { join, resolve } from 'node:path';
import type { ToolDefinition } from '../../core/catalogue/entry.ts';
import type { JsonObject } from '../../core/json/value.ts';
import type { LiveTools, Problem } from '../api/catalogue-routes.ts';
import { readKept } from './adopt/adoptions.ts';
import {
  knownPlaces,
  type Place,
  type PlaceRead,
  placeOf,
  readPlace,
  type Surroundings,
} from './adopt/client-files.ts';
import { type Definition, isOurs, type Left, translate } from './adopt/definitions.ts';
import { type CatalogueFile, type Plan, planAdoption, textOf } from './adopt/plan.ts';
import { diffLines, secretsIn } from './adopt/text-diff.ts';
import { writeTogether } from './adopt/write-together.ts';
import type { Ask } from './ask.ts';
import { CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine } from './printable.ts';

export interface InitOptions {
  /** Where the servers are defined. */
  readonly mcp?: string;
  /** The client's file that is to start Countersign; the same one where nothing is said. */
  readonly clientConfig?: string;
  /** Where `policies/` and `catalogue/` are or come to be. */
  readonly dir?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export interface InitParts {
  readonly surroundings: Surroundings;
  readonly dataDir: string;
  /** The command that clients are to run: absolute. */
  readonly command: string;
  readonly starter: { readonly name: string; readonly text: string };
  /** Starts each server once and asks for its tools. Never rejects for what a server does. */
  readonly listTools: (
    servers: JsonObject,
    onAnswer: (server: string, live: LiveTools, tookMs: number) => void,
  ) => Promise<ReadonlyMap<string, LiveTools>>;
  readonly propose: (
    server: string,
    tools: readonly ToolDefinition[],
    before: { readonly yaml?: string; readonly lock?: string },
    chosen: ReadonlySet<string> | undefined,
  ) =>
    | { readonly ok: true; readonly yaml: string; readonly lock: string; readonly unknown: readonly string[] }
    | { readonly ok: false; readonly problems: readonly Problem[] };
  readonly now: () => Date;
  readonly ask: Ask;
}

interface Found {
  readonly place: Place;
  readonly read: Extract<PlaceRead, { state: 'read' }>;
  /** Countersign is put there even if there is no server to take over. */
  readonly named: boolean;
}

export async function init(options: InitOptions, parts: InitParts): Promise<void> {
  for (const found of await find(options, parts)) await adopt(found, options, parts);
}

async function adopt(found: Found, options: InitOptions, parts: InitParts): Promise<void> {
  const dir = resolve(parts.surroundings.cwd, options.dir ?? '.');
  const kept = readKept(parts.dataDir);
  if (!kept.ok) throw new CommandFailed(kept.message, exit.usage);

  const { definitions, left } = translate(
    found.read.servers,
    found.place,
    kept.upstreams,
    parts.surroundings,
  );
  const adopted = Object.entries(found.read.servers).some(([name, entry]) => isOurs(name, entry));
  if (definitions.length === 0 && (adopted || left.length > 0 || !found.named))
    return nothingToTake(found, adopted, left, options.json === true);

  if (definitions.length > 0)
    say(`starting ${definitions.length} of ${found.place.file} to ask for their tools`);
  const live = await parts.listTools(serversOf(definitions), (server, answer, tookMs) =>
    say(`  ${server}: ${answered(answer)} (${(tookMs / 1000).toFixed(1)} s)`),
  );
  const catalogue = definitions.flatMap((definition) =>
    proposal(definition, live, join(dir, 'catalogue'), parts),
  );
  const plan = planAdoption({
    ...found,
    definitions,
    left,
    upstreams: kept.upstreams,
    adoptions: kept.adoptions,
    dataDir: parts.dataDir,
    policyDir: join(dir, 'policies'),
    starter: parts.starter,
    catalogue: catalogue.flatMap(({ files }) => files),
    command: parts.command,
    at: parts.now(),
  });
  if (plan === undefined)
    throw new CommandFailed(
      `\`${found.place.file}\` cannot be edited in place: is it one object?`,
      exit.usage,
    );

  const secrets = secretsIn([...Object.values(found.read.servers), ...Object.values(kept.upstreams)]);
  for (const change of plan.changes) {
    for (const line of diffLines(change, secrets)) say(line);
    say('');
  }
  for (const { original, why } of left) say(`stays outside of Countersign: \`${original}\`: ${why}`);

  const report = {
    schemaVersion: 1,
    dryRun: options.dryRun === true,
    client: { kind: found.place.client, file: found.place.file },
    servers: definitions.map(({ original, name }) => ({ original, name, ...toolsOf(live.get(name)) })),
    unknownClass: catalogue.flatMap(({ unknown }) => unknown),
    left,
    files: plan.changes.map(({ file, before, mode }) => ({
      file,
      action: before === undefined ? 'create' : 'change',
      mode: mode.toString(8),
    })),
    backup: plan.backup,
  };
  if (options.dryRun !== true) await write(plan, found, options, parts);
  if (options.json === true) print(jsonLine(report));
  else if (options.dryRun === true) print('nothing was written');
  else afterwards(found, definitions, plan, dir, parts, report.unknownClass);
}

async function write(
  plan: Plan,
  { place, read }: Found,
  options: InitOptions,
  parts: InitParts,
): Promise<void> {
  if (options.yes !== true && !(await parts.ask.confirm('Write these files?')))
    throw new CommandFailed('nothing was written', exit.denied);
  // Clients write to their files too, some of them often.
  if ((textOf(place.file) ?? '') !== read.text)
    throw new CommandFailed(
      `\`${place.file}\` was changed meanwhile: run this again; nothing was written`,
      exit.usage,
    );
  writeTogether(plan.changes);
}

/** The files to take over, in order. @throws {CommandFailed} there is none, or more than one and nobody to ask */
async function find(
  { mcp, clientConfig }: InitOptions,
  { surroundings, ask }: InitParts,
): Promise<readonly Found[]> {
  if (mcp !== undefined || clientConfig !== undefined) {
    const source = mcp === undefined ? [] : [usable(placeOf(mcp, surroundings), false)];
    const target = clientConfig === undefined ? [] : [usable(placeOf(clientConfig, surroundings), true)];
    return mcp === clientConfig ? target : [...source, ...target];
  }
  const all = knownPlaces(surroundings).flatMap((place) => {
    const read = readPlace(place);
    if (read.state === 'unusable') say(`passed by \`${place.file}\`: ${read.message}`);
    return read.state === 'read' && Object.keys(read.servers).length > 0
      ? [{ place, read, named: false }]
      : [];
  });
  const open = all.filter(({ read }) => Object.entries(read.servers).some(([name, e]) => !isOurs(name, e)));
  const [first, ...others] = open.length > 0 ? open : all;
  if (first === undefined)
    throw new CommandFailed(
      "no client's file with MCP servers was found here or at home: name one with --mcp",
      exit.usage,
    );
  if (others.length === 0 || open.length === 0) return [first];

  const chosen = await ask.choose(
    'Several clients have MCP servers. Which one?',
    open.map(({ place, read }, i) => ({ value: String(i), label: described(place, read.servers) })),
  );
  const answer = chosen === undefined ? undefined : open[Number(chosen)];
  if (answer !== undefined) return [answer];
  const list = open.map(({ place, read }) => `  ${described(place, read.servers)}`).join('\n');
  throw new CommandFailed(
    `several files have MCP servers: name one with --client-config\n${list}`,
    exit.usage,
  );
}

/** @param mayBeNew a client that has no file yet gets one */
function usable(place: Place, mayBeNew: boolean): Found {
  const read = readPlace(place);
  if (read.state === 'unusable') throw new CommandFailed(`\`${place.file}\`: ${read.message}`, exit.usage);
  if (read.state === 'read') return { place, read, named: mayBeNew };
  if (!mayBeNew) throw new CommandFailed(`there is no \`${place.file}\``, exit.usage);
  const fresh = { state: 'read', text: '', servers: {}, found: false, mode: 0o600, isLink: false } as const;
  return { place, read: fresh, named: true };
}

function nothingToTake({ place }: Found, adopted: boolean, left: readonly Left[], json: boolean): void {
  if (!adopted && left.length > 0) {
    const why = left.map(({ original, why: reason }) => `  ${original}: ${reason}`).join('\n');
    throw new CommandFailed(`no server of \`${place.file}\` can be taken over:\n${why}`, exit.usage);
  }
  if (!adopted) throw new CommandFailed(`\`${place.file}\` names no MCP servers`, exit.usage);
  for (const { original, why } of left) say(`stays outside of Countersign: \`${original}\`: ${why}`);
  if (json)
    print(jsonLine({ schemaVersion: 1, adopted: true, client: { file: place.file }, left, files: [] }));
  else print(`${place.file} is adopted already: there is nothing to do (--undo gives it back)`);
}

function proposal(
  { name, hidden, shown }: Definition,
  live: ReadonlyMap<string, LiveTools>,
  directory: string,
  parts: InitParts,
): readonly {
  readonly files: readonly CatalogueFile[];
  readonly unknown: readonly string[];
}[] {
  const answer = live.get(name);
  if (answer?.ok !== true) return [];
  const yamlFile = join(directory, `${name}.yaml`);
  const lockFile = join(directory, `${name}.lock.json`);
  const [yaml, lock] = [textOf(yamlFile), textOf(lockFile)];
  const before = { ...(yaml === undefined ? {} : { yaml }), ...(lock === undefined ? {} : { lock }) };
  const chosen =
    hidden.size === 0 && shown === undefined
      ? undefined
      : new Set(
          answer.tools
            .map((tool) => tool.name)
            .filter((tool) => !hidden.has(tool) && shown?.has(tool) !== false),
        );
  const proposed = parts.propose(name, answer.tools, before, chosen);
  if (!proposed.ok) {
    const [first] = proposed.problems;
    say(`  ${name}: not proposed: ${first?.file ?? ''}: ${first?.message ?? ''}`);
    return [];
  }
  const files = [
    { file: yamlFile, text: proposed.yaml },
    {
      file: lockFile,
      text: proposed.lock,
      summary: 'their definitions, pinned as the server declares them now',
    },
  ];
  return [{ files, unknown: proposed.unknown.map((tool) => `${name}/${tool}`) }];
}

function afterwards(
  { place }: Found,
  definitions: readonly Definition[],
  { backup }: Plan,
  dir: string,
  { dataDir }: InitParts,
  unknown: readonly string[],
): void {
  const count = `${definitions.length} server${definitions.length === 1 ? '' : 's'}`;
  print(`took over ${count} of ${place.file}`);
  if (unknown.length > 0)
    say(
      `nobody can tell what these do, so they are refused until their class is said in ${join(dir, 'catalogue')}: ${unknown.join(', ')}`,
    );
  say(
    `1. countersign up --data ${dataDir} --policies ${join(dir, 'policies')} --catalogue ${join(dir, 'catalogue')}`,
  );
  say(`   (--mode shadow first, to see what would be stopped)`);
  say('2. restart the client');
  say(`3. delete ${backup} when all works: it holds the secrets, and --undo needs it`);
  if (place.client === 'claude-code')
    say('4. countersign hook install, so that its own tools (shell, files, web) ask Countersign too');
  say('   countersign doctor says what still goes around Countersign');
}

function described({ client, file, path }: Place, servers: JsonObject): string {
  const at = path.length > 1 ? ` (${path.slice(0, -1).join(' ')})` : '';
  return `${file}${at}: ${client}, ${Object.keys(servers).join(', ')}`;
}

function serversOf(definitions: readonly Definition[]): JsonObject {
  return Object.fromEntries(definitions.map(({ name, definition }) => [name, definition]));
}

function answered(live: LiveTools): string {
  if (!live.ok) return `could not list its tools: ${live.reason}`;
  const refused = live.refused.length === 0 ? '' : `, ${live.refused.length} that can never be accepted`;
  return `${live.tools.length} tools${refused}`;
}

function toolsOf(live: LiveTools | undefined): { readonly tools?: number; readonly error?: string } {
  if (live === undefined) return { error: 'it is disabled' };
  return live.ok ? { tools: live.tools.length } : { error: live.reason };
}
