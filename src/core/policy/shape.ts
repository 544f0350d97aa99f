// SPDX-License-Identifier: Apache-2.0
/**
 * What of a tool's arguments policy can see: from a JSON Schema to the shape of a Cedar record.
 *
 * Never guesses: what the table has no row for is opaque, which means left out of the context and
 * marked by `args_opaque` once somebody sends it. Never validates; that is the catalogue's work.
 *
 * Source: docs/formats/cedar-values.md.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import {
  arrayAt,
  booleanAt,
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  own,
  stringAt,
  stringsAt,
} from '../json/value.ts';

export type Shape =
  | { readonly kind: 'bool' | 'string' | 'long' | 'decimal' | 'opaque' }
  | { readonly kind: 'set'; readonly of: Shape }
  | RecordShape;

/** Attributes that policy sees, sorted by name; what is not named here is opaque. */
export interface RecordShape {
  readonly kind: 'record';
  readonly attrs: ReadonlyMap<string, Attribute>;
}

export interface Attribute {
  readonly shape: Shape;
  readonly required: boolean;
}

/** Records inside one another, the arguments themselves being the first. */
export const maxShapeDepth = 8;

/** All attributes of one tool together: `$ref`s can make a short schema very wide. */
export const maxShapeNodes = 1024;

/** Keys that Cedar's JSON form reads as an entity or an extension value, or that meddle with prototypes. */
export const reservedKeys: ReadonlySet<string> = new Set(['__entity', '__extn', '__proto__']);

const opaque: Shape = { kind: 'opaque' };
const nothing: RecordShape = { kind: 'record', attrs: new Map() };

interface Reading {
  readonly root: JsonObject;
  nodesLeft: number;
}

/** A shape, and whether the schema lets null stand in its place. */
interface Found {
  readonly shape: Shape;
  readonly nullable: boolean;
}

/** @returns what policy sees of this entry's arguments; only tools have arguments that it can see */
export function shapeOfEntry(entry: CatalogueEntry): RecordShape {
  if (entry.kind !== 'tool' || entry.pinned === undefined) return nothing;
  return shapeOf(entry.pinned.definition.inputSchema, entry.args);
}

export function shapeOf(schema: JsonObject, rules: CatalogueEntry['args']): RecordShape {
  const reading: Reading = { root: schema, nodesLeft: maxShapeNodes };
  return recordOf(schema, 1, reading, (name, found) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule?.money === true) return asMoney(found);
    return rule?.role === 'credential' ? asHidden(found) : found;
  });
}

// What is hidden is named in text, be it a number: see the projection in record/secret.ts.
function asHidden({ shape, nullable }: Found): Found {
  const counts = shape.kind === 'long' || shape.kind === 'decimal';
  return { shape: counts ? { kind: 'string' } : shape, nullable };
}

// Minor units are whole; money that is written as text has no row in the table.
function asMoney({ shape, nullable }: Found): Found {
  const counts = shape.kind === 'long' || shape.kind === 'decimal';
  return { shape: counts ? { kind: 'long' } : opaque, nullable };
}

function recordOf(
  schema: JsonObject,
  depth: number,
  reading: Reading,
  adjust: (name: string, found: Found) => Found = (_name, found) => found,
): RecordShape {
  const properties = objectAt(schema, 'properties') ?? {};
  const required = new Set(stringsAt(schema, 'required') ?? []);
  const attrs = new Map<string, Attribute>();
  // Sorted, so that running out of nodes does not depend on the order in which keys were written.
  for (const name of Object.keys(properties).sort()) {
    if (reservedKeys.has(name)) continue;
    const { shape, nullable } = adjust(name, find(own(properties, name), depth, reading));
    if (shape.kind === 'opaque') continue;
    attrs.set(name, { shape, required: required.has(name) && !nullable });
  }
  return { kind: 'record', attrs };
}

function find(schema: JsonValue | undefined, depth: number, reading: Reading): Found {
  if (!isObject(schema) || reading.nodesLeft-- <= 0) return { shape: opaque, nullable: true };
  const nullable = booleanAt(schema, 'nullable') === true;
  const found =
    byType(schema, depth, reading) ??
    byValues(schema) ??
    byReference(schema, depth, reading) ??
    byVariants(schema, depth, reading);
  return found === undefined
    ? { shape: opaque, nullable: true }
    : { shape: found.shape, nullable: found.nullable || nullable };
}

