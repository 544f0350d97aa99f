// SPDX-License-Identifier: Apache-2.0
/**
 * WebAuthn, as a relying party has to verify it: what browsers bring after somebody made or used a passkey.
 *
 * Decides nothing of who may do what, and keeps nothing. Whose passkey it is, and which challenge was the right one, is
 * told to it. Attestation is not asked for: who made the authenticator says nothing of who holds it.
 *
 * Source: Web Authentication Level 3, 7.1 and 7.2.
 */
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { z } from 'zod';
import type { AssertionRead, EnrolmentRead, PasskeyVerifier, Site } from '../../app/ports.ts';
import type { JsonObject } from '../../core/json/value.ts';

/** COSE: ES256, EdDSA, RS256. */
export const algorithms = [-7, -8, -257];

const base64url = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[A-Za-z0-9_-]*$/);

/** What a browser adds besides is not looked at. */
const assertionShape = z.object({
  id: base64url(700),
  rawId: base64url(700),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(8000),
    authenticatorData: base64url(8000),
    signature: base64url(2000),
    userHandle: base64url(200).optional(),
  }),
});
const creationShape = z.object({
  id: base64url(700),
  rawId: base64url(700),
  type: z.literal('public-key'),
  response: z.object({ clientDataJSON: base64url(8000), attestationObject: base64url(40_000) }),
});

export function webauthn(): PasskeyVerifier {
  return {
    named: (response) => assertionShape.safeParse(response).data?.id,
    enrolled,
    signed,
  };
}

async function enrolled(response: JsonObject, site: Site, challenge: Uint8Array): Promise<EnrolmentRead> {
  const read = creationShape.safeParse(response);
  if (!read.success) return refused('it is no new passkey');
  const { id, rawId, type, response: inner } = read.data;
  if (isFramed(inner.clientDataJSON)) return refused('it was made within a page of somebody else');
  const json: RegistrationResponseJSON = { id, rawId, type, response: inner, clientExtensionResults: {} };
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: json,
      expectedChallenge: text(challenge),
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    if (!verified) return refused('it was not verified');
    const { credential } = registrationInfo;
    const publicKey = text(credential.publicKey);
    // What the ledger takes of one.
    if (credential.id.length > 700 || publicKey.length > 1600) return refused('it is too long to be kept');
    return { ok: true, credential: credential.id, publicKey, uses: credential.counter };
  } catch (error) {
    return refused(whyOf(error));
  }
}

async function signed(
  response: JsonObject,
  site: Site,
  challenge: Uint8Array,
  key: { readonly credential: string; readonly publicKey: string; readonly uses: number },
): Promise<AssertionRead> {
  const read = assertionShape.safeParse(response);
  if (!read.success) return refused('it is no answer of a passkey');
  const { id, rawId, type, response: inner } = read.data;
  const { clientDataJSON, authenticatorData, signature } = inner;
  if (id !== key.credential) return refused('it is of another passkey');
  if (isFramed(clientDataJSON)) return refused('it was used within a page of somebody else');
  const json: AuthenticationResponseJSON = {
    ...{ id, rawId, type, clientExtensionResults: {} },
    response: { clientDataJSON, authenticatorData, signature },
  };
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: json,
      expectedChallenge: text(challenge),
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      credential: {
        id: key.credential,
        publicKey: new Uint8Array(Buffer.from(key.publicKey, 'base64url')),
        counter: key.uses,
      },
    });
    if (!verified) return refused('its signature is not one of this passkey');
    return {
      ok: true,
      uses: authenticationInfo.newCounter,
      assertion: { credential: id, clientDataJSON, authenticatorData, signature },
    };
  } catch (error) {
    return refused(whyOf(error));
  }
}

/** Another page may show ours in a frame only where a browser ignores what we say; this one is asked all the same. */
function isFramed(clientDataJSON: string): boolean {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    return typeof data !== 'object' || data === null || ('crossOrigin' in data && data.crossOrigin === true);
  } catch {
    return true;
  }
}

function refused(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: `the passkey was not accepted: ${reason}` };
}

/** One line of the library's, which names what did not fit; bounded, since what did not fit is the adversary's. */
function whyOf(error: unknown): string {
  return error instanceof Error
    ? error.message.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200)
    : 'it cannot be read';
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
