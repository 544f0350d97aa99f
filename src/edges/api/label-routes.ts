// SPDX-License-Identifier: Apache-2.0
// Labels over the administration API: as they stand, and what lowers them.
import { z } from 'zod';
import type { Administered } from '../../app/administer.ts';
import {
  declassify,
  endorse,
  type Labelled,
  type Lowered,
  labelsOfStore,
  labelsOfTask,
} from '../../app/labels.ts';
import type { Road } from '../../app/road.ts';
import { levels } from '../../core/label/label.ts';
import { labelledShape } from '../../core/record/events/label.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Answer, Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const names = z.array(z.string().min(1).max(300)).min(1).max(32);
/** Whoever lowers a label says why. */
const shared = {
  of: labelledShape,
  reason: z.string().min(1, 'say why, for the record').max(maxReasonLength),
};
const endorseShape = z.strictObject({ ...shared, sources: names.optional() });
const declassifyShape = z
  .strictObject({
    ...shared,
    level: z.enum(levels).optional(),
    categories: names.optional(),
    readers: z.union([z.literal('everyone'), names]).optional(),
  })
  .refine(({ level, categories, readers }) => (level ?? categories ?? readers) !== undefined, {
    error: 'say what it is less: a `level`, `categories` that it is not of, or `readers`',
  });

export function labelRoutes(road: Road): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/labels',
      run: async ({ query }) => {
        const { head } = road.sequencer;
        const [task, store] = [query.get('task'), query.get('store')];
        if (task !== null) {
          const labels = labelsOfTask(head, task);
          return labels === undefined ? unknown(`no task \`${task}\``) : told({ task, ...labels });
        }
        if (store !== null) return told({ store, items: labelsOfStore(head, store) });
        return unknown('name a `task` or a `store`');
      },
    },
    {
      method: 'POST',
      path: '/v1/labels/endorse',
      run: async ({ operator, body }) => {
        const input = endorseShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { of, reason, sources } = input.data;
        return lowered(
          of,
          await endorse(road, operator, of, sources === undefined ? {} : { sources }, reason),
        );
      },
    },
    {
      method: 'POST',
      path: '/v1/labels/declassify',
      run: async ({ operator, body }) => {
        const input = declassifyShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { of, reason, ...to } = input.data;
        return lowered(of, await declassify(road, operator, of, to, reason));
      },
    },
  ];
}

function lowered(of: Labelled, done: Administered<Lowered>): Answer {
  return done.ok ? told({ ok: true, of, ...done.value, decision: done.decision }) : refusal(done);
}

function told(body: object): Answer {
  return { status: 200, body: { schemaVersion: 1, ...body } };
}

function unknown(message: string): Answer {
  return { status: 404, body: { schemaVersion: 1, ok: false, code: 'not_found', message } };
}
