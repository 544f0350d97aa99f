// SPDX-License-Identifier: Apache-2.0
// Events of people: who may approve, their passkeys and sign-ins, and where they are told what waits.
import { z } from 'zod';
import { digest, header, id, payloadRef, why } from './parts.ts';

/** A credential's id, base64url. */
const credential = z.string().min(1).max(700);

const uses = z.number().int().nonnegative();

/** By which passkey somebody signed what the event says, how often it was used by then, and the proof (docs/formats/passkey-proof.md). */
export const passkeyUsed = z.strictObject({ credential, uses, proof: payloadRef });

export type PasskeyUsed = z.infer<typeof passkeyUsed>;

/** Who may be asked: people, groups, and which operators they are. */
export const approversPublished = z.strictObject({
  ...header,
  type: z.literal('approvers.published'),
  approvers: digest,
  sources: payloadRef,
  author: id,
  reason: why,
  /** Where a keeper signed it. */
  passkey: passkeyUsed.optional(),
});

/** From now on what this passkey signs is this person's word. */
export const passkeyEnrolled = z.strictObject({
  ...header,
  type: z.literal('passkey.enrolled'),
  person: id,
  credential,
  /** COSE_Key, base64url. */
  publicKey: z.string().min(1).max(1600),
  rpId: id,
  name: z.string().max(60),
  uses,
  /** Who let it be enrolled: whoever could, while nothing was sealed, or who invited. */
  author: id,
  passkey: passkeyUsed.optional(),
});

export const passkeyRemoved = z.strictObject({
  ...header,
  type: z.literal('passkey.removed'),
  person: id,
  credential,
  author: id,
  reason: why,
  passkey: passkeyUsed.optional(),
});

export const personSignedIn = z.strictObject({
  ...header,
  type: z.literal('person.signed_in'),
  person: id,
  way: z.enum(['passkey', 'oidc']),
  passkey: passkeyUsed.omit({ proof: true }).optional(),
});

/** Where messages for people go from here on; in place of what was published before. */
export const messagesPublished = z.strictObject({
  ...header,
  type: z.literal('messages.published'),
  targets: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(40),
        kind: z.enum(['webhook', 'slack']),
        /** Of the URL, which may be a secret. */
        origin: z.string().max(300),
        /** A keyed hash of the URL: that it is another one can be told. */
        address: z.string().regex(/^[0-9a-f]{32}$/),
        events: z.array(z.string().max(40)).readonly(),
        shows: z.enum(['deed', 'id']),
      }),
    )
    .readonly(),
  author: id,
  reason: why,
});

/** How telling one target of one event ended. */
export const messageEnded = z.strictObject({
  ...header,
  type: z.literal('message.ended'),
  target: z.string().min(1).max(40),
  /** The record that it was told of. */
  of: id,
  /** The request, or what has to be looked at. */
  about: id,
  /** `refused`: the target would not have it. `late`: nobody could be told in time. */
  end: z.enum(['delivered', 'refused', 'late']),
  /** Made by the node that wrote this. */
  attempts: z.number().int().nonnegative(),
  /** Of the last answer. */
  status: z.number().int().min(100).max(999).optional(),
  /** The card that was opened for it; absent where none was. */
  card: digest.optional(),
});
