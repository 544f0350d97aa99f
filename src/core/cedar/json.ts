// SPDX-License-Identifier: Apache-2.0
/**
 * Values in Cedar's JSON form: `{"__entity": {"type", "id"}}` and `{"__extn": {"fn", "arg"}}` are
 * entities and extension values, everything else is what it looks like.
 *
 * Checked first and as a whole, because one bad value fails the whole question; converted later and
 * only where somebody looks. An object that only resembles an escape is a record, as Cedar has it.
 * Refuses null, fractions, numbers that a Long does not hold, and text that is not well-formed.
 */
import { extensionFunctions } from './extension.ts';
import { type Long, longOf } from './long.ts';
import { isTypeName } from './name.ts';
import { type RecordValue, SetValue, type Uid, uid, type Value } from './value.ts';

/** A `bigint` is an integer that a `number` does not hold. Nothing but JSON texts read with care has any. */
export type ValueJson =
  | boolean
  | number
  | bigint
  | string
  | readonly ValueJson[]
  | { readonly [name: string]: ValueJson };

export interface UidJson {
  readonly type: string;
  readonly id: string;
}

/** Cedar's reader of JSON gives up on what is nested deeper. */
export const maxDepth = 125;

/** @returns why it is not a value; undefined if it is */
export function whyNoValue(json: unknown, depthLeft = maxDepth): string | undefined {
  switch (typeof json) {
    case 'boolean':
      return undefined;
    case 'string':
      return json.isWellFormed() ? undefined : 'a string is not well-formed';
    case 'number':
      if (Number.isSafeInteger(json)) return undefined;
      return longOfNumber(json) === undefined ? `\`${json}\` is not an integer of 64 bits` : undefined;
    case 'bigint':
      return longOf(json) === undefined ? `\`${json}\` is not an integer of 64 bits` : undefined;
    case 'object':
      if (depthLeft <= 0) return 'a value is nested too deeply';
      if (isObject(json)) return whyNoObject(json, depthLeft);
      return isList(json) ? whyNoList(json, depthLeft) : '`null` is not a value';
    default:
      return `${typeof json} is not a value`;
  }
}

