// SPDX-License-Identifier: Apache-2.0
/**
 * What a policy can be accepted with and still not be what its author meant, each with an id that stays.
 *
 * An id is never used again for something else: people name them in their own settings.
 *
 * Source: docs/authoring.md, "Lint".
 */
import type { Place } from '../source.ts';

export type Severity = 'error' | 'warning' | 'info';

export interface Rule {
  readonly severity: Severity;
  /** For lists of machines. */
  readonly name: string;
  /** One sentence: what was found. */
  readonly says: string;
}

export const rules = {
  CS001: { severity: 'error', name: 'refused', says: 'the files cannot come into force' },
  CS002: { severity: 'error', name: 'missing-id', says: 'a policy has no `@id`' },
  CS003: { severity: 'error', name: 'window-too-wide', says: 'a condition looks back further than is kept' },
  CS004: { severity: 'error', name: 'failed-test', says: 'a policy test fails' },
  CS005: { severity: 'warning', name: 'noticed', says: 'something was left out or reads oddly' },
  CS101: {
    severity: 'warning',
    name: 'never-applicable',
    says: 'nothing in the catalogue is in the scope of the policy',
  },
  CS102: {
    severity: 'warning',
    name: 'shadowed-permit',
    says: 'whatever the permit allows is forbidden for good',
  },
  CS103: { severity: 'warning', name: 'implied-forbid', says: 'another forbid already says it' },
  CS104: {
    severity: 'warning',
    name: 'unreachable-remedy',
    says: 'a forbid that nothing lifts stands before the remedy',
  },
  CS105: {
    severity: 'warning',
    name: 'impossible-value',
    says: 'a value is compared with one that it never has',
  },
  CS106: {
    severity: 'warning',
    name: 'absent-argument',
    says: 'no tool in the scope has the argument that is asked for',
  },
  CS107: {
    severity: 'warning',
    name: 'forbid-can-error',
    says: 'the arithmetic of a forbid can overflow, and then it denies for good',
  },
  CS108: {
    severity: 'info',
    name: 'history-can-be-untold',
    says: 'a forbid denies for good where history cannot tell',
  },
  CS201: { severity: 'warning', name: 'missing-owner', says: 'nobody answers for the policy' },
  CS202: { severity: 'warning', name: 'missing-reason', says: 'a forbid says nothing to whom it refuses' },
  CS301: {
    severity: 'info',
    name: 'tenant-history',
    says: 'a condition rests on what everybody does, and every call waits for that',
  },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;

export interface Finding extends Place {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly message: string;
}

export function isRuleId(id: string): id is RuleId {
  return Object.hasOwn(rules, id);
}
