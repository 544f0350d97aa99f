// SPDX-License-Identifier: Apache-2.0
/**
 * Everything that adopting a client's file would write, in the order of writing: the client's own file
 * comes last, since from then on the client depends on the others. Writes nothing.
 */
import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '../../../core/json/value.ts';
import { type Adoption, adoptionsFile, adoptionsText, upstreamsFile, upstreamsText } from './adoptions.ts';
import type { Place, PlaceRead } from './client-files.ts';
import { type Definition, isOurs, type Left, ownName } from './definitions.ts';
import { withMember } from './json-text.ts';
import type { Change } from './text-diff.ts';

export interface CatalogueFile {
  readonly file: string;
  readonly text: string;
  readonly summary?: string;
}

export interface PlanInput {
  readonly place: Place;
  readonly read: Extract<PlaceRead, { state: 'read' }>;
  readonly definitions: readonly Definition[];
  readonly left: readonly Left[];
  readonly upstreams: JsonObject;
  readonly adoptions: readonly Adoption[];
  readonly dataDir: string;
  readonly policyDir: string;
  readonly starter: { readonly name: string; readonly text: string };
  readonly catalogue: readonly CatalogueFile[];
  /** What the client is to run: absolute. */
  readonly command: string;
  readonly at: Date;
}

export interface Plan {
  readonly changes: readonly (Change & { readonly directoryMode?: number })[];
  readonly backup: string;
}

export function planAdoption(input: PlanInput): Plan | undefined {
  const { place, read, definitions, dataDir, at } = input;
  const moved = new Set(definitions.map(({ original }) => original));
  const stay = Object.entries(read.servers).filter(
    ([name, entry]) => !moved.has(name) && !isOurs(name, entry),
  );
  const servers: JsonObject = { ...Object.fromEntries(stay), [ownName]: ownEntry(input) };
  const before = read.text.trim() === '' ? '{}' : read.text;
  const after = withMember(before, place.path, servers);
  if (after === undefined) return undefined;

  const stamp = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const backup = `${place.file}.countersign-backup-${stamp}`;
  const adoption: Adoption = {
    at: at.toISOString(),
    client: place.client,
    file: place.file,
    path: [...place.path],
    backup,
    leftDigest: textDigest(after),
    upstreams: definitions.map(({ name }) => name),
  };
  const upstreams = {
    ...input.upstreams,
    ...Object.fromEntries(definitions.map(({ name, definition }) => [name, definition])),
  };
  const secret = { mode: 0o600, directoryMode: 0o700 };
  const shared = { mode: 0o644 };
  const changes = [
    { file: backup, after: read.text, mode: 0o600, summary: "the client's file as it is now" },
    { file: join(dataDir, '.gitignore'), after: '*\n', ...secret },
    { file: upstreamsFile(dataDir), after: upstreamsText(upstreams), ...secret },
    { file: adoptionsFile(dataDir), after: adoptionsText([...input.adoptions, adoption]), ...secret },
    ...(hasPolicies(input.policyDir)
      ? []
      : [{ file: join(input.policyDir, input.starter.name), after: input.starter.text, ...shared }]),
    ...input.catalogue.map(({ text, ...file }) => ({ ...file, after: text, ...shared })),
    { file: place.file, after, mode: read.mode },
  ];
  return {
    backup,
    changes: changes
      .map((change) => ({ ...change, before: textOf(change.file) }))
      .filter((change) => change.before !== change.after),
  };
}

function ownEntry({ place, command, dataDir }: PlanInput): JsonValue {
  const args = ['mcp-stdio', '--data', dataDir, '--agent', place.client];
  const type = { vscode: 'stdio', copilot: 'local' }[place.client as string];
  return {
    ...(type === undefined ? {} : { type }),
    command,
    args,
    ...(place.client === 'copilot' ? { tools: ['*'] } : {}),
  };
}

export function textDigest(text: string): string {
  return `sha256:${hash('sha256', text, 'hex')}`;
}

function hasPolicies(directory: string): boolean {
  return existsSync(directory) && readdirSync(directory).some((name) => name.endsWith('.cedar'));
}

export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
