// SPDX-License-Identifier: Apache-2.0
// Events of what people are asked, and say.
import { z } from 'zod';
import { assurances } from '../../approval/assurance.ts';
import { parties } from '../../decision/verdict.ts';
import { constraintShape } from '../../task/scope.ts';
import { digest, header, id, instantMs, labelShape, payloadRef, why } from './parts.ts';
import { passkeyUsed } from './person.ts';

const ask = z.strictObject({
  policy: z.string(),
  text: digest,
  approvers: z.array(z.string()).readonly(),
  quorum: z.number().int().positive(),
  separate: z.array(z.enum(parties)).readonly(),
  /** Absent: `socket`, as in records from before there was another. */
  assurance: z.enum(assurances).optional(),
  eligible: digest,
});

/** Who made it of another request, and in whose place it stands: found by what the agent sends, as that one was. */
const insteadOf = z.strictObject({ of: id, matter: digest, person: id, operator: id, reason: why });

const roomInPattern = z.strictObject({
  argument: z.string().min(1).max(256),
  must: constraintShape,
});

/** People are asked about exactly one action. Stands in a stream of its own, beside the decision that asked. */
export const approvalRequested = z.strictObject({
  ...header,
  type: z.literal('approval.requested'),
  approval: id,
  decision: id,
  agent: id,
  task: id,
  session: id,
  /** Digest of all that is computed again when it is used (core/approval/matter.ts). */
  matter: digest,
  /** Exactly what whoever decides is shown. */
  card: payloadRef,
  asks: z.array(ask).readonly(),
  expiresAt: instantMs,
  /** `server/target`, for who is asked the next time; absent in records from before. */
  tool: z.string().max(1100).optional(),
  /** A person made it of another request; one of the two below says how. */
  instead: insteadOf.optional(),
  /** With arguments that they changed: what each is set to, or that it is left out, lies beside the record. */
  edit: z
    .strictObject({ changes: payloadRef, changed: z.array(z.string().max(256)).max(64).readonly() })
    .optional(),
  /** For so many calls of the task that fit a pattern (core/approval/pattern.ts). */
  standing: z
    .strictObject({
      fixed: digest,
      free: z.array(roomInPattern).max(16).readonly(),
      labels: labelShape,
      count: z.number().int().positive(),
      until: instantMs,
    })
    .optional(),
});

/** Somebody wants the forbids of a group taken away for a task, for minutes. Two people have to say so. */
export const breakGlassRequested = z.strictObject({
  ...header,
  type: z.literal('break_glass.requested'),
  approval: id,
  agent: id,
  task: id,
  group: id,
  reason: why,
  forMs: z.number().int().positive(),
  matter: digest,
  card: payloadRef,
  asks: z.array(ask).readonly(),
  expiresAt: instantMs,
  person: id,
  operator: id,
});

/** With the yes that made it enough. */
export const breakGlassOpened = z.strictObject({
  ...header,
  type: z.literal('break_glass.opened'),
  glass: id,
  agent: id,
  task: id,
  group: id,
  reason: why,
  people: z.array(id).readonly(),
  until: instantMs,
});

/** Before its time: nothing is written where time ends it. */
export const breakGlassClosed = z.strictObject({
  ...header,
  type: z.literal('break_glass.closed'),
  glass: id,
  agent: id,
  task: id,
  operator: id,
  reason: why,
});

export const approvalDecided = z.strictObject({
  ...header,
  type: z.literal('approval.decided'),
  approval: id,
  verdict: z.enum(['approve', 'refuse']),
  /** Who, by the file of approvers, and the operator that they came as. */
  person: id,
  operator: id,
  /** The forbids that it counts for. */
  policies: z.array(z.string()).readonly(),
  /** Of the request, its matter, its card and its end: what exactly was decided about. */
  binding: digest,
  /** The card that they were shown. */
  card: digest,
  reason: why,
  /** How sure it is that it was they. Absent: `socket`. */
  assurance: z.enum(assurances).optional(),
  /** Where they signed it. */
  passkey: passkeyUsed.optional(),
});

/** Nobody decided it in time. It was over by then, whether or not this was ever written (core/approval/approval.ts). */
export const approvalExpired = z.strictObject({
  ...header,
  type: z.literal('approval.expired'),
  approval: id,
  session: id,
});

/** Somebody has looked at what had happened: core/review/queue.ts. */
export const reviewClosed = z.strictObject({
  ...header,
  type: z.literal('review.closed'),
  /** The record that opened it. */
  review: id,
  /** The newest record of it that was looked at. */
  last: id,
  /** By the file of approvers; absent where the operator is nobody in it. */
  person: id.optional(),
  operator: id,
  reason: why,
});
