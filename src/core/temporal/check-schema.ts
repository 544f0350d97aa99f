// SPDX-License-Identifier: Apache-2.0
/**
 * Whether what a temporal condition names exists, and whether its types fit: events and their fields,
 * entities, what the context of the policy's actions holds, lengths of windows.
 *
 * A type that is not known refuses nothing. Every problem is told, not only the first.
 *
 * Source: Dogwood's formal specification (guide 08), chapters 5.5 and 5.7.
 */
import type { Problem } from '../policy/source.ts';
import { restrictedBy } from './accept.ts';
import {
  type ActionSchema,
  type ActionShape,
  actionsInScope,
  actionsNamed,
  isSame,
} from './action-schema.ts';
import { fieldAt, sharedType, typeAt, typeNamed } from './event-fields.ts';
import type { EventSchema } from './event-schema.ts';
import type { LoweredPolicy, WrittenLeaf } from './lower.ts';
import { problemOf, Refusal } from './scan.ts';
import { fits, type SchemaType, shown, typeOfValue } from './schema-type.ts';
import { EntityValue } from './value.ts';
import { aggregatesIn, allTerms, nested } from './walk.ts';
import type { Written, WrittenPredicate, WrittenTerm } from './written.ts';

export interface Schemas {
  /** What can be asked, and what a request then has. */
  readonly actions: ActionSchema;
  /** What there are events of, and the groups of these: what an event has. */
  readonly logged: readonly ActionShape[];
  readonly events: EventSchema;
}

export function checkLeaves(policies: readonly LoweredPolicy[], schemas: Schemas): readonly Problem[] {
  return policies.flatMap((policy) =>
    policy.leaves.flatMap((leaf) => {
      const check: Check = {
        ...schemas,
        leaf,
        scope: actionsInScope(schemas.actions, policy.actions),
        narrowed: { principal: policy.principalType, resource: policy.resourceType },
        refused: new Map(),
      };
      checkLeaf(check);
      return [...check.refused.values()].map(problemOf);
    }),
  );
}

interface Check extends Schemas {
  readonly leaf: WrittenLeaf;
  /** The policy's actions; `undefined` when it leaves them open. */
  readonly scope: readonly ActionShape[] | undefined;
  readonly narrowed: { readonly principal: string | undefined; readonly resource: string | undefined };
  /** By place and message: what macros repeat is told once. */
  readonly refused: Map<string, Refusal>;
}

type Types = ReadonlyMap<string, SchemaType>;
const unknown: SchemaType = { kind: 'unknown' };

function refuse(check: Check, at: number, message: string, rule?: 'CS003'): void {
  check.refused.set(`${at} ${message}`, new Refusal(check.leaf.file, at, message, rule));
}

function checkLeaf(check: Check): void {
  const { condition } = check.leaf;
  for (const each of nested(condition)) {
    if (each.kind === 'predicate') checkNames(check, each);
    if ('within' in each) checkWindow(check, each);
  }
  for (const term of allTerms(condition)) checkTerm(check, term);
  checkVaries(check, condition);
  checkTypes(check, condition, new Map());
}

function checkNames(check: Check, predicate: WrittenPredicate): void {
  const { actionType, actionId, event, at } = predicate;
  const actions = meant(check, predicate);
  const declared = check.events.events.find(({ kind }) => kind === event);
  if (actions.length === 0) {
    const known = check.actions.actions.some((action) => isSame(action, { type: actionType, id: actionId }));
    const name = `\`${actionType}::"${actionId}"\``;
    refuse(
      check,
      at,
      known ? `${name} has no history: no event is one of it` : `the schema has no action ${name}`,
    );
    return;
  }
  if (declared === undefined) {
    const kinds = check.events.events.map(({ kind }) => `\`${kind}\``).join(', ');
    refuse(check, at, `there is no event \`${event}\`: the event schema has ${kinds}`);
    return;
  }
  for (const field of predicate.fields) {
    const name = field.path.join('.');
    const types = actions.map((action) => fieldAt(check.actions, action, declared.fields, field.path));
    const without = actions[types.indexOf(undefined)];
    if (types.includes('group')) refuse(check, field.at, `\`${name}\` is a group: name one of its fields`);
    else if (without !== undefined)
      refuse(
        check,
        field.at,
        without.id === actionId
          ? `a \`${event}\` of \`${actionId}\` has no field \`${name}\``
          : `not every \`${event}\` of \`${actionId}\` has the field \`${name}\`: those of \`${without.id}\` do not`,
      );
    else if (sharedType(types) === undefined)
      refuse(check, field.at, `\`${name}\` is not of one type in all that \`${actionId}\` means`);
  }
}

