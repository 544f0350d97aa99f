// SPDX-License-Identifier: Apache-2.0
/**
 * What many calls leave behind: no process or session for each, no listener for each, no warning; and lists
 * in whatever form an HTTP server gives them, never with what is hidden.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rawClient } from '../kill/raw-client.ts';
import { legacy, modern } from '../mcp/wire.ts';
import { type Accounting, openAccounting, tool } from './accounting.fixture.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';
import { forms, type HttpUpstream, startHttpUpstream } from './http-upstream.fixture.ts';

const preload = join(import.meta.dirname, 'listeners.preload.ts');
const many = 1_500;
const atOnce = 16;

let acc: Accounting;
let http: HttpUpstream;
let daemon: DaemonProcess;
let pass: Pass;

beforeAll(async () => {
  acc = openAccounting([tool('note')]);
  http = await startHttpUpstream();
  http.list([tool('note')]);
  daemon = await runDaemon({
    mcpServers: { acc: acc.server, http: { type: 'http', url: http.url } },
    env: { NODE_OPTIONS: `--import ${preload}` },
  });
  await daemon.accept('acc', 'http');
  pass = await daemon.task();
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await http?.[Symbol.asyncDispose]();
  acc?.remove();
});

const starts = () => acc.account().filter(({ did }) => did === 'start').length;

test('fifty calls of each era start one process, and one session for each client', async () => {
  const { token } = await daemon.task();
  const before = { starts: starts(), sessions: http.sessions(), calls: http.calls() };
  const client = await legacy(daemon.url, token);
  for (let n = 0; n < 50; n++) {
    for (const name of ['acc__note', 'http__note']) {
      const params = { name, arguments: { id: `${n}` } };
      expect((await modern(daemon.url, token, 'tools/call', params)).messages[0]?.result).toBeDefined();
      expect((await client.request('tools/call', params)).messages.at(-1)?.result).toBeDefined();
    }
  }
  expect(http.calls() - before.calls).toBe(100);
  expect(starts() - before.starts).toBe(1);
  expect(http.sessions() - before.sessions).toBe(2);
  expect(http.headers()).toContain('mcp-session-id');
  expect(http.headers()).not.toMatch(/authorization|bearer/i);
  expect(http.headers()).not.toContain(token);
});

test(`${many} calls, ${atOnce} at a time, leave no listeners and no warning`, async () => {
  const { token } = await daemon.task();
  const client = rawClient(daemon.url, token, atOnce);
  let [next, good] = [0, 0];
  const worker = async () => {
    for (let n = next++; n < many; n = next++) {
      const { body } = await client.callTool(n % 2 === 0 ? 'acc__note' : 'http__note', { id: `m${n}` });
      if (body.result !== undefined && body.result.isError !== true) good++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  client.close();
  expect(good).toBe(many);
  process.kill(daemon.pid(), 'SIGUSR2');
  const counted = /at most (\d+) abort listeners/;
  await vi.waitFor(() => expect(daemon.said()).toMatch(counted));
  const most = Number(counted.exec(daemon.said())?.[1]);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(atOnce);
  expect(daemon.said()).not.toMatch(/MaxListeners|Warning/i);
}, 60_000);

test.each(Object.keys(forms))('a list %s shows what was accepted, or nothing', async (form) => {
  http.list([tool('note'), tool('hidden')], forms[form]);
  const { token } = pass;
  const client = await legacy(`${daemon.url}/http`, token);
  const answers = [
    await modern(daemon.url, token, 'tools/list'),
    await modern(`${daemon.url}/http`, token, 'tools/list'),
    await client.request('tools/list'),
  ];
  for (const { body, messages } of answers) {
    expect(body).not.toContain('hidden');
    expect(messages.at(-1)?.result !== undefined || messages.at(-1)?.error !== undefined).toBe(true);
  }
  const isGood = ['as JSON', 'as JSON, oddly named'].includes(form) || form.startsWith('as an event');
  if (isGood) for (const { body } of answers) expect(body).toContain('note');
});
