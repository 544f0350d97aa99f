// SPDX-License-Identifier: Apache-2.0
// What is known of a request before its first byte: that nothing has left.
import { createServer, type Server, type Socket } from 'node:net';
import { Pool } from 'undici';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exchange, type HttpOutcome } from './exchange.ts';

const request = {
  method: 'POST',
  path: '/',
  headers: {},
  body: '{}',
  maxMessageBytes: 100,
  maxStreamBytes: 100,
} as const;

/** Accepts connections and never says a word, so that a TLS handshake on it has no end. */
let silent: Server;
let pool: Pool;
let sockets: Socket[];

beforeEach(async () => {
  sockets = [];
  silent = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const address = silent.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  pool = new Pool(`https://127.0.0.1:${port}`, { connectTimeout: 300, allowH2: false });
});

afterEach(async () => {
  await pool.destroy();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => silent.close(() => resolve()));
});

function run(start: () => boolean): { readonly stop: () => void; readonly outcome: Promise<HttpOutcome> } {
  let stop = (): void => {};
  const outcome = new Promise<HttpOutcome>((resolve) => {
    stop = exchange(pool, request, { start, head: () => {}, event: () => {}, done: resolve });
  });
  return { stop, outcome };
}

test('without a connection leave is never asked, and nothing has left', async () => {
  let asked = 0;
  const { outcome } = run(() => ++asked > 0);
  expect(await outcome).toEqual({ kind: 'unreachable' });
  expect(asked).toBe(0);
});

test('stopped while the connection is made, it reports nothing and asks nothing', async () => {
  let asked = 0;
  const { stop, outcome } = run(() => ++asked > 0);
  stop();
  const first = await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, 600, 'silence'))]);
  expect([first, asked]).toEqual(['silence', 0]);
});

test('a pool that is gone is unreachable', async () => {
  await pool.destroy();
  expect(await run(() => true).outcome).toEqual({ kind: 'unreachable' });
});
