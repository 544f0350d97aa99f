// SPDX-License-Identifier: Apache-2.0
/**
 * The types of the fields that events of an action have, as the event schema and the action's own declare
 * them, and what several actions have in common.
 *
 * Source: Dogwood's formal specification (guide 08), chapter 4.5.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ActionSchema, ActionShape } from './action-schema.ts';
import type { FieldDeclaration, LeafType } from './event-schema.ts';
import { builtInType, type SchemaType } from './schema-type.ts';

/** `undefined`: there is no such field. `group`: fields lie in it. */
export type FieldType = SchemaType | 'group' | undefined;

export function fieldAt(
  schema: ActionSchema,
  action: ActionShape,
  fields: readonly FieldDeclaration[],
  [name = '', ...rest]: readonly string[],
): FieldType {
  for (const field of fields) {
    if (field.kind === 'spread' && field.of === name) {
      const record = action.context.get(field.of) ?? { kind: 'record', fields: new Map() };
      return rest.length === 0 ? 'group' : typeAt(record, rest);
    }
    if (field.kind === 'group' && field.name === name)
      return rest.length === 0 ? 'group' : fieldAt(schema, action, field.fields, rest);
    if (field.kind === 'leaf' && field.name === name)
      return typeAt(leafType(schema, action, field.type), rest);
  }
  return undefined;
}

/** The type of a field in all of several actions. An entity of different types is one of any of them. */
export function sharedType(types: readonly FieldType[]): SchemaType | undefined {
  const [first, ...others] = types;
  if (first === undefined || first === 'group') return undefined;
  return others.reduce<SchemaType | undefined>((soFar, type) => {
    if (soFar === undefined || type === undefined || type === 'group') return undefined;
    if (soFar.kind === 'entity' && type.kind === 'entity')
      return { kind: 'entity', types: [...new Set([...soFar.types, ...type.types])] };
    return isDeepStrictEqual(soFar, type) ? soFar : undefined;
  }, first);
}

function leafType(schema: ActionSchema, action: ActionShape, type: LeafType): SchemaType {
  if (type.kind === 'principalType') return { kind: 'entity', types: action.principals };
  if (type.kind === 'resourceType') return { kind: 'entity', types: action.resources };
  return 'name' in type ? typeNamed(schema, type.name) : { kind: 'unknown' };
}

export function typeNamed({ entities }: ActionSchema, name: string): SchemaType {
  if (name === 'Timepoint') return { kind: 'timepoint' };
  return entities.has(name) ? { kind: 'entity', types: [name] } : builtInType(name);
}

/** @returns `undefined` when there is no such field */
export function typeAt(type: SchemaType, path: readonly string[]): SchemaType | undefined {
  let at: SchemaType | undefined = type;
  for (const name of path) {
    if (at === undefined || at.kind === 'unknown') return at;
    at = at.kind === 'record' ? at.fields.get(name) : undefined;
  }
  return at;
}
