// SPDX-License-Identifier: Apache-2.0
/**
 * What history said to a decision, beside the text of what was asked.
 *
 * History is not asked again: what it said stands among the facts of the record, under the name of the
 * condition. A clause that the engine read as `context.<name>` is shown as it was written.
 *
 * Source: docs/evidence.md, "explain"; docs/temporal.md.
 */
import type { DecisionEvent } from '../core/record/event.ts';
import { oneLine } from './clauses.ts';
import type { PublishedCondition, PublishedPolicy } from './published-sources.ts';

/** Why a condition that could not be told could not. */
const doubts = ['unresolved', 'unknown', 'forgotten'] as const;
export type Doubt = (typeof doubts)[number];

export interface ExplainedCondition {
  readonly policy: string;
  readonly name: string;
  /** As written, on one line. */
  readonly text: string;
  readonly reachSeconds: number;
  readonly said: boolean | Doubt;
}

export const doubtsInWords: Record<Doubt, string> = {
  unresolved: 'it names a value that this request does not have',
  unknown: 'it depends on what became of a call, and nobody knows that',
  forgotten: 'more has happened than is kept, and it may depend on what was let go',
};

const prefix = 'history.';

/** Every condition that was asked, in the order of the policies. */
export function explainedHistory(
  { facts }: DecisionEvent,
  published: readonly PublishedPolicy[],
): readonly ExplainedCondition[] {
  return published.flatMap(({ id, conditions }) =>
    conditions.flatMap(({ name, text, reachSeconds }) => {
      const said = saidOf(facts, name);
      return said === undefined ? [] : [{ policy: id, name, text: oneLine(text), reachSeconds, said }];
    }),
  );
}

/**
 * What history said to the conditions of these names: what could not be told is left out.
 *
 * A record that has no room for all of them names those that do not hold last: once one of them is
 * there, the missing ones are of them as well.
 */
export function heardIn(
  facts: DecisionEvent['facts'],
  names: readonly string[],
): ReadonlyMap<string, boolean> {
  const cut =
    Object.hasOwn(facts, `${prefix}asked`) &&
    Object.entries(facts).some(([name, { value }]) => name.startsWith(prefix) && value === false);
  return new Map(
    names.flatMap((name) => {
      const said = saidOf(facts, name) ?? (cut ? false : undefined);
      return typeof said === 'boolean' ? [[name, said] as const] : [];
    }),
  );
}

/** The first condition in a clause that could not be told, and why. */
export function doubtIn(
  clause: string,
  conditions: readonly PublishedCondition[],
  facts: DecisionEvent['facts'],
): Doubt | undefined {
  for (const name of writtenOut(clause, conditions).names) {
    const said = saidOf(facts, name);
    if (typeof said === 'string') return said;
  }
  return undefined;
}

/** A clause as the engine read it, with its conditions as they were written, on one line. */
export function asWritten(clause: string, conditions: readonly PublishedCondition[]): string {
  const flat = conditions.map((condition) => ({ ...condition, text: oneLine(condition.text) }));
  const { text } = writtenOut(clause, flat);
  // A clause that is nothing else is written without the outer brackets.
  return oneLine(/^(?:when|unless) \{ context\.\w+ \}$/.test(clause) ? unwrapped(text) : text);
}

function unwrapped(clause: string): string {
  return clause.replace(/^(when|unless) \{ (temporal \{ [\s\S]*\}) \}$/, '$1 $2');
}

/**
 * Text that the engine reads, with its conditions put back in.
 *
 * @returns with it the names that they had, in the order in which they stand there
 */
export function writtenOut(
  cedar: string,
  conditions: readonly PublishedCondition[],
): { readonly text: string; readonly names: readonly string[] } {
  const names: string[] = [];
  const text = cedar.replaceAll(/\bcontext\.(\w+)\b/g, (read: string, name: string) => {
    const condition = conditions.find((one) => one.name === name);
    if (condition === undefined) return read;
    names.push(name);
    return blockOf(condition);
  });
  return { text, names };
}

/** What it ends with may be a comment. */
function blockOf({ text }: PublishedCondition): string {
  return `temporal { ${text}\n}`;
}

function saidOf(facts: DecisionEvent['facts'], name: string): ExplainedCondition['said'] | undefined {
  const key = `${prefix}${name}`;
  const value = Object.hasOwn(facts, key) ? facts[key]?.value : undefined;
  return typeof value === 'boolean' ? value : doubts.find((doubt) => doubt === value);
}
