// SPDX-License-Identifier: Apache-2.0
// The CLI's way to the daemon: HTTP over its local socket. Decides nothing, keeps nothing.
import { request } from 'node:http';
import { parseJson } from '../../core/json/parse.ts';

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
const limits = { maxBytes: 256 << 20, maxDepth: 256, maxNodes: 10_000_000 };

// Records have names in them that agents chose, which `JSON.parse` can be led to misread.
function read(bytes: Uint8Array): unknown {
  const parsed = parseJson(bytes, limits);
  if (!parsed.ok) throw new DaemonUnreachable('the daemon answered with something that is not JSON');
  return parsed.value;
}

// Only a line feed ends a line: `readline` would also end it at U+2028, which is a character like any other in JSON.
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, from)) {
      yield Buffer.concat([...held, chunk.subarray(from, end)]);
      held = [];
      heldBytes = 0;
      from = end + 1;
    }
    held.push(chunk.subarray(from));
    heldBytes += chunk.length - from;
    if (heldBytes > limits.maxBytes) throw new DaemonUnreachable('the daemon sent a line without an end');
  }
}

export function daemonAt(socketPath: string): Daemon {
  const unreachable = (error: NodeJS.ErrnoException) =>
    new DaemonUnreachable(
      error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
        ? `no daemon on \`${socketPath}\`: start one with \`countersign up\`, or name its data directory with --data`
        : error.code === 'EACCES' || error.code === 'EPERM'
          ? `the daemon on \`${socketPath}\` belongs to another user: only its owner may speak to it`
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
              resolve({ status: res.statusCode ?? 0, body: read(Buffer.concat(chunks)) });
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
        for await (const line of linesOf(res)) if (line.length > 0) yield read(line);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}
