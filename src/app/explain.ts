// SPDX-License-Identifier: Apache-2.0
/**
 * Why one decision was what it was, and what would have made it another.
 *
 * Explains with the policies that decided and never with today's: their sources were published with
 * them. Where contents were erased, or the engine of today is another one, it says so and guesses
 * nothing. Never decides: the engine is asked only which clause of a policy holds.
 *
 * Source: docs/evidence.md, "explain".
 */
import type { Lift, Remedy } from '../core/decision/verdict.ts';
import type { JsonValue } from '../core/json/value.ts';
import { type Distance, distanceOf, sumOf } from '../core/origin/distance.ts';
import type { Lineage } from '../core/origin/facts.ts';
import { originOf } from '../core/origin/recorded.ts';
import type { PolicyFile } from '../core/policy/source.ts';
import type { DecisionEvent, ObservationEvent } from '../core/record/event.ts';
import type { Reserve } from '../core/record/events/decision.ts';
import { bodyOf } from './clauses.ts';
import { codes, isDecisionCode } from './codes.ts';
import { type AskEngine, type Asked, type Tested, testedPolicies } from './explain-clauses.ts';
import { type ExplainedCondition, explainedHistory } from './explain-history.ts';
import { lifting } from './lifting.ts';
import { type PublishedPolicy, publishedFiles } from './published-sources.ts';
import type { ApprovalRead } from './read-approval.ts';
import type { Contents, DecisionRead, Standing } from './read-decision.ts';
import { readable } from './read-records.ts';

export interface Explanation {
  readonly id: string;
  readonly position: number;
  readonly leafHash: string;
  readonly at: number;
  readonly outcome: DecisionEvent['outcome'];
  readonly code: string;
  /** The code in words. */
  readonly says: string;
  readonly detail?: string;
  /** It would have been refused, and the mode let it through. */
  readonly shadow: boolean;
  readonly who: DecisionEvent['who'];
  readonly chain: readonly string[];
  readonly request: Omit<DecisionEvent['request'], 'args'> & { readonly args?: JsonValue };
  readonly versions: DecisionEvent['versions'];
  /** Whether the policies below are the ones that decided, and why not if they are not. */
  readonly sources: 'published' | 'erased' | 'missing' | 'unreadable';
  readonly verdicts: readonly ExplainedVerdict[];
  readonly facts: readonly ExplainedFact[];
  /** The conditions over history that were asked, of those policies whose text can be had. */
  readonly history: readonly ExplainedCondition[];
  readonly reads: DecisionEvent['reads'];
  readonly budgets: Standing['budgets'];
  /** What had raised the labels of the task, and lowered them, in order. */
  readonly labels: Standing['labels'];
  readonly reserves: readonly Reserve[];
  readonly lifts: readonly Lift[];
  /** The request by which people changed what the agent had sent. */
  readonly edited?: string;
  readonly transforms: readonly string[];
  readonly obligations: readonly string[];
  /** How far it was from what was asked, with its parts; only where something was. */
  readonly distance?: Distance & { readonly sum: number };
  /** Where the values came from that were in doubt. */
  readonly lineage?: readonly Lineage[];
  /** What the candidate would have said; see `would` of the record. */
  readonly would?: DecisionEvent['would'];
  /** What a second decision point was asked about and said, each time that it counted. */
  readonly opinion?: JsonValue;
  /** Who was asked, and what they said. */
  readonly approval?: ExplainedApproval;
  readonly observation?: ExplainedObservation;
  /** What would have to be otherwise; empty for what was allowed. */
  readonly lift: readonly string[];
  /** Which clause failed, of the policies for which that is the question. */
  readonly tested?: readonly Tested[];
}

export interface ExplainedApproval {
  readonly id: string;
  readonly expiresAt: number;
  readonly asks: readonly {
    readonly policy: string;
    readonly approvers: readonly string[];
    readonly quorum: number;
  }[];
  readonly said: readonly {
    readonly person: string;
    readonly operator: string;
    readonly verdict: 'approve' | 'refuse';
    readonly policies: readonly string[];
    readonly reason: string;
    readonly at: number;
  }[];
}

export type ExplainedObservation = Omit<ObservationEvent, 'result'> & {
  readonly result?: JsonValue;
  /** What the agent got, where that is something else. */
  readonly released?: JsonValue;
};

export interface ExplainedVerdict {
  readonly policy: string;
  readonly effect: 'permit' | 'forbid';
  readonly kind: 'satisfied' | 'errored';
  /** Absent where the text that decided cannot be had. */
  readonly clause?: string;
  readonly file?: string;
  readonly line?: number;
  readonly owner?: string;
  readonly controls?: readonly string[];
  readonly reason?: string;
  readonly remedy?: Remedy;
}

