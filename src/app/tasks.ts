// SPDX-License-Identifier: Apache-2.0
// Starting and ending: what gives an agent standing. What takes it away before its time: revoke.ts.

import { longestLifeMs } from '../core/hold/halt.ts';
import type { Budget } from '../core/record/events/standing.ts';
import { idRandomBytes, newId } from '../core/record/id.ts';
import { withoutSecrets } from '../core/record/secret.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { childTerms } from '../core/task/child.ts';
import { isRunning, isTaskSwept } from '../core/task/lineage.ts';
import type { Scope } from '../core/task/scope.ts';
import { type BoundTerms, bind, defaultTaskMs, type Templates } from '../core/task/template.ts';
import { type Administered, administer, type Deed } from './administer.ts';
import type { Randomness } from './ports.ts';
import { askedBy, heard, promptWriting, scopesOf } from './prompts.ts';
import type { Road } from './road.ts';
import type { Writing } from './sequencer.ts';

export interface TaskOrder {
  readonly type: string;
  readonly agent: string;
  readonly owner: string;
  readonly autonomy: 'supervised' | 'semi' | 'full';
  readonly onBehalfOf?: string;
  readonly purpose?: string;
  readonly params: { readonly [name: string]: string };
  readonly budgets: readonly Budget[];
  /** Default: half an hour, or less where the template says less. */
  readonly ttlMs?: number;
  readonly prompt?: string;
  /** The task that it is started under. */
  readonly parent?: string;
  /** The name of its first session, where whoever runs it has one that has to be found again. */
  readonly session?: string;
}

export interface Started {
  readonly task: string;
  readonly session: string;
  readonly agent: string;
  readonly tokenId: string;
  readonly expiresAtMs: number;
}

/** The longest life of a task: what lives longer is not one task. */
export const maxTaskMs = longestLifeMs;

/** Starts a task with its first session, registering the agent if nobody has. The token is minted from the answer. */
export async function startTask(
  road: Pick<
    Road,
    'sequencer' | 'published' | 'vault' | 'clock' | 'pseudonym' | 'templates' | 'origins' | 'intent'
  >,
  randomness: Randomness,
  operator: Operator,
  order: TaskOrder,
): Promise<Administered<Started>> {
  // As arguments are: what a person typed may hold a secret, and equal secrets stay equal to policy.
  const plain = (text: string): string => withoutSecrets(text, road.pseudonym);
  const params = Object.fromEntries(
    Object.entries(order.params).map(([name, value]) => [name, plain(value)]),
  );
  const terms = termsOf(road.templates?.(), { ...order, params });
  if (!terms.ok) return { ok: false, code: 'not_possible', reason: terms.reason, policies: [] };
  const { purpose, budgets, ttlMs, scope } = terms.terms;
  const task = newId('t', road.clock.wallMs(), randomness.bytes(idRandomBytes));
  // The key first: a key without a task harms nobody, a task without a key could record nothing.
  await road.vault.create(task);
  const seal = await road.vault.sealer(task);
  if (seal === undefined)
    return { ok: false, code: 'not_possible', reason: 'the key of the task cannot be had', policies: [] };
  const above = order.parent === undefined ? [] : scopesOf(road.sequencer.head, order.parent);
  const scopes = [...(scope === undefined ? [] : [scope]), ...above];
  const prompt = order.prompt === undefined ? undefined : await askedBy(road, seal, order.prompt, scopes);

  const start: Deed<Started> = (view, place) => {
    const agent = view.get(facets.agent(order.agent));
    if (agent?.status === 'revoked') {
      return { ok: false, code: 'not_possible', reason: `agent \`${order.agent}\` is revoked` };
    }
    const session = order.session ?? place.id('s');
    if (view.get(facets.session(session)) !== undefined) return sessionTaken(session);
    const tokenId = place.id('k');
    const asked = { ...order, scope, ttlMs, ttlAsked: order.ttlMs !== undefined };
    const lineage = lineageOf(view, asked, place.at);
    if (!lineage.ok) return lineage;
    const { expiresAt, onBehalfOf, above, scope: within } = lineage.terms;
    const writings: Writing[] = [
      {
        id: place.id('e'),
        stream: `agent/${order.agent}`,
        event: {
          type: 'agent.registered',
          agent: order.agent,
          // Whoever starts a task vouches for the agent again; they do not change whose it is.
          owner: agent?.owner ?? order.owner,
          autonomy: agent?.autonomy ?? order.autonomy,
          verifiedAt: place.at,
        },
      },
    ];
    writings.push({
      id: place.id('e'),
      stream: `task/${task}`,
      event: {
        type: 'task.started',
        task: {
          id: task,
          type: order.type,
          agent: order.agent,
          ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
          ...(purpose === undefined ? {} : { purpose: plain(purpose) }),
          params: terms.terms.params,
          budgets,
          startedAt: place.at,
          expiresAt,
          approver: operator.id,
          ...(above === undefined ? {} : { above }),
          ...(within === undefined ? {} : { scope: within }),
        },
      },
    });
    if (prompt !== undefined) {
      const author = onBehalfOf ?? operator.id;
      writings.push(promptWriting(place, { task, author, channel: 'operator' }, prompt));
    }
    writings.push({
      id: place.id('e'),
      stream: `session/${session}`,
      event: { type: 'session.started', session, task, agent: order.agent, tokenId },
    });
    return {
      ok: true,
      writings,
      value: { task, session, agent: order.agent, tokenId, expiresAtMs: expiresAt },
    };
  };
  return heard(road, prompt, () =>
    administer(road, operator, 'task.start', { kind: 'task', id: task }, start),
  );
}

