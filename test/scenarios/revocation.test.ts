// SPDX-License-Identifier: Apache-2.0
// Standing that is taken away while a call runs: the client hears of it, the server is stopped, the record says so.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { isAlive } from '../alive.ts';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';
import { connectV1, connectV2, type TriedClient, type Way } from './eras/clients.fixture.ts';

const acc = openAccounting([tool('note')]);
let daemon: DaemonProcess;

beforeAll(async () => {
  daemon = await runDaemon({ mcpServers: { acc: acc.server } });
  await daemon.accept('acc');
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  acc.remove();
});

const v2 = (way: Way) => connectV2(way, speaking('2026-07-28'));
const wayOf = ({ token }: Pass): Way => ({ url: daemon.url, token, folder: acc.dir });

test.each<
  [what: string, client: (way: Way) => Promise<TriedClient>, command: (pass: Pass) => readonly string[]]
>([
  ['a session of a v1 client', connectV1, ({ session }) => ['revoke', 'session', session]],
  ['a session of a v2 client', v2, ({ session }) => ['revoke', 'session', session]],
  ['the task of a v1 client, which ends', connectV1, ({ task }) => ['task', 'end', task]],
  ['the agent of a v2 client', v2, ({ agent }) => ['revoke', 'agent', agent]],
])('%s', async (what, connect, command) => {
  verifies('road.allow-ages');
  const id = what.replace(/\W+/g, '-');
  const pass = await daemon.task({ agent: id });
  await using client = await connect(wayOf(pass));
  const other = await connect(wayOf(await daemon.task()));
  const running = client.call('acc__note', { id, ms: 60_000 }).then(
    ({ text, isError }) => (isError ? text : 'it was answered'),
    (error: Error) => error.message,
  );
  const alsoRunning = other.call('acc__note', { id: `${id}-other`, ms: 1_000 });
  await vi.waitFor(() => expect(acc.begun()).toEqual(expect.arrayContaining([id, `${id}-other`])), 5_000);
  const pid = acc.account().find((entry) => entry.id === id)?.pid ?? 0;

  const revoked = await daemon.cli(...command(pass), '--reason', 'test');
  expect(revoked).toMatchObject({ code: 0 });
  const told = await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 5_000, 'nothing'))]);
  expect(told).toMatch(/lost its standing|revoked|ended/);

  // The process was of this task alone: it is told, or gone, and the call never ends.
  await vi.waitFor(() => {
    const cancelled = acc.account().some((entry) => entry.pid === pid && entry.did === 'cancelled');
    expect(cancelled || !isAlive(pid)).toBe(true);
  }, 5_000);
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), 8_000);
  expect(acc.account().filter((entry) => entry.id === id && entry.did === 'end')).toEqual([]);

  const events = await daemon.events();
  const decision = events.find(({ who, request }) => who?.agent === id && request.target === 'note');
  const observation = events.find(({ type, decision: of }) => type === 'observation' && of === decision.id);
  expect(['ambiguous', 'withheld']).toContain(observation.status);

  const next = await client.call('acc__note', { id: `${id}-next` }).then(
    ({ isError }) => (isError ? 'refused' : 'done'),
    () => 'refused',
  );
  expect(next).toBe('refused');
  expect(acc.begun()).not.toContain(`${id}-next`);
  expect(await alsoRunning).toMatchObject({ isError: false });
  await other[Symbol.asyncDispose]();
});
