// SPDX-License-Identifier: Apache-2.0
/**
 * Somebody who signed in, and what they signed: verified here, counted where it becomes durable.
 *
 * Which passkeys there are and how often each was used is asked again there, of the state that the deed rests on.
 *
 * Source: docs/adr/0028-assurance.md.
 */
import type { Passkey } from '../core/approval/passkey.ts';
import { challengeOf, type StatedItem, type Statement, statementText } from '../core/approval/statement.ts';
import { isFresh, type Signed } from '../core/approval/vote.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { BodyOf } from '../core/record/event.ts';
import { payloadRef, type SealedPayload } from '../core/record/payload.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { PasskeyVerifier, Site } from './ports.ts';
import { tenantSealer } from './publish.ts';
import type { Road } from './road.ts';
import type { Vault } from './vault.ts';

export interface SignedIn {
  readonly person: string;
  /** Whether a session on this desk is nobody else's: not where other processes of the machine see its cookies. */
  readonly isTrusted: boolean;
  readonly signed?: Proved;
}

/** A statement with the signature under it. */
export interface Proved {
  readonly challenge: Uint8Array;
  readonly credential: string;
  readonly uses: number;
  /** Of one signature for several requests: all of them. */
  readonly items?: readonly StatedItem[];
  /** As docs/formats/passkey-proof.md has it. */
  readonly proof: string;
}

export type Proving =
  | { readonly ok: true; readonly proved: Proved; readonly passkey: Passkey }
  | { readonly ok: false; readonly reason: string };

/** @param response as the browser gave it: nothing of it is believed before */
export async function prove(
  { sequencer: { head } }: Pick<Road, 'sequencer'>,
  verifier: PasskeyVerifier,
  site: Site,
  statement: Statement,
  response: JsonObject,
): Promise<Proving> {
  const challenge = challengeOf(statement);
  const read = await asserted(head, verifier, site, challenge, response);
  if (!read.ok) return read;
  const { passkey, assertion, uses } = read;
  if (passkey.person !== statement.person)
    return { ok: false, reason: `the passkey is none of \`${statement.person}\`` };
  const { authenticatorData, clientDataJSON, signature } = assertion;
  const proof = canonicalJson({
    v: 1,
    statement: statementText(statement),
    origin: site.origin,
    rpId: site.rpId,
    credential: passkey.credential,
    publicKey: passkey.publicKey,
    ...{ authenticatorData, clientDataJSON, signature },
  });
  const items = statement.what === 'approvals' ? { items: statement.items } : {};
  return { ok: true, passkey, proved: { challenge, credential: passkey.credential, uses, proof, ...items } };
}

export type Asserted =
  | {
      readonly ok: true;
      readonly passkey: Passkey;
      readonly assertion: { authenticatorData: string; clientDataJSON: string; signature: string };
      readonly uses: number;
    }
  | { readonly ok: false; readonly reason: string };

/** A signature of any enrolled passkey over a challenge. */
export async function asserted(
  view: View,
  verifier: PasskeyVerifier,
  site: Site,
  challenge: Uint8Array,
  response: JsonObject,
): Promise<Asserted> {
  const named = verifier.named(response);
  const passkey = (view.get(facets.passkeys) ?? []).find(({ credential }) => credential === named);
  if (passkey === undefined) return { ok: false, reason: 'this passkey is enrolled for nobody' };
  const { credential, publicKey } = passkey;
  const uses = view.get(facets.passkeyUses(credential)) ?? 0;
  const read = await verifier.signed(response, site, challenge, { credential, publicKey, uses });
  if (!read.ok) return read;
  if (!isFresh(view, { credential, uses: read.uses }))
    return { ok: false, reason: 'the passkey was used elsewhere since: it may have been copied' };
  return { ok: true, passkey, assertion: read.assertion, uses: read.uses };
}

/** What was signed, as an event names it, and the proof that lies beside. */
export async function sealed(
  vault: Vault,
  { challenge, credential, uses, proof, items }: Proved,
): Promise<{ readonly signed: Signed; readonly payload: SealedPayload }> {
  const payload = (await tenantSealer(vault))(proof);
  const used = { credential, uses, proof: payloadRef(payload) };
  return { payload, signed: { challenge, used, ...(items === undefined ? {} : { items }) } };
}

/**
 * Puts on record that somebody signed in. Their session is worth something once this is durable.
 *
 * @returns whether they still may, by the state that it was written under
 */
export function recordSignIn(
  { sequencer, roster }: Pick<Road, 'sequencer' | 'roster'>,
  person: string,
  used: { readonly credential: string; readonly uses: number } | undefined,
): Promise<boolean> {
  return sequencer.submit((view, place) => {
    const known = roster?.();
    const isThere =
      known !== undefined && view.get(facets.approvers) === known.digest && known.people.has(person);
    const isTheirs =
      used === undefined ||
      ((view.get(facets.passkeys) ?? []).some(
        (one) => one.credential === used.credential && one.person === person,
      ) &&
        isFresh(view, used));
    if (!isThere || !isTheirs) return { writings: [], depends: false, result: false };
    const event: BodyOf<'person.signed_in'> = {
      type: 'person.signed_in',
      person,
      way: used === undefined ? 'oidc' : 'passkey',
      ...(used === undefined ? {} : { passkey: used }),
    };
    return { writings: [{ id: place.id('e'), stream: 'tenant', event }], depends: true, result: true };
  });
}