/** The actions that a predicate may be about: one, or those of a group. */
function meant(check: Check, { actionType: type, actionId: id }: WrittenPredicate): readonly ActionShape[] {
  return actionsNamed(check.logged, { type, id });
}

function checkWindow(check: Check, { within }: Extract<Written, { within: unknown }>): void {
  const { maxWindowSeconds } = check.events;
  if (within.kind === 'seconds' && within.seconds > maxWindowSeconds)
    refuse(
      check,
      within.at,
      `\`within ${within.text}\` looks back further than the event schema's \`max_window\` of ${maxWindowSeconds} s`,
      'CS003',
    );
}

function checkTerm(check: Check, term: WrittenTerm): void {
  if (term.kind === 'value' && term.value instanceof EntityValue) checkEntity(check, term.value, term.at);
  if (term.kind === 'reference') checkReference(check, term);
}

function checkEntity(check: Check, { type, id }: EntityValue, at: number): void {
  if (type === 'Action' || type.endsWith('::Action')) return;
  const shape = check.actions.entities.get(type);
  if (shape === undefined) refuse(check, at, `the schema has no entity type \`${type}\``);
  else if (shape.ids !== undefined && !shape.ids.has(id))
    refuse(check, at, `\`${type}\` has no entity "${id}"`);
}

type ReferenceTerm = Extract<WrittenTerm, { kind: 'reference' }>;

function checkReference(check: Check, term: ReferenceTerm): void {
  const types = referenceTypes(check, term);
  const name = [term.root, ...term.path].join('.');
  if (types.some((type) => type === undefined))
    refuse(check, term.at, `not every request that the policy is about has \`${name}\``);
  else if (types.some((type) => type !== undefined && !fits(type, types[0] ?? unknown)))
    refuse(check, term.at, `\`${name}\` has different types in the requests that the policy is about`);
}

/** For each request that the policy can be about: the type, `undefined` where there is no such field. */
function referenceTypes(check: Check, { root, path }: ReferenceTerm): readonly (SchemaType | undefined)[] {
  const actions = check.scope ?? [];
  if (root === 'context')
    return actions.map(({ context }) => typeAt({ kind: 'record', fields: context }, path));
  const narrowed = check.narrowed[root];
  const types =
    narrowed === undefined
      ? actions.flatMap((action) => (root === 'principal' ? action.principals : action.resources))
      : [narrowed];
  if (path.length === 0) return types.length === 0 ? [] : [{ kind: 'entity', types: [...new Set(types)] }];
  return [...new Set(types)].map((type) => attributeType(check, type, path));
}

function attributeType(check: Check, type: string, path: readonly string[]): SchemaType | undefined {
  const shape = check.actions.entities.get(type);
  if (shape === undefined) return unknown;
  const [name = ''] = path;
  // The id and the type of an entity can be read, unless it has attributes of these names.
  if (!shape.attrs.has(name) && (name === 'id' || name === 'type'))
    return path.length === 1 ? { kind: 'string' } : undefined;
  return typeAt({ kind: 'record', fields: shape.attrs }, path);
}

/** Every scope that looks at a timepoint must say something of it, or it monitors nothing. */
function checkVaries(check: Check, condition: Written): void {
  const top = condition.kind === 'and' ? condition.parts : [condition];
  const scopes: [Written, string][] = top.map((part) => [part, 'this condition']);
  for (const each of nested(condition)) {
    if (each.kind === 'formerly' || each.kind === 'previous')
      scopes.push([each.body, `what stands after \`${each.kind}\``]);
    if (each.kind === 'exists') scopes.push([each.body, 'what stands in the `exists`']);
    if (each.kind === 'since')
      scopes.push([each.left, 'the left of `since`'], [each.right, 'the right of `since`']);
  }
  for (const { where } of aggregatesIn(condition)) scopes.push([where, 'what stands after `where`']);
  for (const [scope, what] of scopes)
    if (!varies(scope, restrictedBy(scope)))
      refuse(check, scope.at, `${what} is the same at every point in time: it monitors nothing`);
}

