// SPDX-License-Identifier: Apache-2.0
// One decision with everything that belongs to it: what it was decided on, by, and what became of it.
// Contents are opened apart from the rest, because opening them is an act that is itself decided.
import { parseJson } from '../core/json/parse.ts';
import { isObject } from '../core/json/value.ts';
import type { Lineage } from '../core/origin/facts.ts';
import type { ReadProgram } from '../core/program/of-call.ts';
import type { DecisionEvent, Event, EventOf, ObservationEvent } from '../core/record/event.ts';
import type { PayloadRef } from '../core/record/events/parts.ts';
import { recordLimits } from '../core/record/read-event.ts';
import { type Circumstances, circumstances } from '../core/session/circumstances.ts';
import { type BudgetState, facets } from '../core/state/facet.ts';
import { createHead } from '../core/state/head.ts';
import { changes } from '../core/state/reduce.ts';
import { lineOf } from '../core/task/lineage.ts';
import { createLabelSteps, type LabelStep } from './label-steps.ts';
import { type FindEntry, lineageAt, type Recorded } from './origins-recorded.ts';
import type { Entry, Ledger } from './ports.ts';
import { entryOf, publishedEntries } from './published-sources.ts';
import { type ApprovalRead, readApproval } from './read-approval.ts';
import { eventOf, records, streamBack } from './read-records.ts';
import type { Opened, Vault } from './vault.ts';

type Reads = Pick<Ledger, 'find' | 'read' | 'readStream'>;

export interface DecisionRead {
  readonly position: number;
  readonly leafHash: string;
  readonly decision: DecisionEvent;
  readonly observation?: { readonly position: number; readonly event: ObservationEvent };
  /** The request that it waits for, or that it used up, and what people said to it. */
  readonly approval?: ApprovalRead;
}

/** What a decision's record only names. */
export interface Contents {
  readonly args?: Opened;
  readonly result?: Opened;
  /** What the agent got, where policy had it changed. */
  readonly released?: Opened;
  /** What a second decision point was asked about and said. */
  readonly opinion?: Opened;
  /** Where the values that were in doubt came from: told again from what the task had been asked and had read. */
  readonly lineage?: readonly Lineage[];
  /** What was published under the digests that decided. */
  readonly policies: Opened;
  readonly catalogue: Opened;
}

/** How things stood when it was decided. */
export interface Standing {
  readonly who: Circumstances;
  /** Its own, and those of tasks above by their ids. */
  readonly budgets: readonly (BudgetState & { readonly name: string; readonly task?: string })[];
  /** What had raised its labels, and lowered them. */
  readonly labels: readonly LabelStep[];
}

export type Found =
  | { readonly ok: true; readonly read: DecisionRead }
  | { readonly ok: false; readonly reason: 'unknown' | 'no_decision'; readonly message: string };

/** @param id of a decision, or of the observation of one */
export async function readDecision(ledger: Reads, id: string): Promise<Found> {
  const entry = await ledger.find(id);
  if (entry === undefined) return { ok: false, reason: 'unknown', message: `there is no record \`${id}\`` };
  const parsed = eventOf(entry);
  if (!parsed.ok) {
    return {
      ok: false,
      reason: 'no_decision',
      message: `the record \`${id}\` cannot be read: ${parsed.reason}`,
    };
  }
  const { event } = parsed;
  if (event.type === 'observation' && event.decision !== id) return readDecision(ledger, event.decision);
  if (event.type !== 'decision') {
    return {
      ok: false,
      reason: 'no_decision',
      message: `\`${id}\` is a \`${event.type}\` and not a decision`,
    };
  }
  const observation =
    event.open === undefined ? undefined : await observationOf(ledger, id, entry.position + 1);
  const asked = event.pending ?? event.lifts.find(({ via }) => via !== undefined)?.via;
  const approval = asked === undefined ? undefined : await readApproval(ledger, asked);
  return {
    ok: true,
    read: {
      ...(approval === undefined ? {} : { approval }),
      position: entry.position,
      leafHash: entry.leafHash,
      decision: event,
      ...(observation === undefined ? {} : { observation }),
    },
  };
}

async function observationOf(
  ledger: Pick<Ledger, 'read'>,
  decision: string,
  from: number,
): Promise<DecisionRead['observation']> {
  for await (const { position, event } of records(ledger, { type: 'observation' }, from)) {
    if (event.type === 'observation' && event.decision === decision) return { position, event };
  }
  return undefined;
}

