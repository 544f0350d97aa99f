// SPDX-License-Identifier: Apache-2.0
// Tasks, sessions and tokens over the administration API.
import { z } from 'zod';
import type { Administered, AdminRefusal } from '../../app/administer.ts';
import { codes, isDecisionCode } from '../../app/codes.ts';
import type { Randomness } from '../../app/ports.ts';
import { submitPrompt } from '../../app/prompts.ts';
import type { Road } from '../../app/road.ts';
import { endTask, maxTaskMs, renewToken, type Started, startSession, startTask } from '../../app/tasks.ts';
import { isActionClass } from '../../core/catalogue/taxonomy.ts';
import { budgetShape, maxPromptLength } from '../../core/record/events/standing.ts';
import type { Caller } from '../../core/request/proposal.ts';
import type { Answer, Route } from './server.ts';

export interface TokenMint {
  mint(
    terms: { readonly caller: Caller; readonly expiresAtMs: number },
    nowMs: number,
  ): Promise<{ readonly token: string; readonly expiresAtMs: number }>;
}

const name = z.string().min(1).max(200);

// A budget of a class that there is not would never be spent.
const countedShape = budgetShape.refine(
  ({ name }) => name === 'calls' || (name.startsWith('calls:') && isActionClass(name.slice(6))),
  {
    error: 'a budget is `calls` or `calls:<class>`, with a class of the catalogue: `calls:send`',
    path: ['name'],
  },
);

const orderShape = z.strictObject({
  type: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a task type is lower case: `support`, `ci.release`'),
  agent: name.default('local-agent'),
  owner: name.default('local'),
  autonomy: z.enum(['supervised', 'semi', 'full']).default('semi'),
  onBehalfOf: name.optional(),
  purpose: z.string().max(2000).optional(),
  params: z.record(z.string().max(100), z.string().max(2000)).default({}),
  budgets: z.array(countedShape).max(16).default([]),
  ttlMs: z
    .number()
    .int()
    .min(1000, 'a task lives for a second at least')
    .max(maxTaskMs, 'a task lives for seven days at most')
    .optional(),
  prompt: z.string().max(maxPromptLength).optional(),
  parent: name.optional(),
});

// What an agent says of itself is no prompt, and hooks have a way of their own.
const promptShape = z.strictObject({
  task: name,
  author: name.optional(),
  channel: z.enum(['orchestrator', 'operator']),
  text: z
    .string()
    .min(1, 'a prompt has some text')
    .max(maxPromptLength, `a prompt has at most ${maxPromptLength} characters`),
});

const endShape = z.strictObject({ task: name, reason: z.string().max(1000).default('') });
const sessionShape = z.strictObject({ task: name });
const renewShape = z.strictObject({ session: name });
export function taskRoutes(
  road: Road,
  randomness: Randomness,
  tokens: TokenMint,
  urls: () => readonly string[],
): readonly Route[] {
  async function minted(done: Administered<Started>): Promise<Answer> {
    if (!done.ok) return refusal(done);
    const { agent, task, session, tokenId, expiresAtMs } = done.value;
    const token = await tokens.mint(
      { caller: { agent, task, session, tokenId }, expiresAtMs },
      road.clock.wallMs(),
    );
    return {
      status: 200,
      body: {
        schemaVersion: 1,
        task,
        session,
        agent,
        token: token.token,
        tokenExpiresAt: new Date(token.expiresAtMs).toISOString(),
        taskExpiresAt: new Date(expiresAtMs).toISOString(),
        urls: urls(),
        decision: done.decision,
      },
    };
  }

  return [
    {
      method: 'POST',
      path: '/v1/tasks',
      run: async ({ operator, body }) => {
        const order = orderShape.safeParse(body);
        if (!order.success) return invalid(order.error);
        const { onBehalfOf, purpose, prompt, ttlMs, parent, ...rest } = order.data;
        return minted(
          await startTask(road, randomness, operator, {
            ...rest,
            ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
            ...(purpose === undefined ? {} : { purpose }),
            ...(ttlMs === undefined ? {} : { ttlMs }),
            ...(prompt === undefined ? {} : { prompt }),
            ...(parent === undefined ? {} : { parent }),
          }),
        );
      },
    },
    {
      method: 'POST',
      path: '/v1/prompts',
      run: async ({ operator, body }) => {
        const input = promptShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { author, ...rest } = input.data;
        const done = await submitPrompt(road, operator, {
          ...rest,
          ...(author === undefined ? {} : { author }),
        });
        if (!done.ok) return refusal(done);
        return {
          status: 200,
          body: { schemaVersion: 1, ok: true, prompt: done.value.prompt, decision: done.decision },
        };
      },
    },
    {
      method: 'POST',
      path: '/v1/sessions',
      run: async ({ operator, body }) => {
        const input = sessionShape.safeParse(body);
        return input.success
          ? minted(await startSession(road, operator, input.data.task))
          : invalid(input.error);
      },
    },
    {
      method: 'POST',
      path: '/v1/tokens',
      run: async ({ operator, body }) => {
        const input = renewShape.safeParse(body);
        return input.success
          ? minted(await renewToken(road, operator, input.data.session))
          : invalid(input.error);
      },
    },
    {
      method: 'POST',
      path: '/v1/tasks/end',
      run: async ({ operator, body }) => {
        const input = endShape.safeParse(body);
        return input.success
          ? settled(await endTask(road, operator, input.data.task, input.data.reason))
          : invalid(input.error);
      },
    },
  ];
}

export function settled<T>(done: Administered<T>): Answer {
  return done.ok
    ? { status: 200, body: { schemaVersion: 1, ok: true, decision: done.decision } }
    : refusal(done);
}

export function refusal(refused: Extract<Administered<unknown>, { ok: false }>): Answer {
  const { code, reason, decision, policies } = refused;
  return {
    status: statusOf[code],
    body: {
      schemaVersion: 1,
      ok: false,
      code,
      message: reason ?? (isDecisionCode(code) ? codes[code] : code),
      decision,
      policies,
    },
  };
}

export const statusOf: Readonly<Record<AdminRefusal, number>> = {
  forbidden: 403,
  forbid_errored: 403,
  no_permit: 403,
  pending_approval: 409,
  deferred: 409,
  engine_failed: 500,
  policy_not_here: 503,
  not_found: 404,
  not_possible: 409,
  contention: 503,
  overloaded: 503,
  store_unavailable: 503,
  store_uncertain: 503,
};

export function invalid(error: z.ZodError): Answer {
  const issue = error.issues[0];
  const at = issue?.path.join('.') ?? '';
  const message = `${at === '' ? '' : `\`${at}\`: `}${issue?.message ?? 'invalid'}`;
  return { status: 400, body: { schemaVersion: 1, ok: false, code: 'invalid_input', message } };
}
