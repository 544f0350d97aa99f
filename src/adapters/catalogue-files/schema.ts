// SPDX-License-Identifier: Apache-2.0
/**
 * A JSON Schema of an upstream, read as what it is: a program by somebody else.
 *
 * Everything it may refer to is in it (no remote `$ref`, no `$id` below its root, no `$async`), it is
 * small, and each place that may be visited more than once for one value carries its cost, so that
 * what is doubled by references or by nesting is paid for while it runs.
 *
 * Source: JSON Schema 2020-12 Core sections 8 and 10; docs/catalogue.md, "Schemas".
 */
import { isArray, isObject, type JsonObject, type JsonValue, own, stringAt } from '../../core/json/value.ts';
import { quoted } from './problem.ts';

export type Dialect = '2020-12' | 'draft-07';

/** Keyword of ours that compiles into `spend`; whatever the upstream wrote under it is dropped. */
export const costKeyword = 'countersign:cost';

/** ajv takes quadratic time for some: with so many, under two seconds, once. */
const maxSubschemas = 2000;

const single = words(
  'additionalItems additionalProperties contains contentSchema else if items not propertyNames then unevaluatedProperties',
);
const mapped = words('$defs definitions dependencies dependentSchemas patternProperties properties');
const listed = words('allOf anyOf items oneOf prefixItems');
/** Applied once for each element or member of a value. */
const repeated = words(
  'additionalItems additionalProperties contains items patternProperties propertyNames unevaluatedProperties',
);

/** The same for all, since none is kept by name. */
const rootName = 'countersign:schema';

/** Where ajv checks less than the specification says, or something else: no check is better than half of one. */
const notRead: readonly (readonly [keyword: string, why: string])[] = [
  ['$async', 'it is not JSON Schema'],
  ['$dynamicRef', 'write `$ref`'],
  ['$recursiveRef', 'write `$ref`'],
  ['unevaluatedItems', 'write `items`'],
];

export class SchemaRefused extends Error {
  readonly code = 'schema_refused';
}