/** Opens what the decision names, as far as the keys are there. */
export async function openContents(
  ledger: Reads,
  vault: Pick<Vault, 'open'>,
  { decision, position, observation }: DecisionRead,
  programs?: ReadProgram,
): Promise<Contents> {
  const opened = async (ref: PayloadRef | undefined, at: number): Promise<Opened | undefined> =>
    ref === undefined ? undefined : vault.open(ref.digest, at);
  const published = await publicationOf(ledger, decision, position);
  const sources = async (of: Publication | undefined): Promise<Opened> =>
    (await opened(of?.sources, of?.position ?? 0)) ?? { ok: false, reason: 'missing' };
  const args = await opened(decision.request.args, position);
  const opinion = await opened(decision.opinion, position);
  const result = await opened(observation?.event.result, observation?.position ?? 0);
  const released = await opened(observation?.event.decided?.released, observation?.position ?? 0);
  const policies = await sources(published.policies);
  const catalogue = await sources(published.catalogue);
  const lineage = await doubtsOf({ ledger, vault, programs }, decision, position, args, catalogue);
  return {
    ...(args === undefined ? {} : { args }),
    ...(lineage === undefined ? {} : { lineage }),
    ...(opinion === undefined ? {} : { opinion }),
    ...(result === undefined ? {} : { result }),
    ...(released === undefined ? {} : { released }),
    policies,
    catalogue,
  };
}

async function doubtsOf(
  recorded: Omit<Recorded, 'find'>,
  decision: DecisionEvent,
  position: number,
  args: Opened | undefined,
  catalogue: Opened,
): Promise<readonly Lineage[] | undefined> {
  if (!Object.hasOwn(decision.facts, 'origin') || args?.ok !== true || !catalogue.ok) return undefined;
  const entries = publishedEntries(catalogue.content);
  const parsed = parseJson(Buffer.from(args.content, 'utf8'), { ...recordLimits, maxBytes: 64 << 20 });
  if (entries === undefined || !parsed.ok || !isObject(parsed.value)) return undefined;
  const find: FindEntry = (request) => entryOf(entries, request);
  return lineageAt({ ...recorded, find }, decision, position, parsed.value);
}

interface Publication {
  readonly position: number;
  readonly sources: PayloadRef;
}

/** The newest publications before the decision of exactly what it was decided by. */
async function publicationOf(
  ledger: Pick<Ledger, 'readStream'>,
  { versions }: DecisionEvent,
  before: number,
): Promise<{ readonly policies: Publication | undefined; readonly catalogue: Publication | undefined }> {
  let policies: Publication | undefined;
  let catalogue: Publication | undefined;
  for await (const { position, event } of streamBack(ledger, 'tenant', before)) {
    if (event.type === 'policy.published' && event.policy === versions.policy) {
      policies ??= { position, sources: event.sources };
    }
    if (event.type === 'catalogue.published' && event.catalogue === versions.catalogue) {
      catalogue ??= { position, sources: event.sources };
    }
    if (policies !== undefined && catalogue !== undefined) break;
  }
  return { policies, catalogue };
}

const page = 200;
/** A task with more records between its start and the decision than this is not folded for a reader. */
const maxFolded = 200_000;

/**
 * Folds what the decision was made on, as the road had it: the agent as it was read, and everything
 * since the task began.
 *
 * @returns undefined for what no task stands behind, or where the task cannot be found
 */
export async function standingOf(
  ledger: Reads,
  { decision, position }: DecisionRead,
): Promise<Standing | undefined> {
  if (!('task' in decision.who)) return undefined;
  const { agent, task } = decision.who;
  const started = await taskStart(ledger, task, position);
  if (started === undefined) return undefined;
  const above = started.event.task.above ?? [];
  const outermost = above.at(-1);
  const first = outermost === undefined ? started : await taskStart(ledger, outermost.task, position);
  if (first === undefined || position - first.position > maxFolded) return undefined;

  const head = createHead();
  const labels = createLabelSteps(ledger, [task, ...above.map((over) => over.task)]);
  for (const one of [agent, ...above.map((over) => over.agent)]) {
    const registered = await ledger.find(decision.reads[facets.agent(one).name] ?? '');
    if (registered !== undefined) take(head, registered);
  }
  for (let from = first.position; from < position; ) {
    const entries = await ledger.read(from, Math.min(page, position - from));
    if (entries.length === 0) return undefined;
    for (const entry of entries) {
      const event = take(head, entry);
      if (event !== undefined) labels.note(event, head);
    }
    from += entries.length;
  }
  const who = circumstances(head, decision.who, decision.at);
  if (!who.ok) return undefined;
  const budgets = lineOf(head, task).flatMap((one) =>
    (head.get(facets.task(one))?.budgets ?? []).flatMap(({ name }) => {
      const budget = head.get(facets.budget(one, name));
      return budget === undefined ? [] : [{ name, ...budget, ...(one === task ? {} : { task: one }) }];
    }),
  );
  return { who: who.value, budgets, labels: await labels.steps() };
}

async function taskStart(
  ledger: Pick<Ledger, 'readStream'>,
  task: string,
  before: number,
): Promise<{ readonly position: number; readonly event: EventOf<'task.started'> } | undefined> {
  for await (const { position, event } of streamBack(ledger, `task/${task}`, before)) {
    if (event.type === 'task.started') return { position, event };
  }
  return undefined;
}

function take(head: ReturnType<typeof createHead>, entry: Entry): Event | undefined {
  const parsed = eventOf(entry);
  if (!parsed.ok) return undefined;
  const { event } = parsed;
  head.move(changes(head, event, event.id, event.at, event.node), event.id);
  return event;
}
