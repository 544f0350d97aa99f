// SPDX-License-Identifier: Apache-2.0
/**
 * An OpenID provider where people sign in: authorization code with PKCE, state and nonce, through `openid-client`.
 *
 * Says whom the issuer's signed ID token names (`sub`), and nothing else: no token is kept, no profile is read. Who that
 * is here, the file of approvers says.
 *
 * Source: OpenID Connect Core 1.0, 3.1; RFC 9700.
 */
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  None,
} from 'openid-client';
import type { Issuer } from '../../app/ports.ts';
import type { SignIn } from '../../core/approval/roster.ts';

/** For each request to the issuer. */
const timeoutSeconds = 10;

export function openIssuer({ issuer, client }: SignIn, secret: string | undefined): Issuer {
  const server = new URL(issuer);
  const isLocal = server.protocol === 'http:';
  let known: Promise<Configuration> | undefined;

  function configuration(): Promise<Configuration> {
    known ??= discovery(
      server,
      client,
      { token_endpoint_auth_method: secret === undefined ? 'none' : 'client_secret_post' },
      secret === undefined ? None() : ClientSecretPost(secret),
      // The loader takes an issuer without TLS only on this machine.
      { timeout: timeoutSeconds, ...(isLocal ? { execute: [allowInsecureRequests] } : {}) },
    );
    // One that failed is asked again.
    known.catch(() => {
      known = undefined;
    });
    return known;
  }

  return {
    async begin({ state, nonce, verifier }, callback) {
      try {
        return buildAuthorizationUrl(await configuration(), {
          redirect_uri: callback,
          response_type: 'code',
          scope: 'openid',
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
      } catch {
        return undefined;
      }
    },
    async finish({ state, nonce, verifier }, url) {
      try {
        const tokens = await authorizationCodeGrant(await configuration(), url, {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const subject = tokens.claims()?.sub;
        return subject === undefined
          ? { ok: false, reason: 'the issuer named nobody' }
          : { ok: true, subject };
      } catch (error) {
        return { ok: false, reason: whyOf(error) };
      }
    },
  };
}

/** Codes of the protocol and names of checks; never what was sent. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the answer of the issuer was not accepted';
  const code = 'error' in error ? error.error : 'code' in error ? error.code : undefined;
  const told = typeof code === 'string' ? code : error.name;
  return `the answer of the issuer was not accepted: ${told.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 100)}`;
}
