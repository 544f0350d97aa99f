// SPDX-License-Identifier: Apache-2.0
/**
 * Which session of ours a conversation of a client is.
 *
 * A conversation's session has the conversation's name, so a daemon that was restarted finds it again, with all that
 * was read in it. It stays what it was: once its task is over or it was revoked, the same conversation gets no other,
 * since the agent still knows what it has read. A new conversation in a directory joins the task that runs for it.
 *
 * Source: docs/coding-agents.md, "Which task".
 */
import type { Administered } from '../../app/administer.ts';
import type { Randomness } from '../../app/ports.ts';
import type { Road } from '../../app/road.ts';
import { type Started, startSession, startTask } from '../../app/tasks.ts';
import type { Caller, Operator } from '../../core/request/proposal.ts';
import { type FacetKey, facets, type TaskState } from '../../core/state/facet.ts';
import { realOf } from './place.ts';

export interface Conversation {
  /** `claude`: which client. */
  readonly client: string;
  readonly id: string;
  /** Of the project, absolute. */
  readonly directory: string;
  /** A task that was started for it beforehand. */
  readonly task?: string;
}

export type Standing =
  | { readonly ok: true; readonly caller: Caller; readonly directory: string }
  | { readonly ok: false; readonly reason: string };

export interface Conversations {
  /** The session of a conversation, opened where there is none yet. */
  standingOf(conversation: Conversation): Promise<Standing>;
  /** Without opening one. */
  known(conversation: Pick<Conversation, 'client' | 'id'>): Caller | undefined;
}

/** The type of a task that nobody has started beforehand. */
export const hookTaskType = 'coding';
/** Of a task that was started beforehand, and of a template that wants to know: for which directory it is. */
const directoryParam = 'directory';
/** It is no parameter otherwise: what a task was given counts as asked for, and the whole project would be. */
const purposeStart = 'coding in ';
/** A working day; a template of its type says otherwise. */
const ttlMs = 8 * 3_600_000;
/** No token is minted for a hook: the daemon's socket stands for it. */
const noToken = 'hook';

export function createConversations(road: Road, randomness: Randomness, operator: Operator): Conversations {
  const { head } = road.sequencer;
  /** By directory or task: one after the other. */
  const opening = new Map<string, Promise<void>>();

  function known({ client, id }: Pick<Conversation, 'client' | 'id'>): Caller | undefined {
    const session = sessionName(client, id);
    const state = head.get(facets.session(session));
    return state === undefined
      ? undefined
      : { agent: state.agent, task: state.task, session, tokenId: noToken };
  }

  function standing(caller: Caller, conversation: Conversation): Standing {
    if (conversation.task !== undefined && conversation.task !== caller.task)
      return {
        ok: false,
        reason: `this conversation belongs to task \`${caller.task}\` and cannot go over to another: start a new one`,
      };
    const task = head.get(facets.task(caller.task));
    const directory = task === undefined ? undefined : directoryOf(task);
    return { ok: true, caller, directory: directory ?? conversation.directory };
  }

  async function open(conversation: Conversation): Promise<Standing> {
    const session = sessionName(conversation.client, conversation.id);
    const directory = realOf(conversation.directory);
    const task = conversation.task ?? runningFor(directory)?.id;
    const template = road.templates?.().get(hookTaskType);
    const wantsIt = template?.params.some(({ name }) => name === directoryParam) === true;
    const done =
      task === undefined
        ? await startTask(road, randomness, operator, {
            type: hookTaskType,
            agent: `${conversation.client}-code`,
            owner: operator.id,
            autonomy: 'semi',
            purpose: `${purposeStart}${directory}`,
            params: wantsIt ? { [directoryParam]: directory } : {},
            budgets: [],
            session,
            // A template says itself how long.
            ...(template === undefined ? { ttlMs } : {}),
          })
        : await startSession(road, operator, task, session);
    if (!done.ok) return { ok: false, reason: `no task can be opened for it: ${reasonOf(done)}` };
    const caller = known(conversation);
    return caller === undefined
      ? { ok: false, reason: 'its session is not known' }
      : standing(caller, { ...conversation, directory });
  }

  function runningFor(directory: string): TaskState | undefined {
    const now = road.clock.wallMs();
    for (const [name] of head.facets()) {
      const id = /^task\/([^/]+)$/.exec(name)?.[1];
      if (id === undefined) continue;
      const key: FacetKey<TaskState> = facets.task(id);
      const task = head.get(key);
      const isOurs = task?.type === hookTaskType && directoryOf(task) === directory;
      if (isOurs && task.status === 'active' && now < task.expiresAt && task.approver === operator.id)
        return task;
    }
    return undefined;
  }

  return {
    known,
    async standingOf(conversation) {
      const caller = known(conversation);
      if (caller !== undefined) return standing(caller, conversation);
      // The events of a conversation come at the same time, and so do those of two that were started together.
      const key = conversation.task ?? realOf(conversation.directory);
      const before = opening.get(key);
      const next = (before ?? Promise.resolve()).then(() => {
        const opened = known(conversation);
        return opened === undefined ? open(conversation) : standing(opened, conversation);
      });
      const settled = next.then(
        () => undefined,
        () => undefined,
      );
      opening.set(key, settled);
      try {
        return await next;
      } finally {
        if (opening.get(key) === settled) opening.delete(key);
      }
    },
  };
}

function directoryOf({ params, purpose }: TaskState): string | undefined {
  const named = params[directoryParam];
  if (named !== undefined) return named;
  return purpose?.startsWith(purposeStart) === true ? purpose.slice(purposeStart.length) : undefined;
}

function sessionName(client: string, id: string): string {
  return `s-${client}-${id}`;
}

function reasonOf(refused: Extract<Administered<Started>, { ok: false }>): string {
  const by = refused.policies.length === 0 ? '' : `, policy ${refused.policies.join(', ')}`;
  return `${refused.reason ?? refused.code}${by}`;
}
