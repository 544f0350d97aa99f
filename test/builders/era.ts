// SPDX-License-Identifier: Apache-2.0
// Clients of the official SDK that speak just one era: what none of them does by itself is not left to chance.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

export type Era = '2025-11-25' | '2026-07-28';

/** Among the options of a client. */
export function speaking(era: Era) {
  const mode = era === '2026-07-28' ? { pin: era } : ('legacy' as const);
  return { versionNegotiation: { mode } };
}

/** A client of 2026-07-28 that has a token for a gateway. */
export async function modernClient(url: string, token: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, speaking('2026-07-28'));
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  return client;
}
