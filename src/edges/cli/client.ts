// SPDX-License-Identifier: Apache-2.0
// The CLI's way to the daemon: HTTP over its local socket. Decides nothing, keeps nothing.
import { request } from 'node:http';
import { createInterface } from 'node:readline';

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
  readonly body: any;
}

export interface Daemon {
  /** @throws {DaemonUnreachable} nobody listens on the socket */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply>;
  /** Lines as they come; ends when the daemon ends them or `signal` aborts. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  lines(path: string, signal: AbortSignal): AsyncIterable<any>;
}

export class DaemonUnreachable extends Error {
  readonly code = 'daemon_unreachable';
}

const callTimeoutMs = 60_000;

export function daemonAt(socketPath: string): Daemon {
  const unreachable = (error: NodeJS.ErrnoException) =>
    new DaemonUnreachable(
      error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
        ? `no daemon on \`${socketPath}\`: start one with \`countersign up\`, or name its data directory with --data`
        : `the daemon on \`${socketPath}\` does not answer: ${error.code ?? error.message}`,
    );

  return {
    call(method, path, body) {
      return new Promise((resolve, reject) => {
        const req = request({ socketPath, method, path, timeout: callTimeoutMs }, (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.once('end', () => {
            try {
              resolve({
                status: res.statusCode ?? 0,
                body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
              });
            } catch {
              reject(new DaemonUnreachable('the daemon answered with something that is not JSON'));
            }
          });
          res.once('error', reject);
        });
        req.once('timeout', () => req.destroy(new Error('timeout')));
        req.once('error', (error) => reject(unreachable(error)));
        if (body !== undefined) req.setHeader('content-type', 'application/json');
        req.end(body === undefined ? undefined : JSON.stringify(body));
      });
    },
    async *lines(path, signal) {
      const res = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
        const req = request({ socketPath, method: 'GET', path, signal }, resolve);
        req.once('error', (error) => reject(unreachable(error)));
        req.end();
      });
      try {
        for await (const line of createInterface({ input: res, crlfDelay: Number.POSITIVE_INFINITY })) {
          if (line !== '') yield JSON.parse(line);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}
