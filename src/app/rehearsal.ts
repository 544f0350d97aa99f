// SPDX-License-Identifier: Apache-2.0
/**
 * Policies tried out before they decide: calls in circumstances that a test says, judged as the road judges.
 *
 * Nothing is stored and nobody is called. The state is made of what is given and `consider` does the rest, so
 * what a test says is what an agent would hear. Time is given as well.
 *
 * Source: docs/authoring.md, "Tests".
 */

import { hash } from 'node:crypto';
import { type Autonomy, loweredBy } from '../core/agent/autonomy.ts';
import { foldResult } from '../core/decision/fold-result.ts';
import type { Verdict } from '../core/decision/verdict.ts';
import type { JsonObject } from '../core/json/value.ts';
import { type Label, nothingRead } from '../core/label/label.ts';
import type { Seen as SeenOperands } from '../core/operand/seen.ts';
import { type OriginFacts, unasked } from '../core/origin/facts.ts';
import type { Question } from '../core/policy/question.ts';
import type { Place } from '../core/policy/source.ts';
import type { ReadProgram } from '../core/program/of-call.ts';
import type { Event } from '../core/record/event.ts';
import type { OutcomeName } from '../core/record/events/decision.ts';
import { recordVersion } from '../core/record/events/parts.ts';
import type { Budget } from '../core/record/events/standing.ts';
import type { Caller, Proposal } from '../core/request/proposal.ts';
import type { ResultFacts } from '../core/result/facts.ts';
import { kindOf, type Seen, type SeenKind, seenKinds } from '../core/session/seen.ts';
import type { Told } from '../core/signal/heard.ts';
import { calendarPrefix, type Registry, type SignalValue, spokenAs } from '../core/signal/registry.ts';
import { facets } from '../core/state/facet.ts';
import { createHead, type Head } from '../core/state/head.ts';
import { keptOfResult } from '../core/temporal/kept.ts';
import { type Considered, consider } from './consider.ts';
import { createPast } from './past.ts';
import { verdictsOn } from './result.ts';
import type { InForce } from './road.ts';

/** What holds when a call is made. What is not said is harmless: nothing read, nothing done, nothing new. */
export interface Given {
  readonly at: number;
  readonly agent: {
    readonly id: string;
    readonly owner: string;
    readonly autonomy: 'supervised' | 'semi' | 'full';
    readonly verifiedAgoMs: number;
  };
  readonly task: {
    readonly type: string;
    readonly purpose?: string;
    readonly onBehalfOf?: string;
    readonly params: { readonly [name: string]: string };
    readonly ageMs: number;
    readonly hasPrompt: boolean;
    /** How many tasks it was started under, at most `maxDepth`. */
    readonly depth: number;
    /** What is left of each. */
    readonly budgets: readonly Budget[];
  };
  readonly session: {
    readonly id: string;
    readonly ageMs: number;
    readonly idleMs: number;
    readonly calls: number;
    readonly labels: Label;
  };
  /** What the agent would use for the first time ever. */
  readonly first: readonly SeenKind[];
  readonly history: readonly Happened[];
  /** What was said, by name; the others are missing. */
  readonly signals: ReadonlyMap<string, GivenSignal>;
  /** Where the values of its calls come from; by default nobody knows anything. */
  readonly origin: OriginFacts;
  /** What policy sees of what calls name and others can change. Absent: nobody has looked. */
  readonly seen?: SeenOperands;
}

export interface GivenSignal {
  readonly value: SignalValue;
  readonly ageMs: number;
}

/** `refused`: never made. `open`: made, and not come back yet. */
export const endings = ['ok', 'error', 'withheld', 'ambiguous', 'open', 'refused'] as const;
export type Ending = (typeof endings)[number];

/** A call that was made before. */
export interface Happened {
  readonly place: Place;
  readonly agoMs: number;
  readonly proposal: Proposal;
  /** Default: those of the call. */
  readonly session?: string;
  readonly agent?: string;
  readonly ended: Ending;
  /** The structured content of its result. */
  readonly output?: JsonObject;
}

export interface Expected {
  readonly outcome: OutcomeName;
  readonly code?: string;
  /** The policies that decided, all of them. */
  readonly by?: readonly string[];
  /** Stands in what the agent is told. */
  readonly reason?: string;
  /** The level that the agent works at from then on. */
  readonly lowers?: Autonomy;
}

