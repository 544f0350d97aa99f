// SPDX-License-Identifier: Apache-2.0
/**
 * What another policy set would have said: recorded decisions, decided again from what their records hold.
 *
 * State and history are those that the records made, so a plan says what would have changed for each
 * request by itself, not what the agent would have done next. Never guesses: a decision of which the
 * arguments are gone, or that rested on what no record holds, is counted as one that cannot be replayed.
 *
 * Source: docs/evidence.md, "Plans".
 */
import type { OpinionAnswer, OpinionFault } from '../core/decision/opinion.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject } from '../core/json/value.ts';
import { seenFrom } from '../core/operand/seen.ts';
import { originOf } from '../core/origin/recorded.ts';
import { programFrom } from '../core/program/of-call.ts';
import {
  type DecisionToReplay,
  type ObservationToReplay,
  type Replayed,
  verdictsOf,
} from '../core/record/replayed.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { toldIn } from '../core/signal/heard.ts';
import type { Registry } from '../core/signal/registry.ts';
import type { View } from '../core/state/facet.ts';
import { createHead } from '../core/state/head.ts';
import { changes } from '../core/state/reduce.ts';
import { type Change, createChanges, runs, type Said, saidOf } from './change.ts';
import { type Considered, consider } from './consider.ts';
import { createPast } from './past.ts';
import { type ResultCall, resultAgain, resultSaid } from './plan-result.ts';
import { type Arguments, hadNoStanding, isReplayed, type Step } from './replay.ts';
import type { InForce, Second } from './road.ts';
import { type Answered, askSecond, maxAsks } from './second-opinion.ts';
import { underSet } from './under-set.ts';

export type Cannot =
  | 'erased'
  | 'missing'
  | 'unreadable'
  | 'not_described'
  | 'transformed'
  | 'other_catalogue'
  | 'second_opinion';

export interface Plan {
  readonly replayed: number;
  readonly unchanged: number;
  readonly changes: readonly Change[];
  readonly cannot: Readonly<Partial<Record<Cannot, number>>>;
  readonly results: PlannedResults;
  readonly records: number;
}

/** The same of what came back: only where the record says what was found in it. */
export interface PlannedResults {
  readonly replayed: number;
  readonly unchanged: number;
  readonly changes: readonly Change[];
  /** What was found, or what would have been left of it, is in no record. */
  readonly cannot: number;
}

export interface PlanOptions {
  readonly sinceMs: number;
  /** By what the decisions are made again. */
  readonly next: InForce;
  readonly pseudonym: Pseudonym;
  /** Asked again about what this very bundle had a say in; without it, that is not decided again. */
  readonly second?: Second;
  /** Calendars and the zone, for policies that read what those of then did not. */
  readonly registry?: Registry | undefined;
  readonly onProgress?: (records: number) => void;
}

const maxPseudonyms = 50_000;
/** What is longer is no name, and hardly comes again. */
const maxNameLength = 512;
const argLimits = { maxBytes: 64 << 20, maxDepth: 512, maxNodes: 5_000_000 };
/** Edges honour this much; what else a set asks for would be refused by them. */
const understood: ReadonlySet<string> = new Set(['max_result_bytes']);

/** @throws what comes out of `steps` */
export async function plan(steps: AsyncIterable<readonly Step[]>, options: PlanOptions): Promise<Plan> {
  const { next, sinceMs } = options;
  const { second, registry } = options;
  const deciding: Deciding = { next, pseudonym: remembering(options.pseudonym), second, registry };
  const head = createHead();
  const past = createPast(deciding.pseudonym);
  const view = underSet(head, next);
  const differences = createChanges();
  const cannot: Partial<Record<Cannot, number>> = {};
  const results = createResults(next);
  let replayed = 0;
  let unchanged = 0;
  let records = 0;

  for await (const page of steps) {
    for (const { event: recorded, args } of page) {
      const event = asPolicySaid(recorded);
      if (isReplayed(event, sinceMs)) {
        const again = await decidedAgain(event, args, view, past, deciding);
        if (typeof again === 'string') cannot[again] = (cannot[again] ?? 0) + 1;
        else {
          replayed += 1;
          const { outcome, code } = again;
          // Most often: then nobody asks by what.
          if (outcome === event.outcome && code === event.code) unchanged += 1;
          else differences.note(event, before(event), { outcome, code, policies: again.policies() });
          if (again.call !== undefined && event.open !== undefined) results.open(event, again.call);
        }
      }
      if (event.type === 'observation') results.close(event, view);
      // Nobody else writes here: what only the versions of facets are read for is not folded.
      head.move(changes(head, event, event.id, event.at, event.node, false), event.id);
      past.learn(event);
    }
    records += page.length;
    options.onProgress?.(records);
  }
  return { replayed, unchanged, changes: differences.ordered(), cannot, results: results.done(), records };
}

/** Calls that are open, so that what came back is asked about as the call was. */
function createResults(next: InForce) {
  const calls = new Map<string, { readonly event: DecisionToReplay; readonly call: ResultCall }>();
  const differences = createChanges();
  let replayed = 0;
  let unchanged = 0;
  let cannot = 0;
  return {
    open(event: DecisionToReplay, call: ResultCall): void {
      calls.set(event.id, { event, call });
    },
    close({ decision, status, decided, at }: ObservationToReplay, view: View): void {
      const made = calls.get(decision);
      calls.delete(decision);
      if (made === undefined || !('session' in made.event.who)) return;
      if (decided === undefined) {
        // Nobody looked at it, or there was little to see: of sizes and links the record has nothing.
        if (next.policies.speaksOfResults && (status === 'ok' || status === 'error')) cannot += 1;
        return;
      }
      const who = circumstances(view, made.event.who, at);
      const again = who.ok ? resultAgain(next, made.call, decided, who.value) : undefined;
      if (again === undefined) {
        cannot += 1;
        return;
      }
      replayed += 1;
      if (!differences.note(made.event, resultSaid(decided), again)) unchanged += 1;
    },
    done: (): PlannedResults => ({ replayed, unchanged, changes: differences.ordered(), cannot }),
  };
}

