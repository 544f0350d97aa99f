// SPDX-License-Identifier: Apache-2.0
/**
 * Where a path leads: into the project, out of it, to secrets, or to what decides about agents.
 *
 * Looks at the path as it is written and at what it really is, links followed, and takes the worse. A link that is
 * changed between the decision and the act is not seen: only a sandbox can hold that.
 */
import { readlinkSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isSecretPath } from '../../core/operand/secret-path.ts';

export const places = ['project', 'outside', 'secrets', 'guards'] as const;
export type Place = (typeof places)[number];

export interface Ground {
  /** The project's directory, absolute. */
  readonly project: string;
  readonly home: string;
  /** What decides what the client or Countersign does: files and directories, absolute. */
  readonly guards: readonly string[];
}

/** The tool's own name for what is of the project: the catalogue says what each of the others is. */
export function targetAt(tool: string, place: Place): string {
  return place === 'project' ? tool : `${tool}.${place}`;
}

/** As the client would read it: relative to where it is, `~` for the home directory, no `.` and `..` left. */
export function absolute(path: string, cwd: string, { home }: Ground): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : resolve(cwd, path);
}

/** @param path absolute */
export function placeOf(path: string, ground: Ground): Place {
  const real = placeOfOne(realOf(path), { ...ground, project: realOf(ground.project) });
  const written = placeOfOne(path, ground);
  // A link of an alarming name is alarming; where it is written says nothing of where it leads.
  return written === 'outside' ? real : worse(written, real);
}

export function worse(a: Place, b: Place): Place {
  return places.indexOf(a) >= places.indexOf(b) ? a : b;
}

function placeOfOne(path: string, { project, home, guards }: Ground): Place {
  const inProject = isWithin(path, project);
  const guarded = [
    ...guards.flatMap((guard) => [guard, realOf(guard)]),
    ...[project, home].flatMap((base) => guardsIn.map((name) => join(base, name))),
  ];
  if (guarded.some((guard) => isWithin(fold(path), fold(guard)))) return 'guards';
  // The names of the directories above a project are nobody's choice here.
  if (isSecretPath(inProject ? path.slice(project.length) : path)) return 'secrets';
  return inProject ? 'project' : 'outside';
}

/** In a project and at home: what a client loads and runs by itself, and what a shell or git does. */
const guardsIn = [
  '.claude',
  '.claude.json',
  '.mcp.json',
  '.countersign',
  '.git/hooks',
  '.git/config',
  '.gitconfig',
  '.bashrc',
  '.bash_profile',
  '.profile',
  '.zshrc',
  '.zshenv',
];

function isWithin(path: string, base: string): boolean {
  return path === base || path.startsWith(base.endsWith('/') ? base : `${base}/`);
}

// Some file systems know no case.
function fold(path: string): string {
  return path.toLowerCase();
}

const maxLinks = 16;

/** Without links. Of what is not there yet, the nearest that is; a link to nothing is followed too. */
export function realOf(path: string, links = 0): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    if (above === path) return path;
    const here = join(realOf(above, links), path.slice(above.length));
    const target = links < maxLinks ? linkAt(here) : undefined;
    return target === undefined ? here : realOf(resolve(dirname(here), target), links + 1);
  }
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