export interface RehearsedCall {
  readonly place: Place;
  readonly proposal: Proposal;
  /** Present: what is expected is expected of its result, in which this was found. */
  readonly found?: ResultFacts;
  readonly expected: Expected;
}

export interface TestCase {
  readonly name: string;
  readonly place: Place;
  readonly given: Given;
  readonly calls: readonly RehearsedCall[];
}

export interface Suite {
  readonly file: string;
  readonly name: string;
  /** A directory beside the suite: what its tools are, where that is not what the policies are used with. */
  readonly catalogue?: string;
  readonly cases: readonly TestCase[];
}

export interface Rehearsed {
  readonly suite: string;
  readonly name: string;
  readonly place: Place;
  /** Empty where it was as expected. */
  readonly failures: readonly string[];
  /** What the engine was asked. */
  readonly questions: readonly Question[];
}

const task = 't-test';
const defaultGiven: Omit<Given, 'at'> = {
  agent: { id: 'agent', owner: 'local', autonomy: 'semi', verifiedAgoMs: 0 },
  task: { type: 'test', params: {}, ageMs: 0, hasPrompt: false, depth: 0, budgets: [] },
  session: { id: 's-test', ageMs: 0, idleMs: 0, calls: 0, labels: nothingRead },
  first: [],
  history: [],
  signals: new Map(),
  origin: unasked,
};

export function givenBy(at: number, said: Partial<Omit<Given, 'at'>> = {}): Given {
  return { ...defaultGiven, at, ...said };
}

/**
 * @param understood obligations that an edge can honour
 * @param programs reads what calls would run; without it all of that is `unknown`
 * @param registry which signals there are; without it a signal that is given is taken as it stands
 */
export function rehearse(
  suite: Suite,
  force: InForce,
  understood: ReadonlySet<string>,
  programs?: ReadProgram,
  registry?: Registry,
): readonly Rehearsed[] {
  return suite.cases.flatMap((one) => {
    const stage = stageFor(one.given, force, understood, programs, registry);
    return one.calls.map(({ place, proposal, found, expected }): Rehearsed => {
      const questions: Question[] = [];
      const decided = () =>
        found === undefined
          ? stage.decide(proposal, questions)
          : stage.decideResult(proposal, found, questions);
      const failures = stage.fault === undefined ? differences(expected, decided()) : [stage.fault];
      const args = JSON.stringify(proposal.args);
      const result = found === undefined ? '' : ', its result';
      const name = `${one.name}: ${proposal.server}/${proposal.target} ${args}${result}`;
      return { suite: suite.name, name, place, failures, questions };
    });
  });
}

/** How often a suite could be decided: everything is made ready, then only decisions are made. */
export function rehearsals(
  suite: Suite,
  force: InForce,
  understood: ReadonlySet<string>,
  programs?: ReadProgram,
  registry?: Registry,
): readonly (() => void)[] {
  return suite.cases.flatMap((one) => {
    const stage = stageFor(one.given, force, understood, programs, registry);
    return one.calls.map(
      ({ proposal, found }) =>
        () =>
          void (found === undefined
            ? stage.decide(proposal, undefined)
            : stage.decideResult(proposal, found, undefined)),
    );
  });
}

interface Stage {
  /** Why what is given cannot be: it is said of each call. */
  readonly fault: string | undefined;
  decide(proposal: Proposal, questions: Question[] | undefined): Decided;
  decideResult(proposal: Proposal, found: ResultFacts, questions: Question[] | undefined): Decided;
}

interface Decided {
  readonly outcome: OutcomeName;
  readonly code: string;
  readonly because: readonly Verdict[];
  readonly detail?: string;
}

// Pseudonyms of tests are nobody's: equal texts are equal, and that is all that is asked of them.
const testers = { pseudonym: (secret: string) => hash('sha256', `countersign test ${secret}`, 'hex') };

