// SPDX-License-Identifier: Apache-2.0
/**
 * Writes an acceptance to a catalogue directory: all of it or nothing, and only what then loads.
 *
 * Decides nothing: that a person may accept is decided on the road (`catalogue.accept`) before.
 * The declaration is replaced before the lock, so that a reader in between, or after a crash, finds
 * tools that are not accepted yet, and never accepted arguments without their roles.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolDefinition } from '../../core/catalogue/entry.ts';
import { readDirectory } from './directory.ts';
import { type CatalogueLoad, loadCatalogue } from './load.ts';
import type { Problem } from './problem.ts';
import { type CatalogueProposal, proposeFor } from './propose.ts';

export type Acceptance =
  | {
      readonly ok: true;
      readonly proposal: Extract<CatalogueProposal, { ok: true }>;
      readonly loaded: Extract<CatalogueLoad, { ok: true }>;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * @param chosen names of tools, old or new; without it everything that the server declares now
 * @throws when the directory cannot be written: each file is then the old or the new one, whole
 */
export function acceptInto(
  directory: string,
  server: string,
  live: readonly ToolDefinition[],
  chosen?: ReadonlySet<string>,
): Acceptance {
  mkdirSync(directory, { recursive: true });
  const read = readDirectory(directory);
  if (!read.ok) return read;
  const names = { yaml: `${server}.yaml`, lock: `${server}.lock.json` };
  const textOf = (name: string) => read.files.find((file) => file.name === name)?.text;
  const [yaml, lock] = [textOf(names.yaml), textOf(names.lock)];
  const before = { ...(yaml === undefined ? {} : { yaml }), ...(lock === undefined ? {} : { lock }) };
  const proposal = proposeFor(server, live, before, chosen);
  if (!proposal.ok) return proposal;

  const others = read.files.filter(({ name }) => name !== names.yaml && name !== names.lock);
  const loaded = loadCatalogue([
    ...others,
    { name: names.yaml, text: proposal.yaml },
    { name: names.lock, text: proposal.lock },
  ]);
  if (!loaded.ok) return loaded;
  if (proposal.yaml !== yaml) replaceFile(directory, names.yaml, proposal.yaml);
  if (proposal.lock !== lock) replaceFile(directory, names.lock, proposal.lock);
  return { ok: true, proposal, loaded };
}

/** Durable when it returns. A reader sees the old text or the new one, never a part. */
export function replaceFile(directory: string, name: string, text: string): void {
  const temporary = join(directory, `.${name}.${randomUUID()}.tmp`);
  try {
    const file = openSync(temporary, 'wx', 0o644);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, join(directory, name));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  const parent = openSync(directory, 'r');
  try {
    fsyncSync(parent);
  } finally {
    closeSync(parent);
  }
}
