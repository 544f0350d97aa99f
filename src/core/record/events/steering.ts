// SPDX-License-Identifier: Apache-2.0
// Events by which a run is narrowed, held or ended from outside.
import { z } from 'zod';
import { autonomies } from '../../agent/autonomy.ts';
import { holdKinds } from '../../hold/hold.ts';
import { digest, header, id, instantMs, why } from './parts.ts';

export const revoked = z.strictObject({
  ...header,
  type: z.literal('revoked'),
  scope: z.enum(['agent', 'task', 'session', 'token', 'tool', 'policy']),
  target: id,
  reason: z.string(),
  /** Of a permit: the digest of its text, which stays without effect until it changes. */
  text: digest.optional(),
});

/** All that a filter matches and had begun by then is over. */
export const swept = z.strictObject({
  ...header,
  type: z.literal('swept'),
  filter: z.strictObject({
    agent: id.optional(),
    owner: id.optional(),
    onBehalfOf: id.optional(),
    taskType: z.string().optional(),
    /** Begun then or later; 0: whenever. */
    since: instantMs,
  }),
  /** So many of them stood then, as far as was known; the filter decides, and not these. */
  ended: z.strictObject({
    agents: z.number().int().nonnegative(),
    tasks: z.number().int().nonnegative(),
    sessions: z.number().int().nonnegative(),
    calls: z.number().int().nonnegative(),
  }),
  author: id,
  reason: why,
});

const heldScope = z.enum(['agent', 'task', 'session', 'all']);

/** Nothing begins any more, or nothing but reading, until it is lifted. Nothing is ended. */
export const holdSet = z.strictObject({
  ...header,
  type: z.literal('hold.set'),
  scope: heldScope,
  target: id,
  hold: z.enum(holdKinds),
  /** What becomes of calls that have begun. */
  calls: z.enum(['finish', 'abort']),
  author: id,
  reason: why,
});

export const holdLifted = z.strictObject({
  ...header,
  type: z.literal('hold.lifted'),
  scope: heldScope,
  target: id,
  hold: z.enum(holdKinds),
  author: id,
  reason: why,
});

/** Policy was asked again whether a session goes on, and says something else than before. */
export const sessionRedecided = z.strictObject({
  ...header,
  type: z.literal('session.redecided'),
  session: id,
  outcome: z.enum(['keep', 'narrow', 'pause', 'end']),
  /** What had changed. */
  trigger: z.string().max(200),
  /** The set that was asked, and the policies that made it so, with the digests of their texts. */
  policy: z.string(),
  by: z.array(z.strictObject({ policy: z.string(), text: digest })).readonly(),
  /** In the words of the policy. */
  reason: why,
});

/** An agent works at another level. */
export const autonomySet = z.strictObject({
  ...header,
  type: z.literal('autonomy.set'),
  agent: id,
  level: z.enum(autonomies),
  author: id,
  reason: why,
  /** The policy that lowered it, and the decision in which it stood against a call; absent where a person set it. */
  rule: z.string().optional(),
  decision: id.optional(),
});

/** A tool or a permit is good again. Nothing else comes back. */
export const revocationLifted = z.strictObject({
  ...header,
  type: z.literal('revocation.lifted'),
  scope: z.enum(['tool', 'policy']),
  target: id,
  /** Of a permit, as it was revoked. */
  text: digest.optional(),
  author: id,
  reason: why,
});
