// SPDX-License-Identifier: Apache-2.0
/**
 * `countersign hook install`: Claude Code asks Countersign before and after each of its tool calls, from its next start on.
 *
 * Shows every file that it would write before it writes one; keeps what was there; changes nothing in the client's file
 * but its own hooks. `--undo` takes them out.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PlaceRead, readPlace, type Surroundings } from '../adopt/client-files.ts';
import { textDigest, textOf } from '../adopt/plan.ts';
import { type Change, diffLines } from '../adopt/text-diff.ts';
import { writeTogether } from '../adopt/write-together.ts';
import type { Ask } from '../ask.ts';
import { CommandFailed, exit, print, say } from '../exit.ts';
import { jsonLine } from '../printable.ts';
import { blocksOnFailure } from './client-version.ts';
import { type Install, installsFile, installsText, readInstalls } from './installs.ts';
import { type HookCommand, settingsFiles, withOurs, withoutOurs } from './settings.ts';

export interface InstallOptions {
  /** The settings of the user instead of those of the project. */
  readonly user?: boolean;
  /** A file instead of either. */
  readonly settings?: string;
  /** Where `policies/` and `catalogue/` are or come to be. */
  readonly dir?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export interface InstallParts extends HookCommand {
  readonly surroundings: Surroundings;
  /** What the tools are taken to be, and rules to start from: name and text. */
  readonly catalogue: readonly Shipped[];
  readonly policies: Shipped;
  /** Undefined where it is not there or does not say. */
  readonly clientVersion: () => Promise<string | undefined>;
  readonly now: () => Date;
  readonly ask: Ask;
}

export interface Shipped {
  readonly name: string;
  readonly text: string;
}

type Settings = Extract<PlaceRead, { state: 'read' }>;

export async function install(options: InstallOptions, parts: InstallParts): Promise<void> {
  const { dataDir } = parts;
  const dir = resolve(parts.surroundings.cwd, options.dir ?? '.');
  const file = fileOf(options, parts.surroundings);
  const settings = settingsAt(file);
  const kept = keptOf(dataDir);
  const before = settings?.text ?? '';
  const after = withOurs(before.trim() === '' ? '{}\n' : before, parts);
  if (after === undefined)
    throw new CommandFailed(`\`hooks\` in \`${file}\` is not what the client takes: correct it`, exit.usage);

  const stamp = parts.now().toISOString();
  const backup =
    settings === undefined ? undefined : `${file}.countersign-backup-${stamp.replaceAll(/[-:]|\.\d+/g, '')}`;
  const entry: Install = {
    at: stamp,
    client: 'claude-code',
    file,
    ...(backup === undefined ? {} : { backup }),
    leftDigest: textDigest(after),
  };
  const isThere = before === after;
  const changes = [
    ...(isThere
      ? []
      : [
          ...(backup === undefined
            ? []
            : [{ file: backup, after: before, mode: 0o600, summary: "the client's file as it is now" }]),
          { file: join(dataDir, '.gitignore'), after: '*\n', mode: 0o600, directoryMode: 0o700 },
          {
            file: installsFile(dataDir),
            after: installsText([...kept.filter((one) => one.file !== file), entry]),
            mode: 0o600,
            directoryMode: 0o700,
          },
        ]),
    ...shipped(dir, parts),
    // Last: from then on the client asks.
    { file, after, mode: settings?.mode ?? 0o644 },
  ]
    .map((change) => ({ ...change, before: textOf(change.file) }))
    .filter((change) => change.before !== change.after);

  await warnOfVersion(parts);
  if (changes.length === 0) {
    if (options.json === true)
      print(jsonLine({ schemaVersion: 1, installed: true, client: { file }, files: [] }));
    else print(`${file} has the hooks already: there is nothing to do (--undo takes them out)`);
    return;
  }
  await write(changes, file, before, options, parts.ask);
  if (options.json === true)
    print(
      jsonLine({
        schemaVersion: 1,
        dryRun: options.dryRun === true,
        client: { file },
        files: changes.map((change) => ({
          file: change.file,
          action: change.before === undefined ? 'create' : 'change',
        })),
        ...(backup === undefined || isThere ? {} : { backup }),
      }),
    );
  else if (options.dryRun === true) print('nothing was written');
  else {
    print(`${file} has the hooks`);
    const [policies, catalogue] = [join(dir, 'policies'), join(dir, 'catalogue')];
    say(`1. countersign up --data ${dataDir} --policies ${policies} --catalogue ${catalogue}`);
    say('2. restart the client: until then it goes around, and from then on nothing runs without a daemon');
    say('   countersign doctor says whether the hooks are as they should be');
  }
}

