// SPDX-License-Identifier: Apache-2.0
// Reading what happened: the ledger as events, filtered; one decision with everything that belongs to it.
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonValue, own } from '../core/json/value.ts';
import { type DecisionEvent, type Event, type ObservationEvent, parseEvent } from '../core/record/event.ts';
import type { Entry, Ledger } from './ports.ts';
import type { Opened, Vault } from './vault.ts';

export interface RecordFilter {
  readonly type?: string;
  readonly outcome?: string;
  readonly agent?: string;
  readonly task?: string;
  readonly session?: string;
  readonly tool?: string;
  readonly policy?: string;
  readonly sinceMs?: number;
}

export interface Positioned {
  readonly position: number;
  readonly leafHash: string;
  readonly event: Event;
}

const page = 500;
const recordLimits = { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 100_000 };

/** @returns the event in a record, or why it is none */
export function eventOf(entry: Entry): { ok: true; event: Event } | { ok: false; reason: string } {
  const leaf = parseJson(Buffer.from(entry.leaf, 'utf8'), recordLimits);
  if (!leaf.ok) return { ok: false, reason: leaf.message };
  return parseEvent(isObject(leaf.value) ? own(leaf.value, 'body') : undefined);
}

/** Matching events from position `from` on, to the end of what is durable when it gets there. */
export async function* records(
  ledger: Pick<Ledger, 'read'>,
  filter: RecordFilter,
  from = 0,
): AsyncGenerator<Positioned, number> {
  let next = from;
  for (;;) {
    const entries = await ledger.read(next, page);
    for (const entry of entries) {
      next = entry.position + 1;
      const parsed = eventOf(entry);
      if (parsed.ok && matches(parsed.event, filter)) {
        yield { position: entry.position, leafHash: entry.leafHash, event: parsed.event };
      }
    }
    if (entries.length < page) return next;
  }
}

export function matches(event: Event, filter: RecordFilter): boolean {
  const about = subjectOf(event);
  const wants: readonly (readonly [string | undefined, boolean])[] = [
    [filter.type, event.type === filter.type],
    [filter.outcome, event.type === 'decision' && event.outcome === filter.outcome],
    [filter.agent, about.agent === filter.agent],
    [filter.task, about.task === filter.task],
    [filter.session, about.session === filter.session],
    [
      filter.tool,
      event.type === 'decision' &&
        (event.request.target === filter.tool ||
          `${event.request.server}/${event.request.target}` === filter.tool),
    ],
    [filter.policy, event.type === 'decision' && event.verdicts.some((v) => v.policy === filter.policy)],
  ];
  return (
    wants.every(([wanted, holds]) => wanted === undefined || holds) &&
    (filter.sinceMs === undefined || event.at >= filter.sinceMs)
  );
}

function subjectOf(event: Event): { agent?: string; task?: string; session?: string | undefined } {
  switch (event.type) {
    case 'decision':
      return 'agent' in event.who ? event.who : {};
    case 'task.started':
      return { agent: event.task.agent, task: event.task.id };
    case 'session.started':
      return { agent: event.agent, task: event.task, session: event.session };
    case 'observation':
      return { session: event.session };
    case 'agent.registered':
      return { agent: event.agent };
    case 'revoked':
      return { [event.scope]: event.target };
    case 'task.ended':
    case 'prompt.submitted':
      return { task: event.task };
    default:
      return {};
  }
}

/** One decision with what became of it. Contents are opened where their key still exists. */
export interface Explained {
  readonly position: number;
  readonly leafHash: string;
  readonly decision: DecisionEvent;
  readonly args?: Opened;
  readonly observation?: ObservationEvent;
  readonly result?: Opened;
}

/** @returns undefined where no such decision is in the ledger */
export async function explained(
  ledger: Pick<Ledger, 'find' | 'read'>,
  vault: Pick<Vault, 'open'>,
  id: string,
): Promise<Explained | undefined> {
  const entry = await ledger.find(id);
  const found = entry === undefined ? undefined : eventOf(entry);
  if (entry === undefined || found?.ok !== true || found.event.type !== 'decision') return undefined;
  const decision = found.event;
  const args =
    decision.request.args === undefined
      ? undefined
      : await vault.open(decision.request.args.digest, entry.position);
  const observed = await observationOf(ledger, id, entry.position + 1);
  const observation = observed?.event;
  const result =
    observed?.event.result === undefined
      ? undefined
      : await vault.open(observed.event.result.digest, observed.position);
  return {
    position: entry.position,
    leafHash: entry.leafHash,
    decision,
    ...(args === undefined ? {} : { args }),
    ...(observation === undefined ? {} : { observation }),
    ...(result === undefined ? {} : { result }),
  };
}

async function observationOf(
  ledger: Pick<Ledger, 'read'>,
  decision: string,
  from: number,
): Promise<{ readonly position: number; readonly event: ObservationEvent } | undefined> {
  for await (const { position, event } of records(ledger, { type: 'observation' }, from)) {
    if (event.type === 'observation' && event.decision === decision) return { position, event };
  }
  return undefined;
}

/** Content as a value, for people to read; content that is not JSON stays text. */
export function readable(opened: Opened): JsonValue {
  if (!opened.ok) return `(${opened.reason})`;
  const parsed = parseJson(Buffer.from(opened.content, 'utf8'), {
    maxBytes: 64 << 20,
    maxDepth: 256,
    maxNodes: 5_000_000,
  });
  return parsed.ok ? parsed.value : opened.content;
}
