// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled policy set that answers questions. Translates and decides nothing.
 *
 * Every policy was turned into a permit, because the engine names only the policies that determined
 * its decision: so one question finds every satisfied policy of both effects, and every erroring one.
 * Never throws: whatever goes wrong in the engine is `{ok: false}`, and that is a deny.
 */
import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { Conditions, EngineAnswer, PolicySet } from '../../app/ports.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import type { Question } from '../../core/policy/question.ts';
import { narrowedQuestion, type QuestionUses } from '../../core/policy/uses.ts';
import { type Cedar, createEngine } from './engine.ts';
import { mayAllow } from './listing.ts';
import { remembering } from './memo.ts';

/** What an instance of the engine is told before it answers. */
export interface Parsable {
  readonly schema: string;
  /** Policy text by id, as permits. */
  readonly policies: { readonly [id: string]: string };
}

export interface CompiledSet {
  readonly digest: string;
  readonly engine: string;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly conditions: Conditions;
  readonly parsable: Parsable;
  readonly uses: QuestionUses;
  /** From `resourceBound`. */
  readonly bound: ReadonlySet<string>;
}

const name = 'published';
const maxReasonLength = 300;

/** @throws {EngineFailed} when the engine refuses what was validated before */
export function policySet({
  digest,
  engine: version,
  policies,
  conditions,
  parsable,
  uses,
  bound,
}: CompiledSet): PolicySet {
  const engine = createEngine((cedar) => prepare(cedar, parsable));
  engine.run(() => {}); // parse now, so that the first question does not wait for it
  const answer = remembering((question) => engine.run((cedar) => ask(cedar, question, policies)));
  return {
    digest,
    engine: version,
    policies,
    conditions,
    evaluate(question) {
      try {
        return answer(narrowedQuestion(question, uses));
      } catch (error) {
        return failed(error instanceof Error ? error.message : 'the engine gave up');
      }
    },
    mayAllow(question, actionClass) {
      const narrowed = narrowedQuestion(question, uses);
      try {
        return engine.run((cedar) => mayAllow(cedar, name, narrowed, actionClass, policies, bound));
      } catch {
        return false;
      }
    },
  };
}

function prepare(cedar: Cedar, { schema, policies }: Parsable): void {
  for (const answer of [
    cedar.preparseSchema(name, schema),
    cedar.preparsePolicySet(name, { staticPolicies: policies }),
  ]) {
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message ?? 'the set was refused');
  }
}

function ask(cedar: Cedar, question: Question, policies: ReadonlyMap<string, Policy>): EngineAnswer {
  const call = {
    ...question,
    preparsedPolicySetId: name,
    preparsedSchemaName: name,
    validateRequest: true,
  };
  // The engine's types ask for writable arrays; it only ever reads them, through JSON.stringify.
  const answer = cedar.statefulIsAuthorized(call as unknown as StatefulAuthorizationCall);
  if (answer.type === 'failure') return failed(answer.errors[0]?.message ?? 'the engine gave no answer');
  const { reason, errors } = answer.response.diagnostics;
  const satisfied = [...reason].sort();
  const errored = errors.map(({ policyId }) => policyId).sort();
  // An answer about policies that are not ours would be somebody else's decision.
  const stray = [...satisfied, ...errored].find((id) => !policies.has(id));
  return stray === undefined
    ? { ok: true, satisfied, errored }
    : failed(`the engine named the policy \`${stray}\`, which is not in the set`);
}

function failed(reason: string): EngineAnswer {
  return { ok: false, reason: reason.slice(0, maxReasonLength).toWellFormed() };
}
