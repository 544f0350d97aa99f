// SPDX-License-Identifier: Apache-2.0
/**
 * What a person signs with a passkey: the challenge of a WebAuthn assertion is the digest of one statement.
 *
 * The bytes are a format (docs/formats/passkey-proof.md): anybody who has the record and the proof beside it can compute
 * them again and check the signature, with nothing of ours. A statement says everything that it is good for; one that
 * could be said twice has a nonce, and an approval's is its request.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../json/canonical.ts';

export type Statement =
  /** A yes or no to exactly this binding (matter.ts), for these forbids. */
  | {
      readonly what: 'approval';
      readonly person: string;
      readonly binding: string;
      readonly verdict: 'approve' | 'refuse';
      readonly policies: readonly string[];
    }
  /** The same to several at once, each by itself. */
  | {
      readonly what: 'approvals';
      readonly person: string;
      readonly verdict: 'approve' | 'refuse';
      readonly items: readonly StatedItem[];
    }
  /** That somebody may enrol a passkey. */
  | {
      readonly what: 'passkey.invite';
      readonly person: string;
      readonly invited: string;
      readonly nonce: string;
    }
  | {
      readonly what: 'passkey.remove';
      readonly person: string;
      readonly credential: string;
      readonly nonce: string;
    }
  /** That these are the people, in place of those. */
  | {
      readonly what: 'approvers.publish';
      readonly person: string;
      readonly from: string;
      readonly to: string;
      readonly nonce: string;
    };

export interface StatedItem {
  readonly binding: string;
  readonly policies: readonly string[];
}

/** 32 bytes. */
export function challengeOf(statement: Statement): Uint8Array {
  return createHash('sha256').update(statementText(statement)).digest();
}

/** The bytes that are hashed. */
export function statementText(statement: Statement): string {
  switch (statement.what) {
    case 'approval': {
      const { what, person, binding, verdict, policies } = statement;
      return canonicalJson({ v: 1, what, person, binding, verdict, policies: [...policies].sort() });
    }
    case 'approvals': {
      const { what, person, verdict, items } = statement;
      const sorted = items
        .map(({ binding, policies }) => ({ binding, policies: [...policies].sort() }))
        .sort((a, b) => (a.binding < b.binding ? -1 : 1));
      return canonicalJson({ v: 1, what, person, verdict, items: sorted });
    }
    case 'passkey.invite': {
      const { what, person, invited, nonce } = statement;
      return canonicalJson({ v: 1, what, person, invited, nonce });
    }
    case 'passkey.remove': {
      const { what, person, credential, nonce } = statement;
      return canonicalJson({ v: 1, what, person, credential, nonce });
    }
    case 'approvers.publish': {
      const { what, person, from, to, nonce } = statement;
      return canonicalJson({ v: 1, what, person, from, to, nonce });
    }
  }
}
