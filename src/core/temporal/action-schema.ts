// SPDX-License-Identifier: Apache-2.0
/**
 * What a Cedar schema says of actions and entities, with the names of types resolved.
 *
 * Reads the JSON form that the engine makes of schema text; the engine has checked it before.
 *
 * Source: https://docs.cedarpolicy.com/schema/json-schema.html
 */
import { builtInType, type SchemaType } from './schema-type.ts';
import type { ActionName, ActionScope } from './source.ts';

export interface ActionShape extends ActionName {
  readonly principals: readonly string[];
  readonly resources: readonly string[];
  readonly context: ReadonlyMap<string, SchemaType>;
  /** What it is in directly, and all that it is in. */
  readonly memberOf: readonly ActionName[];
  readonly groups: readonly ActionName[];
  /** Nobody does it: it says what those are like of which there are none yet. */
  readonly standsIn?: true;
}

export interface EntityShape {
  readonly attrs: ReadonlyMap<string, SchemaType>;
  /** The only ids, where the type lists them. */
  readonly ids?: ReadonlySet<string>;
}

export interface ActionSchema {
  readonly actions: readonly ActionShape[];
  readonly entities: ReadonlyMap<string, EntityShape>;
}

export interface SchemaJson {
  readonly [namespace: string]: NamespaceJson;
}

interface NamespaceJson {
  readonly commonTypes?: { readonly [name: string]: TypeJson };
  readonly entityTypes?: {
    readonly [name: string]: { readonly shape?: TypeJson; readonly enum?: readonly string[] };
  };
  readonly actions?: { readonly [id: string]: ActionJson };
}

interface ActionJson {
  readonly appliesTo?: {
    readonly principalTypes?: readonly string[];
    readonly resourceTypes?: readonly string[];
    readonly context?: TypeJson;
  };
  readonly memberOf?: readonly { readonly id: string; readonly type?: string }[];
}

export interface TypeJson {
  readonly type?: string;
  readonly name?: string;
  readonly element?: TypeJson;
  readonly attributes?: { readonly [name: string]: TypeJson };
  readonly required?: boolean;
}

/** Types within types: what is deeper is not looked into. */
const maxDepth = 32;

export function actionSchemaOf(json: SchemaJson): ActionSchema {
  const names = namesOf(json);
  const actions: DeclaredAction[] = [];
  const entities = new Map<string, EntityShape>();
  for (const [namespace, { entityTypes = {}, actions: own = {} }] of Object.entries(json)) {
    for (const [name, { shape, enum: ids }] of Object.entries(entityTypes)) {
      const type = shape === undefined ? undefined : resolved(names, namespace, shape, 0);
      const attrs = type?.kind === 'record' ? type.fields : new Map<string, SchemaType>();
      entities.set(qualified(namespace, name), {
        attrs,
        ...(ids === undefined ? {} : { ids: new Set(ids) }),
      });
    }
    for (const [id, action] of Object.entries(own)) actions.push(actionShape(names, namespace, id, action));
  }
  return { actions: withGroups(actions), entities };
}

type DeclaredAction = Omit<ActionShape, 'groups'>;

function withGroups(actions: readonly DeclaredAction[]): readonly ActionShape[] {
  const keyOf = ({ type, id }: ActionName) => JSON.stringify([type, id]);
  const declared = new Map(actions.map((action) => [keyOf(action), action]));
  return actions.map((action) => {
    const found = new Map<string, ActionName>();
    const add = (groups: readonly ActionName[]): void => {
      for (const group of groups) {
        const key = keyOf(group);
        if (found.has(key)) continue;
        found.set(key, group);
        add(declared.get(key)?.memberOf ?? []);
      }
    };
    add(action.memberOf);
    return { ...action, groups: [...found.values()] };
  });
}

interface Names {
  readonly common: ReadonlyMap<string, { readonly namespace: string; readonly type: TypeJson }>;
  readonly entities: ReadonlySet<string>;
}

