// SPDX-License-Identifier: Apache-2.0
// `countersign log`: what happened, one line for each event. Through the daemon where one runs, else
// out of the store by itself.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from '../../app/evidence.ts';
import { lastRecords, type RecordFilter, records, startOf } from '../../app/read-records.ts';
import { type Event, eventShape, parseEvent } from '../../core/record/event.ts';
import { type Books, unreadable } from './books.ts';
import { type Daemon, DaemonUnreachable } from './client.ts';
import { parseDurationMs } from './durations.ts';
import { eventLine, lineMemory } from './event-line.ts';
import { CommandFailed, exit, print, say } from './exit.ts';
import { opaLine } from './opa-line.ts';
import { jsonLine, paintFor } from './printable.ts';

export interface LogFlags {
  readonly type?: string;
  readonly outcome?: string;
  readonly agent?: string;
  readonly task?: string;
  readonly session?: string;
  readonly tool?: string;
  readonly policy?: string;
  readonly since?: string;
  readonly last?: string;
  readonly follow?: boolean;
  readonly json?: boolean;
  /** `opa`: decisions alone, in OPA's form. */
  readonly format?: string;
}

interface Wanted {
  readonly filter: RecordFilter;
  readonly last: number | undefined;
  readonly follow: boolean;
}

interface Shown {
  readonly position: number;
  readonly leafHash: string;
  readonly event: Event;
}

/** As `tail -f` does, when nobody says how many. */
const lastWhenFollowing = 10;
const maxLast = 10_000;
const pollMs = 500;
const types: readonly string[] = eventShape.options.map((option) => option.shape.type.value);

export async function showLog(
  daemon: Daemon,
  books: Books,
  flags: LogFlags,
  nowMs: number,
  signal: AbortSignal,
): Promise<void> {
  const wanted = wantedOf(flags, nowMs);
  const memory = lineMemory();
  const paint = paintFor(process.stdout, process.env);
  for await (const shown of events(daemon, books, wanted, signal)) {
    if (flags.format === 'opa') {
      if (shown.event.type === 'decision') print(jsonLine(opaLine(shown.event)));
    } else if (flags.json === true) print(jsonLine({ schemaVersion: 1, ...shown }));
    else print(eventLine(shown.event, memory, paint));
  }
}

function wantedOf(flags: LogFlags, nowMs: number): Wanted {
  const { since, last, follow = false, json: _json, format: _format, ...filter } = flags;
  const { type } = filter;
  if (type !== undefined && !types.includes(type))
    throw new CommandFailed(`--type \`${type}\` is none: there are ${types.join(', ')}`, exit.usage);
  const sinceMs = since === undefined ? undefined : sinceOf(since, nowMs);
  const all = last === undefined && (!follow || since !== undefined);
  return {
    filter: { ...filter, ...(sinceMs === undefined ? {} : { sinceMs }) },
    last: all ? undefined : lastOf(last ?? String(lastWhenFollowing)),
    follow,
  };
}

function lastOf(text: string): number {
  const last = Number(text);
  if (/^\d{1,5}$/.test(text) && last <= maxLast) return last;
  throw new CommandFailed(`-n \`${text}\` must be a whole number up to ${maxLast}`, exit.usage);
}

/** @throws {CommandFailed} it is neither a duration nor a time */
export function sinceOf(text: string, nowMs: number): number {
  const ago = parseDurationMs(text);
  if (ago !== undefined) return Math.max(1, nowMs - ago);
  const at = Date.parse(text);
  if (!Number.isNaN(at) && at > 0) return at;
  throw new CommandFailed(
    `--since \`${text}\` must be a duration or a time: 90s, 1h, 2026-07-28T12:00:00Z`,
    exit.usage,
  );
}

async function* events(
  daemon: Daemon,
  books: Books,
  wanted: Wanted,
  signal: AbortSignal,
): AsyncGenerator<Shown> {
  let begun = false;
  try {
    for await (const line of daemon.lines(`/v1/log?${queryOf(wanted)}`, signal, wanted.follow)) {
      const { position, leafHash, event } = line ?? {};
      const parsed = parseEvent(event);
      if (!parsed.ok)
        throw new DaemonUnreachable('the daemon answered with something that is no record', true);
      begun = true;
      yield { position, leafHash, event: parsed.event };
    }
    if (wanted.follow && !signal.aborted) throw new DaemonUnreachable('the daemon has ended', true);
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof DaemonUnreachable)) throw error;
    // Who follows a daemon learns that it went; what it could not give at all is read without it.
    if (begun || (wanted.follow && error.listens)) throw error;
    say(`${error.listens ? error.message : 'no daemon runs'}: reading the store by itself`);
    yield* fromStore(books, wanted, signal);
  }
}

function queryOf({ filter, last, follow }: Wanted): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) query.set(name, String(value));
  }
  if (last !== undefined) query.set('last', String(last));
  if (follow) query.set('follow', '1');
  return query;
}

async function* fromStore(books: Books, wanted: Wanted, signal: AbortSignal): AsyncGenerator<Shown> {
  const evidence: Evidence = books.open({ live: wanted.follow });
  try {
    const { ledger } = evidence;
    let next = await startOf(ledger, wanted.filter);
    if (wanted.last !== undefined) {
      const newest = await lastRecords(ledger, wanted.filter, wanted.last, next);
      yield* newest.records;
      next = newest.next;
    }
    for (;;) {
      next = yield* records(ledger, wanted.filter, next);
      if (!wanted.follow || signal.aborted) return;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  } catch (error) {
    throw unreadable(error);
  } finally {
    evidence.close();
  }
}
