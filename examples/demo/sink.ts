// SPDX-License-Identifier: Apache-2.0
/**
 * The outside world of the demo: one loopback HTTP server that plays every host by the `Host`
 * header, and counts what each of them was sent.
 *
 * A query string counts like a body: data leaves by a GET as well.
 */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

const MAX_KEPT_CHARS = 1_000_000;

export interface Received {
  readonly requests: number;
  readonly bytes: number;
  /** What was sent, cut after the first million characters. */
  readonly text: string;
}

export interface Sink extends AsyncDisposable {
  readonly port: number;
  received(host: string): Received;
}

const NOTHING: Received = { requests: 0, bytes: 0, text: '' };

/** @param page what every host answers to whoever reads it */
export async function openSink(page = 'all systems operational'): Promise<Sink> {
  const byHost = new Map<string, Received>();

  const server = createServer((request, response) => {
    buffer(request)
      .then((body) => {
        const host = request.headers.host ?? '';
        const query = new URL(request.url ?? '/', 'http://sink').search.slice(1);
        const before = byHost.get(host) ?? NOTHING;
        byHost.set(host, {
          requests: before.requests + 1,
          bytes: before.bytes + body.length + Buffer.byteLength(query),
          text: (before.text + query + body.toString()).slice(0, MAX_KEPT_CHARS),
        });
        response.end(request.method === 'GET' ? page : 'thank you');
      })
      .catch(() => response.destroy());
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sink has no port');

  return {
    port: address.port,
    received: (host) => byHost.get(host) ?? NOTHING,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
