// SPDX-License-Identifier: Apache-2.0
/**
 * Cedar values as policies see them while they are evaluated, and when two of them are equal.
 *
 * Values of different types are never equal. Sets have neither order nor duplicates; they may hold an
 * item twice here, which nobody can tell. Prototype names are plain names: no record is read by `.`.
 *
 * Source: docs/adr/0013-compiled-cedar.md; https://docs.cedarpolicy.com/policies/syntax-operators.html
 */
import type { Long } from './long.ts';

export type Value = boolean | Long | string | Uid | SetValue | RecordValue | Extension;
export type Extension = Decimal | Ip | Datetime | Duration;

/** The name of an entity. It says nothing about whether there is one. */
export interface Uid {
  readonly kind: 'entity';
  readonly type: string;
  readonly id: string;
}

/** In ten-thousandths. */
export interface Decimal {
  readonly kind: 'decimal';
  readonly units: Long;
}

export interface Ip {
  readonly kind: 'ip';
  readonly version: 4 | 6;
  readonly address: bigint;
  readonly prefix: number;
}

/** Milliseconds since 1970. */
export interface Datetime {
  readonly kind: 'datetime';
  readonly ms: Long;
}

export interface Duration {
  readonly kind: 'duration';
  readonly ms: Long;
}

export interface RecordValue {
  readonly kind: 'record';
  get(name: string): Value | undefined;
  entries(): readonly (readonly [name: string, value: Value])[];
}

export function uid(type: string, id: string): Uid {
  return { kind: 'entity', type, id };
}

export function sameUid(a: Uid, b: Uid): boolean {
  return a === b || (a.id === b.id && a.type === b.type);
}

export function recordOf(fields: ReadonlyMap<string, Value>): RecordValue {
  return { kind: 'record', get: (name) => fields.get(name), entries: () => [...fields] };
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  switch (a.kind) {
    case 'entity':
      return b.kind === 'entity' && a.id === b.id && a.type === b.type;
    case 'set':
      return b.kind === 'set' && a.includesAll(b) && b.includesAll(a);
    case 'record':
      return b.kind === 'record' && equalRecords(a, b);
    case 'decimal':
      return b.kind === 'decimal' && a.units === b.units;
    case 'ip':
      return b.kind === 'ip' && a.version === b.version && a.prefix === b.prefix && a.address === b.address;
    case 'datetime':
      return b.kind === 'datetime' && a.ms === b.ms;
    case 'duration':
      return b.kind === 'duration' && a.ms === b.ms;
  }
}

function equalRecords(a: RecordValue, b: RecordValue): boolean {
  const fields = a.entries();
  if (fields.length !== b.entries().length) return false;
  return fields.every(([name, value]) => {
    const other = b.get(name);
    return other !== undefined && equal(value, other);
  });
}

/** Up to here looking at each item is faster than finding it. */
const fewItems = 8;

export class SetValue {
  readonly kind = 'set';
  readonly items: readonly Value[];
  #keys: ReadonlySet<Value> | undefined;

  constructor(items: readonly Value[]) {
    this.items = items;
  }

  includes(value: Value): boolean {
    if (this.items.length > fewItems) return this.#index().has(keyOf(value));
    for (const item of this.items) if (equal(item, value)) return true;
    return false;
  }

  includesAll(other: SetValue): boolean {
    for (const item of other.items) if (!this.includes(item)) return false;
    return true;
  }

  includesAny(other: SetValue): boolean {
    for (const item of other.items) if (this.includes(item)) return true;
    return false;
  }

  /** The same as a set of JavaScript's, where its items are equal exactly if they are the same. */
  scalars(): ReadonlySet<Value> | undefined {
    return this.items.every((item) => typeof item !== 'object') ? new Set(this.items) : undefined;
  }

  /** Keeps comparing sets of sets from taking the product of their sizes. */
  key(): string {
    return `[${[...this.#index()].map(written).sort().join()}]`;
  }

  #index(): ReadonlySet<Value> {
    this.#keys ??= new Set(this.items.map(keyOf));
    return this.#keys;
  }
}

/** Values are equal exactly if their keys are. Strings among values get a key that is longer than they are. */
function keyOf(value: Value): Value {
  if (typeof value === 'string') return `"${value}`;
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'entity':
      return `e${JSON.stringify([value.type, value.id])}`;
    case 'set':
      return value.key();
    case 'record':
      return `{${value
        .entries()
        .map(([name, each]) => `${JSON.stringify(name)}:${written(keyOf(each))}`)
        .sort()
        .join()}}`;
    case 'decimal':
      return `d${value.units}`;
    case 'ip':
      return `i${value.version}/${value.address}/${value.prefix}`;
    case 'datetime':
      return `t${value.ms}`;
    case 'duration':
      return `u${value.ms}`;
  }
}

/** A key inside another one: quoted, so that no string can pose as what stands around it. */
function written(key: Value): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}