function stageFor(
  given: Given,
  force: InForce,
  understood: ReadonlySet<string>,
  programs: ReadProgram | undefined,
  registry: Registry | undefined,
): Stage {
  const head = stateOf(given, force, registry);
  const { told, why } = toldOf(given, registry);
  const road = { ...testers, origins: () => given.origin, programs, registry, told, seen: given.seen };
  const past = createPast(road.pseudonym);
  const caller: Caller = { agent: given.agent.id, task, session: given.session.id, tokenId: 'test' };
  const before = given.history.toSorted((a, b) => b.agoMs - a.agoMs);
  let fault = why;
  for (const [i, happened] of before.entries()) {
    const at = given.at - happened.agoMs;
    const made = consider(road, force, head, { at, past }, caller, happened.proposal, understood);
    if (made.entry === undefined || made.kept === undefined) {
      const { server, target } = happened.proposal;
      fault ??= `what happened before, line ${happened.place.line}: \`${server}/${target}\` is ${made.code}${made.detail === undefined ? '' : `: ${made.detail}`}`;
      continue;
    }
    for (const event of eventsOf(happened, made, caller, at, `test-${i}`)) past.learn(event);
  }
  return {
    fault,
    decide(proposal, questions) {
      const asked = questions === undefined ? force : listening(force, questions);
      return consider(road, asked, head, { at: given.at, past }, caller, proposal, understood);
    },
    decideResult(proposal, found, questions) {
      const made = consider(road, force, head, { at: given.at, past }, caller, proposal, understood);
      const { entry, resource, projection, who } = made;
      // Whether it may be called at all is another test.
      if (entry === undefined || projection === undefined || who === undefined) return made;
      const asked = questions === undefined ? force : listening(force, questions);
      const verdicts = verdictsOn(asked, { entry, resource, args: projection }, found, who);
      if (verdicts === undefined) return { outcome: 'deny', code: 'engine_failed', because: [] };
      const folded = foldResult(verdicts, () => false);
      const { outcome, because } = folded;
      switch (outcome) {
        case 'deny':
          return { outcome, code: folded.code, because };
        case 'step_up':
          return { outcome, code: 'pending_approval', because };
        case 'defer':
          return { outcome, code: 'deferred', because };
        case 'modify':
        case 'allow':
          return { outcome, code: 'permitted', because };
      }
    },
  };
}

/** What is given as it would be heard, or why it cannot be. */
function toldOf(
  { signals, at }: Given,
  registry: Registry | undefined,
): { readonly told: Told; readonly why: string | undefined } {
  const told = new Map<string, { value: string; number: number; at: number; source: string }>();
  let why: string | undefined;
  for (const [name, { value, ageMs }] of signals) {
    const terms = registry?.signals.get(name);
    const isCalendar = name.startsWith(calendarPrefix) && (value === 'open' || value === 'closed');
    const spoken = terms === undefined ? undefined : spokenAs(terms, value);
    if (spoken?.ok === false) why ??= `the signal \`${name}\` must be ${spoken.want}`;
    if (registry !== undefined && terms === undefined && !isCalendar)
      why ??= `there is no signal \`${name}\` in the file of signals`;
    // Too old, it is missing, as it is for an agent.
    if (terms !== undefined && ageMs >= terms.maxAgeMs) continue;
    const number = spoken?.ok === true ? spoken.number : Number(value === 'open' || value === true || value);
    told.set(name, {
      value: String(value),
      number: Number.isSafeInteger(number) ? number : 0,
      at: at - ageMs,
      source: 'test',
    });
  }
  return { told: { signals: told }, why };
}

function listening(force: InForce, questions: Question[]): InForce {
  const { policies } = force;
  return {
    ...force,
    policies: {
      ...policies,
      evaluate(question) {
        questions.push(question);
        return policies.evaluate(question);
      },
    },
  };
}

