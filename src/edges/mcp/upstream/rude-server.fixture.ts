// SPDX-License-Identifier: Apache-2.0
/**
 * A stdio server for tests that behaves as the name of the called tool says, mostly badly, and keeps an
 * account of every line that it received in the file that `RECEIVED` names.
 */
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const account = process.env.RECEIVED;
const isModern = process.env.ERA === 'modern';
const write = (text: string | Buffer): void => {
  process.stdout.write(text);
};
const send = (message: object): void => write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const text = (said: string): object => ({ content: [{ type: 'text', text: said }] });

if (process.env.DIES_AT_START !== undefined) process.exit(3);
if (process.env.STUBBORN !== undefined) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1_000);
}

type Tool = (id: number, params: { readonly [key: string]: unknown }) => void;

const tools: Readonly<Record<string, Tool>> = {
  echo: (id, params) => send({ id, result: text(JSON.stringify(params)) }),
  pid: (id) => send({ id, result: text(String(process.pid)) }),
  environment: (id) => send({ id, result: text(JSON.stringify(process.env)) }),
  garbage(id) {
    write('starting up...\n{"half": \n\n[1,2]\nnull\n{"jsonrpc":"1.0","id":1,"result":{}}\n');
    send({ id, result: text('after the garbage') });
  },
  'huge-id-first': (id) => write(`{"jsonrpc":"2.0","id":${id},"result":{"x":"${'y'.repeat(300_000)}"}}\n`),
  'huge-id-last': (id) => write(`{"result":{"x":"${'y'.repeat(300_000)}"},"jsonrpc":"2.0","id":${id}}\n`),
  large: (id) => send({ id, result: text('z'.repeat(50_000)) }),
  never: () => {},
  exit: () => process.exit(7),
  'last-words'(id) {
    const words = `${JSON.stringify({ jsonrpc: '2.0', id, result: text('bye') })}\n`;
    process.stdout.write(words, () => process.exit(0));
  },
  twice(id) {
    send({ id, result: text('first') });
    send({ id, result: text('second') });
  },
  'wrong-ids'(id) {
    for (const wrong of [id + 1_000, -1, 0, null, String(id), `${id}.0`])
      send({ id: wrong, result: text('not this one') });
    write(`{"jsonrpc":"2.0","id":${id}.5,"result":{"content":[]}}\n`);
    send({ id, result: text('this one') });
  },
  'duplicate-keys': (id) => write(`{"jsonrpc":"2.0","id":${id},"result":{"a":1,"a":2}}\n`),
  prototype: (id) => write(`{"jsonrpc":"2.0","id":${id},"result":{"__proto__":{"isAdmin":true}}}\n`),
  'invalid-utf8': (id) =>
    write(Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{"a":"\xff\xfe"}}\n`, 'latin1')),
  deep: (id) => write(`{"jsonrpc":"2.0","id":${id},"result":{"a":${'['.repeat(300)}${']'.repeat(300)}}}\n`),
  both: (id) => send({ id, result: {}, error: { code: 1, message: 'x' } }),
  neither: (id) => send({ id }),
  'result-is-text': (id) => send({ id, result: 'done' }),
  error: (id) => send({ id, error: { code: -32050, message: 'no', data: { uri: 'x://y' } } }),
  crlf: (id) => write(`${JSON.stringify({ jsonrpc: '2.0', id, result: text('crlf') })}\r\n`),
  'byte-by-byte': (id) =>
    dribble(Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', id, result: text('é 日本 🦊') })}\n`)),
  progress(id, params) {
    const meta = params._meta as { readonly progressToken?: unknown } | undefined;
    for (const token of ['the-callers', 12345, id + 1, id - 1, null, { id }])
      send({ method: 'notifications/progress', params: { progressToken: token, progress: 666 } });
    for (const progress of [1, 2])
      send({ method: 'notifications/progress', params: { progressToken: meta?.progressToken, progress } });
    send({ id, result: text(JSON.stringify(params)) });
  },
  log(id) {
    send({ method: 'notifications/message', params: { level: 'info', data: `of ${id}` } });
    send({ id, result: text('logged') });
  },
  ask(id) {
    pending.set('q1', (answer) => send({ id, result: text(JSON.stringify(answer)) }));
    send({ id: 'q1', method: 'elicitation/create', params: { message: 'who?' } });
  },
  announce(id) {
    send({ method: 'notifications/tools/list_changed' });
    send({ method: 'notifications/resources/updated', params: { uri: 'x://1' } });
    send({ method: 'notifications/cancelled', params: { requestId: 1 } });
    send({ id, result: text('announced') });
  },
  grandchild(id) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    send({ id, result: text(String(child.pid)) });
  },
};

const pending = new Map<unknown, (answer: object) => void>();

function dribble(bytes: Buffer): void {
  let at = 0;
  const next = (): void => {
    if (at >= bytes.length) return;
    process.stdout.write(bytes.subarray(at, ++at), () => setImmediate(next));
  };
  next();
}

for await (const line of createInterface({ input: process.stdin })) {
  if (account !== undefined) appendFileSync(account, `${line}\n`);
  const message = JSON.parse(line);
  const { id, method, params } = message;
  if (method === undefined) pending.get(id)?.(message.result ?? message.error);
  else if (id === undefined) continue;
  else if (method === 'server/discover') {
    if (process.env.SILENT_PROBE !== undefined) continue;
    if (isModern)
      send({ id, result: { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} } });
    else send({ id, error: { code: -32601, message: 'no such method' } });
  } else if (method === 'initialize') {
    const protocolVersion = process.env.VERSION ?? '2025-11-25';
    if (isModern) send({ id, error: { code: -32022, message: 'too old' } });
    else send({ id, result: { protocolVersion, capabilities: {}, serverInfo: { name: 'rude' } } });
  } else if (method === 'subscriptions/listen') {
    const _meta = { 'io.modelcontextprotocol/subscriptionId': id };
    send({ method: 'notifications/subscriptions/acknowledged', params: { notifications: {}, _meta } });
    send({ method: 'notifications/tools/list_changed', params: { _meta } });
  } else {
    const tool = tools[params?.name];
    if (tool === undefined) send({ id, error: { code: -32602, message: 'there is no such tool' } });
    else tool(id, params);
  }
}
