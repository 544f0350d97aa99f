// SPDX-License-Identifier: Apache-2.0
// What every event is made of: the header that the sequencer adds, and the shapes that several events share.
import { z } from 'zod';
import { integrities, levels } from '../../label/label.ts';

export const maxReasonLength = 1000;

/** Changes when a record of the old shape could not be read as one of the new. */
export const recordVersion = 1;

export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

export const id = z.string().min(1).max(256);

export const instantMs = z.number().int().nonnegative();

/** In the words of who did it. */
export const why = z.string().max(maxReasonLength);

export const labelShape = z.strictObject({
  level: z.enum(levels),
  categories: z.array(z.string()).readonly(),
  /** Absent: everyone, as in records from before there were readers. */
  readers: z.array(z.string()).readonly().optional(),
  integrity: z.enum(integrities),
  sources: z.array(z.string()).readonly(),
});

/** Text or bytes that lie beside the record, encrypted under the task's key; only its hiding digest is evidence. */
export const payloadRef = z.strictObject({ digest, sizeBytes: z.number().int().nonnegative() });

export type PayloadRef = z.infer<typeof payloadRef>;

/** Whose key seals what belongs to no task: published policies and catalogues. */
export const tenantKey = 'tenant';

export const header = {
  v: z.literal(recordVersion),
  id,
  at: instantMs,
  node: id,
  tenant: id,
  /** Facets whose value this event moved, sorted. What depends on one of them was decided before or after, never across. */
  moves: z.array(z.string()).readonly(),
  /** Facets that ended with this event, sorted. */
  drops: z.array(z.string()).readonly(),
  /** What was read to write this: each facet with the id of the record that had last moved it (empty: none had). */
  reads: z.record(z.string(), z.string()),
};
