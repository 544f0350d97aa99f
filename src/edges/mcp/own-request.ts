// SPDX-License-Identifier: Apache-2.0
/**
 * What the gateway asks of an upstream on its own account: its lists, a log level, to be told of changes.
 *
 * Nobody's call, so nothing decides it: it may carry no word of a client's but values that were checked
 * one by one. What the upstream asks meanwhile is for a client's request, unless a client waits for this
 * one: then it is asked, and that is decided like any question.
 */
import { canonicalJson } from '../../core/json/canonical.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { metaFor } from './meta.ts';
import { rpcCodes } from './rpc.ts';
import type { Outgoing, UpstreamAnswer, UpstreamLink } from './upstream/link.ts';

export interface OwnTerms {
  readonly timeoutMs: number;
  readonly maxResultBytes: number;
  readonly signal?: AbortSignal;
  /** Where the request is the last step of something that was decided. */
  readonly release?: () => boolean;
  readonly onNotification?: Outgoing['onNotification'];
  /** Asks the client that waits for the answer. */
  readonly onRequest?: Outgoing['onRequest'] | undefined;
}

export function ownRequest(
  link: UpstreamLink,
  method: string,
  params: JsonObject,
  terms: OwnTerms,
): Promise<UpstreamAnswer> {
  const meta = metaFor(link.facts.era, nobody, undefined);
  const whole = Object.keys(meta).length === 0 ? params : { ...params, _meta: meta };
  return link.request({
    method,
    ...(Object.keys(whole).length === 0 ? {} : { params: canonicalJson(whole) }),
    signal: terms.signal ?? new AbortController().signal,
    timeoutMs: terms.timeoutMs,
    maxResultBytes: terms.maxResultBytes,
    release: terms.release ?? (() => true),
    onNotification: terms.onNotification ?? (() => undefined),
    onRequest: terms.onRequest ?? (async () => notHere),
    isOwn: terms.onRequest === undefined,
  });
}

const nobody = { clientCapabilities: {}, clientInfo: { name: 'countersign', version: '0' } };
const notHere = { error: { code: rpcCodes.methodNotFound, message: 'nobody is here to be asked' } };

/** The longest that a timer can be set for: for requests that have no end of their own. */
export const endlessMs = 2 ** 31 - 1;
