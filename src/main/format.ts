// SPDX-License-Identifier: Apache-2.0
// Policy files laid out where they lie: each is replaced whole, or not at all.
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFormatter } from '../adapters/cedar-wasm/format.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import type { FormattedFile } from '../edges/cli/policy-fmt.ts';
import { policyFiles } from './load.ts';
import { readOptions } from './options.ts';

/**
 * @param check says only what would change
 * @throws {CommandFailed} there is no such directory
 */
export function formatPolicies(
  dir: string | undefined,
  check: boolean,
  env: NodeJS.ProcessEnv,
): readonly FormattedFile[] {
  const read = readOptions(dir === undefined ? {} : { policies: dir }, env);
  if (!read.ok) throw new CommandFailed(read.message, exit.usage);
  const { policyDir } = read.options;
  // The starter policies are read where nothing is named, and never written.
  if (policyDir === undefined)
    throw new CommandFailed('there is no ./policies: name the directory to lay out', exit.usage);
  const files = policyFiles(policyDir);
  if (!Array.isArray(files)) return [{ file: policyDir, kind: 'refused', problems: [files] }];
  const format = createFormatter();
  return files.map((file): FormattedFile => {
    const done = format(file);
    if (done.kind === 'left') return { file: file.name, kind: 'left', why: done.why };
    if (done.kind === 'refused') return { file: file.name, kind: 'refused', problems: done.problems };
    const { left } = done;
    if (done.text === file.text) return { file: file.name, kind: 'same', left };
    if (!check) replace(join(policyDir, file.name), done.text);
    return { file: file.name, kind: 'changed', left };
  });
}

/** A daemon that watches must never read a half of it. */
function replace(path: string, text: string): void {
  const beside = `${path}.countersign-new`;
  if (existsSync(beside)) throw new Error(`\`${beside}\` is in the way`);
  writeFileSync(beside, text, { mode: statSync(path).mode & 0o777, flag: 'wx' });
  renameSync(beside, path);
}
