// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled policy set that answers questions. Translates and decides nothing.
 *
 * Every policy was turned into a permit, because the engine names only the policies that determined
 * its decision: so one question finds every satisfied policy of both effects, and every erroring one.
 * Never throws: whatever goes wrong in the engine is `{ok: false}`, and that is a deny.
 */
import { type StatefulAuthorizationCall, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import type { EngineAnswer, PolicySet } from '../../app/ports.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import type { Question } from '../../core/policy/question.ts';
import { narrowedQuestion, type QuestionUses } from '../../core/policy/uses.ts';
import { mayAllow } from './listing.ts';
import { type Parsable, slotFor } from './slots.ts';

export interface CompiledSet {
  readonly digest: string;
  readonly engine: string;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly parsable: Parsable;
  readonly uses: QuestionUses;
  /** From `resourceBound`. */
  readonly bound: ReadonlySet<string>;
}

const maxReasonLength = 300;

export function policySet({ digest, engine, policies, parsable, uses, bound }: CompiledSet): PolicySet {
  return {
    digest,
    engine,
    policies,
    evaluate(question) {
      try {
        return ask(narrowedQuestion(question, uses), policies, slotFor(parsable));
      } catch (error) {
        return failed(error instanceof Error ? error.message : 'the engine threw');
      }
    },
    mayAllow(question, actionClass) {
      try {
        return mayAllow(question, actionClass, policies, bound, slotFor(parsable));
      } catch {
        return false;
      }
    },
  };
}

function ask(question: Question, policies: ReadonlyMap<string, Policy>, slot: string): EngineAnswer {
  const call = {
    ...question,
    preparsedPolicySetId: slot,
    preparsedSchemaName: slot,
    validateRequest: true,
  };
  // The engine's types ask for writable arrays; it only ever reads them, through JSON.stringify.
  const answer = statefulIsAuthorized(call as unknown as StatefulAuthorizationCall);
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
