// SPDX-License-Identifier: Apache-2.0
// Events by which a person lowers a label.
import { z } from 'zod';
import { levels } from '../../label/label.ts';
import { header, id, why } from './parts.ts';

/** What a label is of. */
export const labelledShape = z.union([
  z.strictObject({ task: id }),
  z.strictObject({ store: id, item: z.string() }),
]);

export const labelEndorsed = z.strictObject({
  ...header,
  type: z.literal('label.endorsed'),
  of: labelledShape,
  /** Absent: all that there were. */
  sources: z.array(z.string()).readonly().optional(),
  author: id,
  reason: why,
});

export const labelDeclassified = z.strictObject({
  ...header,
  type: z.literal('label.declassified'),
  of: labelledShape,
  level: z.enum(levels).optional(),
  /** That it is not of. */
  categories: z.array(z.string()).readonly().optional(),
  /** Who may read it as well. */
  readers: z.union([z.literal('everyone'), z.array(z.string()).readonly()]).optional(),
  author: id,
  reason: why,
});
