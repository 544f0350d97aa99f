// SPDX-License-Identifier: Apache-2.0
// What another roster would change, in words: all of it, since what is not told would come into force unseen.
import { canonicalJson } from '../json/canonical.ts';
import type { Roster } from './roster.ts';

export function rosterChanges(now: Roster, next: Roster): readonly string[] {
  const lines: string[] = [];
  for (const name of names(now.people, next.people)) {
    const [before, after] = [now.people.get(name), next.people.get(name)];
    if (after === undefined) lines.push(`person ${name} is taken out`);
    else {
      const { operators, also, subjects = [] } = after;
      const known = `operators ${told(operators)}; also ${told(also)}; subjects ${told(subjects)}`;
      const isSame =
        before !== undefined &&
        same(before.operators, operators) &&
        same(before.also, also) &&
        same(before.subjects ?? [], subjects);
      if (!isSame) lines.push(`person ${name} ${before === undefined ? 'is new' : 'is changed'}: ${known}`);
    }
  }
  for (const name of names(now.groups, next.groups)) {
    const [before, after] = [now.groups.get(name), next.groups.get(name)];
    if (after === undefined) lines.push(`group ${name} is taken out`);
    else if (before === undefined || !same(before.toSorted(), after.toSorted()))
      lines.push(`group ${name}: ${told(after)}; until now ${told(before ?? [])}`);
  }
  if (canonicalJson({ ...now.signIn }) !== canonicalJson({ ...next.signIn }))
    lines.push(
      next.signIn === undefined
        ? 'nobody signs in at an issuer any more'
        : `people sign in at ${next.signIn.issuer}, where this desk is ${next.signIn.client}`,
    );
  return lines;
}

function names<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].sort();
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

function told(list: readonly string[]): string {
  return list.length === 0 ? 'nobody' : list.join(', ');
}
