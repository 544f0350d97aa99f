// SPDX-License-Identifier: Apache-2.0
/**
 * Who may change who may approve. Nothing is asked while nothing is sealed; from then on it takes a keeper, by passkey as
 * soon as one of them has any. The adversary writes the file of approvers and speaks to the socket, and is no keeper.
 *
 * Source: docs/adr/0028-assurance.md, "The seal".
 */
import {
  isKeeper,
  isSealed,
  keepers,
  keeping,
  type Passkey,
  passkeyLimits,
  passkeysOf,
  withPasskeys,
} from '../core/approval/passkey.ts';
import type { Roster } from '../core/approval/roster.ts';
import type { Statement } from '../core/approval/statement.ts';
import { faultOf, type Signed } from '../core/approval/vote.ts';
import { facets, type View } from '../core/state/facet.ts';

/** Who wants a change: whoever can, or somebody who signed in, with what they signed. */
export type Wanting =
  | { readonly kind: 'anybody' }
  | {
      readonly kind: 'person';
      readonly person: string;
      readonly isTrusted: boolean;
      readonly signed?: { readonly signed: Signed; readonly statement: Statement };
    };

export const unsealedOnly =
  'who may approve is sealed: it is changed on the desk, by somebody of the group `keepers`';

/** The roster in force with its passkeys, or undefined where it is not the one that is loaded here. */
export function inForce(view: View, roster: Roster): Roster | undefined {
  return view.get(facets.approvers) === roster.digest ? withPasskeys(roster, view) : undefined;
}

/** @returns why they may not change it */
export function mayKeep(view: View, roster: Roster, by: Wanting): string | undefined {
  if (!isSealed(roster)) return undefined;
  if (by.kind === 'anybody') return unsealedOnly;
  if (!isKeeper(roster, by.person)) return `\`${by.person}\` is not of the group \`${keepers}\``;
  return hasSaid(view, roster, by, keeping(roster) ?? 'passkey');
}

/** A passkey of one's own is added and taken away with another that one has. */
export function mayKeepOwn(view: View, roster: Roster, by: Wanting, owner: string): string | undefined {
  if (by.kind === 'person' && by.person === owner && passkeysOf(roster, owner).length > 0)
    return hasSaid(view, roster, by, 'passkey');
  return mayKeep(view, roster, by);
}

function hasSaid(
  view: View,
  roster: Roster,
  by: Extract<Wanting, { kind: 'person' }>,
  needs: 'sign_in' | 'passkey',
): string | undefined {
  if (by.signed !== undefined) return faultOf(view, roster, by.signed.signed, by.signed.statement);
  if (needs === 'passkey') return 'it has to be signed with a passkey';
  return by.isTrusted
    ? undefined
    : 'it takes a sign-in that is safe from other processes: a desk behind https';
}

/** What is done is what was signed, and of the state that it was signed for. */
export function isAbout(
  by: Wanting,
  deed:
    | { readonly what: 'approvers.publish'; readonly from: string; readonly to: string }
    | { readonly what: 'passkey.remove'; readonly credential: string },
): boolean {
  const said = by.kind === 'person' ? by.signed?.statement : undefined;
  if (said === undefined) return true;
  return deed.what === 'approvers.publish'
    ? said.what === deed.what && said.from === deed.from && said.to === deed.to
    : said.what === deed.what && said.credential === deed.credential;
}

export const signedForOther = 'what was signed is something else, or it has changed since: look at it again';

/** @returns why nobody could change it any more afterwards, or only somebody weaker than now */
export function wouldLock(before: Roster, after: Roster): string | undefined {
  const needs = isSealed(before) || isSealed(after);
  const now = keeping(before);
  const then = keeping(after);
  if (!needs || then === 'passkey' || (then !== undefined && now !== 'passkey')) return undefined;
  return `nobody of the group \`${keepers}\` would have a passkey then, and nobody could change it any more`;
}

/** @returns why this person cannot have a passkey more */
export function noPlace(roster: Roster, person: string, all: readonly Passkey[]): string | undefined {
  if (!roster.people.has(person)) return `\`${person}\` is nobody in the file of approvers`;
  if (passkeysOf(roster, person).length >= passkeyLimits.ofPerson)
    return `a person has at most ${passkeyLimits.ofPerson} passkeys`;
  return all.length >= passkeyLimits.all ? `there are at most ${passkeyLimits.all} passkeys` : undefined;
}
