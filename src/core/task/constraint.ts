// SPDX-License-Identifier: Apache-2.0
// What one constraint lets through, and whether all that one lets through another lets through too.
import type { CedarValue } from '../policy/question.ts';
import { hostOf, isUnderHost } from './host.ts';
import { isWithinPath } from './path.ts';
import type { Constraint } from './scope.ts';

/** A list is met by its members, and has to have some: an empty set never matches. */
const maxMembers = 256;

/** What stands where a secret was (core/record/secret.ts): policy cannot see what it says. */
const hiddenSecret = /secret\([a-z_]+, [0-9a-f]{32}\)/;

export function meets(constraint: Constraint, value: CedarValue | undefined): boolean {
  if (Array.isArray(value))
    return (
      value.length > 0 && value.length <= maxMembers && value.every((member) => meetsOne(constraint, member))
    );
  return meetsOne(constraint, value);
}

function meetsOne(constraint: Constraint, value: CedarValue | undefined): boolean {
  if (constraint.is === 'integer') {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
    return value >= (constraint.min ?? -Infinity) && value <= (constraint.max ?? Infinity);
  }
  if (typeof value !== 'string' || hiddenSecret.test(value)) return false;
  switch (constraint.is) {
    case 'one_of':
      return constraint.values.includes(value);
    case 'within_path':
      return constraint.prefixes.some((prefix) => isWithinPath(value, prefix));
    case 'within_host': {
      const host = hostOf(value);
      return host !== undefined && constraint.suffixes.some((suffix) => isUnderHost(host, suffix));
    }
  }
}

/** Sound and not complete: true only where every value that meets `inner` meets `outer`. */
export function implies(inner: Constraint, outer: Constraint): boolean {
  // Each value that there is can be tried, whatever the outer one is.
  if (inner.is === 'one_of') return inner.values.every((value) => meetsOne(outer, value));
  if (inner.is === 'within_path' && outer.is === 'within_path')
    return inner.prefixes.every((path) => outer.prefixes.some((prefix) => isWithinPath(path, prefix)));
  if (inner.is === 'within_host' && outer.is === 'within_host')
    return inner.suffixes.every((host) => outer.suffixes.some((suffix) => isUnderHost(host, suffix)));
  if (inner.is === 'integer' && outer.is === 'integer')
    return (
      (inner.min ?? -Infinity) >= (outer.min ?? -Infinity) &&
      (inner.max ?? Infinity) <= (outer.max ?? Infinity)
    );
  return false;
}

/** For people and models: `be one of ...`. */
export function wording(constraint: Constraint): string {
  switch (constraint.is) {
    case 'one_of':
      return `be ${constraint.values.length > 1 ? 'one of ' : ''}${listed(constraint.values)}`;
    case 'within_path':
      return `be a plain path within ${listed(constraint.prefixes)}`;
    case 'within_host':
      return `be a plain URL of a host under ${listed(constraint.suffixes)}`;
    case 'integer': {
      const { min, max } = constraint;
      if (min === undefined) return `be a whole number of at most ${max}`;
      return max === undefined
        ? `be a whole number of at least ${min}`
        : `be a whole number from ${min} to ${max}`;
    }
  }
}

const maxListed = 6;
const maxListedLength = 48;

export function listed(values: readonly string[]): string {
  const some = values.slice(0, maxListed).map((value) => {
    const plain = value.replaceAll(/[\p{C}`]/gu, '?');
    return plain.length > maxListedLength
      ? `\`${plain.slice(0, maxListedLength).toWellFormed()}...\``
      : `\`${plain}\``;
  });
  return values.length > maxListed
    ? `${some.join(', ')} and ${values.length - maxListed} more`
    : some.join(', ');
}
