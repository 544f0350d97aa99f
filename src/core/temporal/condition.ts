// SPDX-License-Identifier: Apache-2.0
// A condition over history as a policy set has it: what it says, and whose history it is about.
import { classes } from '../catalogue/taxonomy.ts';
import type { Formula, Reference } from './formula.ts';

/**
 * Whose events can matter: of one session, of one agent in all of its sessions, or of everybody. It
 * follows from what the condition pins, and it is what a decision is made to wait for: see docs/temporal.md.
 */
export type Locality = 'session' | 'agent' | 'tenant';

export interface Condition {
  /** Its name in the context of the question. */
  readonly name: string;
  readonly formula: Formula;
  readonly locality: Locality;
  /** The actions, classes and groups whose events can matter, by id. */
  readonly actions: readonly string[];
  /** Reaches no further back: nested windows add up. */
  readonly reachSeconds: number;
}

/** What the i-th condition of a policy is called. */
export function conditionName(policy: string, i: number): string {
  return `${policy.replace(/[^A-Za-z0-9_]/g, '_').slice(0, 64)}__${i}`;
}

/** Conditions that are asked with one question, and what asking them takes. */
export interface Together {
  readonly conditions: readonly Condition[];
  /** What they read of the request, each once. */
  readonly references: readonly Reference[];
  /** Whose acts they rest on: whatever the session did, whatever the agent did, what anybody did of these. */
  readonly session: boolean;
  readonly agent: boolean;
  /** Actions and classes. */
  readonly tenant: readonly string[];
}

export function together(conditions: readonly Condition[]): Together {
  const references = new Map(
    conditions
      .flatMap(({ formula }) => referencesOf(formula))
      .map((reference) => [JSON.stringify([reference.root, reference.path]), reference] as const),
  );
  const of = (wanted: Locality) => conditions.filter(({ locality }) => locality === wanted);
  const named = of('tenant').flatMap(({ actions }) => actions.flatMap(doneOf));
  return {
    conditions,
    references: [...references.values()],
    session: of('session').length > 0,
    agent: of('agent').length > 0,
    tenant: [...new Set(named)].sort(),
  };
}

/** The names under which what was done of it is found: records name a class, and no group. */
function doneOf(name: string): readonly string[] {
  const members = Object.entries(classes).flatMap(([of, groups]) =>
    groups.some((group) => group === name) ? [of] : [],
  );
  if (members.length > 0) return members;
  // A method that is asked with a class (`resources/read:fetch`) is recorded as the method.
  const end = name.lastIndexOf(':');
  return end < 0 ? [name] : [name, name.slice(0, end)];
}

/** All windows on the longest way down, added: how far back a condition can reach. */
export function reachOf(formula: Formula): number {
  switch (formula.kind) {
    case 'predicate':
    case 'timepoint':
      return 0;
    case 'and':
      return Math.max(0, ...formula.parts.map(reachOf));
    case 'not':
    case 'exists':
      return reachOf(formula.body);
    case 'formerly':
    case 'previous':
      return formula.within + reachOf(formula.body);
    case 'since':
      return formula.within + Math.max(reachOf(formula.left), reachOf(formula.right));
    case 'compare':
      return Math.max(
        0,
        ...[formula.left, formula.right].map((side) =>
          side.kind === 'count' || side.kind === 'sum' ? reachOf(side.where) : 0,
        ),
      );
  }
}

/** Every action or group that a predicate names, by id, sorted. */
export function actionsOf(formula: Formula): readonly string[] {
  const found = new Set<string>();
  walk(formula, (part) => {
    if (part.kind === 'predicate') found.add(part.actionId);
  });
  return [...found].sort();
}

/** Every reference to the request being decided, each once. */
export function referencesOf(formula: Formula): readonly Reference[] {
  const found = new Map<string, Reference>();
  const take = (term: { readonly kind: string }): void => {
    if (isReference(term)) found.set([term.root, ...term.path].join('.'), term);
    if (isArray(term)) for (const item of term.items) take(item);
  };
  walk(formula, (part) => {
    if (part.kind === 'predicate') for (const { term } of part.fields) take(term);
    if (part.kind === 'compare') for (const side of [part.left, part.right]) take(side);
  });
  return [...found.values()];
}

function isReference(term: { readonly kind: string }): term is Reference {
  return term.kind === 'reference';
}

function isArray(term: { readonly kind: string }): term is {
  readonly kind: 'array';
  readonly items: readonly { readonly kind: string }[];
} {
  return term.kind === 'array';
}

function walk(formula: Formula, visit: (part: Formula) => void): void {
  visit(formula);
  switch (formula.kind) {
    case 'and':
      for (const part of formula.parts) walk(part, visit);
      return;
    case 'not':
    case 'exists':
    case 'formerly':
    case 'previous':
      walk(formula.body, visit);
      return;
    case 'since':
      walk(formula.left, visit);
      walk(formula.right, visit);
      return;
    case 'compare':
      for (const side of [formula.left, formula.right])
        if (side.kind === 'count' || side.kind === 'sum') walk(side.where, visit);
      return;
    case 'predicate':
    case 'timepoint':
      return;
  }
}
