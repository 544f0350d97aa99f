// SPDX-License-Identifier: Apache-2.0
// Reading over the administration API. Metadata is listed freely to whoever may administer; opening
// contents is an act of its own: decided, and on the record.
import { administer } from '../../app/administer.ts';
import type { Ledger } from '../../app/ports.ts';
import { openContents, readDecision } from '../../app/read-decision.ts';
import { lastRecords, type Positioned, type RecordFilter, records, startOf } from '../../app/read-records.ts';
import type { Road } from '../../app/road.ts';
import type { Route } from './server.ts';
import { refusal } from './task-routes.ts';

const maxLast = 10_000;

export function recordRoutes(road: Road, ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/log',
      run: async ({ query, signal }) => ({ lines: log(ledger, road, wantedOf(query), signal) }),
    },
    {
      // What a decision's record only names: everything else can be read from the log.
      method: 'GET',
      path: '/v1/contents',
      run: async ({ operator, query }) => {
        const found = await readDecision(ledger, query.get('id') ?? '');
        if (!found.ok) {
          return {
            status: 404,
            body: { schemaVersion: 1, ok: false, code: 'not_found', message: found.message },
          };
        }
        const subject = { kind: 'record', id: found.read.decision.id } as const;
        const read = await administer(road, operator, 'record.read', subject, () => ({
          ok: true,
          writings: [],
          value: undefined,
        }));
        if (!read.ok) return refusal(read);
        const contents = await openContents(ledger, road.vault, found.read, road.programs);
        return { status: 200, body: { schemaVersion: 1, decision: read.decision, contents } };
      },
    },
  ];
}

interface Wanted {
  readonly filter: RecordFilter;
  /** Only the newest so many of what is there already. */
  readonly last: number | undefined;
  readonly from: number;
  readonly follow: boolean;
}

function wantedOf(query: URLSearchParams): Wanted {
  const last = query.get('last');
  return {
    filter: filterOf(query),
    last: last === null ? undefined : countOf(last),
    from: countOf(query.get('from') ?? '0'),
    follow: query.get('follow') === '1',
  };
}

function countOf(text: string): number {
  const count = Number(text);
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}

function filterOf(query: URLSearchParams): RecordFilter {
  const text = (name: string) => {
    const value = query.get(name);
    return value === null ? {} : { [name]: value };
  };
  const since = Number(query.get('sinceMs'));
  return {
    ...text('type'),
    ...text('outcome'),
    ...text('agent'),
    ...text('task'),
    ...text('session'),
    ...text('tool'),
    ...text('policy'),
    ...(since > 0 ? { sinceMs: since } : {}),
  };
}

async function* log(
  ledger: Ledger,
  road: Pick<Road, 'sequencer'>,
  { filter, last, from, follow }: Wanted,
  signal: AbortSignal,
): AsyncGenerator<Positioned> {
  // Listens before it reads, so that nothing falls between; what is written is read from the ledger, so
  // that a reader who is slow costs the daemon no memory.
  let written = 0;
  let wake: () => void = () => undefined;
  const stop = follow
    ? road.sequencer.onEvent(() => {
        written += 1;
        wake();
      })
    : () => undefined;
  const woken = () => wake();
  signal.addEventListener('abort', woken, { once: true });
  try {
    const start = Math.max(from, await startOf(ledger, filter));
    let next = start;
    if (last !== undefined) {
      const newest = await lastRecords(ledger, filter, Math.min(last, maxLast), start);
      yield* newest.records;
      next = newest.next;
    }
    for (;;) {
      const seen = written;
      next = yield* records(ledger, filter, next);
      if (!follow || signal.aborted) return;
      if (written === seen) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (signal.aborted) resolve();
        });
      }
      if (signal.aborted) return;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', woken);
  }
}
