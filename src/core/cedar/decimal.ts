// SPDX-License-Identifier: Apache-2.0
// Cedar's decimal: a Long of ten-thousandths. Source: https://docs.cedarpolicy.com/policies/syntax-datatypes.html
import { parseLong } from './long.ts';
import type { Decimal } from './value.ts';

const places = 4;

export function parseDecimal(text: string): Decimal | undefined {
  const [, whole, fraction = ''] = /^(-?[0-9]+)\.([0-9]+)$/.exec(text) ?? [];
  if (whole === undefined || fraction.length > places) return undefined;
  const units = parseLong(`${whole}${fraction.padEnd(places, '0')}`);
  return units === undefined ? undefined : { kind: 'decimal', units };
}