/** @throws {SchemaRefused} when `$schema` names a dialect that is not read */
export function dialectOf(schema: JsonObject): Dialect {
  const named = own(schema, '$schema');
  if (named === undefined) return '2020-12';
  const uri = typeof named === 'string' ? named.replace(/#$/, '').replace(/^https:/, 'http:') : '';
  if (uri === 'http://json-schema.org/draft/2020-12/schema') return '2020-12';
  if (uri === 'http://json-schema.org/draft-07/schema') return 'draft-07';
  throw new SchemaRefused(
    `\`$schema\` must be 2020-12 or draft-07, not ${typeof named === 'string' ? quoted(named) : 'something else than a string'}`,
  );
}

/** @throws {SchemaRefused} @returns the schema with its costs, for ajv */
export function costed(schema: JsonObject): JsonObject {
  const walk: Walk = {
    places: new Set(),
    anchors: new Set(),
    refs: [],
    subschemas: 0,
    hasIf: false,
    hasUnevaluated: false,
  };
  const { copy } = visit(walk, schema, '', false);
  if (walk.hasIf && walk.hasUnevaluated)
    throw new SchemaRefused('`unevaluatedProperties` is not read beside `if`: write `additionalProperties`');
  for (const ref of walk.refs) {
    if (!isKnown(walk, ref)) {
      const why = ref.startsWith('#') ? 'points to no schema in here' : 'is remote: nothing is fetched';
      throw new SchemaRefused(`the reference ${quoted(ref)} ${why}`);
    }
  }
  // ajv finds `#` only in a schema that has a name.
  return { ...copy, $id: rootName };
}

interface Walk {
  readonly places: Set<string>;
  readonly anchors: Set<string>;
  readonly refs: string[];
  subschemas: number;
  hasIf: boolean;
  hasUnevaluated: boolean;
}

interface Visited {
  readonly copy: JsonObject;
  readonly size: number;
}

function visit(walk: Walk, schema: JsonObject, at: string, isRepeated: boolean): Visited {
  if (++walk.subschemas > maxSubschemas)
    throw new SchemaRefused(`a schema has at most ${maxSubschemas} parts`);
  walk.places.add(at);
  if (at !== '' && Object.hasOwn(schema, '$id'))
    throw new SchemaRefused(`\`$id\` at ${quoted(at)}: a schema has one root`);
  for (const [keyword, why] of notRead) {
    if (Object.hasOwn(schema, keyword)) throw new SchemaRefused(`\`${keyword}\` is not read: ${why}`);
  }
  if (Object.hasOwn(schema, 'unevaluatedProperties')) walk.hasUnevaluated = true;
  if (Object.hasOwn(schema, 'if')) walk.hasIf = true;
  const ref = own(schema, '$ref');
  if (ref !== undefined && typeof ref !== 'string') throw new SchemaRefused('`$ref` must be a string');
  if (ref !== undefined) walk.refs.push(ref);
  for (const keyword of ['$anchor', '$dynamicAnchor']) {
    const anchor = stringAt(schema, keyword);
    if (anchor !== undefined) walk.anchors.add(anchor);
  }

  let size = 1;
  const child = (value: JsonValue, place: string, often: boolean): JsonValue => {
    if (typeof value === 'boolean') walk.places.add(place);
    if (!isObject(value)) return value;
    const visited = visit(walk, value, place, often);
    size += visited.size;
    return visited.copy;
  };
  const entries = Object.entries(schema).flatMap(([keyword, value]): [string, JsonValue][] => {
    const place = `${at}/${escaped(keyword)}`;
    const often = repeated.has(keyword);
    // The dialect is chosen already, and a name for the root would only let it be confused with another.
    if (keyword === costKeyword || keyword === '$id' || keyword === '$schema') return [];
    if (keyword === 'enum' && isArray(value)) size += value.length;
    if (mapped.has(keyword) && isObject(value)) {
      const parts = Object.entries(value).map(([key, part]) => [
        key,
        child(part, `${place}/${escaped(key)}`, often),
      ]);
      return [[keyword, Object.fromEntries(parts)]];
    }
    if (listed.has(keyword) && isArray(value))
      return [[keyword, value.map((part, i) => child(part, `${place}/${i}`, often))]];
    if (single.has(keyword)) return [[keyword, child(value, place, often)]];
    return [[keyword, value]];
  });
  if (ref !== undefined || isRepeated) entries.push([costKeyword, size]);
  return { copy: Object.fromEntries(entries), size };
}

function isKnown(walk: Walk, ref: string): boolean {
  if (!ref.startsWith('#')) return false;
  const fragment = ref.slice(1);
  if (fragment !== '' && !fragment.startsWith('/')) return walk.anchors.has(fragment);
  try {
    return walk.places.has(decodeURIComponent(fragment));
  } catch {
    return false;
  }
}

/**
 * The arguments that a schema names at its top, references and alternatives included; undefined when
 * it says outright that others may be sent.
 */
export function declaredArguments(schema: JsonObject): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const seen = new Set<JsonObject>();
  const isOpen = collect(schema, schema, names, seen);
  return isOpen ? undefined : names;
}

/** Every argument that is named, however open the schema is. */
export function namedArguments(schema: JsonObject): ReadonlySet<string> {
  const names = new Set<string>();
  collect(schema, schema, names, new Set());
  return names;
}

function collect(root: JsonObject, schema: JsonObject, names: Set<string>, seen: Set<JsonObject>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  const properties = own(schema, 'properties');
  if (isObject(properties)) for (const name of Object.keys(properties)) names.add(name);
  let isOpen = ['additionalProperties', 'unevaluatedProperties', 'patternProperties'].some((keyword) => {
    const said = own(schema, keyword);
    return said !== undefined && said !== false;
  });
  const further: (JsonValue | undefined)[] = ['if', 'then', 'else'].map((keyword) => own(schema, keyword));
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    const parts = own(schema, keyword);
    if (isArray(parts)) further.push(...parts);
  }
  const dependent = own(schema, 'dependentSchemas');
  if (isObject(dependent)) further.push(...Object.values(dependent));
  const ref = stringAt(schema, '$ref');
  if (ref !== undefined) further.push(resolve(root, ref));
  for (const part of further) if (isObject(part) && collect(root, part, names, seen)) isOpen = true;
  return isOpen;
}

function resolve(root: JsonObject, ref: string): JsonValue | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let at: JsonValue | undefined = root;
  try {
    for (const step of decodeURIComponent(ref.slice(2)).split('/')) {
      const key: string = step.replaceAll('~1', '/').replaceAll('~0', '~');
      if (isArray(at)) at = at[Number(key)];
      else at = isObject(at) ? own(at, key) : undefined;
    }
  } catch {
    return undefined;
  }
  return at;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
