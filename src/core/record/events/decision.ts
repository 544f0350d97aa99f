// SPDX-License-Identifier: Apache-2.0
// The event of one decision: everything that justified it.
import { z } from 'zod';
import { operatorChannels } from '../../request/proposal.ts';
import { digest, header, id, instantMs, labelShape, payloadRef } from './parts.ts';

const reserve = z.strictObject({
  budget: z.string(),
  units: z.number().int().positive(),
  /** Whose budget, where it is that of a task above. */
  task: id.optional(),
});

export type Reserve = z.infer<typeof reserve>;

const fact = z.strictObject({
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string()).readonly()]),
  source: z.string(),
  /** When the source learnt it; its age at the decision is `at - t`. */
  t: instantMs,
});

export type Fact = z.infer<typeof fact>;

/**
 * A value that history keeps: what conditions over history can count, sum and compare. Text stands
 * as a keyed hash, since a record is never erased (core/temporal/kept.ts).
 */
const keptScalar = z.union([
  z.boolean(),
  z.number(),
  z.string().max(64),
  z.strictObject({ decimal: z.string().max(24) }),
]);

export const keptShape = z.record(z.string(), z.union([keptScalar, z.array(keptScalar).readonly()]));

export type Kept = z.infer<typeof keptShape>;

const agentCaller = z.strictObject({ agent: id, task: id, session: id, tokenId: id });

const operatorCaller = z.strictObject({ operator: id, channel: z.enum(operatorChannels) });

export const outcomes = ['allow', 'deny', 'modify', 'step_up', 'defer'] as const;

export type OutcomeName = (typeof outcomes)[number];

/** Items of a store, as core/label/items.ts names them. */
const storesShape = z.strictObject({ store: id, items: z.array(z.string()).readonly() });

export const decision = z.strictObject({
  ...header,
  type: z.literal('decision'),
  who: z.union([agentCaller, operatorCaller]),
  /** Human, agent, sub-agents: who this is done for, outermost first. */
  chain: z.array(id).readonly(),
  request: z.strictObject({
    method: z.string(),
    server: z.string(),
    target: z.string(),
    action: z.string(),
    class: z.string(),
    resource: z.strictObject({ type: z.string(), id: z.string() }),
    /** The projection that policy saw: secrets already replaced. Absent when nothing could be described. */
    args: payloadRef.optional(),
    argsOpaque: z.boolean(),
    definition: digest.optional(),
  }),
  versions: z.strictObject({
    policy: z.string(),
    catalogue: z.string(),
    fold: z.string(),
    engine: z.string(),
  }),
  facts: z.record(z.string(), fact),
  verdicts: z
    .array(
      z.strictObject({
        policy: z.string(),
        effect: z.enum(['permit', 'forbid']),
        kind: z.enum(['satisfied', 'errored']),
        text: digest,
      }),
    )
    .readonly(),
  /** What was taken away, and the approval that is consumed by it. */
  lifts: z
    .array(
      z.strictObject({
        policy: z.string(),
        textDigest: digest,
        via: id.optional(),
        glass: z.literal(true).optional(),
      }),
    )
    .readonly(),
  transforms: z.array(z.string()).readonly(),
  outcome: z.enum(outcomes),
  /** Why, for machines: see docs/formats/record.md for the closed list. */
  code: z.string(),
  /** Where the code leaves it open: which argument, and what would be right. Never a value that was sent. */
  detail: z.string().optional(),
  /** What would have been enforced had the mode been `enforce`; only in shadow mode. */
  shadow: z.boolean(),
  /** The request that waits for people, or that they said no to. */
  pending: id.optional(),
  /** What was decided is what people made of the call: by which request, and what the agent had sent. */
  edited: z.strictObject({ by: id, from: payloadRef }).optional(),
  /** The place of the call among those that wait: where it waits, waited in vain, or was let through and gave it up. */
  deferral: id.optional(),
  obligations: z.array(z.string()).readonly(),
  /** What a second decision point was asked about and said. Absent: it was not asked. */
  opinion: payloadRef.optional(),
  /** What the candidate would have said; absent where none was tried. No outcome: it cannot be told, and `code` says why. */
  would: z
    .strictObject({
      policy: digest,
      outcome: z.enum(outcomes).optional(),
      code: z.string(),
      by: z.array(z.string()).readonly(),
    })
    .optional(),
  /** The arguments that history keeps, by the catalogue. */
  kept: keptShape.optional(),
  /** What the agent uses with this for the first time ever, where it may take effect: tool, class, resource, destination. */
  first: z.array(z.string().max(1024)).readonly().optional(),
  /** Present on what may take effect: what it holds until it is observed. */
  open: z
    .strictObject({
      reserves: z.array(reserve).readonly(),
      worst: labelShape,
      releaseWithinMs: z.number(),
      /** Where what is sent may stand from now on, and is labelled more than it was. */
      stores: storesShape.optional(),
    })
    .optional(),
});
