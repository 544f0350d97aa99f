// SPDX-License-Identifier: Apache-2.0
/**
 * Which parts of a question policies can reach, read off Cedar's JSON form of their conditions.
 *
 * Marshalling is most of what a decision costs, and policies look at little of what they may look
 * at. Never misses a path: an expression that is not understood counts as looking at everything in it,
 * and the narrowed schema is validated again afterwards (compile.ts).
 */
import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { allUses, type QuestionUses, type Uses } from '../../core/policy/uses.ts';

interface Node extends Uses {
  whole: boolean;
  readonly attrs: Map<string, Node>;
}

interface Found {
  readonly principal: Node;
  readonly resource: Node;
  readonly context: Node;
  /** An entity literal whose attributes may be read: it may be any entity that we send. */
  literal: boolean;
}

export function usesOf(policies: readonly PolicyJson[]): QuestionUses {
  const found: Found = { principal: node(), resource: node(), context: node(), literal: false };
  for (const policy of policies) for (const clause of policy.conditions) walk(clause.body, [], found);
  return found.literal ? allUses : found;
}

/** What of its context a policy reads by name, and of what: `context.result.secrets` reads `result`. */
export function contextNames(policy: PolicyJson): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (expression: unknown): void => {
    if (!isObject(expression)) {
      if (Array.isArray(expression)) for (const part of expression) look(part);
      return;
    }
    for (const [operator, operand] of Object.entries(expression)) {
      if ((operator === '.' || operator === 'has') && isObject(operand) && isContext(operand.left)) {
        const [name] = names(operand.attr);
        if (name !== undefined) found.add(name);
      } else look(operand);
    }
  };
  for (const clause of policy.conditions) look(clause.body);
  return found;
}

function isContext(expression: unknown): boolean {
  return isObject(expression) && expression.Var === 'context';
}

function node(): Node {
  return { whole: false, attrs: new Map() };
}

/** @param path what is taken of the value of this expression, outermost first; empty: the value itself */
function walk(expression: unknown, path: readonly string[], found: Found): void {
  if (!isObject(expression)) return;
  for (const [operator, operand] of Object.entries(expression)) {
    switch (operator) {
      case 'Var':
        mark(operand, path, found);
        break;
      case 'Value':
        if (holdsEntity(operand)) found.literal = true;
        break;
      case '.':
        if (isObject(operand)) walk(operand.left, [...names(operand.attr), ...path], found);
        break;
      case 'has':
        if (isObject(operand)) walk(operand.left, names(operand.attr), found);
        break;
      case '==':
      case '!=':
      case 'in':
      case 'is':
        if (isObject(operand)) for (const side of Object.values(operand)) walkCompared(side, found);
        break;
      default:
        for (const part of parts(operand)) walk(part, [], found);
    }
  }
}

/** Entities are compared by their names alone: that sends no attribute. */
function walkCompared(side: unknown, found: Found): void {
  if (isNameOnly(side) || (isObject(side) && parts(side.Set).every(isNameOnly) && 'Set' in side)) return;
  walk(side, [], found);
}

function isNameOnly(expression: unknown): boolean {
  if (!isObject(expression)) return false;
  return 'Value' in expression || expression.Var === 'principal' || expression.Var === 'resource';
}

function mark(variable: unknown, path: readonly string[], found: Found): void {
  if (variable === 'action') return;
  let at =
    variable === 'principal' ? found.principal : variable === 'resource' ? found.resource : found.context;
  for (const name of path) {
    const next = at.attrs.get(name) ?? node();
    at.attrs.set(name, next);
    at = next;
  }
  at.whole = true;
}

function names(attribute: unknown): readonly string[] {
  return (Array.isArray(attribute) ? attribute : [attribute]).map(String);
}

function parts(operand: unknown): readonly unknown[] {
  if (Array.isArray(operand)) return operand;
  return isObject(operand) ? Object.values(operand) : [];
}

function holdsEntity(value: unknown): boolean {
  if (isObject(value) && Object.hasOwn(value, '__entity')) return true;
  return parts(value).some(holdsEntity);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
