// SPDX-License-Identifier: Apache-2.0
/**
 * Draws a world: types of entities and actions, policies that fit them, entities and requests.
 *
 * A world keeps to its schema (and then the official engine is given it) or is out of order: missing
 * entities and attributes, values of other types, duplicates, cycles, values that are none.
 */
import { type Chance, chanceOf } from './chance.ts';
import { type DrawnPolicy, type DrawnTemplate, drawPolicy, drawTemplate, pathsOf } from './draw-policies.ts';
import {
  attributes,
  drawFields,
  drawJson,
  drawType,
  drawUid,
  entityTypes,
  type Field,
  ids,
  type Json,
  recordJson,
  type Type,
  tagNames,
} from './draw-values.ts';

export interface Uid {
  readonly type: string;
  readonly id: string;
}

export interface EntityJson {
  readonly uid: Uid;
  readonly attrs: { readonly [name: string]: Json };
  readonly parents: readonly Uid[];
  readonly tags?: { readonly [name: string]: Json };
}

export interface Action {
  readonly uid: Uid;
  readonly parents: readonly Uid[];
}

export interface Path {
  readonly root: string;
  readonly names: readonly string[];
  readonly type: Type;
  readonly key: string;
}

export interface World {
  readonly orderly: boolean;
  readonly shapes: ReadonlyMap<string, readonly Field[]>;
  readonly tags: Type;
  readonly context: readonly Field[];
  readonly actions: readonly Action[];
  readonly principalTypes: readonly string[];
  readonly resourceTypes: readonly string[];
  /** What policies can read, and its type. */
  readonly paths: readonly Path[];
}

export interface Request {
  readonly principal: Uid;
  readonly action: Uid;
  readonly resource: Uid;
  readonly context: { readonly [name: string]: Json };
}

export interface Link {
  readonly templateId: string;
  readonly newId: string;
  readonly values: { readonly [slot: string]: Uid };
}

/** Everything that is asked about one set of policies. */
export interface Drawn {
  readonly world: World;
  readonly policies: readonly DrawnPolicy[];
  readonly templates: readonly DrawnTemplate[];
  readonly links: readonly Link[];
  /** Requests over the same entities. `entities` are without the actions. */
  readonly rounds: readonly {
    readonly entities: readonly EntityJson[];
    readonly requests: readonly Request[];
  }[];
}

export const requestsPerRound = 12;
export const roundsPerSet = 2;
export const requestsPerSet = requestsPerRound * roundsPerSet;

export function draw(seed: number, number: number): Drawn {
  const chance = chanceOf(seed, number);
  const world = drawWorld(chance);
  const policies = Array.from({ length: 2 + chance.upTo(6) }, (_, i) =>
    drawPolicy(chance, world, `policy${i}`),
  );
  const templates = Array.from({ length: chance.upTo(3) }, (_, i) =>
    drawTemplate(chance, world, `template${i}`),
  );
  const links = templates.flatMap((template) =>
    Array.from({ length: chance.upTo(3) }, (_, i): Link => {
      const values = template.slots.map((slot) => [slot, drawUid(chance, chance.one(entityTypes))]);
      return { templateId: template.id, newId: `${template.id}-${i}`, values: Object.fromEntries(values) };
    }),
  );
  const rounds = Array.from({ length: roundsPerSet }, () => ({
    entities: drawEntities(chance, world),
    requests: Array.from({ length: requestsPerRound }, () => drawRequest(chance, world)),
  }));
  return { world, policies, templates, links, rounds };
}

const groups: readonly Uid[] = ['all', 'some', 'none'].map(action);

