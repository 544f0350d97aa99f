// SPDX-License-Identifier: Apache-2.0
/**
 * How sure it is that a person gave an answer, and how sure it has to be.
 *
 * `socket`: whoever may open the daemon's socket said that they are this person. `sign_in`: they signed in on the desk.
 * `passkey`: a key that only they can use signed just this answer. What is needed is part of what is asked, and so of the
 * matter: where it changes, it is asked anew.
 *
 * Source: docs/adr/0028-assurance.md.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import type { ActionClass } from '../catalogue/taxonomy.ts';

/** The weakest first. */
export const assurances = ['socket', 'sign_in', 'passkey'] as const;
export type Assurance = (typeof assurances)[number];

export function isEnough(has: Assurance, needs: Assurance): boolean {
  return assurances.indexOf(has) >= assurances.indexOf(needs);
}

/** Classes of which a wrong yes costs most, whether or not somebody says that it can be undone. */
const grave: ReadonlySet<ActionClass> = new Set([
  'delete',
  'pay',
  'execute',
  'deploy',
  'configure',
  'grant',
  'credential',
  'delegate',
  'administer',
  'unknown',
]);

/** Classes that change nothing, of which `reversible` says nothing. */
const observing: ReadonlySet<ActionClass> = new Set(['read', 'search', 'fetch']);

export function isGrave(entry: Pick<CatalogueEntry, 'class' | 'reversible'>): boolean {
  return grave.has(entry.class) || (!entry.reversible && !observing.has(entry.class));
}

/**
 * @param said what the policy says, if it says anything
 * @param sealed whether there is any way to sign in: then nothing counts that anybody could say
 */
export function neededFor(
  entry: Pick<CatalogueEntry, 'class' | 'reversible'>,
  said: Assurance | undefined,
  sealed: boolean,
): Assurance {
  const least = !sealed ? 'socket' : isGrave(entry) ? 'passkey' : 'sign_in';
  return said !== undefined && isEnough(said, least) ? said : least;
}
