// SPDX-License-Identifier: Apache-2.0
// Whole HTTP answers, one write each.
import type { ServerResponse } from 'node:http';
import { errorText, type RequestId, type RpcError } from './rpc.ts';

export function sendJson(
  res: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  res.end(text);
}

export function sendError(
  res: ServerResponse,
  status: number,
  id: RequestId | null,
  error: RpcError,
  headers: Readonly<Record<string, string>> = {},
): void {
  sendJson(res, status, errorText(id, error), headers);
}

export function sendEmpty(res: ServerResponse, status: number): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, { 'content-length': 0 });
  res.end();
}
