// SPDX-License-Identifier: Apache-2.0
/**
 * Who a request is from: the task token of its `Authorization` header, verified once and then known by
 * its hash until it expires.
 *
 * Never logs a token, never keeps one, never passes one on. Whether the caller still has any standing is
 * not asked here: the road asks it at each decision.
 *
 * Source: RFC 6750; RFC 9728 section 5.1; MCP authorization.
 */
import { hash } from 'node:crypto';
import type { Caller } from '../../core/request/proposal.ts';

export type TokenFault = 'malformed' | 'expired' | 'wrong_audience' | 'revoked' | 'bad_signature';

export type TokenVerdict =
  | { readonly ok: true; readonly caller: Caller; readonly expiresAtMs: number }
  | { readonly ok: false; readonly code: TokenFault };

export type VerifyToken = (token: string) => Promise<TokenVerdict>;

export type Identified =
  | { readonly ok: true; readonly caller: Caller; readonly expiresAtMs: number }
  | {
      readonly ok: false;
      readonly challenge: string;
      readonly code: TokenFault | 'missing';
      readonly message: string;
    };

export interface Identities {
  /** The answer at once where the token is known, which is nearly always. */
  identify(authorization: string | undefined): Identified | Promise<Identified>;
  /** Forgets tokens, so that the next request with one is verified anew. */
  forget(which: (caller: Caller) => boolean): void;
}

const maxTokenLength = 8192;

const descriptions: Readonly<Record<TokenFault | 'missing', string>> = {
  missing: 'send a task token as `Authorization: Bearer <token>`',
  malformed: 'the token cannot be read: start a session to get one',
  expired: 'the token has expired: renew it',
  wrong_audience: 'the token is for another audience: get one for this endpoint',
  revoked: 'the session, task or agent of the token is not known, has ended or was revoked',
  bad_signature: 'the token was not signed here',
};

export function createIdentities(options: {
  readonly verify: VerifyToken;
  readonly resourceMetadataUrl: string;
  readonly wallMs: () => number;
  readonly maxCached: number;
}): Identities {
  const { verify, wallMs, maxCached } = options;
  const known = new Map<string, { readonly caller: Caller; readonly expiresAtMs: number }>();

  function refused(code: TokenFault | 'missing'): Identified {
    const message = descriptions[code];
    // A request without credentials is told where to get some, not that it did something wrong (RFC 6750, 3.1).
    const error =
      code === 'missing' ? '' : `, error="invalid_token", error_description="${code}: ${plain(message)}"`;
    const challenge = `Bearer resource_metadata="${options.resourceMetadataUrl}"${error}`;
    return { ok: false, challenge, code, message };
  }

  async function verified(token: string, key: string): Promise<Identified> {
    const verdict = await verify(token);
    if (!verdict.ok) return refused(verdict.code);
    if (verdict.expiresAtMs <= wallMs()) return refused('expired');
    const oldest = known.size >= maxCached ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    const identity = { caller: verdict.caller, expiresAtMs: verdict.expiresAtMs };
    known.set(key, identity);
    return { ok: true, ...identity };
  }

  return {
    identify(authorization) {
      if (authorization === undefined) return refused('missing');
      const token = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization)?.[1];
      if (token === undefined || token.length > maxTokenLength) return refused('malformed');
      const key = hash('sha256', token, 'base64');
      const cached = known.get(key);
      if (cached === undefined) return verified(token, key);
      if (cached.expiresAtMs > wallMs()) return { ok: true, ...cached };
      known.delete(key);
      return refused('expired');
    },
    forget(which) {
      for (const [key, { caller }] of known) if (which(caller)) known.delete(key);
    },
  };
}

function plain(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\`]/g, "'");
}
