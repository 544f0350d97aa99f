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

/** The caller broke the promise of `JsonValue`; a defect of ours, never something a request can cause. */
export class NotJson extends Error {
  readonly code = 'not_json';
  constructor(what: string) {
    super(`canonical json: ${what}`);
    this.name = 'NotJson';
  }
}

/**
 * @throws {NotJson} for NaN, infinities, lone surrogates, undefined, holes, functions, bigints,
 * instances of classes, and nesting beyond 1024 (a cycle, that is)
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
      if (!Number.isFinite(value)) throw new NotJson(`\`${value}\` is not a number that JSON can say`);
      return `${value}`; // ECMAScript's own formatting is what RFC 8785 section 3.2.2.3 asks for; -0 is `0`
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth >= MAX_DEPTH) throw new NotJson(`nested deeper than ${MAX_DEPTH}`);
      return isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    default:
      throw new NotJson(`\`${typeof value}\` is not a JSON type`);
  }
}

function writeArray(items: readonly JsonValue[], depth: number): string {
  let out = '[';
  for (let i = 0; i < items.length; i++) out += (i === 0 ? '' : ',') + write(items[i], depth);
  return `${out}]`;
}

function writeObject(object: JsonObject, depth: number): string {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) throw new NotJson('an instance of a class');
  const keys = Object.keys(object).sort(); // by UTF-16 code units: RFC 8785 section 3.2.3
  let out = '{';
  for (const key of keys) out += `${(out === '{' ? '' : ',') + quote(key)}:${write(object[key], depth)}`;
  return `${out}}`;
}

/** JSON.stringify escapes exactly as RFC 8785 section 3.2.2.2 does, but would accept lone surrogates. */
function quote(text: string): string {
  if (!text.isWellFormed()) throw new NotJson('a string holds a lone surrogate');
  return JSON.stringify(text);
}
