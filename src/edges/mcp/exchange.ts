// SPDX-License-Identifier: Apache-2.0
// One request of 2026-07-28 and its answer: JSON, unless something has to be said before the result.
// No head is written before the first message is known, because an error decides the status.
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../core/json/value.ts';
import { eventStreamHeaders } from './event-stream.ts';
import { sendJson } from './respond.ts';
import { httpStatusOf, notificationText, type Reply, type RequestId, replyText } from './rpc.ts';

export interface Exchange {
  readonly id: RequestId;
  notify(method: string, params: JsonObject): void;
  finish(reply: Reply): void;
}

/**
 * @param maxUnreadBytes what the client may leave unread before its connection is cut
 * @param onGone called when the client went away before it had its answer: in this era, that cancels
 */
export function createExchange(
  res: ServerResponse,
  id: RequestId,
  maxUnreadBytes: number,
  onGone: () => void,
): Exchange {
  let isFinished = false;
  res.on('close', () => {
    if (!isFinished) onGone();
  });
  if (res.closed) onGone();
  return {
    id,
    notify(method, params) {
      if (isFinished || res.destroyed) return;
      if (!res.headersSent) res.writeHead(200, eventStreamHeaders);
      res.write(`event: message\ndata: ${notificationText(method, params)}\n\n`);
      if (res.writableLength > maxUnreadBytes) res.destroy();
    },
    finish(reply) {
      if (isFinished) return;
      isFinished = true;
      const text = replyText(id, reply);
      if (res.headersSent) res.end(`event: message\ndata: ${text}\n\n`);
      else sendJson(res, httpStatusOf(reply), text);
    },
  };
}
