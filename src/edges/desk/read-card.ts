// SPDX-License-Identifier: Apache-2.0
/**
 * A card out of the ledger, read once. It was sealed by us and its digest was held against its bytes; it may still be of
 * another version, or erased. What cannot be read is shown to nobody, and so can be approved by nobody.
 */
import { z } from 'zod';
import { roles } from '../../core/catalogue/taxonomy.ts';
import { parties } from '../../core/decision/verdict.ts';
import type { JsonValue } from '../../core/json/value.ts';
import type { ShownCard } from './pages/card-view.ts';

const texts = z.array(z.string()).readonly();
const count = z.number().int().nonnegative();
const countOrUnknown = z.union([count, z.literal('unknown')]);
const read = z.object({ level: z.string(), untrusted: z.boolean(), sources: texts });

const operands = z.object({
  directory: z.string().exactOptional(),
  files: z
    .array(
      z.object({
        path: z.string(),
        real: z.string().exactOptional(),
        is: z.enum(['file', 'folder', 'absent', 'unknown']),
        sizeBytes: count.exactOptional(),
        digest: z.string().exactOptional(),
        text: z.string().exactOptional(),
        left: count.exactOptional(),
      }),
    )
    .readonly(),
  git: z
    .array(
      z.object({
        does: z.enum(['push', 'merge']),
        repository: z.string(),
        remote: z.string(),
        base: z.enum(['remote', 'tracking', 'here']),
        updates: texts,
        commits: z
          .array(z.object({ id: z.string(), signer: z.string().exactOptional(), subject: z.string() }))
          .readonly(),
        left: count,
        touches: texts,
        forced: z.boolean(),
        protected: z.boolean(),
        hooks: texts,
      }),
    )
    .readonly(),
  whole: z.boolean(),
});

const shape = z.object({
  v: z.literal(1),
  approval: z.string(),
  verb: z.string(),
  chain: texts,
  task: z.object({
    id: z.string(),
    type: z.string(),
    purpose: z.string().exactOptional(),
    startedBy: z.string(),
  }),
  agent: z.object({ id: z.string(), owner: z.string(), autonomy: z.string() }),
  why: z
    .array(
      z.object({
        policy: z.string(),
        reason: z.string(),
        owner: z.string().exactOptional(),
        approvers: texts,
        quorum: count,
        separate: z.array(z.enum(parties)).readonly(),
      }),
    )
    .readonly(),
  effect: z.object({
    server: z.string(),
    tool: z.string(),
    class: z.string(),
    resource: z.string(),
    level: z.string(),
    reversible: z.boolean(),
    external: z.boolean(),
    arguments: z
      .array(z.object({ path: z.string(), role: z.enum(roles).exactOptional(), value: z.string() }))
      .readonly(),
    transforms: texts,
    hidden: count,
  }),
  lineage: z
    .array(
      z.object({
        argument: z.string(),
        role: z.string(),
        origin: z.string(),
        says: z.string(),
        sources: texts,
      }),
    )
    .readonly(),
  read,
  operands: operands.exactOptional(),
  matter: z.string(),
  expiresAt: z.number(),
  blast: z
    .object({
      reversible: z.boolean(),
      external: z.boolean(),
      records: countOrUnknown,
      recipients: countOrUnknown,
      credential: z.union([texts, z.literal('unknown')]),
    })
    .exactOptional(),
  program: z
    .object({
      parsed: z.boolean(),
      whole: z.boolean(),
      classes: texts,
      hosts: texts,
      reads: texts,
      writes: texts,
      parts: texts.exactOptional(),
    })
    .exactOptional(),
  raw: z.string().exactOptional(),
  precedents: z
    .array(
      z.object({
        policy: z.string(),
        yes: count,
        no: count,
        last: z
          .array(z.object({ verdict: z.enum(['approve', 'refuse']), person: z.string(), agoMs: z.number() }))
          .readonly(),
      }),
    )
    .readonly()
    .exactOptional(),
  edit: z
    .object({
      by: z.string(),
      reason: z.string(),
      of: z.string(),
      changed: z
        .array(
          z.object({
            argument: z.string(),
            before: z.string().exactOptional(),
            after: z.string().exactOptional(),
          }),
        )
        .readonly(),
    })
    .exactOptional(),
  standing: z
    .object({
      by: z.string(),
      reason: z.string(),
      of: z.string(),
      count,
      until: z.number(),
      free: texts,
      atMost: read,
      past: z.object({ looked: count, matched: count, unread: count }),
    })
    .exactOptional(),
}) satisfies z.ZodType<ShownCard>;

/** @returns the card, or why there is none to show */
export function readCard(value: JsonValue): ShownCard | string {
  if (typeof value === 'string') return `What was asked about cannot be shown any more ${value}.`;
  const read = shape.safeParse(value);
  return read.success ? read.data : 'The card is of another version than this desk can show.';
}
