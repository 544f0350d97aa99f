// SPDX-License-Identifier: Apache-2.0
// Where people are told what waits, and how that goes, over the administration API.
import { z } from 'zod';
import { administer } from '../../app/administer.ts';
import type { Messages, TargetState } from '../../app/messages.ts';
import type { Road } from '../../app/road.ts';
import type { Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const testShape = z.strictObject({ target: z.string().min(1).max(40) });

export function messageRoutes(
  road: Pick<Road, 'sequencer' | 'published'>,
  messages: Pick<Messages, 'states' | 'test'>,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/messages',
      run: async () => ({
        status: 200,
        body: { schemaVersion: 1, targets: messages.states().map(readable) },
      }),
    },
    {
      method: 'POST',
      path: '/v1/messages/test',
      run: async ({ operator, body }) => {
        const input = testShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { target } = input.data;
        const isKnown = messages.states().some(({ name }) => name === target);
        // On record before anything is sent.
        const done = await administer(road, operator, 'message.test', { kind: 'message', id: target }, () =>
          isKnown
            ? { ok: true, writings: [], value: undefined }
            : { ok: false, code: 'not_found', reason: `no target is called \`${target}\`` },
        );
        if (!done.ok) return refusal(done);
        const sent = await messages.test(target);
        const { decision } = done;
        return { status: 200, body: { schemaVersion: 1, ok: sent?.ok === true, target, decision, sent } };
      },
    },
  ];
}

function readable({ since, lastAt, ...state }: TargetState): object {
  return {
    ...state,
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(lastAt === undefined ? {} : { lastAt: new Date(lastAt).toISOString() }),
  };
}
