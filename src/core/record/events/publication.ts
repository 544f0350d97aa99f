// SPDX-License-Identifier: Apache-2.0
// Events by which policies and the catalogue come into force, and a node into being.
import { z } from 'zod';
import { digest, header, id, payloadRef, why } from './parts.ts';

export const policyPublished = z.strictObject({
  ...header,
  type: z.literal('policy.published'),
  policy: digest,
  engine: z.string(),
  mode: z.enum(['enforce', 'shadow']),
  sources: payloadRef,
  /** Who brought it into force and why; absent in records from before there was one. */
  author: id.optional(),
  reason: why.optional(),
  /** It went back: the digest of the policy texts that it took out of force. They stay out until they change. */
  undoes: digest.optional(),
});

/** A set that is tried beside the one in force: what it would have said is recorded, and nothing else. */
export const candidatePublished = z.strictObject({
  ...header,
  type: z.literal('candidate.published'),
  policy: digest,
  engine: z.string(),
  sources: payloadRef,
  author: id,
  reason: why,
});

export const candidateWithdrawn = z.strictObject({
  ...header,
  type: z.literal('candidate.withdrawn'),
  policy: digest,
  author: id,
  reason: why,
});

export const cataloguePublished = z.strictObject({
  ...header,
  type: z.literal('catalogue.published'),
  catalogue: digest,
  sources: payloadRef,
});

export const toolAccepted = z.strictObject({
  ...header,
  type: z.literal('catalogue.accepted'),
  server: id,
  tool: id,
  definition: digest,
  reason: z.string(),
});

export const nodeStarted = z.strictObject({
  ...header,
  type: z.literal('node.started'),
  version: z.string(),
  mode: z.enum(['enforce', 'shadow']),
});