function drawWorld(chance: Chance): World {
  const shapes = new Map(entityTypes.map((type) => [type as string, drawFields(chance, 2, 5)]));
  const context = drawFields(chance, 2, 7);
  const tags = drawType(chance, 1);
  const principalTypes = chance.one([['User'], ['User', 'Team']]);
  const resourceTypes = chance.one([['Doc'], ['Doc', 'Acme::Folder']]);
  const paths = [
    ...principalTypes.flatMap((type) => variablePaths('principal', type, shapes)),
    ...resourceTypes.flatMap((type) => variablePaths('resource', type, shapes)),
    ...pathsOf('context', context, 2),
    ...context.flatMap(({ name, type }) =>
      type.kind === 'entity' ? below(['context', name], type.name, shapes) : [],
    ),
  ];
  const [all, some] = groups;
  const actions = [
    ...groups.map((uid) => ({ uid, parents: uid === some && all !== undefined ? [all] : [] })),
    ...['read', 'write', 'list'].map((id) => ({ uid: action(id), parents: chance.some(groups, 0.4) })),
  ];
  const orderly = chance.happens(0.4);
  return { orderly, shapes, tags, context, actions, principalTypes, resourceTypes, paths };
}

function variablePaths(root: string, type: string, shapes: World['shapes']): readonly Path[] {
  const fields = shapes.get(type) ?? [];
  const own: Type = { kind: 'entity', name: type };
  return [
    { root, names: [], type: own, key: JSON.stringify(own) },
    ...pathsOf(root, fields, 2),
    ...fields.flatMap((field) =>
      field.type.kind === 'entity' ? below([root, field.name], field.type.name, shapes) : [],
    ),
  ];
}

/** What is read through an attribute that is an entity. */
function below(
  [root = '', name = '']: readonly string[],
  type: string,
  shapes: World['shapes'],
): readonly Path[] {
  return pathsOf(root, shapes.get(type) ?? [], 0).map((path) => ({ ...path, names: [name, ...path.names] }));
}

function drawRequest(chance: Chance, world: World): Request {
  const { principalTypes, resourceTypes, orderly } = world;
  const known = world.actions.slice(groups.length).map(({ uid }) => uid);
  const request = {
    principal: drawUid(chance, chance.one(principalTypes)),
    action: chance.one(known),
    resource: drawUid(chance, chance.one(resourceTypes)),
    context: recordJson(chance, world.context),
  };
  if (orderly || chance.happens(0.6)) return request;
  return {
    principal: chance.happens(0.1) ? drawUid(chance, chance.one(entityTypes)) : request.principal,
    action: chance.happens(0.15)
      ? chance.one([...groups, action('unheard'), { type: 'User', id: 'a' }])
      : request.action,
    resource: chance.happens(0.03) ? { type: chance.one(badTypes), id: 'a' } : request.resource,
    context: chance.happens(0.7) ? disordered(chance, request.context) : request.context,
  };
}

const badTypes = ['a b', 'in', '', '1a', 'A::', '__cedar::X', 'A:: B', 'A::is'];

/** Values that are none, or look like something that they are not. */
const oddities: readonly Json[] = [
  null,
  2n ** 63n,
  -(2n ** 63n) - 1n,
  { __entity: { type: 'a b', id: 'x' } },
  { __extn: { fn: 'ip', arg: '1.2.3' } },
  { __extn: { fn: 'nothing', arg: '1' } },
  { __extn: { fn: 'ip', arg: 1n } },
  { __expr: '1' },
];
const lookalikes: readonly Json[] = [
  { __entity: { type: 'User', id: 'a' }, more: 1n },
  { __entity: { type: 'User', id: 'a', more: 1n } },
  { __entity: 'User::"a"' },
  { __extn: { fn: 'ip', arg: '1.2.3.4' }, more: 1n },
  { __extn: { fn: 'ip', args: ['1.2.3.4'] } },
  { __extn: { fn: 'ip' } },
  { __extn: { fn: 'isIpv4', arg: { __extn: { fn: 'ip', arg: '1.2.3.4' } } } },
  { __extn: { fn: 'offset', args: [extn('datetime', '1970-01-01'), extn('duration', '1d')] } },
  { __expr: 1n },
  { type: 'User', id: 'a' },
];

function extn(fn: string, arg: string): Json {
  return { __extn: { fn, arg } };
}

