// SPDX-License-Identifier: Apache-2.0
// The hook of Claude Code on the local socket: reads what the thin client sends, and answers what it is to print.
import { z } from 'zod';
import { objectAt, stringAt } from '../../core/json/value.ts';
import type { Answer as Reply, Route } from '../api/server.ts';
import type { ClaudeHooks } from './claude.ts';
import { isAbsolutePath, readClaudeEvent } from './claude-event.ts';

const saysShape = z.strictObject({
  project: z.string().refine(isAbsolutePath, 'the project is an absolute path'),
  task: z.string().min(1).max(200).optional(),
  event: z.unknown(),
});

/** Whole files come with some events. */
const maxBytes = 33 << 20;

export function claudeRoutes(hooks: ClaudeHooks): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/hooks/claude',
      limits: { maxBytes, maxDepth: 64, maxNodes: 1_000_000 },
      run: async ({ body, signal }) => {
        const says = saysShape.safeParse(body);
        if (!says.success) return refused(says.error.issues[0]?.message ?? 'invalid');
        const read = readClaudeEvent(objectAt(body, 'event'));
        if (!read.ok) return refused(read.message);
        const task = stringAt(body, 'task');
        const answer = await hooks.handle(
          { event: read.event, project: says.data.project, ...(task === undefined ? {} : { task }) },
          signal,
        );
        return { status: 200, body: { schemaVersion: 1, answer } };
      },
    },
  ];
}

function refused(message: string): Reply {
  return { status: 400, body: { schemaVersion: 1, ok: false, code: 'invalid_input', message } };
}
