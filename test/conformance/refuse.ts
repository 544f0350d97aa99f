// SPDX-License-Identifier: Apache-2.0
/** A JSON-RPC error as the whole answer to an HTTP request that reached no server. */
import type { ServerResponse } from 'node:http';

export function refuse(res: ServerResponse, status: number, code: number, message: string): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }));
}
