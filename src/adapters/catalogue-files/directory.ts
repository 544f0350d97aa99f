// SPDX-License-Identifier: Apache-2.0
// The files of a catalogue directory, read whole and as strict UTF-8.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { about, type CatalogueFile, type Problem } from './problem.ts';

export const yamlEnd = '.yaml';
export const lockEnd = '.lock.json';
const maxFiles = 512;
const maxFileBytes = 16 * 1024 * 1024;

export type Files =
  | { readonly ok: true; readonly files: readonly CatalogueFile[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Only `*.yaml` and `*.lock.json`; `.yml` and lookalikes are problems, hidden and other files are passed by. */
export function readDirectory(directory: string): Files {
  const problems: Problem[] = [];
  const files: CatalogueFile[] = [];
  let names: readonly string[];
  try {
    names = readdirSync(directory).sort();
  } catch (error) {
    return { ok: false, problems: [about(directory, `the catalogue cannot be read: ${codeOf(error)}`)] };
  }
  for (const name of names) {
    if (name.startsWith('.')) continue;
    if (name.endsWith('.yml')) problems.push(about(name, `a catalogue file ends in \`${yamlEnd}\``));
    if (!name.endsWith(yamlEnd) && !name.endsWith(lockEnd)) continue;
    if (files.length >= maxFiles) {
      problems.push(about(name, `a catalogue has at most ${maxFiles} files`));
      break;
    }
    try {
      const path = join(directory, name);
      if (statSync(path).size > maxFileBytes) problems.push(about(name, `larger than ${maxFileBytes} bytes`));
      else files.push({ name, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) });
    } catch (error) {
      problems.push(about(name, `cannot be read as UTF-8 text: ${codeOf(error)}`));
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, files };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
