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
import { isObject, type JsonObject } from '../core/json/value.ts';
import { originOf } from '../core/origin/recorded.ts';
import type { DecisionEvent, Event } from '../core/record/event.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import { type FacetKey, facets, type View } from '../core/state/facet.ts';
import { createHead } from '../core/state/head.ts';
import { changes } from '../core/state/reduce.ts';
import { type Considered, consider } from './consider.ts';
import type { Evidence } from './evidence.ts';
import { createPast } from './past.ts';
import { eventOf } from './read-records.ts';
import type { InForce, Second } from './road.ts';
import { type Answered, askSecond, maxAsks } from './second-opinion.ts';
import type { Opened } from './vault.ts';

export interface Said {
  readonly outcome: DecisionEvent['outcome'];
  readonly code: string;
  /** The policies that decided: forbids of a refusal, permits of an allow. */
  readonly policies: readonly string[];
}

/** Decisions that would change in the same way, by the same rules. */
export interface Change {
  readonly kind: ChangeKind;
  readonly before: Said;
  readonly after: Said;
  readonly count: number;
  /** `server/target`, the most frequent first. */
  readonly targets: readonly { readonly target: string; readonly count: number }[];
  /** Ids of some of the decisions. */
  readonly examples: readonly string[];
}

/** In the order in which a reader should see them. */
export const changeKinds = ['newly_allowed', 'newly_asked', 'newly_refused', 'otherwise'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export type Cannot =
  | 'erased'
  | 'missing'
  | 'unreadable'
  | 'not_described'
  | 'other_catalogue'
  | 'modified'
  | 'second_opinion';

export interface Plan {
  readonly replayed: number;
  readonly unchanged: number;
  readonly changes: readonly Change[];
  readonly cannot: Readonly<Partial<Record<Cannot, number>>>;
  readonly records: number;
}

export interface PlanOptions {
  readonly sinceMs: number;
  /** By what the decisions are made again. */
  readonly next: InForce;
  readonly pseudonym: Pseudonym;
  /** Opens the arguments; undefined where the key is not at hand. */
  readonly open: ((digest: string, position: number) => Promise<Opened>) | undefined;
  /** Asked again about what this very bundle had a say in; without it, that is not decided again. */
  readonly second?: Second;
  readonly onProgress?: (records: number) => void;
}

const maxExamples = 5;
const maxTargets = 10;
const progressEvery = 1000;
const argLimits = { maxBytes: 64 << 20, maxDepth: 512, maxNodes: 5_000_000 };
/** Edges honour this much; what else a set asks for would be refused by them. */
const understood: ReadonlySet<string> = new Set(['max_result_bytes']);

/** Refused before policy or catalogue were looked at: no set could say otherwise. */
const standing: ReadonlySet<string> = new Set([
  'unknown_agent',
  'agent_revoked',
  'unknown_task',
  'task_ended',
  'task_revoked',
  'task_expired',
  'parent_over',
  'unknown_session',
  'session_revoked',
  'not_the_callers',
]);

/** @throws what reading throws */
export async function plan(evidence: Pick<Evidence, 'scan'>, options: PlanOptions): Promise<Plan> {
  const { next, pseudonym, sinceMs } = options;
  const head = createHead();
  const past = createPast(pseudonym);
  const view = underNext(head, next);
  const groups = new Map<string, Group>();
  const cannot: Partial<Record<Cannot, number>> = {};
  let replayed = 0;
  let unchanged = 0;
  let records = 0;

  for await (const record of evidence.scan()) {
    const parsed = eventOf(record);
    if (!parsed.ok) throw new Error(`record ${record.position} cannot be read: ${parsed.reason}`);
    const { event } = parsed;
    if (event.type === 'decision' && 'session' in event.who && event.at >= sinceMs) {
      const again = await decidedAgain(event, record.position, view, past, options);
      if (typeof again === 'string') cannot[again] = (cannot[again] ?? 0) + 1;
      else {
        replayed += 1;
        if (!note(groups, event, again)) unchanged += 1;
      }
    }
    fold(head, event);
    past.learn(event);
    records += 1;
    if (records % progressEvery === 0) options.onProgress?.(records);
  }
  return { replayed, unchanged, changes: ordered([...groups.values()]), cannot, records };
}

function fold(head: ReturnType<typeof createHead>, event: Event): void {
  head.move(changes(head, event, event.id, event.at, event.node), event.id);
}

/** The state as it was, but for what is in force. */
function underNext(head: View, { policies, catalogue }: InForce): View {
  return {
    get<T>(key: FacetKey<T>): T | undefined {
      // The two facets hold digests, and nothing else is called so.
      if (key.name === facets.policy.name) return policies.digest as T;
      if (key.name === facets.catalogue.name) return catalogue.digest as T;
      return head.get(key);
    },
  };
}

async function decidedAgain(
  event: DecisionEvent,
  position: number,
  view: View,
  past: ReturnType<typeof createPast>,
  { next, pseudonym, open, second }: PlanOptions,
): Promise<Said | Cannot> {
  if (!('session' in event.who)) return 'not_described';
  if (standing.has(event.code)) return saidOf(event);
  const args = await argsOf(event, position, open);
  // Refused by the catalogue, before policy was asked: under the same one it would be again.
  if (args === 'not_described')
    return event.versions.catalogue === next.catalogue.digest ? saidOf(event) : 'other_catalogue';
  if (typeof args === 'string') return args;
  // On record are the arguments that were decided on last: not those that were sent.
  if (event.transforms.length > 0) return 'modified';
  const { method, server, target, definition } = event.request;
  const proposal = { method, server, target, args, ...(definition === undefined ? {} : { definition }) };
  const moment = { at: event.at, past };
  const answers = new Map<string, Answered>();
  // The arguments are the projection already: what was hidden then is not hidden again.
  const road = {
    pseudonym,
    projected: true,
    // As they were told then: what has been read since is no part of it.
    origins: () => originOf(event.facts),
    answers: Object.hasOwn(event.facts, 'opa.outcome') ? (digest: string) => answers.get(digest) : undefined,
  };
  for (;;) {
    const considered = consider(road, next, view, moment, event.who, proposal, understood);
    const { unasked } = considered;
    if (unasked === undefined) return saidBy(considered);
    // What a server would say today is no evidence of what it said: only what policy denies can be told.
    if (second === undefined || !saidBySame(event, second) || answers.size >= maxAsks)
      return 'second_opinion';
    const answered = await askSecond(second, { wallMs: () => event.at }, unasked);
    if (isSilence(answered.answer)) return 'second_opinion';
    answers.set(unasked.digest, answered);
  }
}

/** Whether the answer on record is one that this bundle gave, and would give again. */
function saidBySame({ facts }: DecisionEvent, { opinion: { bundle } }: Second): boolean {
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

async function argsOf(
  { request }: DecisionEvent,
  position: number,
  open: PlanOptions['open'],
): Promise<JsonObject | Cannot> {
  if (request.args === undefined) return 'not_described';
  if (open === undefined) return 'unreadable';
  const opened = await open(request.args.digest, position);
  if (!opened.ok) return opened.reason === 'digest_mismatch' ? 'unreadable' : opened.reason;
  const parsed = parseJson(Buffer.from(opened.content, 'utf8'), argLimits);
  return parsed.ok && isObject(parsed.value) ? parsed.value : 'unreadable';
}

function saidOf({ outcome, code, verdicts }: DecisionEvent): Said {
  const satisfied = verdicts.filter(({ kind }) => kind === 'satisfied');
  return { outcome, code, policies: deciding(outcome, satisfied) };
}

function saidBy({ outcome, code, verdicts }: Considered): Said {
  const satisfied = verdicts.filter(({ kind }) => kind === 'satisfied').map(({ policy }) => policy);
  return {
    outcome,
    code,
    policies: deciding(
      outcome,
      satisfied.map(({ id, effect }) => ({ policy: id, effect })),
    ),
  };
}

function deciding(
  outcome: Said['outcome'],
  satisfied: readonly { readonly policy: string; readonly effect: 'permit' | 'forbid' }[],
): readonly string[] {
  const admitted = outcome === 'allow' || outcome === 'modify';
  const effect = admitted ? 'permit' : 'forbid';
  return satisfied
    .filter((one) => one.effect === effect)
    .map(({ policy }) => policy)
    .sort();
}

interface Group {
  readonly kind: ChangeKind;
  readonly before: Said;
  readonly after: Said;
  count: number;
  readonly targets: Map<string, number>;
  readonly examples: string[];
}

/** @returns whether it would have been another answer */
function note(groups: Map<string, Group>, event: DecisionEvent, after: Said): boolean {
  const before = saidOf(event);
  if (before.outcome === after.outcome && before.code === after.code) return false;
  const key = JSON.stringify([before, after]);
  const group = groups.get(key) ?? {
    kind: kindOf(before.outcome, after.outcome),
    before,
    after,
    count: 0,
    targets: new Map<string, number>(),
    examples: [],
  };
  groups.set(key, group);
  group.count += 1;
  const target = `${event.request.server}/${event.request.target}`;
  group.targets.set(target, (group.targets.get(target) ?? 0) + 1);
  if (group.examples.length < maxExamples) group.examples.push(event.id);
  return true;
}

function kindOf(before: Said['outcome'], after: Said['outcome']): ChangeKind {
  const runs = (outcome: Said['outcome']) => outcome === 'allow' || outcome === 'modify';
  if (!runs(before) && runs(after)) return 'newly_allowed';
  if (after === 'step_up' || after === 'defer') return 'newly_asked';
  return runs(before) && !runs(after) ? 'newly_refused' : 'otherwise';
}

function ordered(groups: readonly Group[]): readonly Change[] {
  const rank = ({ kind }: Group) => changeKinds.indexOf(kind);
  return groups
    .toSorted((a, b) => rank(a) - rank(b) || b.count - a.count)
    .map(({ targets, ...group }) => ({
      ...group,
      targets: [...targets]
        .map(([target, count]) => ({ target, count }))
        .sort((a, b) => b.count - a.count)
        .slice(0, maxTargets),
    }));
}
