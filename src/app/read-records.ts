// SPDX-License-Identifier: Apache-2.0
// Reading what happened: the ledger as events, filtered.
import { parseJson } from '../core/json/parse.ts';
import type { JsonValue } from '../core/json/value.ts';
import type { Event } from '../core/record/event.ts';
import { type Parsed, readEvent } from '../core/record/read-event.ts';
import type { Entry, Ledger } from './ports.ts';
import type { Opened } from './vault.ts';

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
/** @returns the event in a record, or why it is none */
export function eventOf(entry: Entry): Parsed<Event> {
  return readEvent(entry.leaf);
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
      yield* positioned(entry, filter);
    }
    if (entries.length < page) return next;
  }
}

const backPage = 200;

/** One stream from position `from` on backwards, without what cannot be read. */
export async function* streamBack(ledger: Pick<Ledger, 'readStream'>, stream: string, from: number) {
  for (let before = from; ; ) {
    const entries: readonly Entry[] = await ledger.readStream(stream, before, backPage);
    for (const entry of entries) {
      before = entry.position;
      const parsed = eventOf(entry);
      if (parsed.ok) yield { position: entry.position, event: parsed.event };
    }
    if (entries.length < backPage) return;
  }
}

/** The newest `count` matching events from position `from` on, in order. */
export async function lastRecords(
  ledger: Pick<Ledger, 'read' | 'size'>,
  filter: RecordFilter,
  count: number,
  from = 0,
): Promise<{ readonly records: readonly Positioned[]; readonly next: number }> {
  const end = await ledger.size();
  let found: readonly Positioned[] = [];
  for (let before = end; before > from && found.length < count; ) {
    const start = Math.max(from, before - page);
    const entries = await ledger.read(start, before - start);
    found = [...entries.flatMap((entry) => positioned(entry, filter)), ...found];
    before = start;
  }
  return { records: count === 0 ? [] : found.slice(-count), next: end };
}

/** Nodes may differ by a quarter of a second before they stop deciding. */
const clockToleranceMs = 1000;

/** A position before which nothing can match the filter's time. */
export async function startOf(
  ledger: Pick<Ledger, 'read' | 'size'>,
  { sinceMs }: RecordFilter,
): Promise<number> {
  return sinceMs === undefined ? 0 : positionAt(ledger, sinceMs - clockToleranceMs);
}

/** Where the records of `sinceMs` and later start. Times never go back along the positions of one node. */
async function positionAt(ledger: Pick<Ledger, 'read' | 'size'>, sinceMs: number): Promise<number> {
  let low = 0;
  let high = await ledger.size();
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [entry] = await ledger.read(middle, 1);
    const parsed = entry === undefined ? undefined : eventOf(entry);
    if (parsed?.ok !== true) return 0;
    if (parsed.event.at < sinceMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function positioned(entry: Entry, filter: RecordFilter): readonly Positioned[] {
  const parsed = eventOf(entry);
  if (!parsed.ok || !matches(parsed.event, filter)) return [];
  return [{ position: entry.position, leafHash: entry.leafHash, event: parsed.event }];
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
    case 'approval.requested':
      return { agent: event.agent, task: event.task, session: event.session };
    case 'break_glass.requested':
    case 'break_glass.opened':
    case 'break_glass.closed':
      return { agent: event.agent, task: event.task };
    case 'observation':
    case 'approval.expired':
    case 'session.redecided':
      return { session: event.session };
    case 'agent.registered':
    case 'autonomy.set':
      return { agent: event.agent };
    case 'revoked':
    case 'hold.set':
    case 'hold.lifted':
      return { [event.scope]: event.target };
    case 'task.ended':
    case 'prompt.submitted':
      return { task: event.task };
    default:
      return {};
  }
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
