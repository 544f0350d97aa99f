// SPDX-License-Identifier: Apache-2.0
/**
 * The one spelling of a JSON value that is digested, recorded and forwarded.
 *
 * Never drops or repairs anything: what JSON cannot say throws, since a key that goes missing
 * between the decision and the wire is a hole in the decision.
 *
 * Source: RFC 8785; docs/formats/canonical-json.md.
 */
import { hash } from 'node:crypto';
import { isArray, type JsonObject, type JsonValue } from './value.ts';

/** Deeper than any text that `parseJson` accepts, so that a record may wrap a whole request. */
const MAX_DEPTH = 1024;

/** Somebody broke the promise of `JsonValue`: a defect of ours, never something a request can cause. */
export class NotJson extends Error {
  readonly code = 'not_json';
  constructor(what: string) {
    super(`${what} cannot be said in JSON`);
    this.name = 'NotJson';
  }
}

/**
 * @throws {NotJson} for NaN, infinities, lone surrogates, undefined, holes, functions, symbols,
 * bigints, instances of classes, and nesting past 1024 (which a cycle is)
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0);
}

/** `sha256:<hex>` over the UTF-8 bytes of the canonical form. */
export function digestJson(value: JsonValue): string {
  return `sha256:${hash('sha256', canonicalJson(value), 'hex')}`;
}

function write(value: JsonValue | undefined, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      if (!Number.isFinite(value)) throw new NotJson(`\`${value}\``);
      return `${value}`; // RFC 8785 section 3.2.2.3 asks for ECMAScript's own formatting; -0 is `0`
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw new NotJson(`nesting past ${MAX_DEPTH}`);
      return isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw new NotJson(`\`${typeof value}\``);
  }
}

function writeArray(items: readonly JsonValue[], depth: number): string {
  let out = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) out += ',';
    out += write(items[i], depth); // by index, since iteration helpers skip holes
  }
  return `${out}]`;
}

function writeObject(object: JsonObject, depth: number): string {
  // A Date or a Map has no keys to show and would be written as `{}`.
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new NotJson('an instance of a class');
  let out = '{';
  for (const key of sortedKeys(object)) {
    if (out !== '{') out += ',';
    out += `${quote(key)}:${write(object[key], depth)}`;
  }
  return `${out}}`;
}

/** By UTF-16 code units (RFC 8785 section 3.2.3), which is how ECMAScript compares strings. */
function sortedKeys(object: JsonObject): readonly string[] {
  const keys = Object.keys(object);
  if (keys.length > maxInserted) return isSorted(keys) ? keys : keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? '';
    let at = i;
    for (; at > 0 && (keys[at - 1] ?? '') > key; at--) keys[at] = keys[at - 1] ?? '';
    keys[at] = key;
  }
  return keys;
}

/** Of so few the engine's own sort costs more than moving them. */
const maxInserted = 24;

function isSorted(keys: readonly string[]): boolean {
  return keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') <= key);
}

/** Anything but the printable ASCII that stands for itself. */
const NEEDS_CARE = /[^ !#-[\]-~]/;

/** Up to here looking at each character costs less than the pattern. */
const maxLooked = 24;

function needsCare(text: string): boolean {
  if (text.length > maxLooked) return NEEDS_CARE.test(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return true;
  }
  return false;
}

function quote(text: string): string {
  if (!needsCare(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new NotJson('a lone surrogate');
  return JSON.stringify(text); // for well-formed strings these are the escapes of section 3.2.2.2
}
