// SPDX-License-Identifier: Apache-2.0
// What `init` has taken over and from where, so that it can be given back. Holds no secrets.
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../../core/json/value.ts';
import { objectAt } from '../../../core/json/value.ts';
import { readText } from './json-text.ts';

const adoptionShape = z.strictObject({
  at: z.string(),
  client: z.string(),
  file: z.string(),
  path: z.array(z.string()),
  backup: z.string(),
  /** Of the client's file as it was left: whether somebody has written to it since. */
  leftDigest: z.string(),
  /** Names of upstreams that came from there. */
  upstreams: z.array(z.string()),
});
const fileShape = z.strictObject({ version: z.literal(1), adoptions: z.array(adoptionShape).max(1000) });

export type Adoption = z.infer<typeof adoptionShape>;

export type Kept =
  | { readonly ok: true; readonly upstreams: JsonObject; readonly adoptions: readonly Adoption[] }
  | { readonly ok: false; readonly message: string };

export const upstreamsFile = (dataDir: string): string => join(dataDir, 'upstreams.json');
export const adoptionsFile = (dataDir: string): string => join(dataDir, 'adoptions.json');

export function readKept(dataDir: string): Kept {
  const upstreams = readOurs(upstreamsFile(dataDir));
  if (!upstreams.ok) return upstreams;
  const servers = objectAt(upstreams.value, 'mcpServers');
  if (servers === undefined && Object.keys(upstreams.value).length > 0)
    return { ok: false, message: `\`${upstreamsFile(dataDir)}\` must have \`mcpServers\`, an object` };
  const adoptions = readOurs(adoptionsFile(dataDir));
  if (!adoptions.ok) return adoptions;
  if (Object.keys(adoptions.value).length === 0) return { ok: true, upstreams: servers ?? {}, adoptions: [] };
  const parsed = fileShape.safeParse(adoptions.value);
  return parsed.success
    ? { ok: true, upstreams: servers ?? {}, adoptions: parsed.data.adoptions }
    : { ok: false, message: `\`${adoptionsFile(dataDir)}\` is not what \`init\` writes: move it away` };
}

export function upstreamsText(servers: JsonObject): string {
  return `${JSON.stringify({ mcpServers: servers }, null, 2)}\n`;
}

export function adoptionsText(adoptions: readonly Adoption[]): string {
  return `${JSON.stringify({ version: 1, adoptions }, null, 2)}\n`;
}

type Ours =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly message: string };

function readOurs(file: string): Ours {
  let text: string;
  try {
    // What we wrote was no link: somebody wants us to read or write another file.
    if (lstatSync(file).isSymbolicLink()) return { ok: false, message: `\`${file}\` must not be a link` };
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: true, value: {} };
    return { ok: false, message: `\`${file}\` cannot be read: ${String(code)}` };
  }
  const read = readText(text);
  return read.ok ? read : { ok: false, message: `\`${file}\`: ${read.message}` };
}
