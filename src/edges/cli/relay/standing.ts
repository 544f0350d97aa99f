// SPDX-License-Identifier: Apache-2.0
/**
 * What lets one client act: a task of its own, or a session under a task that somebody else started, and
 * a token that is renewed before it expires.
 *
 * Never starts a second task when the first has ended or was revoked: a clean start is for somebody else
 * than the agent to give.
 */
import { type Daemon, DaemonUnreachable, type Reply } from '../client.ts';

export interface TaskOrder {
  readonly type: string;
  readonly agent: string;
  readonly params: Readonly<Record<string, string>>;
  readonly ttlMs: number;
  readonly onBehalfOf?: string;
  readonly purpose?: string;
}

export type Wanted =
  | { readonly kind: 'own'; readonly order: TaskOrder }
  | { readonly kind: 'under'; readonly task: string };

export interface Pass {
  readonly token: string;
  readonly url: string;
}

export interface Standing {
  /** A pass that is good for a while yet. @throws {NoStanding} */
  pass(): Promise<Pass>;
  /** Another one, since the last was not taken. @throws {NoStanding} */
  renewed(): Promise<Pass>;
  /** Ends the task that was started here; one that somebody else started goes on. Never rejects. */
  end(reason: string): Promise<void>;
}

/** There is nothing to act with at present; the message says what would be right. */
export class NoStanding extends Error {
  readonly code = 'no_standing';
  /** Whether asking again may go better. */
  readonly passing: boolean;
  constructor(message: string, passing: boolean) {
    super(message);
    this.passing = passing;
  }
}

interface Held extends Pass {
  readonly task: string;
  readonly session: string;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

/** Renewed after four fifths of its life, or a minute before its end, whichever is later. */
const lastPartMs = 60_000;
/** A policy that refused is not asked again with each message of the client. */
const refusedForMs = 5_000;

/** @param endpointOf where to go, from where the gateway is */
export function createStanding(
  daemon: Daemon,
  wanted: Wanted,
  endpointOf: (url: string) => string,
  wallMs: () => number,
): Standing {
  let held: Held | undefined;
  let asking: Promise<Held> | undefined;
  let over: NoStanding | undefined;
  let refused: { readonly error: NoStanding; readonly untilMs: number } | undefined;
  let ended = false;

  async function ask(path: string, body: object): Promise<Held> {
    if (over !== undefined) throw over;
    if (refused !== undefined && wallMs() < refused.untilMs) throw refused.error;
    const askedMs = wallMs();
    const reply = await daemon.call('POST', path, body).catch((error: unknown) => {
      if (error instanceof DaemonUnreachable) throw new NoStanding(error.message, true);
      throw error;
    });
    const read = heldIn(reply, askedMs);
    if (typeof read !== 'string') {
      refused = undefined;
      held = { ...read, url: endpointOf(read.url) };
      return held;
    }
    const error = new NoStanding(read, reply.status !== 409);
    if (held !== undefined && (reply.status === 409 || reply.status === 404)) over = error;
    refused = { error, untilMs: askedMs + refusedForMs };
    throw error;
  }

  /** One question at a time, whoever needs its answer. */
  function asked(): Promise<Held> {
    if (ended) return Promise.reject(new NoStanding('this connection is closing', false));
    asking ??= (
      held !== undefined
        ? ask('/v1/tokens', { session: held.session })
        : wanted.kind === 'own'
          ? ask('/v1/tasks', wanted.order)
          : ask('/v1/sessions', { task: wanted.task })
    ).finally(() => {
      asking = undefined;
    });
    return asking;
  }

  return {
    async pass() {
      const now = wallMs();
      if (held !== undefined && now < held.renewAtMs) return held;
      try {
        return await asked();
      } catch (error) {
        // Without a daemon the token in hand is still as good as it was.
        const passing = error instanceof NoStanding && error.passing;
        if (held !== undefined && passing && now < held.expiresAtMs) return held;
        throw error;
      }
    },
    renewed: asked,
    async end(reason) {
      // A task that is just being started would be left behind.
      await asking?.catch(() => undefined);
      ended = true;
      if (held === undefined || wanted.kind === 'under') return;
      await daemon.call('POST', '/v1/tasks/end', { task: held.task, reason }).catch(() => undefined);
    },
  };
}

/** @returns why not, where the daemon gave none */
function heldIn({ status, body }: Reply, askedMs: number): Held | string {
  if (status !== 200) {
    const policies = Array.isArray(body?.policies) && body.policies.length > 0 ? ` (${body.policies})` : '';
    return `the daemon gives no token: ${body?.message ?? `status ${status}`}${policies}`;
  }
  const { token, task, session, urls, tokenExpiresAt } = body ?? {};
  const expiresAtMs = Date.parse(tokenExpiresAt);
  const url = Array.isArray(urls) ? urls[0] : undefined;
  if (![token, task, session, url].every((text) => typeof text === 'string') || !(expiresAtMs > 0))
    return 'the daemon gives no token: its answer cannot be understood';
  const lifeMs = expiresAtMs - askedMs;
  const renewAtMs = expiresAtMs - Math.min(lastPartMs, lifeMs / 5);
  return { token, url, task, session, expiresAtMs, renewAtMs };
}
