// SPDX-License-Identifier: Apache-2.0
/**
 * From JSON arguments to Cedar values, by a shape that the caller did not choose.
 *
 * The adversary writes the arguments: in Cedar's JSON form an object with the key `__entity` or
 * `__extn` would become an entity or an extension value of his choice, so those keys are refused
 * wherever they stand, hidden parts included. Never rounds, never converts between types.
 *
 * Source: docs/formats/cedar-values.md.
 */
import { isArray, isObject, type JsonObject, type JsonValue, own } from '../json/value.ts';
import type { CedarValue } from './question.ts';
import { type RecordShape, reservedKeys, type Shape } from './shape.ts';

export interface CedarRecord {
  readonly [name: string]: CedarValue;
}

export type ArgsRefusalCode =
  | 'reserved_key'
  | 'missing_argument'
  | 'wrong_type'
  | 'unsafe_integer'
  | 'decimal_places'
  | 'decimal_range'
  | 'too_deep';

export type CedarArgs =
  /** `opaque`: something was sent that policy does not see. */
  | { readonly ok: true; readonly args: CedarRecord; readonly opaque: boolean }
  | { readonly ok: false; readonly code: ArgsRefusalCode; readonly message: string };

/** Deeper than any text that the strict parser reads. */
const maxDepth = 512;

// Cedar's decimal is an i64 of ten-thousandths.
const decimalPlaces = 4;
const maxDecimal = 2n ** 63n - 1n;
const minDecimal = -(2n ** 63n);

/** Inside, undefined means refused, with the reason in `fault`. */
interface Reading {
  opaque: boolean;
  fault: { readonly code: ArgsRefusalCode; readonly message: string } | undefined;
}

export function cedarArgs(args: JsonObject, shape: RecordShape): CedarArgs {
  const reading: Reading = { opaque: false, fault: undefined };
  const refused = (): CedarArgs => ({
    ok: false,
    ...(reading.fault ?? { code: 'wrong_type', message: 'the arguments cannot be read' }),
  });
  if (!isPlain(args, maxDepth, reading)) return refused();
  const record = readRecord(args, shape, 'arguments', reading);
  return record === undefined ? refused() : { ok: true, args: record, opaque: reading.opaque };
}

function refuse(reading: Reading, code: ArgsRefusalCode, message: string): undefined {
  reading.fault = { code, message };
  return undefined;
}

/** Looks at everything, since an opaque part is forwarded and may be read by somebody's Cedar later. */
function isPlain(value: JsonValue, depthLeft: number, reading: Reading): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depthLeft <= 0) {
    refuse(reading, 'too_deep', `arguments must not be nested deeper than ${maxDepth}`);
    return false;
  }
  if (isArray(value)) return value.every((item) => isPlain(item, depthLeft - 1, reading));
  return Object.keys(value).every((key) => {
    if (reservedKeys.has(key)) {
      refuse(reading, 'reserved_key', `the key \`${key}\` must not be used in arguments`);
      return false;
    }
    return isPlain(own(value, key) ?? null, depthLeft - 1, reading);
  });
}

function readRecord(
  object: JsonObject,
  shape: RecordShape,
  at: string,
  reading: Reading,
): CedarRecord | undefined {
  const members: [string, CedarValue][] = [];
  for (const [name, attribute] of shape.attrs) {
    const value = own(object, name);
    if (value === undefined || value === null) {
      if (!attribute.required) continue;
      return refuse(reading, 'missing_argument', `\`${at}.${name}\` is required`);
    }
    const read = readValue(value, attribute.shape, `${at}.${name}`, reading);
    if (read === undefined) return undefined;
    members.push([name, read]);
  }
  if (!reading.opaque) reading.opaque = hidesSomething(object, shape);
  return Object.fromEntries(members);
}

function hidesSomething(object: JsonObject, shape: RecordShape): boolean {
  return Object.keys(object).some((name) => !shape.attrs.has(name) && own(object, name) !== null);
}

function readValue(value: JsonValue, shape: Shape, at: string, reading: Reading): CedarValue | undefined {
  switch (shape.kind) {
    case 'bool':
      return typeof value === 'boolean' ? value : misfit('true or false', at, reading);
    case 'string':
      return typeof value === 'string' ? value : misfit('a string', at, reading);
    case 'long':
      return readLong(value, at, reading);
    case 'decimal':
      return readDecimal(value, at, reading);
    case 'set':
      return isArray(value) ? readSet(value, shape.of, at, reading) : misfit('an array', at, reading);
    case 'record':
      return isObject(value) ? readRecord(value, shape, at, reading) : misfit('an object', at, reading);
    case 'opaque':
      return misfit('something that policy can see', at, reading); // no shape holds one: see shape.ts
  }
}

function misfit(wanted: string, at: string, reading: Reading): undefined {
  return refuse(reading, 'wrong_type', `\`${at}\` must be ${wanted}`);
}

function readSet(
  items: readonly JsonValue[],
  of: Shape,
  at: string,
  reading: Reading,
): readonly CedarValue[] | undefined {
  const out: CedarValue[] = [];
  for (const item of items) {
    const read = readValue(item, of, `${at}[${out.length}]`, reading);
    if (read === undefined) return undefined;
    out.push(read);
  }
  return out;
}

function readLong(value: JsonValue, at: string, reading: Reading): CedarValue | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return misfit('a whole number', at, reading);
  if (!Number.isSafeInteger(value))
    return refuse(reading, 'unsafe_integer', `\`${at}\` must be within 2^53 - 1 of zero`);
  return value === 0 ? 0 : value; // -0 is 0
}

function readDecimal(value: JsonValue, at: string, reading: Reading): CedarValue | undefined {
  if (typeof value !== 'number') return misfit('a number', at, reading);
  const [, sign = '', whole, fraction = '0'] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)) ?? [];
  if (whole === undefined) {
    // ECMAScript writes an exponent below 1e-6 and from 1e21 on.
    return Math.abs(value) < 1
      ? refuse(reading, 'decimal_places', `\`${at}\` must have at most four decimal places`)
      : refuse(reading, 'decimal_range', `\`${at}\` must be within 922337203685477.5807 of zero`);
  }
  if (fraction.length > decimalPlaces)
    return refuse(reading, 'decimal_places', `\`${at}\` must have at most four decimal places`);
  const units = BigInt(`${sign}${whole}${fraction.padEnd(decimalPlaces, '0')}`);
  if (units > maxDecimal || units < minDecimal)
    return refuse(reading, 'decimal_range', `\`${at}\` must be within 922337203685477.5807 of zero`);
  return { __extn: { fn: 'decimal', arg: `${sign}${whole}.${fraction}` } };
}
