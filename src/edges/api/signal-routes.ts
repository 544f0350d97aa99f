// SPDX-License-Identifier: Apache-2.0
// Signals over the administration API: listed, said, taken back by operators.
import { z } from 'zod';
import type { Ledger } from '../../app/ports.ts';
import { streamBack } from '../../app/read-records.ts';
import type { Road } from '../../app/road.ts';
import { clearSignal, type ListedSignal, listSignals, setSignal } from '../../app/signals.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { maxSignalNameLength } from '../../core/signal/registry.ts';
import type { Answer, Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const signal = z.string().min(1).max(maxSignalNameLength);
const reason = z.string().max(maxReasonLength);

/** What is said of one: the same by operators and by sources. */
export const statementShape = z.strictObject({
  signal,
  value: z.union([z.string().max(64), z.boolean(), z.number()]),
  maxAgeMs: z.number().int().min(1000, 'a signal counts for a second at least').optional(),
  reason: reason.default(''),
});

const clearShape = z.strictObject({ signal, reason: reason.min(1, 'say why, for the record') });

const maxShown = 50;

export function signalRoutes(road: Road, ledger: Pick<Ledger, 'readStream' | 'size'>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/signals',
      run: async () => told({ signals: listSignals(road).map(shown) }),
    },
    {
      method: 'GET',
      path: '/v1/signals/show',
      run: async ({ query }) => {
        const name = query.get('signal') ?? '';
        const found = listSignals(road).find((one) => one.signal === name);
        if (found === undefined)
          return {
            status: 404,
            body: {
              schemaVersion: 1,
              ok: false,
              code: 'not_found',
              message: `there is no signal \`${name}\``,
            },
          };
        const history: object[] = [];
        for await (const { event } of streamBack(ledger, `signal/${name}`, await ledger.size())) {
          const at = new Date(event.at).toISOString();
          if (event.type === 'signal.set')
            history.push({ at, value: event.value, source: event.source, reason: event.reason });
          if (event.type === 'signal.cleared')
            history.push({ at, source: event.author, reason: event.reason });
          if (history.length >= maxShown) break;
        }
        return told({ ...shown(found), history });
      },
    },
    {
      method: 'POST',
      path: '/v1/signals/set',
      run: async ({ operator, body }) => {
        const input = statementShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        return said(await setSignal(road, { operator, as: 'operators' }, statementOf(input.data)));
      },
    },
    {
      method: 'POST',
      path: '/v1/signals/clear',
      run: async ({ operator, body }) => {
        const input = clearShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { signal: name, reason: why } = input.data;
        const done = await clearSignal(road, { operator, as: 'operators' }, name, why);
        return done.ok ? told({ ok: true, ...done.value, decision: done.decision }) : refusal(done);
      },
    },
  ];
}

export function statementOf({ maxAgeMs, ...rest }: z.infer<typeof statementShape>) {
  return { ...rest, ...(maxAgeMs === undefined ? {} : { maxAgeMs }) };
}

export function said(done: Awaited<ReturnType<typeof setSignal>>): Answer {
  if (!done.ok) return refusal(done);
  const { staleAt, written, ...rest } = done.value;
  return told({
    ok: true,
    ...rest,
    written,
    staleAt: new Date(staleAt).toISOString(),
    ...(written ? { decision: done.decision } : {}),
  });
}

function shown({ at, staleAt, ...rest }: ListedSignal): object {
  return {
    ...rest,
    ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
    ...(staleAt === undefined ? {} : { staleAt: new Date(staleAt).toISOString() }),
  };
}

function told(body: object): Answer {
  return { status: 200, body: { schemaVersion: 1, ...body } };
}
