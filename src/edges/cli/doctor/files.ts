// SPDX-License-Identifier: Apache-2.0
// Who else than the daemon's user can read its secrets or write its rules.
import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { brief } from './node.ts';

/** Written for others to read. */
const open = new Set(['log.pub', '.gitignore']);
const othersMayAny = 0o077;
const othersMayWrite = 0o022;

export interface FilesInput {
  readonly dataDir: string;
  /** Where upstreams were read from, if elsewhere than in the data directory. */
  readonly mcpFile: string | undefined;
  readonly ruleDirs: readonly string[];
  readonly uid: number | undefined;
}

export function judgeFiles({ dataDir, mcpFile, ruleDirs, uid }: FilesInput): readonly Finding[] {
  const findings: Finding[] = [];
  const directory = modeOf(dataDir);
  if (directory !== undefined && (directory.mode & othersMayAny) !== 0)
    findings.push({
      code: 'data_exposed',
      severity: 'error',
      message: `other users can look into \`${dataDir}\` (mode ${octal(directory.mode)})`,
      fix: `chmod 700 ${dataDir}`,
    });
  if (directory !== undefined && uid !== undefined && directory.uid !== uid)
    findings.push({
      code: 'data_exposed',
      severity: 'error',
      message: `\`${dataDir}\` belongs to another user`,
      fix: 'let the daemon have a directory of its own user',
    });

  const exposed = namesIn(dataDir).filter((name) => {
    const file = modeOf(join(dataDir, name));
    return !open.has(name) && file !== undefined && (file.mode & othersMayAny) !== 0;
  });
  if (exposed.length > 0)
    findings.push({
      code: 'secrets_exposed',
      severity: directory !== undefined && (directory.mode & othersMayAny) === 0 ? 'warning' : 'error',
      message: `other users can read ${brief(exposed)} in \`${dataDir}\`, but for the directory's own mode`,
      fix: `chmod 600 ${exposed.map((name) => join(dataDir, name)).join(' ')}; replace secrets that somebody may have read`,
    });
  const upstreams = mcpFile === undefined || mcpFile.startsWith(`${dataDir}/`) ? undefined : modeOf(mcpFile);
  if (mcpFile !== undefined && upstreams !== undefined && (upstreams.mode & othersMayAny) !== 0)
    findings.push({
      code: 'secrets_exposed',
      severity: 'error',
      message: `other users can read the definitions of upstreams in \`${mcpFile}\` (mode ${octal(upstreams.mode)})`,
      fix: `chmod 600 ${mcpFile}, or move them away with \`countersign init --mcp ${mcpFile}\``,
    });

  const writable = ruleDirs.flatMap((dir) =>
    [dir, ...namesIn(dir).map((name) => join(dir, name))].filter((path) => {
      const found = modeOf(path);
      return found !== undefined && (found.mode & othersMayWrite) !== 0;
    }),
  );
  if (writable.length > 0)
    findings.push({
      code: 'rules_writable',
      severity: 'error',
      message: `other users can change what decides: ${brief(writable)}`,
      fix: `chmod go-w ${brief(writable)}`,
    });
  return findings;
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).slice(0, 10_000);
  } catch {
    return [];
  }
}

function modeOf(path: string): { readonly mode: number; readonly uid: number } | undefined {
  try {
    // A link's own mode says nothing.
    const { mode, uid } = lstatSync(path).isSymbolicLink() ? statSync(path) : lstatSync(path);
    return { mode: mode & 0o777, uid };
  } catch {
    return undefined;
  }
}

function octal(mode: number): string {
  return mode.toString(8);
}