export interface ExplainedFact {
  readonly name: string;
  readonly value: JsonValue;
  readonly source: string;
  readonly t: number;
  /** At the decision. */
  readonly ageMs: number;
}

export interface ExplainTools {
  /** Reads files that were published: every policy in them, and those that are in every set. */
  readonly policies: (files: readonly PolicyFile[]) => readonly PublishedPolicy[];
  readonly ask: AskEngine;
}

export function explain(
  read: DecisionRead,
  contents: Contents,
  standing: Standing | undefined,
  tools: ExplainTools,
): Explanation {
  const { decision, position, leafHash, observation } = read;
  const { request, code } = decision;
  const files = contents.policies.ok ? publishedFiles(contents.policies.content) : undefined;
  const published = tools.policies(files ?? []);
  const asked: Asked = { decision, contents, standing, files, published };
  const tested = testedPolicies(asked, tools.ask);
  const { args: _named, ...described } = request;
  return {
    id: decision.id,
    position,
    leafHash,
    at: decision.at,
    outcome: decision.outcome,
    code,
    ...(decision.detail === undefined ? {} : { detail: decision.detail }),
    says: isDecisionCode(code) ? codes[code] : 'a code that this version does not know',
    shadow: decision.shadow,
    who: decision.who,
    chain: decision.chain,
    request: { ...described, ...(contents.args === undefined ? {} : { args: readable(contents.args) }) },
    versions: decision.versions,
    sources: sourcesOf(contents, files),
    verdicts: decision.verdicts.map((verdict) => explained(verdict, published)),
    facts: Object.entries(decision.facts).map(([name, { value, source, t }]) => ({
      name,
      value,
      source,
      t,
      ageMs: decision.at - t,
    })),
    history: explainedHistory(decision, published),
    reads: decision.reads,
    budgets: standing?.budgets ?? [],
    labels: standing?.labels ?? [],
    reserves: decision.open?.reserves ?? [],
    lifts: decision.lifts,
    ...(decision.edited === undefined ? {} : { edited: decision.edited.by }),
    transforms: decision.transforms,
    obligations: decision.obligations,
    ...distanceIn(decision),
    ...(contents.lineage === undefined ? {} : { lineage: contents.lineage }),
    ...(decision.would === undefined ? {} : { would: decision.would }),
    ...(contents.opinion === undefined ? {} : { opinion: readable(contents.opinion) }),
    ...(read.approval === undefined ? {} : { approval: approvalOf(read.approval) }),
    ...(observation === undefined ? {} : { observation: observed(observation.event, contents) }),
    lift: lifting(decision, published, standing, tested),
    ...(tested === undefined ? {} : { tested }),
  };
}

function approvalOf({ request, decided }: ApprovalRead): ExplainedApproval {
  return {
    id: request.approval,
    expiresAt: request.expiresAt,
    asks: request.asks.map(({ policy, approvers, quorum }) => ({ policy, approvers, quorum })),
    said: decided.map(({ person, operator, verdict, policies, reason, at }) => ({
      ...{ person, operator, verdict, policies, reason, at },
    })),
  };
}

function distanceIn({ facts }: DecisionEvent): Pick<Explanation, 'distance'> {
  const origin = originOf(facts);
  const far = distanceOf(origin);
  return origin.intent.known ? { distance: { sum: sumOf(far), ...far } } : {};
}

function sourcesOf({ policies }: Contents, files: readonly PolicyFile[] | undefined): Explanation['sources'] {
  if (files !== undefined) return 'published';
  if (policies.ok) return 'unreadable';
  return policies.reason === 'erased' || policies.reason === 'missing' ? policies.reason : 'unreadable';
}

function explained(
  { policy, effect, kind, text }: DecisionEvent['verdicts'][number],
  published: readonly PublishedPolicy[],
): ExplainedVerdict {
  // By digest: only the very text that decided may speak for it.
  const found = published.find(({ id, textDigest }) => id === policy && textDigest === text);
  if (found === undefined) return { policy, effect, kind };
  const { file, line, owner, controls, reason, remedy } = found;
  return {
    policy,
    effect,
    kind,
    clause: bodyOf(found.text),
    file,
    line,
    ...(owner === undefined ? {} : { owner }),
    controls,
    ...(reason === undefined ? {} : { reason }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function observed(event: ObservationEvent, { result, released }: Contents): ExplainedObservation {
  const { result: _named, ...rest } = event;
  return {
    ...rest,
    ...(result === undefined ? {} : { result: readable(result) }),
    ...(released === undefined ? {} : { released: readable(released) }),
  };
}
