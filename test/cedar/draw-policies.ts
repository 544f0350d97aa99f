// SPDX-License-Identifier: Apache-2.0
// Draws policies that fit the types of a world: mostly well-typed, mostly about what requests hold, and
// wrong often enough that errors and what hides them are met as well.
import { quoted } from '../../src/core/policy/cedar-type.ts';
import type { Chance } from './chance.ts';
import {
  attributes,
  drawLiteral,
  drawType,
  drawUid,
  entityTypes,
  type Field,
  type Scalar,
  strings,
  type Type,
  tagNames,
  written,
} from './draw-values.ts';
import type { World } from './draw-world.ts';

const bool: Type = { kind: 'bool' };
const long: Type = { kind: 'long' };
const string: Type = { kind: 'string' };
const ip: Type = { kind: 'ip' };
const decimal: Type = { kind: 'decimal' };
const datetime: Type = { kind: 'datetime' };
const duration: Type = { kind: 'duration' };

export interface DrawnPolicy {
  readonly id: string;
  readonly text: string;
}

export function drawPolicy(chance: Chance, world: World, id: string): DrawnPolicy {
  const principal = drawScope(chance, 'principal', world.principalTypes);
  const resource = drawScope(chance, 'resource', world.resourceTypes);
  return { id, text: policyText(chance, world, principal, resource) };
}

export interface DrawnTemplate extends DrawnPolicy {
  readonly slots: readonly ('?principal' | '?resource')[];
}

export function drawTemplate(chance: Chance, world: World, id: string): DrawnTemplate {
  const [p, r] = chance.one([
    [true, true],
    [true, false],
    [false, true],
  ] as const);
  const slotted = (name: 'principal' | 'resource') => {
    const operator = chance.one(['==', 'in', `is ${chance.one(entityTypes)} in`]);
    return `${name} ${operator} ?${name}`;
  };
  const principal = p ? slotted('principal') : drawScope(chance, 'principal', world.principalTypes);
  const resource = r ? slotted('resource') : drawScope(chance, 'resource', world.resourceTypes);
  return {
    id,
    text: policyText(chance, world, principal, resource),
    slots: [...(p ? ['?principal' as const] : []), ...(r ? ['?resource' as const] : [])],
  };
}

function policyText(chance: Chance, world: World, principal: string, resource: string): string {
  const effect = chance.happens(0.7) ? 'permit' : 'forbid';
  const conditions = Array.from({ length: chance.one([0, 1, 1, 1, 1, 2]) }, () => {
    // Half of what is drawn is false, and what stands under `unless` should be.
    const [word, body] = chance.happens(0.75) ? ['when', 'true'] : ['unless', 'false'];
    const drawn = expression(chance, world, bool, 3);
    return `${word} { ${chance.happens(0.35) ? `${drawn} ${body === 'true' ? '||' : '&&'} ${expression(chance, world, bool, 1)}` : drawn} }`;
  });
  return `${effect}(${principal}, ${actionScope(chance, world)}, ${resource}) ${conditions.join(' ')};`;
}

function drawScope(chance: Chance, name: string, types: readonly string[]): string {
  const type = chance.happens(0.9) ? chance.one(types) : chance.one(entityTypes);
  switch (chance.upTo(13)) {
    case 0:
      return `${name} == ${written(drawUid(chance, type))}`;
    case 1:
      return `${name} in ${written(drawUid(chance, chance.one(entityTypes)))}`;
    case 2:
    case 3:
      return `${name} is ${type}`;
    case 4:
      return `${name} is ${type} in ${written(drawUid(chance, chance.one(entityTypes)))}`;
    default:
      return name;
  }
}

function actionScope(chance: Chance, { actions }: World): string {
  const one = () => written(chance.one(actions).uid);
  switch (chance.upTo(10)) {
    case 0:
      return `action == ${one()}`;
    case 1:
    case 2:
      return `action in ${one()}`;
    case 3:
      return `action in [${Array.from({ length: chance.upTo(4) }, one).join(', ')}]`;
    default:
      return 'action';
  }
}

