// SPDX-License-Identifier: Apache-2.0
/**
 * Which parts of a question a set of policies looks at, so that the others need not be sent.
 *
 * Never changes an answer: what is left out is what no policy can reach. When in doubt, `whole`.
 */
import type { CedarValue, Entity, Question } from './question.ts';

/** A tree of attribute paths. `whole`: the value itself is looked at, with all that is in it. */
export interface Uses {
  readonly whole: boolean;
  readonly attrs: ReadonlyMap<string, Uses>;
}

/** What is looked at of each variable of a policy. Actions have no attributes. */
export interface QuestionUses {
  readonly principal: Uses;
  readonly resource: Uses;
  readonly context: Uses;
}

export const everything: Uses = { whole: true, attrs: new Map() };
export const allUses: QuestionUses = { principal: everything, resource: everything, context: everything };

const none: Uses = { whole: false, attrs: new Map() };

/** @returns the same question without what is not looked at; entities of which nothing is go as well */
export function narrowedQuestion(question: Question, uses: QuestionUses): Question {
  const task = usesOfTask(uses);
  const entities = question.entities.flatMap((entity): Entity[] => {
    const used = same(entity, question.principal)
      ? uses.principal
      : same(entity, question.resource)
        ? uses.resource
        : task;
    return isUnused(used) ? [] : [used.whole ? entity : withoutUnused(entity, used)];
  });
  return { ...question, context: narrowedRecord(question.context, uses.context), entities };
}

/** The task is the one entity that the context refers to. */
export function usesOfTask(uses: QuestionUses): Uses {
  return uses.context.whole ? everything : (uses.context.attrs.get('task') ?? none);
}

export function isUnused(uses: Uses): boolean {
  return !uses.whole && uses.attrs.size === 0;
}

function same(entity: Entity, uid: Question['principal']): boolean {
  return entity.uid.type === uid.type && entity.uid.id === uid.id;
}

// Tags are reached only through the entity as a whole.
function withoutUnused(entity: Entity, uses: Uses): Entity {
  return { uid: entity.uid, attrs: narrowedRecord(entity.attrs, uses), parents: entity.parents };
}

function narrowedRecord(
  record: { readonly [name: string]: CedarValue },
  uses: Uses,
): { readonly [name: string]: CedarValue } {
  if (uses.whole) return record;
  const out: [string, CedarValue][] = [];
  for (const [name, used] of uses.attrs) {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value !== undefined) out.push([name, narrowedValue(value, used)]);
  }
  return Object.fromEntries(out);
}

function narrowedValue(value: CedarValue, uses: Uses): CedarValue {
  if (uses.whole || !isRecord(value)) return value;
  // A reference or an extension value: whole or nothing, whatever lies behind it.
  if (Object.hasOwn(value, '__entity') || Object.hasOwn(value, '__extn')) return value;
  return narrowedRecord(value, uses);
}

function isRecord(value: CedarValue): value is { readonly [name: string]: CedarValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
