// SPDX-License-Identifier: Apache-2.0
// Types of what events, requests and conditions hold, and which of them can equal one another.
import { DecimalValue, EntityValue, type TemporalValue } from './value.ts';

export type SchemaType =
  | { readonly kind: 'bool' | 'long' | 'string' | 'timepoint' | 'unknown' }
  | { readonly kind: 'extension'; readonly name: string }
  | { readonly kind: 'entity'; readonly types: readonly string[] }
  | { readonly kind: 'set'; readonly element: SchemaType }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, SchemaType> };

export function builtInType(name: string): SchemaType {
  switch (name) {
    case 'Long':
      return { kind: 'long' };
    case 'String':
      return { kind: 'string' };
    case 'Bool':
    case 'Boolean':
      return { kind: 'bool' };
    case 'decimal':
    case 'datetime':
    case 'duration':
    case 'ipaddr':
      return { kind: 'extension', name };
    default:
      return { kind: 'unknown' };
  }
}

/** What a literal's type is. */
export function typeOfValue(value: TemporalValue): SchemaType {
  if (typeof value === 'boolean') return { kind: 'bool' };
  if (typeof value === 'number' || typeof value === 'bigint') return { kind: 'long' };
  if (typeof value === 'string') return { kind: 'string' };
  if (value instanceof DecimalValue) return { kind: 'extension', name: 'decimal' };
  if (value instanceof EntityValue) return { kind: 'entity', types: [value.type] };
  return { kind: 'unknown' };
}

/** Whether a value of one type can equal one of the other. */
export function fits(a: SchemaType, b: SchemaType): boolean {
  if (a.kind === 'unknown' || b.kind === 'unknown') return true;
  if (a.kind === 'entity' && b.kind === 'entity') return a.types.some((type) => b.types.includes(type));
  if (a.kind === 'set' && b.kind === 'set') return fits(a.element, b.element);
  if (a.kind === 'extension' && b.kind === 'extension') return a.name === b.name;
  // There is no way to write a time or an address but as a string.
  if (a.kind === 'extension') return b.kind === 'string' && a.name !== 'decimal';
  if (b.kind === 'extension') return a.kind === 'string' && b.name !== 'decimal';
  return a.kind === b.kind;
}

export function shown(type: SchemaType): string {
  switch (type.kind) {
    case 'entity':
      return `an entity of ${type.types.map((name) => `\`${name}\``).join(' or ')}`;
    case 'extension':
      return `a ${type.name}`;
    case 'set':
      return `a set of ${shown(type.element)}`;
    case 'unknown':
      return 'of a type that is not known';
    case 'timepoint':
      return 'a Timepoint';
    default:
      return `a ${type.kind[0]?.toUpperCase()}${type.kind.slice(1)}`;
  }
}
