// SPDX-License-Identifier: Apache-2.0
/**
 * What a JSON text can say, and total ways to read it.
 *
 * Every accessor looks at own properties only: keys come from the adversary, so an absent
 * `constructor` must read as absent and never as something inherited.
 *
 * Source: RFC 8259, narrowed to I-JSON (RFC 7493).
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isString(value: JsonValue | undefined): value is string {
  return typeof value === 'string';
}

export function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

export function stringAt(object: JsonObject, key: string): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(object: JsonObject, key: string): number | undefined {
  const value = own(object, key);
  return typeof value === 'number' ? value : undefined;
}

/** A whole number that every reader of JSON agrees on (at most 2^53 - 1 from zero). */
export function integerAt(object: JsonObject, key: string): number | undefined {
  const value = own(object, key);
  return Number.isSafeInteger(value) && typeof value === 'number' ? value : undefined;
}

export function booleanAt(object: JsonObject, key: string): boolean | undefined {
  const value = own(object, key);
  return typeof value === 'boolean' ? value : undefined;
}

export function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = own(object, key);
  return isObject(value) ? value : undefined;
}

export function arrayAt(object: JsonObject, key: string): readonly JsonValue[] | undefined {
  const value = own(object, key);
  return isArray(value) ? value : undefined;
}

/** All or nothing: one element that is not a string makes the whole list unreadable. */
export function stringsAt(object: JsonObject, key: string): readonly string[] | undefined {
  const value = arrayAt(object, key);
  return value?.every(isString) ? value : undefined;
}

/** The first key that is not in `known`, so that a parser can refuse what it does not understand. */
export function unknownKey(object: JsonObject, known: ReadonlySet<string>): string | undefined {
  return Object.keys(object).find((key) => !known.has(key));
}
