// SPDX-License-Identifier: Apache-2.0
/**
 * Which target a shell command of the client is: by what it would do, and by where the files lead that it reads.
 *
 * Only a command that does nothing but read, and says all that it reads, is told apart by place. A pattern counts as the
 * worst name that it could match.
 */

import { isSecretPath } from '../../core/operand/secret-path.ts';
import type { Finding } from '../../core/program/finding.ts';
import { groupsOf } from '../../core/program/finding.ts';
import { absolute, type Ground, type Place, placeOf, worse } from './place.ts';

/** @returns undefined where it does more than read, or reads what nobody can tell */
export function shellPlace(found: Finding, cwd: string, ground: Ground): Place | undefined {
  const onlyReads = groupsOf(found.classes).every((group) => group === 'observe');
  if (!onlyReads || !found.parsed || !found.whole) return undefined;
  // Where it runs is read too: its names, and what lies there.
  return found.reads.reduce<Place>(
    (worst, path) => worse(worst, placeOfName(path, cwd, ground)),
    placeOf(cwd, ground),
  );
}

function placeOfName(path: string, cwd: string, ground: Ground): Place {
  // Another user's home, or where it was before.
  if (/^~(?!\/|$)/.test(path)) return 'secrets';
  const at = path.search(/[*?[]/);
  if (at < 0) return placeOf(absolute(path, cwd, ground), ground);
  const fixed = path.slice(0, at);
  const base = placeOf(absolute(fixed.slice(0, fixed.lastIndexOf('/') + 1) || '.', cwd, ground), ground);
  // Behind a wildcard `..` leads wherever that allows.
  if (path.slice(at).includes('..')) return worse(base, 'secrets');
  return worse(base, mayMatchSecret(path) ? 'secrets' : 'project');
}

/** Names that secrets usually have before what a pattern ends in; `credentials.ts` is a program, and `credentials.csv` none. */
const usual = ['x', 'secrets', 'credentials'];
const source =
  /\.(?:[cm]?[jt]sx?|py|rb|rs|go|java|kt|c|h|cc|cpp|hpp|cs|php|swift|sh|md|html?|css|scss|vue|svelte|sql)$/i;

function mayMatchSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const last = Math.max(name.lastIndexOf('*'), name.lastIndexOf('?'), name.lastIndexOf(']'));
  const ending = name.slice(last + 1);
  // Nothing behind the wildcard: it may be any name.
  if (!/\.[A-Za-z]{1,8}$/.test(ending)) return true;
  const names = source.test(ending) ? [] : usual.map((one) => `${one}${ending}`);
  return [name.replaceAll(/[*?[\]]/g, ''), ...names].some(isSecretPath);
}
