// SPDX-License-Identifier: Apache-2.0
// Events of who may act at all: agents, tasks with their prompts, sessions.
import { z } from 'zod';
import { autonomies } from '../../agent/autonomy.ts';
import { scopeShape } from '../../task/scope.ts';
import { digest, header, id, instantMs, payloadRef } from './parts.ts';

/** A longer one is refused: a part of what somebody asked may mean something else. */
export const maxPromptLength = 200_000;

export const budgetShape = z.strictObject({
  /** `calls`, or `calls:<class>` to count only one action class. */
  name: z.string().regex(/^calls(:[a-z]+)?$/, 'a budget is `calls` or `calls:<class>`'),
  limit: z.number().int().nonnegative(),
});

export type Budget = z.infer<typeof budgetShape>;

export const taskShape = z.strictObject({
  id,
  type: z.string(),
  agent: id,
  /** The human, or the parent, for whom the task is done; absent when nobody is named. */
  onBehalfOf: id.optional(),
  purpose: z.string().optional(),
  params: z.record(z.string(), z.string()),
  budgets: z.array(budgetShape).readonly(),
  startedAt: instantMs,
  expiresAt: instantMs,
  approver: id,
  /** The tasks that it was started under, the nearest first; absent for one that a person started. */
  above: z
    .array(z.strictObject({ task: id, agent: id }))
    .min(1)
    .max(8)
    .readonly()
    .optional(),
  /** What may be done under it at most, with its parameters bound; absent where no template of its type was loaded. */
  scope: scopeShape.optional(),
});

export type TaskTerms = z.infer<typeof taskShape>;

export const agentRegistered = z.strictObject({
  ...header,
  type: z.literal('agent.registered'),
  agent: id,
  owner: id,
  autonomy: z.enum(autonomies),
  verifiedAt: instantMs,
});

export const taskStarted = z.strictObject({ ...header, type: z.literal('task.started'), task: taskShape });

export const promptSubmitted = z.strictObject({
  ...header,
  type: z.literal('prompt.submitted'),
  task: id,
  author: id,
  channel: z.enum(['orchestrator', 'hook', 'operator', 'agent-claimed']),
  text: payloadRef,
  /** A model was asked what it asks for; absent where none is. Its proposal is there only where it was read. */
  intent: z
    .strictObject({
      provider: id,
      model: id,
      /** Of what was asked, the prompt in it. */
      question: digest,
      code: z.enum(['read', 'not_asked', 'unreachable', 'timeout', 'failed', 'too_large', 'malformed']),
      proposal: payloadRef.optional(),
    })
    .optional(),
});

export const sessionStarted = z.strictObject({
  ...header,
  type: z.literal('session.started'),
  session: id,
  task: id,
  agent: id,
  tokenId: id,
});

export const taskEnded = z.strictObject({
  ...header,
  type: z.literal('task.ended'),
  task: id,
  reason: z.string(),
});
