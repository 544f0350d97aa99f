// SPDX-License-Identifier: Apache-2.0
/**
 * Which passkeys people have, as the ledger says, and whether that seals who may approve.
 *
 * Passkeys stand in the ledger and not in the file of approvers: whoever can write the file could write one of their own.
 * Verifies no signature: that is an adapter's, before an event comes here.
 *
 * Source: docs/adr/0028-assurance.md, "The seal".
 */
import { facets, type View } from '../state/facet.ts';
import type { Roster } from './roster.ts';

export interface Passkey {
  readonly person: string;
  /** The credential's id, base64url. */
  readonly credential: string;
  /** COSE_Key, base64url. */
  readonly publicKey: string;
  /** The name of the site that it is for. */
  readonly rpId: string;
  /** What its owner calls it. */
  readonly name: string;
  readonly enrolledAt: number;
}

/** Who may change who may approve. */
export const keepers = 'keepers';

export const passkeyLimits = { ofPerson: 8, all: 2000 } as const;

/** The roster with the passkeys of its people, as they are where a decision stands. */
export function withPasskeys(roster: Roster, view: View): Roster {
  return having(roster, view.get(facets.passkeys) ?? []);
}

/** @param all of anybody; those of people who are not in it are left out */
export function having(roster: Roster, all: readonly Passkey[]): Roster {
  return { ...roster, passkeys: all.filter(({ person }) => roster.people.has(person)) };
}

/** Of a roster with its passkeys. Sealed, nobody counts who has not signed in, and who may approve is changed by keepers. */
export function isSealed({ passkeys = [], signIn }: Roster): boolean {
  return passkeys.length > 0 || signIn !== undefined;
}

export function passkeysOf({ passkeys = [] }: Roster, person: string): readonly Passkey[] {
  return passkeys.filter((one) => one.person === person);
}

/**
 * What a keeper has to come with: the strongest that any of them can. `undefined` where no keeper can come at all.
 *
 * While no keeper has a passkey, the issuer's word is all that there is to begin with.
 */
export function keeping(roster: Roster): 'sign_in' | 'passkey' | undefined {
  const people = (roster.groups.get(keepers) ?? []).flatMap((name) => roster.people.get(name) ?? []);
  if (people.some(({ name }) => passkeysOf(roster, name).length > 0)) return 'passkey';
  return roster.signIn !== undefined && people.some(({ subjects = [] }) => subjects.length > 0)
    ? 'sign_in'
    : undefined;
}

export function isKeeper(roster: Roster, person: string): boolean {
  return roster.people.has(person) && roster.groups.get(keepers)?.includes(person) === true;
}