export async function uninstall(options: InstallOptions, parts: InstallParts): Promise<void> {
  const { dataDir } = parts;
  const kept = keptOf(dataDir);
  const named = options.user === true || options.settings !== undefined;
  const file = named
    ? fileOf(options, parts.surroundings)
    : (kept.at(-1)?.file ?? fileOf(options, parts.surroundings));
  const one = kept.find((install) => install.file === file);
  const settings = settingsAt(file);
  if (settings === undefined) throw new CommandFailed(`there is no \`${file}\``, exit.usage);
  const untouched = one !== undefined && textDigest(settings.text) === one.leftDigest;
  const original = one?.backup === undefined ? undefined : textOf(one.backup);
  // As it was, where nobody has written to it since; else only what is ours goes.
  const after = withoutOurs(untouched && original !== undefined ? original : settings.text);
  if (after === undefined) throw new CommandFailed(`\`${file}\` cannot be edited in place`, exit.usage);
  const isNew = untouched && one?.backup === undefined;
  const changes: readonly Change[] = [
    { file, before: settings.text, after: isNew ? '{}\n' : after, mode: settings.mode },
    {
      file: installsFile(dataDir),
      before: textOf(installsFile(dataDir)),
      after: installsText(kept.filter((install) => install !== one)),
      mode: 0o600,
    },
  ].filter((change) => change.before !== change.after);
  if (changes.length === 0) throw new CommandFailed(`\`${file}\` has no hooks of Countersign`, exit.usage);
  await write(changes, file, settings.text, options, parts.ask);
  if (options.dryRun !== true && isNew) rmSync(file, { force: true });
  const files = changes.map((change) => change.file);
  if (options.json === true)
    print(jsonLine({ schemaVersion: 1, dryRun: options.dryRun === true, undone: file, files }));
  else if (options.dryRun === true) print('nothing was written');
  else
    print(
      `${file} has no hooks of Countersign any more: the client's own tools go around it from its next start on`,
    );
}

async function write(
  changes: readonly (Change & { readonly directoryMode?: number })[],
  file: string,
  before: string,
  { dryRun, yes }: InstallOptions,
  ask: Ask,
): Promise<void> {
  for (const change of changes) {
    for (const line of diffLines(change, [])) say(line);
    say('');
  }
  if (dryRun === true) return;
  if (yes !== true && !(await ask.confirm('Write these files?')))
    throw new CommandFailed('nothing was written', exit.denied);
  if ((textOf(file) ?? '') !== before)
    throw new CommandFailed(
      `\`${file}\` was changed meanwhile: run this again; nothing was written`,
      exit.usage,
    );
  writeTogether(changes);
}

/** A catalogue and policies of somebody's own are left as they are. */
function shipped(dir: string, { catalogue, policies }: InstallParts) {
  const [catalogueDir, policyDir] = [join(dir, 'catalogue'), join(dir, 'policies')];
  const hasTools = catalogue.some(({ name }) => existsSync(join(catalogueDir, name)));
  const hasRules = existsSync(policyDir) && readdirSync(policyDir).some((name) => name.endsWith('.cedar'));
  const tools = hasTools
    ? []
    : catalogue.map(({ name, text }) => ({
        file: join(catalogueDir, name),
        after: text,
        mode: 0o644,
        summary: "what the client's own tools are taken to be",
      }));
  const rules = hasRules ? [] : [{ file: join(policyDir, policies.name), after: policies.text, mode: 0o644 }];
  return [...tools, ...rules];
}

async function warnOfVersion({ clientVersion }: InstallParts): Promise<void> {
  const version = await clientVersion();
  if (version === undefined)
    say('whether the client is new enough (2.1.295) could not be told: claude --version');
  else if (!blocksOnFailure(version))
    say(
      `warning: Claude Code ${version} does not know \`onFailure\`: a hook that it cannot start lets the call pass`,
    );
}

function fileOf({ user, settings }: InstallOptions, { cwd, home, env }: Surroundings): string {
  if (settings !== undefined) return resolve(cwd, settings);
  const [project, , own] = settingsFiles(cwd, home, env.CLAUDE_CONFIG_DIR);
  return (user === true ? own : project) ?? '';
}

function settingsAt(file: string): Settings | undefined {
  const read = readPlace({ client: 'claude-code', file, path: [] });
  if (read.state === 'unusable') throw new CommandFailed(`\`${file}\`: ${read.message}`, exit.usage);
  return read.state === 'read' ? read : undefined;
}

function keptOf(dataDir: string): readonly Install[] {
  const kept = readInstalls(dataDir);
  if (!kept.ok) throw new CommandFailed(kept.message, exit.usage);
  return kept.installs;
}
