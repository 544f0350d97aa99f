// SPDX-License-Identifier: Apache-2.0
// Task tokens: short-lived, signed, bound to one audience, naming one session of one task.
// Source: RFC 9068 (`typ: at+jwt`), RFC 8707 (audience). What a token says is looked up in the state at every decision.
import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Caller } from '../../core/request/proposal.ts';

export interface TokenTerms {
  readonly caller: Caller;
  readonly expiresAtMs: number;
}

export type TokenVerdict =
  | { readonly ok: true; readonly caller: Caller; readonly expiresAtMs: number }
  | { readonly ok: false; readonly code: 'malformed' | 'expired' | 'wrong_audience' | 'bad_signature' };

export interface TaskTokens {
  /** @returns a compact JWS; it lives until the terms say, and no longer than `maxTokenMs` */
  mint(terms: TokenTerms, nowMs: number): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
  /** Never throws. */
  verify(token: string, nowMs: number): Promise<TokenVerdict>;
}

const algorithm = 'EdDSA';
const maxTokenLength = 4096;

export function createTaskTokens(
  keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  names: { readonly issuer: string; readonly audience: string },
  maxTokenMs: number,
): TaskTokens {
  return {
    async mint({ caller, expiresAtMs }, nowMs) {
      const until = Math.min(expiresAtMs, nowMs + maxTokenMs);
      const token = await new SignJWT({ sid: caller.session, task: caller.task })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt' })
        .setIssuer(names.issuer)
        .setAudience(names.audience)
        .setSubject(caller.agent)
        .setJti(caller.tokenId)
        .setIssuedAt(Math.floor(nowMs / 1000))
        .setExpirationTime(Math.floor(until / 1000))
        .sign(keys.privateKey);
      return { token, expiresAtMs: until };
    },
    async verify(token, nowMs) {
      if (token.length > maxTokenLength) return { ok: false, code: 'malformed' };
      try {
        const { payload } = await jwtVerify(token, keys.publicKey, {
          algorithms: [algorithm],
          typ: 'at+jwt',
          issuer: names.issuer,
          audience: names.audience,
          currentDate: new Date(nowMs),
          requiredClaims: ['sub', 'jti', 'exp', 'iat'],
        });
        const { sub, jti, exp } = payload;
        const session = payload.sid;
        const task = payload.task;
        if (sub === undefined || jti === undefined || exp === undefined)
          return { ok: false, code: 'malformed' };
        if (typeof session !== 'string' || typeof task !== 'string') return { ok: false, code: 'malformed' };
        return { ok: true, caller: { agent: sub, task, session, tokenId: jti }, expiresAtMs: exp * 1000 };
      } catch (error) {
        return { ok: false, code: refusal(error) };
      }
    },
  };
}

function refusal(error: unknown): 'malformed' | 'expired' | 'wrong_audience' | 'bad_signature' {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') return 'wrong_audience';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  return 'malformed';
}
