// SPDX-License-Identifier: Apache-2.0
// What may listen where a daemon should: nobody, one that never answers, and answers of every wrong kind.
import { cpSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

export const faults = {
  hangs: 'never answers',
  garbage: 'answers with bytes that are no HTTP',
  page: 'answers with a page',
  other: 'answers with JSON of another form',
  dies: 'dies in the middle of its answer',
} as const;
export type Fault = keyof typeof faults;

export interface BrokenDaemon extends AsyncDisposable {
  readonly dataDir: string;
  /** Breaks off what it is saying. */
  die(): void;
}

const http = (status: string, type: string, body: string, lengthBytes = Buffer.byteLength(body)) =>
  `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${lengthBytes}\r\n\r\n${body}`;

const answers: Readonly<Record<Exclude<Fault, 'hangs'>, string>> = {
  garbage: '\u0000\u0001 this is no HTTP\r\n\r\n',
  page: http('502 Bad Gateway', 'text/html', '<h1>Bad Gateway</h1>'),
  other: http('200 OK', 'application/json', '{"hello":"world","servers":7}\n'),
  dies: http('200 OK', 'application/json', '{"schemaVersion":1,"ok":tr', 10_000),
};

/**
 * @param store a data directory, of which it gets a copy
 * @param begun what one that dies says before, and when it is told to
 */
export async function brokenDaemon(
  fault: Fault,
  dataDir: string,
  store: string,
  begun?: string,
): Promise<BrokenDaemon> {
  cpSync(store, dataDir, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  const held = new Set<Socket>();
  const server: Server = createServer((socket) => {
    held.add(socket);
    socket.on('error', () => undefined);
    if (fault === 'hangs') return;
    socket.once('data', () => {
      if (begun !== undefined) socket.write(http('200 OK', 'application/x-ndjson', begun, 10_000));
      else socket.write(answers[fault], () => (fault === 'dies' ? socket.destroy() : socket.end()));
    });
  });
  const path = join(dataDir, 'control.sock');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  const die = () => {
    for (const socket of held) socket.destroy();
  };
  return {
    dataDir,
    die,
    async [Symbol.asyncDispose]() {
      die();
      await new Promise((resolve) => server.close(resolve));
      rmSync(path, { force: true });
    },
  };
}