function stateOf(
  { at, agent, task: terms, session, first }: Given,
  force: InForce,
  registry: Registry | undefined,
): Head {
  const { params, type, purpose, onBehalfOf, budgets, hasPrompt, depth } = terms;
  const head = createHead();
  const set = (key: { readonly name: string }, value: unknown) =>
    head.move([{ facet: key.name, value }], 'given');
  set(facets.agent(agent.id), {
    owner: agent.owner,
    autonomy: agent.autonomy,
    verifiedAt: at - agent.verifiedAgoMs,
    status: 'active',
  });
  const above = Array.from({ length: depth }, (_, i) => ({ task: `${task}-above-${i}`, agent: agent.id }));
  const state = {
    id: task,
    type,
    agent: agent.id,
    ...(purpose === undefined ? {} : { purpose }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    params,
    budgets,
    startedAt: at - terms.ageMs,
    expiresAt: at + 3_600_000,
    approver: 'test',
    status: 'active',
    hasPrompt,
  };
  set(facets.task(task), above.length === 0 ? state : { ...state, above });
  for (const over of above) set(facets.task(over.task), { ...state, id: over.task, budgets: [] });
  for (const { name, limit } of budgets) set(facets.budget(task, name), { limit, reserved: 0, spent: 0 });
  set(facets.session(session.id), {
    task,
    agent: agent.id,
    startedAt: at - session.ageMs,
    status: 'active',
  });
  set(facets.activity(session.id), { calls: session.calls, lastAt: at - session.idleMs });
  set(facets.labels(task), session.labels);
  set(facets.seen(agent.id), seenAllBut(first));
  set(facets.policy, force.policies.digest);
  set(facets.catalogue, force.catalogue.digest);
  if (registry !== undefined) set(facets.signals, registry.digest);
  return head;
}

/** A test says what is new, not everything that is old. */
function seenAllBut(first: readonly SeenKind[]): Seen {
  const has = (used: string) => !seenKinds.some((kind) => kind === kindOf(used) && first.includes(kind));
  return { settled: Object.assign(new Set<string>(), { has }), recent: new Set() };
}

function eventsOf(
  { agent, session, ended, output, proposal }: Happened,
  { entry, kept, resource, opaque }: Considered,
  caller: Caller,
  at: number,
  id: string,
): readonly Event[] {
  const header = {
    v: recordVersion,
    id,
    at,
    node: 'test',
    tenant: 'test',
    moves: [],
    drops: [],
    reads: {},
  } as const;
  const who = { ...caller, agent: agent ?? caller.agent, session: session ?? caller.session };
  const open = { reserves: [], worst: nothingRead, releaseWithinMs: 0 };
  const { method, server, target } = proposal;
  const decision: Event = {
    ...header,
    type: 'decision',
    who,
    chain: [],
    request: {
      method,
      server,
      target,
      action: entry?.action ?? '',
      class: entry?.class ?? '',
      resource,
      argsOpaque: opaque,
    },
    versions: { policy: '', catalogue: '', fold: '', engine: '' },
    facts: {},
    verdicts: [],
    lifts: [],
    transforms: [],
    outcome: ended === 'refused' ? 'deny' : 'allow',
    code: ended === 'refused' ? 'forbidden' : 'permitted',
    shadow: false,
    obligations: [],
    ...(kept === undefined ? {} : { kept }),
    ...(ended === 'refused' ? {} : { open }),
  };
  if (ended === 'refused' || ended === 'open') return [decision];
  const result: JsonObject = output === undefined ? {} : { structuredContent: output };
  const known = ended === 'ok' || ended === 'error';
  return [
    decision,
    {
      ...header,
      id: `${id}-o`,
      type: 'observation',
      decision: id,
      session: who.session,
      status: ended,
      ...(known
        ? { kept: keptOfResult(entry ?? {}, result, JSON.stringify(result).length, testers.pseudonym) }
        : {}),
      label: nothingRead,
      tookMs: 0,
    },
  ];
}

function differences(expected: Expected, { outcome, code, because, detail }: Decided): readonly string[] {
  const by = [...new Set(because.map(({ policy }) => policy.id))].sort();
  const found: string[] = [];
  const told = `${outcome} (${code})${by.length === 0 ? '' : ` by ${by.join(', ')}`}`;
  const more = detail === undefined ? '' : `: ${detail}`;
  if (outcome !== expected.outcome) found.push(`expected ${expected.outcome}, and it is ${told}${more}`);
  else if (expected.code !== undefined && code !== expected.code)
    found.push(`expected the code ${expected.code}, and it is ${told}${more}`);
  else if (expected.by !== undefined && by.join(' ') !== [...new Set(expected.by)].sort().join(' '))
    found.push(`expected ${expected.outcome} by ${expected.by.join(', ') || 'no policy'}, and it is ${told}`);
  const { reason, lowers } = expected;
  const to = loweredBy(because, [], 'full')?.level;
  if (lowers !== undefined && lowers !== to)
    found.push(
      `expected that it lowers the agent to ${lowers}, and it ${to === undefined ? 'does not' : `lowers it to ${to}`}`,
    );
  const reasons = [
    ...because.flatMap(({ policy }) => policy.reason ?? []),
    ...(detail === undefined ? [] : [detail]),
  ];
  if (reason !== undefined && !reasons.some((one) => one.includes(reason)))
    found.push(
      `expected a reason with \`${reason}\`, and it is ${reasons.length === 0 ? 'none' : reasons.join(' / ')}`,
    );
  return found;
}
