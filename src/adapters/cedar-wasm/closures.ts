// SPDX-License-Identifier: Apache-2.0
/**
 * A set's policies as closures, and which of them have none: those stay with the engine.
 *
 * Compiled from what the engine says that they are, integers aside (exact.ts).
 */
import type { EngineAnswer } from '../../app/ports.ts';
import { prepareEntities } from '../../core/cedar/entities.ts';
import { readRequestSchema } from '../../core/cedar/request-schema.ts';
import { compileSet } from '../../core/cedar/set.ts';
import type { Question } from '../../core/policy/question.ts';
import type { Cedar, Engine } from './engine.ts';
import { exactJson } from './exact.ts';
import type { Parsable } from './set.ts';

/** Changes when a closure could answer differently than one of before did. */
export const closuresVersion = 'countersign-closures/1';

export interface Closures {
  /** Policies that must be asked of the engine. */
  readonly uncovered: readonly string[];
  /** What the covered policies say. Throws nothing but what a getter of the question's would. */
  answer(question: Question): EngineAnswer;
}

/** @returns undefined where the schema is not understood: then nothing is covered */
export function compileClosures(
  engine: Engine,
  { requests: schema, policies }: Parsable,
): Closures | undefined {
  const resolved = engine.run((cedar) => cedar.schemaToJsonWithResolvedTypes(schema));
  const requests = resolved.type === 'success' ? readRequestSchema(resolved.json) : undefined;
  const actions = requests === undefined ? undefined : prepareEntities(requests.actions);
  const texts = Object.entries(policies);
  const compiled = compileSet({
    policies: new Map(texts.map(([id, text]) => [id, engine.run((cedar) => readPolicy(cedar, text))])),
  });
  if (requests === undefined || actions?.ok !== true || !compiled.ok) return undefined;
  const { set } = compiled;
  return {
    uncovered: set.uncovered.map(({ id }) => id),
    answer(question) {
      const why = requests.whyUnfit(question);
      if (why !== undefined) return { ok: false, reason: why };
      const entities = actions.store.withMore(question.entities);
      return entities.ok ? set.evaluate({ ...question, entities: entities.store }) : entities;
    },
  };
}

function readPolicy(cedar: Cedar, text: string): unknown {
  const read = (each: string): unknown => {
    const answer = cedar.policyToJson(each);
    return answer.type === 'success' ? answer.json : undefined;
  };
  return exactJson(text, read(text), read);
}
