// SPDX-License-Identifier: Apache-2.0
// Reading over the administration API. Metadata is listed freely to whoever may administer; opening
// contents is an act of its own: decided, and on the record.
import { administer } from '../../app/administer.ts';
import type { Ledger } from '../../app/ports.ts';
import { explained, matches, type RecordFilter, readable, records } from '../../app/read-records.ts';
import type { Road } from '../../app/road.ts';
import type { Event } from '../../core/record/event.ts';
import type { Route } from './server.ts';
import { refusal } from './task-routes.ts';

const followLimit = 10_000;

export function recordRoutes(road: Road, ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/log',
      run: async ({ query, signal }) => ({
        lines: log(
          ledger,
          road,
          filterOf(query),
          Number(query.get('from') ?? 0) || 0,
          query.get('follow') === '1',
          signal,
        ),
      }),
    },
    {
      method: 'GET',
      path: '/v1/explain',
      run: async ({ operator, query }) => {
        const id = query.get('id') ?? '';
        const read = await administer(road, operator, 'record.read', { kind: 'record', id }, () => ({
          ok: true,
          writings: [],
          value: undefined,
        }));
        if (!read.ok) return refusal(read);
        const found = await explained(ledger, road.vault, id);
        if (found === undefined) {
          return { status: 404, body: { ok: false, code: 'not_found', message: `no decision \`${id}\`` } };
        }
        const force = road.published();
        return {
          status: 200,
          body: {
            schemaVersion: 1,
            ...found,
            ...(found.args === undefined ? {} : { args: readable(found.args) }),
            ...(found.result === undefined ? {} : { result: readable(found.result) }),
            // Only what is still the very policy that decided is explained by today's text.
            policies: found.decision.verdicts.map((verdict) => {
              const policy = force.policies.policies.get(verdict.policy);
              return policy?.textDigest === verdict.text
                ? policy
                : { id: verdict.policy, changedSince: true };
            }),
          },
        };
      },
    },
  ];
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
  road: Road,
  filter: RecordFilter,
  from: number,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  // Listen before reading, so that nothing falls between.
  const waiting: { event: Event; position: number }[] = [];
  let wake: () => void = () => undefined;
  const stop = follow
    ? road.sequencer.onEvent((event, position) => {
        // A reader that does not read loses its place rather than the daemon its memory.
        if (waiting.length < followLimit) waiting.push({ event, position });
        wake();
      })
    : () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  try {
    const reading = records(ledger, filter, from);
    let step = await reading.next();
    while (step.done !== true) {
      yield step.value;
      step = await reading.next();
    }
    let next = step.value;
    while (follow && !signal.aborted) {
      const item = waiting.shift();
      if (item === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (item.position < next) continue;
      next = item.position + 1;
      if (matches(item.event, filter)) yield item;
    }
  } finally {
    stop();
  }
}
