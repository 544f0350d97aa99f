// SPDX-License-Identifier: Apache-2.0
// Cedar types and how they are written in Cedar's schema text. Names come from catalogues, so every
// name is quoted or was checked to be an identifier.
import type { Shape } from './shape.ts';
import type { Uses } from './uses.ts';

export type CedarType =
  | { readonly kind: 'scalar'; readonly name: 'Bool' | 'String' | 'Long' | 'decimal' | 'datetime' }
  | { readonly kind: 'entity'; readonly name: string }
  | { readonly kind: 'set'; readonly of: CedarType }
  | RecordType
  /** A record that the schema text gives a name, for those who read it. */
  | { readonly kind: 'named'; readonly name: string; readonly type: RecordType };

export interface RecordType {
  readonly kind: 'record';
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly type: CedarType;
  readonly required: boolean;
}

export const bool: CedarType = { kind: 'scalar', name: 'Bool' };
export const string: CedarType = { kind: 'scalar', name: 'String' };
export const long: CedarType = { kind: 'scalar', name: 'Long' };
export const decimal: CedarType = { kind: 'scalar', name: 'decimal' };
export const datetime: CedarType = { kind: 'scalar', name: 'datetime' };
export const strings: CedarType = { kind: 'set', of: string };

export function entity(name: string): CedarType {
  return { kind: 'entity', name };
}

/** Fields whose name ends in `?` are optional. Only for names that we chose. */
export function record(fields: { readonly [name: string]: CedarType }): RecordType {
  return {
    kind: 'record',
    fields: Object.entries(fields).map(([name, type]) => ({
      name: name.replace(/\?$/, ''),
      type,
      required: !name.endsWith('?'),
    })),
  };
}

export function named(name: string, type: RecordType): CedarType {
  return { kind: 'named', name, type };
}

export function typeOf(shape: Shape): CedarType | undefined {
  switch (shape.kind) {
    case 'bool':
      return bool;
    case 'string':
      return string;
    case 'long':
      return long;
    case 'decimal':
      return decimal;
    case 'opaque':
      return undefined;
    case 'set': {
      const of = typeOf(shape.of);
      return of === undefined ? undefined : { kind: 'set', of };
    }
    case 'record':
      return recordTypeOf(shape);
  }
}

export function recordTypeOf(shape: Extract<Shape, { kind: 'record' }>): RecordType {
  const fields = [...shape.attrs].flatMap(([name, attribute]): Field[] => {
    const type = typeOf(attribute.shape);
    return type === undefined ? [] : [{ name, type, required: attribute.required }];
  });
  return { kind: 'record', fields };
}

/** The part of a record type that is looked at. */
export function narrowed(type: RecordType, uses: Uses): RecordType {
  if (uses.whole) return type;
  const fields = type.fields.flatMap((field): Field[] => {
    const used = uses.attrs.get(field.name);
    return used === undefined ? [] : [{ ...field, type: narrowedType(field.type, used) }];
  });
  return { kind: 'record', fields };
}

function narrowedType(type: CedarType, uses: Uses): CedarType {
  if (uses.whole) return type;
  if (type.kind === 'named') return narrowed(type.type, uses);
  return type.kind === 'record' ? narrowed(type, uses) : type;
}

/** @returns the type as schema text */
export function written(type: CedarType): string {
  switch (type.kind) {
    case 'scalar':
    case 'entity':
    case 'named':
      return type.name;
    case 'set':
      return `Set<${written(type.of)}>`;
    case 'record': {
      const fields = type.fields.map(
        (field) => `${quoted(field.name)}${field.required ? '' : '?'}: ${written(field.type)}`,
      );
      return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
    }
  }
}

/** The named records that a type mentions, innermost first. */
export function namesIn(type: CedarType): readonly { readonly name: string; readonly type: RecordType }[] {
  switch (type.kind) {
    case 'set':
      return namesIn(type.of);
    case 'record':
      return type.fields.flatMap((field) => namesIn(field.type));
    case 'named':
      return [...namesIn(type.type), type];
    default:
      return [];
  }
}

/** A Cedar string literal for any well-formed text. */
export function quoted(text: string): string {
  let out = '';
  for (const char of text) {
    if (char === '"' || char === '\\') out += `\\${char}`;
    else if (/[^\P{C}\p{Co}\p{Cn}]|[\p{Zl}\p{Zp}]/u.test(char))
      out += `\\u{${char.codePointAt(0)?.toString(16)}}`;
    else out += char;
  }
  return `"${out}"`;
}
