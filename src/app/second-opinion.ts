// SPDX-License-Identifier: Apache-2.0
/**
 * A second decision point beside policy: asked before the decision, counted within it.
 *
 * An opinion counts for exactly the document that it answered. A decision builds that document from the state that
 * it sees and looks for the answer by its digest; where there is none it decides nothing, and the document is asked
 * about first. So whatever moved meanwhile is asked about again, and nothing waits inside of the sequencer.
 *
 * Source: docs/adr/0016-opa.md.
 */
import type { OpinionAnswer } from '../core/decision/opinion.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { Seen } from '../core/operand/seen.ts';
import type { OriginFacts } from '../core/origin/facts.ts';
import type { Described } from '../core/policy/context.ts';
import { opaInput } from '../core/policy/opa-input.ts';
import type { Program } from '../core/program/of-call.ts';
import type { Fact } from '../core/record/events/decision.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Caller } from '../core/request/proposal.ts';
import type { Circumstances } from '../core/session/circumstances.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Clock, OpinionBundle } from './ports.ts';
import type { Second } from './road.ts';

/** A document with the name by which its answer is found. */
export interface Asking {
  /** Keyed, since a record is never erased and a plain digest of small contents tells them. */
  readonly digest: string;
  readonly input: JsonObject;
}

export interface Answered {
  readonly answer: OpinionAnswer;
  /** When it was had. */
  readonly at: number;
  /** Whose it is, where that is a file. */
  readonly bundle?: OpinionBundle;
}

/** An opinion that counted, with what it was about. */
export interface Counted extends Answered {
  readonly asking: Asking;
}

/** By the digest of a document: its answer, or undefined where nobody has asked yet. */
export type Answers = (digest: string) => Answered | undefined;

/** Each transform asks anew, and what is asked about may move; more than this is not settling. */
export const maxAsks = 8;

export function askingAbout(
  described: Described,
  projection: JsonObject,
  who: Circumstances,
  view: View,
  caller: Caller,
  first: readonly string[],
  origin: OriginFacts,
  pseudonym: Pseudonym,
  program?: Program,
  seen?: Seen,
): Asking {
  const instants = {
    agentVerifiedAt: view.get(facets.agent(caller.agent))?.verifiedAt ?? 0,
    taskStartedAt: view.get(facets.task(caller.task))?.startedAt ?? 0,
    sessionStartedAt: view.get(facets.session(caller.session))?.startedAt ?? 0,
  };
  const input = opaInput(described, projection, who, instants, first, origin, program, seen);
  return { input, digest: `hmac-sha256:${pseudonym(`opa ${canonicalJson(input)}`)}` };
}

/** Never throws: an adapter that does has no opinion. */
export async function askSecond(
  { opinion, timeoutMs }: Second,
  clock: Pick<Clock, 'wallMs'>,
  { input }: Asking,
): Promise<Answered> {
  const answer = await opinion
    .ask(canonicalJson(input), timeoutMs)
    .catch((): OpinionAnswer => ({ ok: false, code: 'opa_unreachable' }));
  const { bundle } = opinion;
  return { answer, at: clock.wallMs(), ...(bundle === undefined ? {} : { bundle }) };
}

export function opinionFacts({ asking, answer, at, bundle }: Counted): { readonly [name: string]: Fact } {
  const fact = (value: string): Fact => ({ value, source: 'opa', t: at });
  return {
    'opa.outcome': fact(answer.ok ? answer.opinion.outcome : answer.code),
    'opa.input': fact(asking.digest),
    ...(bundle === undefined
      ? {}
      : { 'opa.bundle': fact(bundle.digest), 'opa.entrypoint': fact(bundle.entrypoint) }),
    ...(answer.ok && answer.decisionId !== undefined ? { 'opa.decision': fact(answer.decisionId) } : {}),
  };
}

/** What lies beside the record, under the key of the task: every document that was asked about, and its answer. */
export function opinionContent(counted: readonly Counted[]): string {
  return canonicalJson(
    counted.map(({ asking, answer }) => ({
      input: asking.input,
      answer: answer.ok ? { ...answer.opinion } : { fault: answer.code },
    })),
  );
}