/** What it gets under the task that it is started under, if there is one. */
function lineageOf(
  view: View,
  asked: Pick<TaskOrder, 'parent' | 'onBehalfOf'> & {
    readonly scope: Scope | undefined;
    readonly ttlMs: number;
    readonly ttlAsked: boolean;
  },
  at: number,
) {
  const { parent, onBehalfOf, scope, ttlMs, ttlAsked } = asked;
  const own = {
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(scope === undefined ? {} : { scope }),
  };
  return parent === undefined
    ? { ok: true as const, terms: { ...own, above: undefined, expiresAt: at + ttlMs } }
    : childTerms(view, parent, { ...own, ttlMs, ttlAsked }, at);
}

/** What a task of this type gets of what is asked for it: with a template what fits it, else what is asked. */
function termsOf(
  templates: Templates | undefined,
  order: TaskOrder,
): { ok: true; terms: Omit<BoundTerms, 'scope'> & Partial<BoundTerms> } | { ok: false; reason: string } {
  const template = templates?.get(order.type);
  return template === undefined
    ? { ok: true, terms: { ...order, ttlMs: order.ttlMs ?? defaultTaskMs } }
    : bind(template, order);
}

/**
 * Opens another session under a running task: it inherits labels and budgets, which are the task's.
 *
 * @param name as in `TaskOrder.session`
 */
export function startSession(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  task: string,
  name?: string,
): Promise<Administered<Started>> {
  return administer(road, operator, 'session.start', { kind: 'task', id: task }, (view, place) => {
    const state = view.get(facets.task(task));
    if (state === undefined) return { ok: false, code: 'not_found', reason: `no task \`${task}\`` };
    if (!isRunning(view, task, place.at)) {
      return { ok: false, code: 'not_possible', reason: `task \`${task}\` is over; start a new one` };
    }
    const session = name ?? place.id('s');
    if (view.get(facets.session(session)) !== undefined) return sessionTaken(session);
    const tokenId = place.id('k');
    return {
      ok: true,
      writings: [
        {
          id: place.id('e'),
          stream: `session/${session}`,
          event: { type: 'session.started', session, task, agent: state.agent, tokenId },
        },
      ],
      value: { task, session, agent: state.agent, tokenId, expiresAtMs: state.expiresAt },
    };
  });
}

function sessionTaken(session: string) {
  return { ok: false, code: 'not_possible', reason: `there is a session \`${session}\` already` } as const;
}

/** Gives a running session a fresh token; nothing but the token's life changes. */
export function renewToken(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  session: string,
): Promise<Administered<Started>> {
  return administer(road, operator, 'session.start', { kind: 'session', id: session }, (view, place) => {
    const state = view.get(facets.session(session));
    if (state === undefined) return { ok: false, code: 'not_found', reason: `no session \`${session}\`` };
    const task = view.get(facets.task(state.task));
    const over = task === undefined || !isRunning(view, state.task, place.at);
    if (over || state.status !== 'active' || isTaskSwept(view, state.task, state.startedAt)) {
      return { ok: false, code: 'not_possible', reason: `session \`${session}\` is over; start a new task` };
    }
    return {
      ok: true,
      writings: [],
      value: {
        task: state.task,
        session,
        agent: state.agent,
        tokenId: place.id('k'),
        expiresAtMs: task.expiresAt,
      },
    };
  });
}

export function endTask(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  task: string,
  reason: string,
): Promise<Administered<undefined>> {
  return administer(road, operator, 'task.end', { kind: 'task', id: task }, (view, place) => {
    const state = view.get(facets.task(task));
    if (state === undefined) return { ok: false, code: 'not_found', reason: `no task \`${task}\`` };
    if (state.status !== 'active')
      return { ok: false, code: 'not_possible', reason: `task \`${task}\` is over already` };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: `task/${task}`, event: { type: 'task.ended', task, reason } }],
      value: undefined,
    };
  });
}
