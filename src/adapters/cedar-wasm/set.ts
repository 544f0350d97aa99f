// SPDX-License-Identifier: Apache-2.0
/**
 * A compiled policy set that answers questions. Translates and decides nothing.
 *
 * Closures answer (core/cedar); the engine answers for the policies that have none, and is asked again
 * about a sampled share of all questions: where the two differ, nobody is believed.
 * Every policy was turned into a permit, because the engine names only the policies that determined
 * its decision: so one question finds every satisfied policy of both effects, and every erroring one.
 * Never throws: whatever goes wrong is `{ok: false}`, and that is a deny.
 *
 * Source: docs/adr/0013-compiled-cedar.md.
 */
import type { StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { Conditions, EngineAnswer, Mentions, PolicySet } from '../../app/ports.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import type { Question } from '../../core/policy/question.ts';
import { narrowedQuestion, type QuestionUses } from '../../core/policy/uses.ts';
import { compileClosures } from './closures.ts';
import { type Cedar, createEngine } from './engine.ts';
import { mayAllow } from './listing.ts';
import { remembering } from './memo.ts';

/** What an instance of the engine is told before it answers. */
export interface Parsable {
  readonly schema: string;
  /** The same for questions in which a condition over history may be missing. */
  readonly requests: string;
  /** Policy text by id, as permits. */
  readonly policies: { readonly [id: string]: string };
}

export interface CompiledSet {
  readonly digest: string;
  readonly engine: string;
  readonly policies: ReadonlyMap<string, Policy>;
  readonly conditions: Conditions;
  readonly mentions: Mentions;
  readonly parsable: Parsable;
  readonly uses: QuestionUses;
  /** From `resourceBound`. */
  readonly bound: ReadonlySet<string>;
  /** Default: none. */
  readonly shadow?: ShadowCheck | undefined;
}

/** How production decisions are held to the official engine. */
export interface ShadowCheck {
  /** Of all questions, from 0 to 1. */
  readonly share: number;
  /** From 0 up to, and without, 1. */
  readonly chance: () => number;
  /** @param difference names policies, never what was asked */
  readonly alarm: (difference: string) => void;
}

const name = 'published';
/** The policies without closures, apart. */
const restName = 'rest';
const maxReasonLength = 300;

/** @throws {EngineFailed} when the engine refuses what was validated before */
export function policySet({
  digest,
  engine: version,
  policies,
  conditions,
  mentions,
  parsable,
  uses,
  bound,
  shadow,
}: CompiledSet): PolicySet {
  const plainUses = withoutConditions(uses, conditions);
  const looked = conditions.all.filter(({ name: one }) => uses.context.whole || uses.context.attrs.has(one));
  let rest: Parsable['policies'] | undefined;
  const engine = createEngine((cedar) => prepare(cedar, parsable, rest));
  engine.run(() => {}); // parse now, so that the first question does not wait for it
  const closures = compileClosures(engine, parsable, looked, uses.context.whole);
  const uncovered = closures?.uncovered ?? [];
  if (uncovered.length > 0) {
    rest = Object.fromEntries(uncovered.map((id) => [id, parsable.policies[id] ?? '']));
    engine.run((cedar) => prepare(cedar, parsable, rest));
  }
  const askWhole = (question: Question) => engine.run((cedar) => ask(cedar, name, question, policies));
  const rememberedWhole = remembering(askWhole);
  const rememberedRest = remembering((question) =>
    engine.run((cedar) => ask(cedar, restName, question, policies)),
  );
  /** The engine insists on every condition; it has no place for one that cannot be told. */
  const complete = ({ history, ...question }: Asking): Question | undefined => {
    if (history.untold.size > 0) return undefined;
    // What operators do has no history.
    if (looked.length === 0 || question.principal.type !== 'Agent') return question;
    const held = looked.map((one): [string, boolean] => [one.name, history.holding.has(one.name)]);
    return { ...question, context: { ...question.context, ...Object.fromEntries(held) } };
  };
  const engineAnswer = (by: (question: Question) => EngineAnswer, question: Asking): EngineAnswer => {
    const whole = complete(question);
    return whole === undefined ? failed('a condition over history cannot be told') : by(whole);
  };
  const answer = (question: Asking): EngineAnswer => {
    if (closures === undefined) return engineAnswer(rememberedWhole, question);
    const covered = closures.answer(question);
    if (!covered.ok) return failed(covered.reason);
    const said = rest === undefined ? covered : together(covered, engineAnswer(rememberedRest, question));
    if (shadow === undefined || shadow.chance() >= shadow.share) return said;
    const whole = complete(question);
    // What could not be told has no place in the engine's schema: nothing to compare.
    if (whole === undefined) return said;
    const difference = differenceOf(said, askWhole(whole));
    if (difference === undefined) return said;
    shadow.alarm(difference);
    return failed('the two engines do not agree');
  };
  return {
    digest,
    engine: version,
    policies,
    conditions,
    mentions,
    speaksOfResults: [...policies.values()].some(({ about }) => about === 'result'),
    speaksOfContinuing: [...policies.values()].some(({ about }) => about === 'continue'),
    evaluate(question) {
      try {
        const history = question.history ?? heardIn(question, conditions);
        return answer({ ...narrowedQuestion(question, plainUses), history });
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

/** What was said of history has its own place. */
type Asking = Question & Required<Pick<Question, 'history'>>;

function withoutConditions(uses: QuestionUses, { all }: Conditions): QuestionUses {
  const attrs = new Map(uses.context.attrs);
  for (const { name: one } of all) attrs.delete(one);
  return { ...uses, context: { ...uses.context, attrs } };
}

/** Of a question that was put together by hand: what is not among its context cannot be told. */
function heardIn({ action, context }: Question, conditions: Conditions): Asking['history'] {
  const names = conditions.for(action.id).conditions.map((condition) => condition.name);
  return {
    holding: new Set(names.filter((one) => context[one] === true)),
    untold: new Set(names.filter((one) => typeof context[one] !== 'boolean')),
  };
}

function together(a: EngineAnswer, b: EngineAnswer): EngineAnswer {
  if (!a.ok) return a;
  if (!b.ok) return b;
  return {
    ok: true,
    satisfied: [...a.satisfied, ...b.satisfied].sort(),
    errored: [...a.errored, ...b.errored].sort(),
  };
}

/** @returns what only one of them says; undefined where they agree */
function differenceOf(compiled: EngineAnswer, official: EngineAnswer): string | undefined {
  if (!compiled.ok) return undefined; // a deny already
  if (!official.ok) return `the official engine gives no answer: ${official.reason}`;
  const differing = (a: readonly string[], b: readonly string[]) =>
    [...a.filter((id) => !b.includes(id)), ...b.filter((id) => !a.includes(id))].sort();
  const satisfied = differing(compiled.satisfied, official.satisfied);
  const errored = differing(compiled.errored, official.errored);
  if (satisfied.length === 0 && errored.length === 0) return undefined;
  const listed = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(', ') || 'none';
  return `satisfied by one engine only: ${listed(satisfied)}; erring in one only: ${listed(errored)}`;
}

function prepare(cedar: Cedar, { schema, policies }: Parsable, rest: Parsable['policies'] | undefined): void {
  for (const answer of [
    cedar.preparseSchema(name, schema),
    cedar.preparsePolicySet(name, { staticPolicies: policies }),
    ...(rest === undefined ? [] : [cedar.preparsePolicySet(restName, { staticPolicies: rest })]),
  ]) {
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message ?? 'the set was refused');
  }
}

function ask(
  cedar: Cedar,
  set: string,
  question: Question,
  policies: ReadonlyMap<string, Policy>,
): EngineAnswer {
  const call = {
    ...question,
    preparsedPolicySetId: set,
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
