// SPDX-License-Identifier: Apache-2.0
/**
 * What a rotated secret is for: a service that has to be told the new one, over loopback HTTP, and is down at times.
 *
 * `dependency.ts PORT` runs it alone, up until the process is stopped. While it is down it answers everything with
 * 503 and takes nothing.
 */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Dependency extends AsyncDisposable {
  readonly url: string;
  up: boolean;
  /** The secrets that it was told, oldest first. */
  readonly told: readonly string[];
}

export async function openDependency(port: number): Promise<Dependency> {
  const told: string[] = [];
  const server = createServer((request, response) => {
    if (!open.up) {
      response.writeHead(503).end('down');
      return;
    }
    if (request.method !== 'PUT') {
      response.end('up');
      return;
    }
    text(request)
      .then((secret) => {
        told.push(secret);
        response.end('taken');
      })
      .catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const open: Dependency = {
    url: `http://127.0.0.1:${bound}`,
    up: true,
    told,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return open;
}

if (import.meta.main) console.log((await openDependency(Number(process.argv[2] ?? '0'))).url);
