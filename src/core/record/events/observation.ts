// SPDX-License-Identifier: Apache-2.0
// The event of what became of a decision.
import { z } from 'zod';
import { detectors } from '../../result/detector.ts';
import { signs } from '../../result/instructions.ts';
import { keptShape, outcomes } from './decision.ts';
import { digest, header, id, labelShape, payloadRef } from './parts.ts';

/** What was found in a result; nothing of what is not there. Never what was found. */
const found = z.strictObject({
  bytes: z.number().int().nonnegative(),
  rows: z.number().int().positive().optional(),
  structured: z.boolean().optional(),
  error: z.boolean().optional(),
  secrets: z.number().int().positive().optional(),
  pii: z.number().int().positive().optional(),
  kinds: z.array(z.string().max(64)).readonly().optional(),
  emails: z.number().int().positive().optional(),
  signs: z.array(z.enum(signs)).readonly().optional(),
  invisible: z.number().int().positive().optional(),
  images: z.number().int().positive().optional(),
  links: z.number().int().positive().optional(),
  changedTools: z.number().int().positive().optional(),
  unknown: z.array(z.enum(detectors)).readonly().optional(),
});

/** What policy said of a result. Absent: nothing was found, and no policy in force speaks of results. */
const resultDecided = z.strictObject({
  outcome: z.enum(outcomes),
  code: z.string(),
  policy: z.string(),
  by: z.array(z.strictObject({ policy: z.string(), text: digest })).readonly(),
  /** What was done to it, in the order that it was asked for. */
  transforms: z.array(z.string()).readonly(),
  found,
  /** The same of what was left of it; absent where nothing was done. */
  left: found.optional(),
  /** What the agent got, secrets replaced; absent where that is what came back, or nothing. */
  released: payloadRef.optional(),
  /** It was let through all the same. */
  shadow: z.boolean().optional(),
});

export type ResultDecided = z.infer<typeof resultDecided>;

export const observation = z.strictObject({
  ...header,
  type: z.literal('observation'),
  decision: id,
  session: id.optional(),
  /** `unreleased`: nothing was sent. `ambiguous`: it was sent and nobody knows what became of it. */
  status: z.enum(['ok', 'error', 'withheld', 'ambiguous', 'unreleased']),
  detail: z.string().optional(),
  result: payloadRef.optional(),
  /** What history keeps of the result; absent where nobody knows what came back. */
  kept: keptShape.optional(),
  decided: resultDecided.optional(),
  label: labelShape,
  /** Where the label is more than the result's own: by which decisions was written what may have been read. */
  stored: z
    .strictObject({
      by: z.array(id).readonly(),
      /** It counts as the text of strangers, whatever the catalogue says of results. */
      untrusted: z.boolean(),
    })
    .optional(),
  tookMs: z.number().nonnegative(),
});
