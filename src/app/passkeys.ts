// SPDX-License-Identifier: Apache-2.0
/**
 * Passkeys come and go: administration like any other (`approvers.publish`, of a `passkey`), and then asked whether
 * whoever wants it may (keeping.ts).
 */
import { having, isKeeper, isSealed, keepers } from '../core/approval/passkey.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Approvers } from './approvers.ts';
import {
  inForce,
  isAbout,
  mayKeepOwn,
  noPlace,
  signedForOther,
  unsealedOnly,
  type Wanting,
  wouldLock,
} from './keeping.ts';
import type { Road } from './road.ts';
import type { Writing } from './sequencer.ts';
import { type Proved, sealed } from './signed.ts';

export interface NewPasskey {
  readonly person: string;
  readonly credential: string;
  readonly publicKey: string;
  readonly rpId: string;
  readonly name: string;
  readonly uses: number;
}

/** Whoever let it be enrolled. */
export interface Inviting {
  readonly person: string;
  readonly isTrusted: boolean;
  readonly proved?: Proved;
}

type Keeping = Pick<Road, 'sequencer' | 'published' | 'vault'>;
const notLoaded = 'the file of approvers in force is not loaded here';

/** @param inviting undefined: the link was given while nothing was sealed */
export async function enrolPasskey(
  road: Keeping,
  approvers: Pick<Approvers, 'current'>,
  operator: Operator,
  passkey: NewPasskey,
  inviting: Inviting | undefined,
): Promise<Administered<{ readonly credential: string }>> {
  const { person, credential } = passkey;
  const kept = inviting?.proved === undefined ? undefined : await sealed(road.vault, inviting.proved);
  const subject = { kind: 'passkey', id: person } as const;
  return administer(road, operator, 'approvers.publish', subject, (view, place) => {
    const roster = inForce(view, approvers.current());
    const all = view.get(facets.passkeys) ?? [];
    if (roster === undefined) return impossible(notLoaded);
    const fault =
      noPlace(roster, person, all) ??
      (all.some((one) => one.credential === credential) ? 'this passkey is enrolled already' : undefined) ??
      (inviting === undefined
        ? mayBeFirst(roster, person)
        : // What was signed was looked at when it was signed; that it still stands is asked here.
          stillMay(roster, inviting, person));
    if (fault !== undefined) return impossible(fault);
    const writing: Writing = {
      id: place.id('e'),
      stream: 'tenant',
      event: {
        type: 'passkey.enrolled',
        ...passkey,
        author: operator.id,
        ...(kept === undefined ? {} : { passkey: kept.signed.used }),
      },
      payloads: kept === undefined ? [] : [kept.payload],
    };
    return { ok: true, writings: [writing], value: { credential } };
  });
}

/** The first one seals, so it has to be of somebody who can open again. */
export function mayBeFirst(roster: Parameters<typeof isSealed>[0], person: string): string | undefined {
  if (isSealed(roster)) return unsealedOnly;
  return isKeeper(roster, person)
    ? undefined
    : `the first passkey seals who may approve, so it has to be of somebody of the group \`${keepers}\`, and \`${person}\` is not`;
}

function stillMay(
  roster: Parameters<typeof isSealed>[0],
  { person: by, proved }: Inviting,
  owner: string,
): string | undefined {
  const hasIt = proved === undefined || roster.passkeys?.some((one) => one.credential === proved.credential);
  const isTheirs = by === owner && proved !== undefined;
  return (isTheirs || isKeeper(roster, by)) && hasIt === true
    ? undefined
    : 'whoever invited may not any more: ask for another link';
}

export async function removePasskey(
  road: Keeping,
  approvers: Pick<Approvers, 'current'>,
  operator: Operator,
  credential: string,
  reason: string,
  by: Wanting,
  proved: Proved | undefined,
): Promise<Administered<{ readonly person: string }>> {
  const kept = proved === undefined ? undefined : await sealed(road.vault, proved);
  const subject = { kind: 'passkey', id: credential } as const;
  return administer(road, operator, 'approvers.publish', subject, (view, place) => {
    const current = approvers.current();
    const roster = inForce(view, current);
    if (roster === undefined) return impossible(notLoaded);
    const all = view.get(facets.passkeys) ?? [];
    const found = all.find((one) => one.credential === credential);
    if (found === undefined)
      return { ok: false, code: 'not_found', reason: `there is no passkey \`${credential}\`` };
    const left = all.filter((one) => one.credential !== credential);
    const fault = !isAbout(by, { what: 'passkey.remove', credential })
      ? signedForOther
      : (mayKeepOwn(view, roster, by, found.person) ?? wouldLock(roster, having(current, left)));
    if (fault !== undefined) return impossible(fault);
    const writing: Writing = {
      id: place.id('e'),
      stream: 'tenant',
      event: {
        type: 'passkey.removed',
        ...{ person: found.person, credential, reason, author: operator.id },
        ...(kept === undefined ? {} : { passkey: kept.signed.used }),
      },
      payloads: kept === undefined ? [] : [kept.payload],
    };
    return { ok: true, writings: [writing], value: { person: found.person } };
  });
}

function impossible(reason: string) {
  return { ok: false, code: 'not_possible', reason } as const;
}
