// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a question fits a schema: an action that there is, over types that it applies to, with
 * values of the types that were declared and no others. What Cedar calls request and entity validation.
 *
 * As strict as Cedar or stricter: values must be written out (`__entity`, `__extn`), actions are never
 * among the entities that are sent, and a schema that is not understood in full is no schema.
 *
 * Source: https://docs.cedarpolicy.com/schema/json-schema.html
 */
import { field, isList, isObject, type JsonObject, type UidJson, uidOfJson, valueOfJson } from './json.ts';
import { isActionType } from './name.ts';

export interface RequestSchema {
  /** With their direct parents, as entities. */
  readonly actions: readonly JsonObject[];
  /** @returns why it does not fit. The values themselves are checked elsewhere (json.ts, entities.ts) */
  whyUnfit(request: Unchecked): string | undefined;
}

export interface Unchecked {
  readonly principal: UidJson;
  readonly action: UidJson;
  readonly resource: UidJson;
  readonly context: object;
  readonly entities: readonly object[];
}

type Shape =
  | { readonly kind: 'bool' | 'string' | 'long' | 'decimal' | 'ip' | 'datetime' | 'duration' }
  | { readonly kind: 'entity'; readonly name: string }
  | { readonly kind: 'set'; readonly of: Shape }
  | RecordShape;

interface RecordShape {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, { readonly shape: Shape; readonly required: boolean }>;
  readonly required: readonly string[];
}

interface EntityTerms {
  readonly shape: RecordShape;
  readonly tags: Shape | undefined;
  readonly parents: ReadonlySet<string>;
}

interface ActionTerms {
  readonly principals: ReadonlySet<string>;
  readonly resources: ReadonlySet<string>;
  readonly context: RecordShape;
}

const scalars: ReadonlyMap<string, Exclude<Shape['kind'], 'entity' | 'set' | 'record'>> = new Map([
  ['Bool', 'bool'],
  ['Boolean', 'bool'],
  ['String', 'string'],
  ['Long', 'long'],
  ['decimal', 'decimal'],
  ['ipaddr', 'ip'],
  ['datetime', 'datetime'],
  ['duration', 'duration'],
]);

/** @param json Cedar's JSON form of a schema, with its types resolved; undefined if it is not understood */
export function readRequestSchema(json: unknown): RequestSchema | undefined {
  const reader: Reader = { schema: isObject(json) ? json : {}, odd: !isObject(json) };
  const entities = new Map<string, EntityTerms>();
  const actions = new Map<string, ActionTerms>();
  const actionEntities: JsonObject[] = [];
  for (const [space, content] of Object.entries(reader.schema)) {
    for (const [name, terms] of membersOf(content, 'entityTypes', reader))
      entities.set(qualified(space, name), readEntityTerms(terms, space, reader));
    for (const [id, terms] of membersOf(content, 'actions', reader)) {
      const type = qualified(space, 'Action');
      actionEntities.push({ uid: { type, id }, attrs: {}, parents: parentsOf(terms, space, reader) });
      const applies = field(terms, 'appliesTo');
      if (applies !== undefined) actions.set(keyOf({ type, id }), readActionTerms(applies, space, reader));
    }
  }
  if (reader.odd) return undefined;
  return { actions: actionEntities, whyUnfit: (request) => whyUnfit(request, entities, actions) };
}

interface Reader {
  readonly schema: JsonObject;
  odd: boolean;
}

function whyUnfit(
  { principal, action, resource, context, entities: sent }: Unchecked,
  entities: ReadonlyMap<string, EntityTerms>,
  actions: ReadonlyMap<string, ActionTerms>,
): string | undefined {
  const terms = actions.get(keyOf(action));
  if (terms === undefined) return 'the action is not one that can be asked about';
  if (!terms.principals.has(principal.type)) return 'the action does not apply to this type of principal';
  if (!terms.resources.has(resource.type)) return 'the action does not apply to this type of resource';
  if (!fits(context, terms.context, contextDepth))
    return 'the context is not of the type that the action has';
  for (const entity of sent) {
    const why = whyUnfitEntity(entity, entities);
    if (why !== undefined) return why;
  }
  return undefined;
}

