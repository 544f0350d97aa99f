// SPDX-License-Identifier: Apache-2.0
/**
 * Calls that a hook let go and whose result has not come: the client runs them, so all that is known is what it says.
 *
 * Bounded in number and in time. One whose result never comes closes as `ambiguous`, with what the catalogue says is the
 * most that it can have read. What was closed is remembered for a while, so that an event that comes twice is answered twice alike.
 */
import type { LiveCall } from '../../app/live.ts';
import type { Clock } from '../../app/ports.ts';
import type { Answer } from './claude-answer.ts';

export interface OpenCall {
  readonly call: LiveCall;
  readonly tool: string;
  readonly target: string;
  /** Canonical JSON of the arguments as they were decided. */
  readonly args: string;
  /** Of what the client asked, so that asking twice is told from asking for something else. */
  readonly asked: string;
  readonly subagent: string | undefined;
  readonly startedMs: number;
}

export interface OpenCalls {
  /** @returns false: this conversation has too many already */
  add(session: string, id: string, open: OpenCall): boolean;
  get(session: string, id: string): OpenCall | undefined;
  /** Takes it out: whoever gets it closes it. */
  take(session: string, id: string): OpenCall | undefined;
  /** Takes out those of a turn that is over: of one sub-agent, of the agent itself, or all. */
  takeAll(session: string, whose: { readonly subagent: string | undefined } | 'all'): readonly OpenCall[];
  remember(session: string, id: string, answer: Answer): void;
  answered(session: string, id: string): Answer | undefined;
  clear(): void;
}

const maxOpen = 64;
const maxRemembered = 1000;
/** A command of the client runs for ten minutes at most, a sub-agent for longer. */
const maxOpenMs = 3_600_000;

export function createOpenCalls(clock: Clock, onLost: (open: OpenCall) => void): OpenCalls {
  const sessions = new Map<string, Map<string, { readonly open: OpenCall; readonly stop: () => void }>>();
  const done = new Map<string, Answer>();
  const keyOf = (session: string, id: string) => `${session} ${id}`;

  function take(session: string, id: string): OpenCall | undefined {
    const calls = sessions.get(session);
    const found = calls?.get(id);
    if (calls === undefined || found === undefined) return undefined;
    found.stop();
    calls.delete(id);
    if (calls.size === 0) sessions.delete(session);
    return found.open;
  }

  return {
    add(session, id, open) {
      const calls = sessions.get(session) ?? new Map();
      if (calls.size >= maxOpen) return false;
      const stop = clock.after(maxOpenMs, () => {
        const lost = take(session, id);
        if (lost !== undefined) onLost(lost);
      });
      calls.set(id, { open, stop });
      sessions.set(session, calls);
      return true;
    },
    get: (session, id) => sessions.get(session)?.get(id)?.open,
    take,
    takeAll(session, whose) {
      return [...(sessions.get(session) ?? [])].flatMap(([id, { open }]) => {
        if (whose !== 'all' && open.subagent !== whose.subagent) return [];
        take(session, id);
        return [open];
      });
    },
    remember(session, id, answer) {
      done.set(keyOf(session, id), answer);
      const [oldest] = done.keys();
      if (done.size > maxRemembered && oldest !== undefined) done.delete(oldest);
    },
    answered: (session, id) => done.get(keyOf(session, id)),
    clear() {
      for (const calls of sessions.values()) for (const { stop } of calls.values()) stop();
      sessions.clear();
    },
  };
}