function whyNoList(items: readonly unknown[], depthLeft: number): string | undefined {
  for (const item of items) {
    const why = whyNoValue(item, depthLeft - 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyNoObject(json: JsonObject, depthLeft: number): string | undefined {
  const why = whyNoRecord(json, depthLeft);
  if (why !== undefined || !mayBeEscape(json)) return why;
  if (typeof field(json, '__expr') === 'string') return 'the `__expr` escape is no longer supported';
  if (entityOf(json) !== undefined || callOf(json) !== undefined)
    return convertedEscape(json) === undefined ? 'an escape does not stand for a value' : undefined;
  return undefined;
}

/** The fields alone: a record at the top is never an escape. */
export function whyNoRecord(json: JsonObject, depthLeft = maxDepth): string | undefined {
  const fields = inheritsNothing(json) ? json : { ...json };
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    if (!name.isWellFormed()) return 'a name is not well-formed';
    const why = whyNoValue(value, depthLeft - 1);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** What names of a record were, in their order, when one was last taken apart. */
export interface Layout {
  readonly names: string[];
  /** Where each of them goes; undefined for those that are only checked. */
  readonly numbers: (number | undefined)[];
  /** The last text in each place that was well-formed: often it is the same again. */
  readonly texts: string[];
}

/**
 * Checks a record and takes from it what somebody will look at, in one pass.
 *
 * @param numbers where each field that is taken goes
 * @param layout a guess that is mostly right, because one caller sends records of one layout
 * @returns why it is not a record of values
 */
export function takeFields(
  json: JsonObject,
  numbers: ReadonlyMap<string, number>,
  layout: Layout,
  into: (Value | undefined)[],
): string | undefined {
  return takeOwn(inheritsNothing(json) ? json : { ...json }, numbers, layout, into);
}

function takeOwn(
  fields: JsonObject,
  numbers: ReadonlyMap<string, number>,
  { names, numbers: guessed, texts }: Layout,
  into: (Value | undefined)[],
): string | undefined {
  let at = -1;
  for (const name in fields) {
    at++;
    const value = fields[name];
    if (value === undefined) continue;
    if (names[at] !== name) {
      if (!name.isWellFormed()) return 'a name is not well-formed';
      if (at < maxLayout) {
        names[at] = name;
        guessed[at] = numbers.get(name);
        texts[at] = '';
      }
    }
    const number = at < maxLayout ? guessed[at] : numbers.get(name);
    if (typeof value === 'string') {
      if (texts[at] !== value) {
        if (!value.isWellFormed()) return 'a string is not well-formed';
        if (at < maxLayout && value.length <= maxKept) texts[at] = value;
      }
      if (number !== undefined) into[number] = value;
    } else if (typeof value === 'boolean') {
      if (number !== undefined) into[number] = value;
    } else {
      const why = Number.isSafeInteger(value) ? undefined : whyNoValue(value, maxDepth - 1);
      if (why !== undefined) return why;
      if (number !== undefined) into[number] = valueOfJson(value);
    }
  }
  return undefined;
}

/** Layouts are guessed as far as this: how long a record is, is up to who sends it. */
const maxLayout = 256;
/** And texts are kept up to this length: they may be slices of something large. */
const maxKept = 64;

/** Whether `for in` finds own fields only. */
function inheritsNothing(json: JsonObject): boolean {
  for (const _ in noFields) return false;
  const above: unknown = Object.getPrototypeOf(json);
  return above === Object.prototype || above === null;
}

const noFields = Object.freeze({});

/** What it stands for. @param json was checked */
export function valueOfJson(json: unknown): Value | undefined {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json;
    case 'number':
      return Number.isSafeInteger(json) ? json + 0 : longOfNumber(json);
    case 'bigint':
      return longOf(json);
    case 'object':
      if (!isObject(json)) return isList(json) ? setOf(json) : undefined;
      return mayBeEscape(json) ? (convertedEscape(json) ?? recordOfJson(json)) : recordOfJson(json);
    default:
      return undefined;
  }
}

/** Converts what is asked for, when it is first asked for. @param json was checked */
export function recordOfJson(json: JsonObject): RecordValue {
  return new JsonRecord(json);
}

class JsonRecord implements RecordValue {
  readonly kind = 'record';
  readonly #json: JsonObject;
  #made: Map<string, Value> | undefined;

  constructor(json: JsonObject) {
    this.#json = json;
  }

  get(name: string): Value | undefined {
    if (!Object.hasOwn(this.#json, name)) return undefined;
    const json = this.#json[name];
    if (typeof json !== 'object') return valueOfJson(json);
    const known = this.#made?.get(name);
    if (known !== undefined) return known;
    const value = valueOfJson(json);
    if (typeof value !== 'object') return value;
    this.#made ??= new Map();
    this.#made.set(name, value);
    return value;
  }

  entries(): readonly (readonly [string, Value])[] {
    return Object.keys(this.#json).flatMap((name): [string, Value][] => {
      const value = this.get(name);
      return value === undefined ? [] : [[name, value]];
    });
  }
}

/** @returns undefined if it names no entity */
export function uidOfJson(json: unknown): Uid | undefined {
  if (!isObject(json)) return undefined;
  const inner = field(json, '__entity');
  if (isObject(inner)) return uidOfJson(inner);
  const type = field(json, 'type');
  const id = field(json, 'id');
  if (typeof type !== 'string' || typeof id !== 'string') return undefined;
  return isTypeName(type) && id.isWellFormed() ? uid(type, id) : undefined;
}

export interface JsonObject {
  readonly [name: string]: unknown;
}

/** Own fields only: what an object inherits is nothing that anybody sent. */
export function field(json: JsonObject, name: string): unknown {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

export function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export function isList(json: unknown): json is readonly unknown[] {
  return Array.isArray(json);
}

// As written in JSON: digits that a double does not hold were rounded when it was read, and not by us.
function longOfNumber(json: number): Long | undefined {
  return Number.isInteger(json) && Math.abs(json) < 1e21 ? longOf(BigInt(String(json))) : undefined;
}

function setOf(items: readonly unknown[]): SetValue {
  if (areStrings(items)) return new SetValue(items);
  const values: Value[] = [];
  for (const item of items) {
    const value = valueOfJson(item);
    if (value !== undefined) values.push(value);
  }
  return new SetValue(values);
}

function areStrings(items: readonly unknown[]): items is readonly string[] {
  for (const item of items) if (typeof item !== 'string') return false;
  return true;
}

/** Exactly one field, and that one an escape's. */
function mayBeEscape(json: JsonObject): boolean {
  for (const name in json) {
    if (!name.startsWith('__e')) return false;
    const names = Object.keys(json);
    return names.length === 1 && (name === '__entity' || name === '__extn' || name === '__expr');
  }
  return false;
}

function entityOf(json: JsonObject): JsonObject | undefined {
  const entity = field(json, '__entity');
  if (!isObject(entity)) return undefined;
  return typeof field(entity, 'type') === 'string' && typeof field(entity, 'id') === 'string'
    ? entity
    : undefined;
}

interface Call {
  readonly fn: string;
  readonly args: readonly unknown[];
}

function callOf(json: JsonObject): Call | undefined {
  const call = field(json, '__extn');
  if (!isObject(call)) return undefined;
  const fn = field(call, 'fn');
  if (typeof fn !== 'string') return undefined;
  const arg = field(call, 'arg');
  if (arg !== undefined) return { fn, args: [arg] };
  const args = field(call, 'args');
  return isList(args) ? { fn, args } : undefined;
}

function convertedEscape(json: JsonObject): Value | undefined {
  const entity = entityOf(json);
  if (entity !== undefined) return uidOfJson(entity);
  const call = callOf(json);
  if (call === undefined) return undefined;
  const known = extensionFunctions.get(call.fn);
  if (known === undefined || call.args.length !== known.arity) return undefined;
  const [a, b] = call.args.map(valueOfJson);
  if (a === undefined || (known.arity === 2 && b === undefined)) return undefined;
  return known.apply(a, b ?? a);
}