/** The same names come again, and none of them is a secret: those were replaced before they were recorded. */
function remembering(pseudonym: Pseudonym): Pseudonym {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > maxNameLength) return pseudonym(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= maxPseudonyms) known.clear();
    const made = pseudonym(text);
    known.set(text, made);
    return made;
  };
}

interface Deciding extends Pick<PlanOptions, 'next' | 'pseudonym' | 'registry'> {
  readonly second: Second | undefined;
}

async function decidedAgain(
  event: DecisionToReplay,
  args: Arguments | undefined,
  view: View,
  past: ReturnType<typeof createPast>,
  { next, pseudonym, second, registry }: Deciding,
): Promise<Again | Cannot> {
  if (!('session' in event.who)) return 'not_described';
  if (hadNoStanding(event)) return asBefore(event);
  // Refused by the catalogue, before policy was asked: under the same one it would be again.
  if (args === undefined)
    return event.catalogue === next.catalogue.digest ? asBefore(event) : 'other_catalogue';
  // What was sent is in no record, only what was made of it.
  if (event.transformed) return 'transformed';
  if (!args.ok) return args.reason;
  const parsed = parseJson(Buffer.from(args.content, 'utf8'), argLimits);
  if (!parsed.ok || !isObject(parsed.value)) return 'unreadable';
  const { method, server, target, definition } = event.request;
  const proposal = {
    ...{ method, server, target, args: parsed.value },
    ...(definition === undefined ? {} : { definition }),
  };
  const moment = { at: event.at, past };
  const answers = new Map<string, Answered>();
  // The arguments are the projection already: what was hidden then is not hidden again.
  const road = {
    pseudonym,
    replayed: true,
    // As they were told then: what has been read since is no part of it.
    origins: () => originOf(event.facts),
    program: programFrom(event.facts),
    // What was said of signals is in the state; what calendars and clocks said then is in the record alone.
    registry,
    told: toldIn(event.facts),
    seen: seenFrom(event.facts),
    // What people lifted then is lifted: whether they would again is nothing that a policy can tell.
    lifts: event.lifts,
    answers: event.hadOpinion ? (digest: string) => answers.get(digest) : undefined,
  };
  for (;;) {
    const considered = consider(road, next, view, moment, event.who, proposal, understood);
    const { outcome, code, unasked } = considered;
    if (unasked === undefined) {
      const { entry, resource, projection } = considered;
      const call = entry === undefined ? undefined : { entry, resource, args: projection ?? {} };
      return { outcome, code, policies: () => policiesOf(considered), call };
    }
    // What a server would say today is no evidence of what it said: only what policy denies can be told.
    if (second === undefined || !saidBySame(event, second) || answers.size >= maxAsks)
      return 'second_opinion';
    const answered = await askSecond(second, { wallMs: () => event.at }, unasked);
    if (isSilence(answered.answer)) return 'second_opinion';
    answers.set(unasked.digest, answered);
  }
}

/** Whether the answer on record is one that this bundle gave, and would give again. */
function saidBySame({ facts }: DecisionToReplay, { opinion: { bundle } }: Second): boolean {
  return (
    bundle !== undefined &&
    facts['opa.bundle']?.value === bundle.digest &&
    facts['opa.entrypoint']?.value === bundle.entrypoint &&
    !silences.has(String(facts['opa.outcome']?.value))
  );
}

/** Faults of a moment: nothing was said, so nothing can be said again. */
const silences: ReadonlySet<string> = new Set<OpinionFault>(['opa_unreachable', 'opa_timeout', 'opa_stale']);

function isSilence(answer: OpinionAnswer): boolean {
  return !answer.ok && silences.has(answer.code);
}

/** What is said of a decision now. */
interface Again {
  readonly outcome: Said['outcome'];
  readonly code: string;
  readonly policies: () => readonly string[];
  /** As it was described, where it was. */
  readonly call?: ResultCall | undefined;
}

const waited: ReadonlySet<string> = new Set(['deferral_expired', 'deferral_cancelled', 'deferral_limit']);

/** What people said, or that there was no room to ask them or to wait, is no answer of a policy: to that it was a question. */
function asPolicySaid<T extends Replayed>(event: T): T {
  if (event.type === 'decision' && waited.has(event.code))
    return { ...event, outcome: 'defer', code: 'deferred' };
  return event.type === 'decision' && (event.code === 'approval_refused' || event.code === 'approval_limit')
    ? { ...event, outcome: 'step_up', code: 'pending_approval' }
    : event;
}

function asBefore(event: DecisionToReplay): Again {
  const { outcome, code } = event;
  return { outcome, code, policies: () => before(event).policies };
}

function before(event: DecisionToReplay): Said {
  return saidOf({ ...event, verdicts: verdictsOf(event) });
}

function policiesOf({ outcome, verdicts }: Considered): readonly string[] {
  const effect = runs(outcome) ? 'permit' : 'forbid';
  return verdicts
    .filter(({ kind, policy }) => kind === 'satisfied' && policy.effect === effect)
    .map(({ policy }) => policy.id)
    .sort();
}
