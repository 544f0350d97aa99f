// SPDX-License-Identifier: Apache-2.0
// Whole numbers of a template, within bounds.
import { isScalar } from 'yaml';
import type { Field, Reading } from '../catalogue-files/yaml.ts';

export function wholeOf(
  reading: Reading,
  field: Field | undefined,
  what: string,
  least = Number.MIN_SAFE_INTEGER,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (field === undefined) return undefined;
  const value = isScalar(field.value) ? field.value.value : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
    return value;
  reading.report(field.value ?? field.key, `${what} must be a whole number from ${least} to ${most}`);
  return undefined;
}
