// SPDX-License-Identifier: Apache-2.0
/**
 * A set's policies as closures, and which of them have none: those stay with the engine.
 *
 * Compiled from what the engine says that they are, integers aside (exact.ts).
 */
import type { EngineAnswer } from '../../app/ports.ts';
import { prepareEntities } from '../../core/cedar/entities.ts';
import { readRequestSchema } from '../../core/cedar/request-schema.ts';
import { type CedarSet, compileSet } from '../../core/cedar/set.ts';
import type { Question } from '../../core/policy/question.ts';
import type { Cedar, Engine } from './engine.ts';
import { exactJson } from './exact.ts';
import type { Parsable } from './set.ts';

/** Changes when a closure could answer differently than one of before did. */
export const closuresVersion = 'countersign-closures/2';

export interface Closures {
  /** Policies that must be asked of the engine. */
  readonly uncovered: readonly string[];
  /** What the covered policies say. Throws nothing but what a getter of the question's would. */
  answer(question: Question & Required<Pick<Question, 'history'>>): EngineAnswer;
}

/**
 * Policies whose first clause is a condition over history: where it does not hold they say nothing, and
 * are not looked at. So what a question costs does not grow with the conditions that there are.
 */
interface Guarded {
  readonly set: CedarSet;
  /** Conditions that its policies read. */
  readonly reads: readonly string[];
}

/**
 * @param conditions over history that policies look at
 * @param wholeContext some policy looks at the context as a whole, conditions and all
 * @returns undefined where the schema is not understood: then nothing is covered
 */
export function compileClosures(
  engine: Engine,
  { requests: schema, policies }: Pick<Parsable, 'requests' | 'policies'>,
  conditions: readonly { readonly name: string }[],
  wholeContext: boolean,
): Closures | undefined {
  const resolved = engine.run((cedar) => cedar.schemaToJsonWithResolvedTypes(schema));
  const requests = resolved.type === 'success' ? readRequestSchema(resolved.json) : undefined;
  const actions = requests === undefined ? undefined : prepareEntities(requests.actions);
  if (requests === undefined || actions?.ok !== true) return undefined;
  const { store } = actions;

  const names = new Set(conditions.map(({ name }) => name));
  const always = new Map<string, unknown>();
  const byGuard = new Map<string, Map<string, unknown>>();
  for (const [id, text] of Object.entries(policies)) {
    const json = engine.run((cedar) => readPolicy(cedar, text));
    const guard = wholeContext ? undefined : guardOf(json, names);
    const home = guard === undefined ? always : (byGuard.get(guard) ?? new Map<string, unknown>());
    if (guard !== undefined) byGuard.set(guard, home);
    home.set(id, json);
  }
  const plain = compiled(always, names, wholeContext);
  const guarded = new Map([...byGuard].map(([guard, home]) => [guard, compiled(home, names, false)]));
  const sets = [plain, ...guarded.values()];
  return {
    uncovered: sets.flatMap(({ set }) => set.uncovered.map(({ id }) => id)),
    answer({ history, ...question }) {
      const why = requests.whyUnfit(question);
      if (why !== undefined) return { ok: false, reason: why };
      const entities = store.withMore(question.entities);
      if (!entities.ok) return entities;
      const { holding, untold } = history;
      const asked = [plain];
      for (const name of [...holding, ...untold]) {
        const more = guarded.get(name);
        if (more !== undefined) asked.push(more);
      }
      const request = { ...question, entities: entities.store };
      if (asked.length === 1 && plain.reads.length === 0) return plain.set.evaluate(request);
      const context: { [name: string]: unknown } = { ...question.context };
      for (const { reads } of asked)
        for (const name of reads) if (!untold.has(name)) context[name] = holding.has(name);
      const satisfied: string[] = [];
      const errored: string[] = [];
      for (const { set } of asked) {
        const said = set.evaluate({ ...request, context });
        if (!said.ok) return said;
        satisfied.push(...said.satisfied);
        errored.push(...said.errored);
      }
      return asked.length === 1
        ? { ok: true, satisfied, errored }
        : { ok: true, satisfied: satisfied.sort(), errored: errored.sort() };
    },
  };
}

function compiled(
  policies: ReadonlyMap<string, unknown>,
  names: ReadonlySet<string>,
  everything: boolean,
): Guarded {
  const made = compileSet({ policies });
  // Only links can make a whole set impossible, and there are none.
  if (!made.ok) throw new Error(made.reason);
  const reads = everything
    ? [...names]
    : [...new Set([...policies.values()].flatMap((json) => readsOf(json, names)))];
  return { set: made.set, reads };
}

/** The condition that a policy's first clause is, if it is one: `when temporal { ... }`. */
function guardOf(json: unknown, names: ReadonlySet<string>): string | undefined {
  const clauses = memberOf(json, 'conditions');
  const first = Array.isArray(clauses) ? clauses[0] : undefined;
  if (memberOf(first, 'kind') !== 'when') return undefined;
  return accessed(memberOf(memberOf(first, 'body'), '.'), names);
}

function readsOf(json: unknown, names: ReadonlySet<string>): readonly string[] {
  if (typeof json !== 'object' || json === null) return [];
  const own = conditionIn(json, names);
  return own === undefined ? Object.values(json).flatMap((part) => readsOf(part, names)) : [own];
}

/** `context.<name>`, or `context has <name>`. */
function conditionIn(json: unknown, names: ReadonlySet<string>): string | undefined {
  return accessed(memberOf(json, '.'), names) ?? accessed(memberOf(json, 'has'), names);
}

function accessed(access: unknown, names: ReadonlySet<string>): string | undefined {
  if (memberOf(memberOf(access, 'left'), 'Var') !== 'context') return undefined;
  const path = memberOf(access, 'attr');
  const attribute: unknown = Array.isArray(path) ? path[0] : path;
  return typeof attribute === 'string' && names.has(attribute) ? attribute : undefined;
}

function memberOf(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? Reflect.get(json, name)
    : undefined;
}

function readPolicy(cedar: Cedar, text: string): unknown {
  const read = (each: string): unknown => {
    const answer = cedar.policyToJson(each);
    return answer.type === 'success' ? answer.json : undefined;
  };
  return exactJson(text, read(text), read);
}
