// SPDX-License-Identifier: Apache-2.0
/**
 * Equality of values as temporal conditions see it, once as a test and once as a text to index by:
 * `same(a, b)` exactly when `keyOf(a) === keyOf(b)`. Every text says where it ends, so keys put one
 * after the other are a key of the whole.
 *
 * Source: Dogwood's guide 04, "Equality"; decimals as Cedar accepts and scales them.
 */
import { DecimalValue, EntityValue, type RecordValue, type TemporalValue } from './value.ts';

export function same(a: TemporalValue, b: TemporalValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof EntityValue) return b instanceof EntityValue && a.id === b.id && a.type === b.type;
  return keyOf(a) === keyOf(b);
}

export function keyOf(value: TemporalValue): string {
  switch (typeof value) {
    case 'string':
      return `s${value.length}:${value}`;
    case 'number':
    case 'bigint':
      return `i${value};`;
    case 'boolean':
      return value ? 't' : 'f';
  }
  if (value === null) return 'n';
  if (value instanceof EntityValue)
    return `e${value.type.length}:${value.type}${value.id.length}:${value.id}`;
  if (value instanceof DecimalValue) return decimalKey(value.text);
  if (isRecord(value)) return recordKey(value);
  return `[${value.map(keyOf).join('')}]`;
}

function recordKey(value: RecordValue): string {
  const fields = [...value].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([name, field]) => `${name.length}:${name}${keyOf(field)}`).join('')}}`;
}

export function isRecord(value: TemporalValue): value is RecordValue {
  return value instanceof Map;
}

const cedarDecimal = /^(-?)([0-9]+)\.([0-9]{1,4})$/;
const places = 4;
const longest = 40;

/** `1.5` and `1.50` are one value; what Cedar would refuse is only ever itself. */
function decimalKey(text: string): string {
  const parts = text.length > longest ? null : cedarDecimal.exec(text);
  const [, sign = '', whole = '', fraction = ''] = parts ?? [];
  const scaled = parts === null ? undefined : BigInt(`${whole}${fraction.padEnd(places, '0')}`);
  const signed = sign === '-' && scaled !== undefined ? -scaled : scaled;
  return signed === undefined || BigInt.asIntN(64, signed) !== signed
    ? `D${text.length}:${text}`
    : `d${signed};`;
}