/** @returns text in parentheses wherever it needs them */
export function expression(chance: Chance, world: World, wanted: Type, depth: number): string {
  const type = chance.happens(0.02) ? drawType(chance, 1) : wanted;
  const sub = (of: Type) => expression(chance, world, of, depth - 1);
  if (depth > 0 && chance.happens(0.06)) return `(if ${sub(bool)} then ${sub(type)} else ${sub(type)})`;
  if (type.kind === 'bool') return boolean(chance, world, depth);
  if (depth <= 0 || chance.happens(0.6)) {
    const path = chance.happens(0.65) ? drawPath(chance, world, type) : undefined;
    return path ?? drawLiteral(chance, type);
  }
  switch (type.kind) {
    case 'long':
      if (chance.happens(0.25))
        return `${sub(duration)}.${chance.one(['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'])}()`;
      return chance.happens(0.15)
        ? `(-${sub(long)})`
        : `(${sub(long)} ${chance.one(['+', '-', '*'])} ${sub(long)})`;
    case 'datetime':
      return chance.happens(0.5) ? `${sub(datetime)}.offset(${sub(duration)})` : `${sub(datetime)}.toDate()`;
    case 'duration':
      return chance.happens(0.5)
        ? `${sub(datetime)}.durationSince(${sub(datetime)})`
        : `${sub(datetime)}.toTime()`;
    case 'set':
      return `[${Array.from({ length: chance.upTo(4) }, () => sub(type.of)).join(', ')}]`;
    case 'record':
      return `{${type.fields.map((field) => `${quoted(field.name)}: ${sub(field.type)}`).join(', ')}}`;
    default: {
      const { tags } = world;
      if (tags.kind === type.kind && chance.happens(0.5))
        return `${entity(chance, sub)}.getTag(${tagName(chance, sub)})`;
      return chance.happens(0.5)
        ? access(`{${quoted('f')}: ${sub(type)}}`, 'f')
        : (drawPath(chance, world, type) ?? drawLiteral(chance, type));
    }
  }
}

function boolean(chance: Chance, world: World, depth: number): string {
  const sub = (of: Type) => expression(chance, world, of, depth - 1);
  if (depth <= 0) return drawPath(chance, world, bool) ?? String(chance.happens(0.6));
  switch (chance.upTo(22)) {
    case 0:
      return `!(${sub(bool)})`;
    case 1:
    case 2:
      return `(${sub(bool)} && ${sub(bool)})`;
    case 3:
    case 4:
      return `(${sub(bool)} || ${sub(bool)})`;
    case 5:
      return `(${sub(bool)} ${chance.one(['==', '!='])} ${sub(bool)})`;
    case 6:
    case 7:
    case 8: {
      const type = usefulType(chance, world);
      return `(${sub(type)} ${chance.one(['==', '==', '!='])} ${sub(chance.happens(0.93) ? type : drawType(chance, 1))})`;
    }
    case 9:
    case 10:
      return `(${sub(long)} ${chance.one(['<', '<=', '>', '>='])} ${sub(long)})`;
    case 11: {
      const type = chance.one([datetime, duration]);
      return `(${sub(type)} ${chance.one(['<', '<=', '>', '>='])} ${sub(type)})`;
    }
    case 12:
      return `${sub(decimal)}.${chance.one(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'])}(${sub(decimal)})`;
    case 13:
      return chance.happens(0.5)
        ? `${sub(ip)}.isInRange(${sub(ip)})`
        : `${sub(ip)}.${chance.one(['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'])}()`;
    case 14:
      return `(${sub(string)} like ${pattern(chance)})`;
    case 15: {
      const above = sub({ kind: 'entity', name: chance.one(entityTypes) });
      const set = `[${above}, ${entity(chance, sub)}]`;
      return `(${entity(chance, sub)} in ${chance.happens(0.5) ? above : set})`;
    }
    case 16: {
      const within = chance.happens(0.4) ? ` in ${entity(chance, sub)}` : '';
      return `(${entity(chance, sub)} is ${chance.one(entityTypes)}${within})`;
    }
    case 17: {
      const of = usefulType(chance, world);
      const set: Type = { kind: 'set', of };
      if (chance.happens(0.15)) return `${sub(set)}.isEmpty()`;
      return chance.happens(0.4)
        ? `${sub(set)}.contains(${sub(of)})`
        : `${sub(set)}.${chance.one(['containsAll', 'containsAny'])}(${sub(set)})`;
    }
    case 18:
      return `${entity(chance, sub)}.hasTag(${tagName(chance, sub)})`;
    case 19:
      return guarded(chance, world, sub);
    default:
      return presence(chance, world);
  }
}

