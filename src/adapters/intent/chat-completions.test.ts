// SPDX-License-Identifier: Apache-2.0
// Against a fake: a server on this machine that speaks the protocol and has no model.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openChatModel } from './chat-completions.ts';

const answered = (content: unknown): string =>
  JSON.stringify({ id: 'x', choices: [{ index: 0, message: { role: 'assistant', content } }] });
const good = { classes: ['send'], tools: [], datasets: [], destinations: [] };

async function fake(answer: (res: ServerResponse, body: string, req: IncomingMessage) => void, key?: string) {
  const asked: { body: string; headers: IncomingMessage['headers']; url: string | undefined }[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      asked.push({ body, headers: req.headers, url: req.url });
      answer(res, body, req);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/v1/chat/completions`);
  const model = openChatModel({ url, model: 'fake', ...(key === undefined ? {} : { key }) });
  return {
    asked,
    model,
    async [Symbol.asyncDispose]() {
      await model.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

test('it is asked as it was told, with its key in a header, and its answer is the object in it', async () => {
  await using server = await fake((res) => res.end(answered(JSON.stringify(good))), 'k-1');
  expect(await server.model.ask('{"q":1}', 5000)).toEqual({ ok: true, value: good });
  expect(server.asked).toMatchObject([
    { body: '{"q":1}', url: '/v1/chat/completions', headers: { authorization: 'Bearer k-1' } },
  ]);
  expect(server.model.provider).toMatch(/^127\.0\.0\.1:\d+$/);
});

test.each<[what: string, answer: (res: ServerResponse) => void, code: string]>([
  ['is not JSON', (res) => res.end('<html>'), 'malformed'],
  ['has no choice', (res) => res.end('{"choices":[]}'), 'malformed'],
  ['has no text in it', (res) => res.end(answered(null)), 'malformed'],
  ['talks instead', (res) => res.end(answered('Sure! Here is what they want:')), 'malformed'],
  [
    'says it in a fence',
    (res) => res.end(answered(`\`\`\`json\n${JSON.stringify(good)}\n\`\`\``)),
    'malformed',
  ],
  ['names a member twice', (res) => res.end(answered('{"classes":[],"classes":["pay"]}')), 'malformed'],
  ['has half a letter in it', (res) => res.end(answered('{"classes":["\\ud800"]}')), 'malformed'],
  ['goes deep', (res) => res.end(answered('['.repeat(5000))), 'malformed'],
  ['is an error', (res) => res.writeHead(500).end(answered(JSON.stringify(good))), 'failed'],
  ['leads elsewhere', (res) => res.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(), 'failed'],
  ['is 10 MB long', (res) => res.end(answered('x'.repeat(10 << 20))), 'too_large'],
  [
    'ends in the middle',
    (res) => void res.writeHead(200, { 'content-length': 100 }).write('{', () => res.destroy()),
    'unreachable',
  ],
  ['never begins', () => undefined, 'timeout'],
  ['never ends', (res) => void drip(res), 'timeout'],
])('an answer that %s is a fault', async (_what, answer, code) => {
  await using server = await fake(answer);
  expect(await server.model.ask('{}', code === 'timeout' ? 300 : 10_000)).toEqual({ ok: false, code });
  expect(server.asked).toHaveLength(1);
});

test('nobody there is a fault', async () => {
  const model = openChatModel({ url: new URL('http://127.0.0.1:1/v1/chat/completions'), model: 'fake' });
  expect(await model.ask('{}', 5000)).toEqual({ ok: false, code: 'unreachable' });
  await model.close();
});

function drip(res: ServerResponse): void {
  res.writeHead(200);
  const timer = setInterval(() => res.write(' '), 20);
  res.on('close', () => clearInterval(timer));
}
