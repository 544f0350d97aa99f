// SPDX-License-Identifier: Apache-2.0
/**
 * Standard Webhooks: what a receiver verifies to know that a message is from us, whole and fresh.
 *
 * The signed text is `id.timestamp.body`; ids are ours and have no full stop in them, or the three could be cut elsewhere.
 * The time is that of the attempt, so that what was recorded on the way is of no use later.
 *
 * Source: Standard Webhooks 1.0.0, "Signature scheme", "Webhook headers".
 */
import { createHmac } from 'node:crypto';

/** The key in `whsec_...`. */
export interface SigningSecret {
  readonly key: Uint8Array;
}

const prefix = 'whsec_';
/** As the specification has it. */
const keyBytes = { least: 24, most: 64 } as const;

/** @returns undefined for what is no secret; nothing of it is told */
export function signingSecretOf(text: string): SigningSecret | undefined {
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : undefined;
  if (encoded === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  // Whatever else is in it, two readers could decode to two keys.
  if (key.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, '')) return undefined;
  return key.length < keyBytes.least || key.length > keyBytes.most ? undefined : { key };
}

/**
 * @param secrets the one in use first; an older one beside it while receivers change over
 * @param body exactly the bytes that are sent
 */
export function signatureHeaders(
  secrets: readonly SigningSecret[],
  id: string,
  atMs: number,
  body: string,
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signed = secrets.map(
    ({ key }) =>
      `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signed.join(' ') };
}