/** `x has a.b && x.a.b == ...`: what people write. */
function guarded(chance: Chance, world: World, sub: (of: Type) => string): string {
  const path = chance.one(world.paths);
  if (path.names.length === 0) return `(${path.root} == ${path.root})`;
  const right = path.type.kind === 'bool' ? String(chance.happens(0.5)) : drawLiteral(chance, path.type);
  const compared = chance.happens(0.5) ? right : sub(path.type);
  return `(${hasAll(path.root, path.names)} && ${textOf(path.root, path.names)} == ${compared})`;
}

function presence(chance: Chance, world: World): string {
  const path = chance.one(world.paths);
  const names =
    path.names.length === 0 || chance.happens(0.2) ? [...path.names, chance.one(attributes)] : path.names;
  const dotted = names.slice(-2);
  if (dotted.length === 2 && dotted.every(isWord) && chance.happens(0.5))
    return `(${textOf(path.root, names.slice(0, -2))} has ${dotted.join('.')})`;
  return chance.happens(0.5)
    ? hasAll(path.root, names)
    : `(${textOf(path.root, names.slice(0, -1))} has ${quoted(names.at(-1) ?? '')})`;
}

function hasAll(root: string, names: readonly string[]): string {
  return `(${names.map((name, at) => `${textOf(root, names.slice(0, at))} has ${isWord(name) ? name : quoted(name)}`).join(' && ')})`;
}

function drawPath(chance: Chance, world: World, type: Type): string | undefined {
  const key = JSON.stringify(type);
  const fitting = world.paths.filter((path) => path.key === key);
  const path = fitting.length > 0 ? chance.one(fitting) : undefined;
  return path && textOf(path.root, path.names);
}

function usefulType(chance: Chance, world: World): Type {
  return chance.happens(0.8) ? chance.one(world.paths).type : drawType(chance, 1);
}

function entity(chance: Chance, sub: (of: Type) => string): string {
  if (chance.happens(0.7)) return chance.one(['principal', 'resource', 'action', 'principal', 'resource']);
  return sub({ kind: 'entity', name: chance.one(entityTypes) });
}

function tagName(chance: Chance, sub: (of: Type) => string): string {
  return chance.happens(0.9) ? quoted(chance.one(tagNames)) : sub(string);
}

function pattern(chance: Chance): string {
  const parts = Array.from({ length: chance.upTo(4) }, () =>
    chance.happens(0.5) ? '*' : quoted(chance.one(strings)).slice(1, -1).replaceAll('*', '\\*'),
  );
  return `"${parts.join('')}"`;
}

function textOf(root: string, names: readonly string[]): string {
  return names.reduce(access, root);
}

function access(text: string, name: string): string {
  return isWord(name) ? `${text}.${name}` : `${text}[${quoted(name)}]`;
}

function isWord(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

export function pathsOf(root: string, fields: readonly Field[], depth: number): World['paths'] {
  return fields.flatMap(({ name, type }) => [
    { root, names: [name], type, key: JSON.stringify(type) },
    ...(type.kind === 'record' && depth > 0
      ? pathsOf(root, type.fields, depth - 1).map((path) => ({ ...path, names: [name, ...path.names] }))
      : []),
  ]);
}

export const scalarKinds: readonly Scalar[] = [
  'long',
  'string',
  'bool',
  'decimal',
  'ip',
  'datetime',
  'duration',
];
