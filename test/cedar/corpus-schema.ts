// SPDX-License-Identifier: Apache-2.0
/**
 * What a schema adds to JSON values: the official engine reads `{"type", "id"}` as an entity and `"1.0"`
 * as a decimal where the schema says so. Here they are written out, as they are without a schema.
 */
import type { Engine } from '../../src/adapters/cedar-wasm/engine.ts';

interface Json {
  readonly [name: string]: unknown;
}

export interface SchemaReader {
  /** With their direct parents. */
  readonly actions: readonly object[];
  entity(json: Json): Json;
  context(action: { readonly type: string; readonly id: string }, json: Json): Json;
}

/** A type, and the namespace whose names it uses. */
interface Placed {
  readonly type: Json;
  readonly space: string;
}

/** @throws if the engine cannot read it */
export function readSchema(engine: Engine, text: string): SchemaReader {
  const answer = engine.run((cedar) => cedar.schemaToJsonWithResolvedTypes(text));
  if (answer.type === 'failure') throw new Error(answer.errors[0]?.message ?? 'the schema cannot be read');
  const spaces = new Map(Object.entries(answer.json as Json).map(([name, space]) => [name, object(space)]));

  const member = (space: string, kind: string, name: string): Json | undefined => {
    const found = object(object(spaces.get(space))[kind]);
    return Object.hasOwn(found, name) ? object(found[name]) : undefined;
  };
  /** A common type by its name, which may have a namespace in front. */
  const common = (name: string, space: string): Placed | undefined => {
    const at = name.lastIndexOf('::');
    const places = at === -1 ? [space, ''] : [name.slice(0, at)];
    for (const place of places) {
      const type = member(place, 'commonTypes', name.slice(at === -1 ? 0 : at + 2));
      if (type !== undefined) return { type, space: place };
    }
    return undefined;
  };

  const explicit = (json: unknown, { type, space }: Placed): unknown => {
    const kind = String(type.type).replace(/^__cedar::/, '');
    if (kind === 'Set')
      return Array.isArray(json)
        ? json.map((item) => explicit(item, { type: object(type.element), space }))
        : json;
    if (kind === 'Record') return isRecord(json) ? fields(json, object(type.attributes), space) : json;
    if (kind === 'Entity')
      return isRecord(json) && 'type' in json && !('__entity' in json) ? { __entity: json } : json;
    const extension = kind === 'Extension' ? String(type.name).replace(/^__cedar::/, '') : kind;
    if (extensionTypes.has(extension)) {
      const fn = extension === 'ipaddr' ? 'ip' : extension;
      if (typeof json === 'string') return { __extn: { fn, arg: json } };
      return isRecord(json) && 'fn' in json ? { __extn: json } : json;
    }
    const name = kind === 'EntityOrCommon' ? String(type.name) : kind;
    const other = common(name, space);
    if (other !== undefined) return explicit(json, other);
    return kind === 'EntityOrCommon' ? explicit(json, { type: { type: 'Entity' }, space }) : json;
  };
  const fields = (json: Json, types: Json, space: string): Json =>
    Object.fromEntries(
      Object.entries(json).map(([name, value]) => [
        name,
        Object.hasOwn(types, name) ? explicit(value, { type: object(types[name]), space }) : value,
      ]),
    );

  return {
    actions: [...spaces].flatMap(([space, { actions }]) =>
      Object.entries(object(actions)).map(([id, action]) => ({
        uid: { type: qualified(space, 'Action'), id },
        attrs: {},
        parents: parentsOf(object(action), space),
      })),
    ),
    entity(json) {
      const uid = object(object(json.uid).__entity ?? json.uid);
      const [space, name] = split(String(uid.type));
      const type = member(space, 'entityTypes', name) ?? {};
      const tags = isRecord(type.tags) && isRecord(json.tags) ? everyField(json.tags, type.tags) : undefined;
      const shape = isRecord(type.shape) ? explicit(json.attrs, { type: type.shape, space }) : json.attrs;
      return {
        ...json,
        attrs: shape,
        ...(tags === undefined ? {} : { tags: object(explicit(json.tags, { type: tags, space })) }),
      };
    },
    context(action, json) {
      const [space] = split(action.type);
      const appliesTo = object(object(member(space, 'actions', action.id)).appliesTo);
      return isRecord(appliesTo.context) ? object(explicit(json, { type: appliesTo.context, space })) : json;
    },
  };
}

const extensionTypes = new Set(['decimal', 'ipaddr', 'datetime', 'duration']);

/** Tags as a record whose fields all have one type. */
function everyField(json: Json, type: Json): Json {
  return { type: 'Record', attributes: Object.fromEntries(Object.keys(json).map((name) => [name, type])) };
}

function parentsOf(action: Json, space: string): readonly object[] {
  const list = Array.isArray(action.memberOf) ? action.memberOf : [];
  return list.map((parent: unknown) => {
    const { type, id } = object(parent);
    return { type: typeof type === 'string' ? type : qualified(space, 'Action'), id };
  });
}

function qualified(space: string, name: string): string {
  return space === '' ? name : `${space}::${name}`;
}

function split(name: string): readonly [space: string, name: string] {
  const at = name.lastIndexOf('::');
  return at === -1 ? ['', name] : [name.slice(0, at), name.slice(at + 2)];
}

function isRecord(json: unknown): json is Json {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function object(json: unknown): Json {
  return isRecord(json) ? json : {};
}