function whyUnfitEntity(json: unknown, entities: ReadonlyMap<string, EntityTerms>): string | undefined {
  if (!isObject(json)) return 'an entity must be an object';
  const uid = uidOfJson(field(json, 'uid'));
  const terms = uid === undefined ? undefined : entities.get(uid.type);
  if (uid === undefined || isActionType(uid.type) || terms === undefined)
    return 'an entity is of no type that there is';
  if (!fits(field(json, 'attrs'), terms.shape, contextDepth))
    return `the attributes of an entity are not those of \`${uid.type}\``;
  const tags = field(json, 'tags');
  if (tags !== undefined && !fitTags(tags, terms.tags))
    return `the tags of an entity are not those of \`${uid.type}\``;
  const parents = field(json, 'parents');
  const fitting =
    isList(parents) && parents.every((parent) => terms.parents.has(uidOfJson(parent)?.type ?? ''));
  return fitting ? undefined : `an entity is in one that \`${uid.type}\` cannot be in`;
}

function fitTags(json: unknown, shape: Shape | undefined): boolean {
  if (!isObject(json)) return false;
  const values = Object.values(json);
  return (
    values.length === 0 || (shape !== undefined && values.every((value) => fits(value, shape, contextDepth)))
  );
}

/** Types end where they end; this is for schemas that go on. */
const contextDepth = 64;

/** What is neither of the type nor a value at all does not fit. */
function fits(json: unknown, shape: Shape, depthLeft: number): boolean {
  if (depthLeft <= 0) return false;
  switch (shape.kind) {
    case 'bool':
      return typeof json === 'boolean';
    case 'string':
      return typeof json === 'string';
    case 'long':
      return typeof json === 'number';
    case 'set':
      return isList(json) && json.every((item) => fits(item, shape.of, depthLeft - 1));
    case 'record':
      return isObject(json) && fitsRecord(json, shape, depthLeft);
    default: {
      const value = isObject(json) ? valueOfJson(json) : undefined;
      if (typeof value !== 'object' || value.kind !== shape.kind) return false;
      return shape.kind !== 'entity' || (value.kind === 'entity' && value.type === shape.name);
    }
  }
}

function fitsRecord(json: JsonObject, { fields, required }: RecordShape, depthLeft: number): boolean {
  for (const name of Object.keys(json)) {
    const known = fields.get(name);
    if (json[name] === undefined) continue;
    if (known === undefined || !fits(json[name], known.shape, depthLeft - 1)) return false;
  }
  for (const name of required) if (field(json, name) === undefined) return false;
  return true;
}

function readEntityTerms(json: JsonObject, space: string, reader: Reader): EntityTerms {
  const shape = field(json, 'shape');
  const tags = field(json, 'tags');
  if (field(json, 'enum') !== undefined) reader.odd = true;
  return {
    shape: shape === undefined ? noFields : readRecord(shape, space, reader),
    tags: tags === undefined ? undefined : readShape(tags, space, reader),
    parents: new Set(namesIn(field(json, 'memberOfTypes'), reader)),
  };
}

const noFields: RecordShape = { kind: 'record', fields: new Map(), required: [] };

function readActionTerms(json: unknown, space: string, reader: Reader): ActionTerms {
  const terms = isObject(json) ? json : {};
  const context = field(terms, 'context');
  return {
    principals: new Set(namesIn(field(terms, 'principalTypes'), reader)),
    resources: new Set(namesIn(field(terms, 'resourceTypes'), reader)),
    context: context === undefined ? noFields : readRecord(context, space, reader),
  };
}

function readRecord(json: unknown, space: string, reader: Reader): RecordShape {
  const shape = readShape(json, space, reader);
  if (shape.kind === 'record') return shape;
  reader.odd = true;
  return noFields;
}

