// SPDX-License-Identifier: Apache-2.0
/**
 * When one action class is at least as strict as another: when policies that name groups restrict it at
 * least as much. A partial order by the groups of the taxonomy; `observe` restricts nothing, and
 * `unknown` is above everything.
 */
import { type ActionClass, classes, groups, isActionClass } from './taxonomy.ts';

/** True when whatever a policy forbids to a group of `b` it forbids to `a` as well. */
export function isAtLeastAsStrict(a: ActionClass, b: ActionClass): boolean {
  if (a === 'unknown') return true;
  if (b === 'unknown') return false;
  const held = restricting(a);
  return [...restricting(b)].every((group) => held.has(group));
}

/** The least class that is at least both: `a` itself where it is strict enough, else `b`, else one above them. */
export function stricter(a: ActionClass, b: ActionClass): ActionClass {
  if (isAtLeastAsStrict(a, b)) return a;
  if (isAtLeastAsStrict(b, a)) return b;
  const above = Object.keys(classes)
    .filter(isActionClass)
    .filter((c) => isAtLeastAsStrict(c, a) && isAtLeastAsStrict(c, b));
  return above.reduce<ActionClass>((least, c) => (isAtLeastAsStrict(least, c) ? c : least), 'unknown');
}

function restricting(name: ActionClass): ReadonlySet<string> {
  const all = name === 'unknown' ? groups : classes[name];
  return new Set(all.filter((group) => group !== 'observe'));
}