function disordered(
  chance: Chance,
  fields: { readonly [name: string]: Json },
): { readonly [name: string]: Json } {
  const kept = Object.entries(fields).filter(() => chance.happens(0.85));
  const other = (value: Json): Json => {
    if (chance.happens(0.002)) return chance.one(oddities);
    if (chance.happens(0.04)) return chance.one(lookalikes);
    return chance.happens(0.1) ? drawJson(chance, drawType(chance, 1)) : value;
  };
  const added = chance.happens(0.2)
    ? [[chance.one(attributes), drawJson(chance, drawType(chance, 1))] as const]
    : [];
  return Object.fromEntries([...kept.map(([name, value]) => [name, other(value)] as const), ...added]);
}

function drawEntities(chance: Chance, world: World): readonly EntityJson[] {
  const uids = entityTypes.flatMap((type) => ids.map((id) => ({ type, id })));
  const there = chance.some(uids, chance.one([0.25, 0.5, 0.9]));
  const entities = there.map((uid): EntityJson => {
    // Only later ones are above, so that there is no cycle but those that are drawn below.
    const above = uids.slice(uids.indexOf(uid) + 1);
    const attrs = recordJson(chance, world.shapes.get(uid.type) ?? []);
    const tags = chance.some(tagNames, 0.5).map((name) => [name, drawJson(chance, world.tags)]);
    const parents = chance.some(above, 0.2);
    return {
      uid,
      attrs: world.orderly || chance.happens(0.6) ? attrs : disordered(chance, attrs),
      parents,
      ...(chance.happens(0.7) ? { tags: Object.fromEntries(tags) } : {}),
    };
  });
  if (world.orderly || entities.length === 0) return entities;
  const [again, other] = [chance.one(entities), chance.one(entities)];
  if (chance.happens(0.04)) return [...entities, { ...again, parents: [...again.parents].reverse() }];
  if (chance.happens(0.02)) return [...entities, { ...again, attrs: {}, parents: other.parents }];
  if (chance.happens(0.02))
    return entities.map((each) =>
      each === again ? { ...each, parents: [...each.parents, other.uid] } : each,
    );
  return entities;
}

export function actionEntities({ actions }: World): readonly EntityJson[] {
  return actions.map(({ uid, parents }) => ({ uid, attrs: {}, parents }));
}

function action(id: string): Uid {
  return { type: 'Action', id };
}

/** The world's schema, in Cedar's JSON form. */
export function schemaJson(world: World): object {
  const inNamespace = (space: string) =>
    entityTypes.filter((type) => (type.includes('::') ? 'Acme' : '') === space);
  const declared = (space: string) =>
    Object.fromEntries(
      inNamespace(space).map((type) => [
        type.split('::').at(-1) ?? type,
        {
          memberOfTypes: entityTypes,
          shape: recordSchema(world.shapes.get(type) ?? []),
          tags: typeSchema(world.tags),
        },
      ]),
    );
  const appliesTo = {
    principalTypes: world.principalTypes,
    resourceTypes: world.resourceTypes,
    context: recordSchema(world.context),
  };
  const actions = world.actions.map(({ uid, parents }) => [
    uid.id,
    { memberOf: parents.map(({ id }) => ({ id })), ...(groups.includes(uid) ? {} : { appliesTo }) },
  ]);
  return {
    '': { entityTypes: declared(''), actions: Object.fromEntries(actions) },
    Acme: { entityTypes: declared('Acme'), actions: {} },
  };
}

function recordSchema(fields: readonly Field[]): object {
  const attributes = fields.map(({ name, type, required }) => [name, { ...typeSchema(type), required }]);
  return { type: 'Record', attributes: Object.fromEntries(attributes) };
}

function typeSchema(type: Type): object {
  switch (type.kind) {
    case 'bool':
      return { type: 'Boolean' };
    case 'long':
      return { type: 'Long' };
    case 'string':
      return { type: 'String' };
    case 'entity':
      return { type: 'Entity', name: type.name };
    case 'set':
      return { type: 'Set', element: typeSchema(type.of) };
    case 'record':
      return recordSchema(type.fields);
    default:
      return { type: 'Extension', name: type.kind === 'ip' ? 'ipaddr' : type.kind };
  }
}