/** Common types may not go in circles, but nothing here relies on it. */
const typeDepth = 64;

function readShape(json: unknown, space: string, reader: Reader, depthLeft = typeDepth): Shape {
  const odd = (): Shape => {
    reader.odd = true;
    return { kind: 'bool' };
  };
  if (!isObject(json) || depthLeft <= 0) return odd();
  const type = field(json, 'type');
  if (typeof type !== 'string') return odd();
  const name = field(json, 'name');
  const kind = plainName(type === 'Extension' && typeof name === 'string' ? name : type);
  if (kind === 'Set')
    return { kind: 'set', of: readShape(field(json, 'element'), space, reader, depthLeft - 1) };
  if (kind === 'Entity') return typeof name === 'string' ? { kind: 'entity', name } : odd();
  if (kind === 'Record') {
    const attributes = field(json, 'attributes');
    if (!isObject(attributes) || field(json, 'additionalAttributes') === true) return odd();
    const fields = Object.entries(attributes).map(([each, terms]) => {
      const required = !isObject(terms) || field(terms, 'required') !== false;
      return [each, { shape: readShape(terms, space, reader, depthLeft - 1), required }] as const;
    });
    const required = fields.filter(([, terms]) => terms.required).map(([each]) => each);
    return { kind: 'record', fields: new Map(fields), required };
  }
  // A type of the schema's own comes before one of Cedar's of the same name.
  const common = commonType(type, space, reader);
  if (common !== undefined) return readShape(common.json, common.space, reader, depthLeft - 1);
  const scalar = scalars.get(kind);
  return scalar === undefined ? odd() : { kind: scalar };
}

function commonType(
  name: string,
  space: string,
  { schema }: Reader,
): { readonly json: unknown; readonly space: string } | undefined {
  const at = name.lastIndexOf('::');
  const places = at === -1 ? [space, ''] : [name.slice(0, at)];
  for (const place of places) {
    const content = field(schema, place);
    const types = isObject(content) ? field(content, 'commonTypes') : undefined;
    const json = isObject(types) ? field(types, at === -1 ? name : name.slice(at + 2)) : undefined;
    if (json !== undefined) return { json, space: place };
  }
  return undefined;
}

function membersOf(
  content: unknown,
  kind: string,
  reader: Reader,
): readonly (readonly [string, JsonObject])[] {
  const members = isObject(content) ? field(content, kind) : undefined;
  if (members === undefined) return [];
  if (!isObject(members)) {
    reader.odd = true;
    return [];
  }
  return Object.entries(members).map(([name, terms]) => {
    if (!isObject(terms)) reader.odd = true;
    return [name, isObject(terms) ? terms : {}];
  });
}

function parentsOf(action: JsonObject, space: string, reader: Reader): readonly UidJson[] {
  const list = field(action, 'memberOf');
  if (list === undefined) return [];
  if (!isList(list)) {
    reader.odd = true;
    return [];
  }
  return list.flatMap((json) => {
    const id = isObject(json) ? field(json, 'id') : undefined;
    const type = isObject(json) ? field(json, 'type') : undefined;
    if (typeof id === 'string')
      return { type: typeof type === 'string' ? type : qualified(space, 'Action'), id };
    reader.odd = true;
    return [];
  });
}

function namesIn(json: unknown, reader: Reader): readonly string[] {
  if (json === undefined) return [];
  const names = isList(json) ? json.filter((each) => typeof each === 'string') : [];
  if (!isList(json) || names.length !== json.length) reader.odd = true;
  return names;
}

function qualified(space: string, name: string): string {
  return space === '' ? name : `${space}::${name}`;
}

function plainName(name: string): string {
  return name.startsWith('__cedar::') ? name.slice('__cedar::'.length) : name;
}

function keyOf({ type, id }: UidJson): string {
  return `${type} ${id}`;
}