function varies(written: Written, bound: ReadonlySet<string>): boolean {
  switch (written.kind) {
    case 'and':
      return written.parts.some((part) => varies(part, bound));
    case 'not':
    case 'exists':
      return varies(written.body, bound);
    case 'compare':
      return [written.left, written.right].some(
        (side) =>
          side.kind === 'count' ||
          side.kind === 'sum' ||
          (side.kind === 'variable' && bound.has(side.slot.name)),
      );
    default:
      return true;
  }
}

function checkTypes(check: Check, written: Written, types: Types): void {
  switch (written.kind) {
    case 'predicate':
      checkFieldTypes(check, written, types);
      return;
    case 'and':
      for (const part of written.parts) checkTypes(check, part, types);
      return;
    case 'not':
    case 'formerly':
    case 'previous':
      checkTypes(check, written.body, types);
      return;
    case 'since':
      checkTypes(check, written.left, types);
      checkTypes(check, written.right, types);
      return;
    case 'exists':
      checkTypes(check, written.body, withBinders(check, types, [written.binder]));
      return;
    case 'timepoint': {
      const type = types.get(written.slot.name);
      if (type !== undefined && type.kind !== 'timepoint')
        refuse(
          check,
          written.at,
          `\`${written.slot.name}\` is bound by \`tp\`, so its type is \`Timepoint\``,
        );
      return;
    }
    case 'compare':
      checkComparison(check, written, types);
      return;
    default:
      return;
  }
}

function withBinders(
  check: Check,
  types: Types,
  binders: readonly { readonly slot: { readonly name: string }; readonly type: string }[],
): Types {
  return new Map([
    ...types,
    ...binders.map(({ slot, type }) => [slot.name, typeNamed(check.actions, type)] as const),
  ]);
}

function checkFieldTypes(check: Check, predicate: WrittenPredicate, types: Types): void {
  const actions = meant(check, predicate);
  const event = check.events.events.find(({ kind }) => kind === predicate.event);
  if (event === undefined) return;
  for (const { path, term, at } of predicate.fields) {
    const declared = sharedType(actions.map((action) => fieldAt(check.actions, action, event.fields, path)));
    if (declared === undefined) continue;
    const given = typeOf(check, term, types);
    if (!fits(declared, given))
      refuse(check, at, `\`${path.join('.')}\` is ${shown(declared)}, and this is ${shown(given)}`);
  }
}

function checkComparison(check: Check, written: Extract<Written, { kind: 'compare' }>, types: Types): void {
  const { op, left, right, at } = written;
  for (const side of [left, right]) {
    if (side.kind !== 'count' && side.kind !== 'sum') continue;
    const inner = withBinders(check, types, side.binders);
    if (side.kind === 'sum') {
      const summed = inner.get(side.of.name) ?? unknown;
      if (summed.kind !== 'long' && summed.kind !== 'unknown')
        refuse(check, side.of.at, `only a Long can be added up, and \`${side.of.name}\` is ${shown(summed)}`);
    }
    checkTypes(check, side.where, inner);
  }
  const [a, b] = [typeOf(check, left, types), typeOf(check, right, types)];
  if (op === '==' || op === '!=') {
    if (!fits(a, b)) refuse(check, at, `both sides must have the same type: ${shown(a)}, ${shown(b)}`);
    return;
  }
  const ordered = (type: SchemaType) => ['long', 'timepoint', 'unknown'].includes(type.kind);
  if (!ordered(a) || !ordered(b) || !fits(a, b))
    refuse(check, at, `\`${op}\` compares numbers: ${shown(a)}, ${shown(b)}`);
}

function typeOf(check: Check, term: WrittenTerm, types: Types): SchemaType {
  switch (term.kind) {
    case 'value':
      return typeOfValue(term.value);
    case 'reference':
      return referenceTypes(check, term).find((type) => type !== undefined) ?? unknown;
    case 'variable':
      return types.get(term.slot.name) ?? unknown;
    case 'array': {
      const [first] = term.items;
      return { kind: 'set', element: first === undefined ? unknown : typeOf(check, first, types) };
    }
    case 'count':
    case 'sum':
      return { kind: 'long' };
    default:
      return unknown;
  }
}