/** Every other keyword can only narrow what `type` allows, so that `type` alone is enough where it stands. */
function byType(schema: JsonObject, depth: number, reading: Reading): Found | undefined {
  const type = own(schema, 'type');
  if (type === undefined) return undefined;
  const named = isArray(type) ? type : [type];
  const rest = named.filter((name) => name !== 'null');
  const nullable = rest.length < named.length;
  const only = rest.length < 2 ? rest[0] : rest.every(isNumeric) ? 'number' : undefined;
  return { shape: byName(only, schema, depth, reading), nullable };
}

function isNumeric(name: JsonValue): boolean {
  return name === 'integer' || name === 'number';
}

function byName(name: JsonValue | undefined, schema: JsonObject, depth: number, reading: Reading): Shape {
  switch (name) {
    case 'boolean':
      return { kind: 'bool' };
    case 'string':
      return { kind: 'string' };
    case 'integer':
      return { kind: 'long' };
    case 'number':
      return { kind: 'decimal' };
    case 'array':
      return setOf(schema, depth, reading);
    case 'object':
      // Without properties it is free-form: there is no attribute that a policy could name.
      if (depth >= maxShapeDepth || objectAt(schema, 'properties') === undefined) return opaque;
      return recordOf(schema, depth + 1, reading);
    default:
      return opaque;
  }
}

function setOf(schema: JsonObject, depth: number, reading: Reading): Shape {
  if (own(schema, 'prefixItems') !== undefined) return opaque;
  const { shape, nullable } = find(own(schema, 'items'), depth, reading);
  // A set has no place for "absent"; sets of sets would lose which value stood beside which.
  if (nullable || shape.kind === 'opaque' || shape.kind === 'set') return opaque;
  return { kind: 'set', of: shape };
}

function byValues(schema: JsonObject): Found | undefined {
  const constant = own(schema, 'const');
  const values = constant === undefined ? arrayAt(schema, 'enum') : [constant];
  if (values === undefined) return undefined;
  const rest = values.filter((value) => value !== null);
  const nullable = rest.length < values.length;
  const kinds = new Set(rest.map(kindOfValue));
  const [kind] = kinds;
  return { shape: kinds.size === 1 && kind !== undefined ? { kind } : opaque, nullable };
}

function kindOfValue(value: JsonValue): 'bool' | 'string' | 'long' | 'opaque' {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Number.isSafeInteger(value) ? 'long' : 'opaque';
}

/** Only `#/$defs/name` and `#/definitions/name`; nothing is ever fetched. */
function byReference(schema: JsonObject, depth: number, reading: Reading): Found | undefined {
  const pointer = stringAt(schema, '$ref');
  if (pointer === undefined) return undefined;
  const [, folder, name] = /^#\/(\$defs|definitions)\/([^/~%]+)$/.exec(pointer) ?? [];
  if (folder === undefined || name === undefined || depth >= maxShapeDepth) return undefined;
  const definitions = objectAt(reading.root, folder);
  // A reference counts as a step down, or a definition that refers to itself would never end.
  return definitions === undefined ? undefined : find(own(definitions, name), depth + 1, reading);
}

/** A union of one shape and null is that shape; of two shapes, nothing that Cedar has a type for. */
function byVariants(schema: JsonObject, depth: number, reading: Reading): Found | undefined {
  const variants = arrayAt(schema, 'anyOf') ?? arrayAt(schema, 'oneOf') ?? single(arrayAt(schema, 'allOf'));
  if (variants === undefined || depth >= maxShapeDepth) return undefined;
  const rest = variants.filter((variant) => !isNull(variant));
  const found = rest.map((variant) => find(variant, depth + 1, reading));
  const [first] = found;
  if (first === undefined || !found.every(({ shape }) => sameShape(shape, first.shape))) return undefined;
  const nullable = rest.length < variants.length || found.some((each) => each.nullable);
  return { shape: first.shape, nullable };
}

function single(variants: readonly JsonValue[] | undefined): readonly JsonValue[] | undefined {
  return variants?.length === 1 ? variants : undefined;
}

function isNull(schema: JsonValue): boolean {
  return isObject(schema) && (own(schema, 'type') === 'null' || own(schema, 'const') === null);
}

function sameShape(a: Shape, b: Shape): boolean {
  if (a.kind === 'set' && b.kind === 'set') return sameShape(a.of, b.of);
  if (a.kind === 'record' && b.kind === 'record') {
    return (
      a.attrs.size === b.attrs.size &&
      [...a.attrs].every(([name, { shape, required }]) => {
        const other = b.attrs.get(name);
        return other !== undefined && other.required === required && sameShape(shape, other.shape);
      })
    );
  }
  return a.kind === b.kind;
}
