// SPDX-License-Identifier: Apache-2.0
/**
 * A target behind an URL: a webhook that is signed, or an incoming webhook of Slack.
 *
 * Sends once, follows no redirect, waits no longer than it was told, and reads of the answer its status and when to come
 * again: the body is thrown away unread. Nothing of a URL or a secret is in anything that it returns.
 *
 * Source: Standard Webhooks 1.0.0, "Delivery success and failure".
 */
import { Pool } from 'undici';
import type { SendFault, Sent, Target } from '../../app/message-target.ts';
import type { Clock } from '../../app/ports.ts';
import { canonicalJson } from '../../core/json/canonical.ts';
import { bodyOf, type Message } from '../../core/message/message.ts';
import { lookupIn, type Network } from './network.ts';
import { type SigningSecret, signatureHeaders } from './signature.ts';
import { slackMessage } from './slack.ts';

export interface TargetTerms {
  readonly told: Target['told'];
  readonly url: URL;
  readonly network: Network;
  /** The one in use first. None for Slack, whose URL is the secret. */
  readonly secrets: readonly SigningSecret[];
}

/** One after another is all that a target is told; the second is for a test beside it. */
const maxConnections = 2;
const connectTimeoutMs = 5000;

export function openTarget(terms: TargetTerms, clock: Pick<Clock, 'wallMs'>): Target {
  const { told, url, network, secrets } = terms;
  const pool = new Pool(url.origin, {
    connections: maxConnections,
    pipelining: 1,
    allowH2: false,
    connect: { lookup: lookupIn(network), timeout: connectTimeoutMs },
  });
  const path = `${url.pathname}${url.search}`;

  async function post(message: Message, signal: AbortSignal): Promise<Sent> {
    const body = canonicalJson(told.kind === 'slack' ? slackMessage(message) : bodyOf(message));
    const signed = told.kind === 'slack' ? {} : signatureHeaders(secrets, message.id, clock.wallMs(), body);
    const headers = { 'content-type': 'application/json', 'user-agent': 'countersign', ...signed };
    const answer = await pool.request({ method: 'POST', path, headers, body, signal });
    // Whatever it says: its connection is not worth reading to the end for.
    answer.body.on('error', () => undefined).destroy();
    const status = answer.statusCode;
    if (status >= 200 && status <= 299) return { ok: true, status };
    const retryAfterMs = retryAfterOf(answer.headers['retry-after'], status, clock.wallMs());
    return {
      ok: false,
      code: isAboutTheMessage(status) ? 'refused' : 'failed',
      status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }

  return {
    told,
    async send(message, timeoutMs, stopped) {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        return await post(message, AbortSignal.any([timeout, stopped]));
      } catch (error) {
        return { ok: false, code: timeout.aborted ? 'timeout' : faultOf(error) };
      }
    },
    close: () => pool.destroy(),
  };
}

/** That the next one may be right though this one is not. */
function isAboutTheMessage(status: number): boolean {
  return status === 400 || status === 413 || status === 415 || status === 422;
}

/** Gone for good: looked at again once an hour, since only a person can take it out of the file. */
const goneRetryMs = 3_600_000;

function retryAfterOf(
  header: string | string[] | undefined,
  status: number,
  nowMs: number,
): number | undefined {
  if (status === 410) return goneRetryMs;
  if (typeof header !== 'string') return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

function faultOf(error: unknown): SendFault {
  for (let cause: unknown = error, depth = 0; cause instanceof Error && depth < 4; depth++) {
    if ('code' in cause && cause.code === 'private_address') return 'private_address';
    cause = cause.cause;
  }
  return 'unreachable';
}
