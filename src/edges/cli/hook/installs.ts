// SPDX-License-Identifier: Apache-2.0
// Where `hook install` has put its hooks, so that it can take them out again and `doctor` misses them. Holds no secrets.
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readText } from '../adopt/json-text.ts';

const installShape = z.strictObject({
  at: z.string(),
  client: z.literal('claude-code'),
  file: z.string(),
  /** Absent where there was no file before. */
  backup: z.string().exactOptional(),
  /** Of the file as it was left: whether somebody has written to it since. */
  leftDigest: z.string(),
});
const fileShape = z.strictObject({ version: z.literal(1), installs: z.array(installShape).max(1000) });

export type Install = z.infer<typeof installShape>;

export type InstallsRead =
  | { readonly ok: true; readonly installs: readonly Install[] }
  | { readonly ok: false; readonly message: string };

export const installsFile = (dataDir: string): string => join(dataDir, 'hooks.json');

export function readInstalls(dataDir: string): InstallsRead {
  const file = installsFile(dataDir);
  try {
    // What we wrote was no link: somebody wants us to write another file.
    if (lstatSync(file).isSymbolicLink()) return { ok: false, message: `\`${file}\` must not be a link` };
    const read = readText(readFileSync(file, 'utf8'));
    if (!read.ok) return { ok: false, message: `\`${file}\`: ${read.message}` };
    const parsed = fileShape.safeParse(read.value);
    return parsed.success
      ? { ok: true, installs: parsed.data.installs }
      : { ok: false, message: `\`${file}\` is not what \`hook install\` writes: move it away` };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ok: true, installs: [] };
    return { ok: false, message: `\`${file}\` cannot be read: ${String(code)}` };
  }
}

export function installsText(installs: readonly Install[]): string {
  return `${JSON.stringify({ version: 1, installs }, null, 2)}\n`;
}