function namesOf(json: SchemaJson): Names {
  const common = new Map<string, { namespace: string; type: TypeJson }>();
  const entities = new Set<string>();
  for (const [namespace, { commonTypes = {}, entityTypes = {} }] of Object.entries(json)) {
    for (const [name, type] of Object.entries(commonTypes))
      common.set(qualified(namespace, name), { namespace, type });
    for (const name of Object.keys(entityTypes)) entities.add(qualified(namespace, name));
  }
  return { common, entities };
}

function qualified(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}::${name}`;
}

function actionShape(names: Names, namespace: string, id: string, action: ActionJson): DeclaredAction {
  const { principalTypes = [], resourceTypes = [], context } = action.appliesTo ?? {};
  const type = context === undefined ? undefined : resolved(names, namespace, context, 0);
  const own = qualified(namespace, 'Action');
  return {
    type: own,
    id,
    principals: principalTypes.map((name) => entityName(names, namespace, name)),
    resources: resourceTypes.map((name) => entityName(names, namespace, name)),
    context: type?.kind === 'record' ? type.fields : new Map(),
    memberOf: (action.memberOf ?? []).map((group) => ({
      type: group.type === undefined || group.type === 'Action' ? own : group.type,
      id: group.id,
    })),
  };
}

function entityName(names: Names, namespace: string, name: string): string {
  const near = qualified(namespace, name);
  return names.entities.has(near) ? near : name;
}

function resolved(names: Names, namespace: string, json: TypeJson, depth: number): SchemaType {
  if (depth > maxDepth) return { kind: 'unknown' };
  switch (json.type) {
    case 'Record': {
      const fields = Object.entries(json.attributes ?? {}).map(
        ([name, type]) => [name, resolved(names, namespace, type, depth + 1)] as const,
      );
      return { kind: 'record', fields: new Map(fields) };
    }
    case 'Set':
      return { kind: 'set', element: resolved(names, namespace, json.element ?? {}, depth + 1) };
    case 'Entity':
      return { kind: 'entity', types: [entityName(names, namespace, json.name ?? '')] };
    case 'Extension':
      return { kind: 'extension', name: json.name ?? '' };
    case 'EntityOrCommon':
      return namedType(names, namespace, json.name ?? '', depth);
    default:
      return namedType(names, namespace, json.type ?? '', depth);
  }
}

function namedType(names: Names, namespace: string, name: string, depth: number): SchemaType {
  for (const each of [qualified(namespace, name), name]) {
    const common = names.common.get(each);
    if (common !== undefined) return resolved(names, common.namespace, common.type, depth + 1);
    if (names.entities.has(each)) return { kind: 'entity', types: [each] };
  }
  return builtInType(name.startsWith('__cedar::') ? name.slice('__cedar::'.length) : name);
}

/** The actions that a policy can be about; `undefined` when its scope leaves them open. */
export function actionsInScope(schema: ActionSchema, scope: ActionScope): readonly ActionShape[] | undefined {
  if (scope.kind === 'any') return undefined;
  const named = scope.kind === 'these' ? scope.actions : scope.groups;
  const among = (each: ActionName): boolean => named.some((one) => isSame(one, each));
  return schema.actions.filter(
    (action) => isAsked(action) && (among(action) || (scope.kind === 'in' && action.groups.some(among))),
  );
}

/** Whether anybody can do it: what nobody can is a group, and no request. */
export function isAsked({ principals, resources }: ActionShape): boolean {
  return principals.length > 0 && resources.length > 0;
}

export function isSame(a: ActionName, b: ActionName): boolean {
  return a.type === b.type && a.id === b.id;
}

/** The actions whose events a predicate of this name means: the one, or all that are in the group. */
export function actionsNamed(actions: readonly ActionShape[], name: ActionName): readonly ActionShape[] {
  const own = actions.find((action) => isSame(action, name));
  if (own === undefined || isAsked(own)) return own === undefined || own.standsIn === true ? [] : [own];
  const members = actions.filter(
    (action) => isAsked(action) && action.groups.some((one) => isSame(one, name)),
  );
  const real = members.filter(({ standsIn }) => standsIn !== true);
  return real.length > 0 ? real : members;
}
