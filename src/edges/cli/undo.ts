// SPDX-License-Identifier: Apache-2.0
/**
 * `countersign init --undo`: gives a client its servers back.
 *
 * Restores the backup whole where nobody has written to the file since; else only the servers in it, so
 * that what the client or a person has changed meanwhile stays. Policies and catalogue are left alone.
 */
import { resolve } from 'node:path';
import { type JsonObject, own } from '../../core/json/value.ts';
import {
  type Adoption,
  adoptionsFile,
  adoptionsText,
  readKept,
  upstreamsFile,
  upstreamsText,
} from './adopt/adoptions.ts';
import { type Client, readPlace } from './adopt/client-files.ts';
import { isOurs } from './adopt/definitions.ts';
import { withMember } from './adopt/json-text.ts';
import { textDigest, textOf } from './adopt/plan.ts';
import { type Change, diffLines, secretsIn } from './adopt/text-diff.ts';
import { writeTogether } from './adopt/write-together.ts';
import { CommandFailed, exit, print, say } from './exit.ts';
import type { InitOptions, InitParts } from './init.ts';
import { jsonLine } from './printable.ts';

export async function undo(
  { clientConfig, mcp, dryRun, yes, json }: InitOptions,
  { dataDir, surroundings, ask }: Pick<InitParts, 'dataDir' | 'surroundings' | 'ask'>,
): Promise<void> {
  const kept = readKept(dataDir);
  if (!kept.ok) throw new CommandFailed(kept.message, exit.usage);
  const named = clientConfig ?? mcp;
  const file = named === undefined ? undefined : resolve(surroundings.cwd, named);
  const adoption = kept.adoptions.findLast((each) => file === undefined || each.file === file);
  if (adoption === undefined)
    throw new CommandFailed(
      `nothing to undo${file === undefined ? '' : ` of \`${file}\``} in \`${dataDir}\``,
      exit.usage,
    );

  const client = restored(adoption);
  const others = kept.adoptions.filter((each) => each !== adoption);
  const needed = new Set(others.flatMap(({ upstreams }) => upstreams));
  const upstreams: JsonObject = Object.fromEntries(
    Object.entries(kept.upstreams).filter(([name]) => !adoption.upstreams.includes(name) || needed.has(name)),
  );
  const changes: readonly Change[] = [
    client,
    change(upstreamsFile(dataDir), upstreamsText(upstreams)),
    change(adoptionsFile(dataDir), adoptionsText(others)),
  ].filter(({ before, after }) => before !== after);

  const secrets = secretsIn([...Object.values(kept.upstreams), ...serversIn(adoption)]);
  for (const each of changes) {
    for (const line of diffLines(each, secrets)) say(line);
    say('');
  }
  if (dryRun !== true) {
    if (yes !== true && !(await ask.confirm('Give the client its servers back?')))
      throw new CommandFailed('nothing was written', exit.denied);
    writeTogether(changes);
  }
  const files = changes.map(({ file: path }) => path);
  if (json === true)
    print(jsonLine({ schemaVersion: 1, dryRun: dryRun === true, undone: adoption.file, files }));
  else if (dryRun === true) print('nothing was written');
  else {
    print(`${adoption.file} has its servers back; they go around Countersign again`);
    say(`restart the client; policies, catalogue and ${adoption.backup} stay where they are`);
  }
}

function restored(adoption: Adoption): Change {
  const { file, backup, leftDigest, path } = adoption;
  const original = textOf(backup);
  if (original === undefined) throw new CommandFailed(`the backup \`${backup}\` is gone`, exit.usage);
  const before = textOf(file);
  const mode = modeOf(adoption);
  if (before === undefined || textDigest(before) === leftDigest)
    return { file, before, after: original, mode };

  const now = readPlace(asPlace(adoption));
  if (now.state !== 'read')
    throw new CommandFailed(
      `\`${file}\`: ${now.state === 'absent' ? 'it is gone' : now.message}`,
      exit.usage,
    );
  say(`\`${file}\` was written to since: only its servers are given back`);
  const added = Object.entries(now.servers).filter(([name, entry]) => !isOurs(name, entry));
  const after = withMember(before, path, {
    ...Object.fromEntries(serversOf(adoption)),
    ...Object.fromEntries(added),
  });
  if (after === undefined) throw new CommandFailed(`\`${file}\` cannot be edited in place`, exit.usage);
  return { file, before, after, mode };
}

function serversOf(adoption: Adoption): readonly (readonly [string, JsonObject[string]])[] {
  const read = readPlace({ ...asPlace(adoption), file: adoption.backup });
  return read.state === 'read'
    ? Object.keys(read.servers).map((name) => [name, own(read.servers, name) ?? null])
    : [];
}

function serversIn(adoption: Adoption): readonly JsonObject[string][] {
  return serversOf(adoption).map(([, definition]) => definition);
}

function asPlace({ file, path, client }: Adoption) {
  return { client: client as Client, file, path };
}

function modeOf(adoption: Adoption): number {
  const read = readPlace(asPlace(adoption));
  return read.state === 'read' ? read.mode : 0o600;
}

function change(file: string, after: string): Change {
  return { file, before: textOf(file), after, mode: 0o600 };
}
