// SPDX-License-Identifier: Apache-2.0
// Events of live facts, and of calls that wait for one.
import { z } from 'zod';
import { digest, header, id, instantMs, payloadRef, why } from './parts.ts';

/** Which signals there are, who may say them, and calendars. */
export const signalsPublished = z.strictObject({
  ...header,
  type: z.literal('signals.published'),
  signals: digest,
  sources: payloadRef,
  author: id,
  reason: why,
});

/** Somebody who may has said it. Said again soon, the same is no event. */
export const signalSet = z.strictObject({
  ...header,
  type: z.literal('signal.set'),
  signal: id,
  /** As policy reads it; of an ordered value `number` is its place. */
  value: z.string().max(256),
  number: z.number().int(),
  source: id,
  /** From the time of this record on. */
  maxAgeMs: z.number().int().positive(),
  author: id,
  reason: why,
});

export const signalCleared = z.strictObject({
  ...header,
  type: z.literal('signal.cleared'),
  signal: id,
  author: id,
  reason: why,
});

/** A call waits. Stands in a stream of its own; again with other `waits` where what it waits for has changed. */
export const deferralRequested = z.strictObject({
  ...header,
  type: z.literal('deferral.requested'),
  deferral: id,
  decision: id,
  agent: id,
  task: id,
  session: id,
  action: z.string(),
  /** Digest of who asks and what they ask (core/deferral/match.ts). */
  matter: digest,
  waits: z.array(z.strictObject({ policy: z.string(), text: digest, until: z.string().max(300) })).readonly(),
  /** How many waits it stands behind, itself among them. */
  depth: z.number().int().positive(),
  expiresAt: instantMs,
});

export const deferralCancelled = z.strictObject({
  ...header,
  type: z.literal('deferral.cancelled'),
  deferral: id,
  author: id,
  reason: why,
});
