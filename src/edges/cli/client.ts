// SPDX-License-Identifier: Apache-2.0
// The CLI's way to the daemon: HTTP over its local socket. Decides nothing, keeps nothing, and waits for nobody
// longer than it was told to.
import { Agent, type IncomingMessage, request } from 'node:http';
import { parseJson } from '../../core/json/parse.ts';

export interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
  readonly body: any;
}

export interface Daemon {
  /** @throws {DaemonUnreachable} no whole answer came in time */
  call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply>;
  /**
   * Lines as they come; ends when the daemon ends them or `signal` aborts.
   *
   * @param maySilence whether nothing may come for as long as nothing happens
   * @throws {DaemonUnreachable} it gives no lines, or broke off
   */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  lines(path: string, signal: AbortSignal, maySilence?: boolean): AsyncIterable<any>;
}

export class DaemonUnreachable extends Error {
  readonly code = 'daemon_unreachable';
  /** Whether somebody listens there: then it may have heard. */
  readonly listens: boolean;
  constructor(message: string, listens = false) {
    super(message);
    this.listens = listens;
  }
}

/** An upstream that the daemon has to start first may take most of it. */
export const defaultTimeoutMs = 60_000;
const limits = { maxBytes: 256 << 20, maxDepth: 256, maxNodes: 10_000_000 };
const noJson = 'the daemon answered with something that is not JSON';

// Records have names in them that agents chose, which `JSON.parse` can be led to misread.
function read(bytes: Uint8Array): unknown {
  const parsed = parseJson(bytes, limits);
  if (!parsed.ok) throw new DaemonUnreachable(noJson, true);
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
    if (heldBytes > limits.maxBytes)
      throw new DaemonUnreachable('the daemon sent a line without an end', true);
  }
  if (heldBytes > 0) throw new DaemonUnreachable('the daemon broke off in the middle of a line', true);
}

/** What ends a request: who asked has gone, or nothing came for too long while somebody waited. */
interface Patience {
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  start(): void;
  stop(): void;
}

function patienceOf(ms: number, gone?: AbortSignal): Patience {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: gone === undefined ? over.signal : AbortSignal.any([over.signal, gone]),
    isOver: () => over.signal.aborted,
    start() {
      timer = setTimeout(() => over.abort(), ms);
    },
    stop: () => clearTimeout(timer),
  };
}

/** A connection for each call: one that was kept may be closed by the daemon just as it is written to. */
const own = new Agent({ keepAlive: false });

export function daemonAt(socketPath: string, timeoutMs = defaultTimeoutMs): Daemon {
  function failure(error: unknown, patience: Patience): DaemonUnreachable {
    if (error instanceof DaemonUnreachable) return error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const on = `the daemon on \`${socketPath}\``;
    if (patience.isOver())
      return new DaemonUnreachable(
        `${on} gave no answer within ${timeoutMs / 1000} s (--timeout gives it longer)`,
        true,
      );
    if (code === 'ENOENT' || code === 'ECONNREFUSED')
      return new DaemonUnreachable(
        `no daemon on \`${socketPath}\`: start one with \`countersign up\`, or name its data directory with --data`,
      );
    if (code === 'EACCES' || code === 'EPERM')
      return new DaemonUnreachable(`${on} belongs to another user: only its owner may speak to it`, true);
    return new DaemonUnreachable(`${on} broke off before its answer was whole: ${code ?? 'gone'}`, true);
  }

  function opened(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const req = request({ socketPath, agent: own, method, path, signal }, resolve);
      req.once('error', reject);
      if (body !== undefined) req.setHeader('content-type', 'application/json');
      req.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  return {
    async call(method, path, body) {
      const patience = patienceOf(timeoutMs);
      patience.start();
      try {
        const res = await opened(method, path, body, patience.signal);
        const chunks: Buffer[] = [];
        let size = 0;
        for await (const chunk of res) {
          chunks.push(chunk);
          size += chunk.length;
          if (size > limits.maxBytes)
            throw new DaemonUnreachable('the daemon sent an answer without an end', true);
        }
        return { status: res.statusCode ?? 0, body: read(Buffer.concat(chunks)) };
      } catch (error) {
        throw failure(error, patience);
      } finally {
        patience.stop();
      }
    },
    async *lines(path, signal, maySilence = false) {
      const patience = patienceOf(timeoutMs, signal);
      let res: IncomingMessage | undefined;
      try {
        patience.start();
        res = await opened('GET', path, undefined, patience.signal);
        patience.stop();
        if (res.statusCode !== 200)
          throw new DaemonUnreachable(`the daemon gives no lines: status ${res.statusCode}`, true);
        const waited = maySilence ? res : waiting(res, patience);
        for await (const line of linesOf(waited)) if (line.length > 0) yield read(line);
      } catch (error) {
        if (!signal.aborted) throw failure(error, patience);
      } finally {
        patience.stop();
        res?.destroy();
      }
    },
  };
}

/** The time of who reads, which may be a person with a pager, is not the daemon's. */
async function* waiting(chunks: AsyncIterable<Buffer>, patience: Patience): AsyncGenerator<Buffer> {
  const each = chunks[Symbol.asyncIterator]();
  for (;;) {
    patience.start();
    const next = await each.next().finally(patience.stop);
    if (next.done === true) return;
    yield next.value;
  }
}
