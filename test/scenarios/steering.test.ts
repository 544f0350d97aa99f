// SPDX-License-Identifier: Apache-2.0
// Steering with real servers and clients: what is stopped is stopped where it runs, what is held is held, also after a kill.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';
import { connectV1, connectV2, type TriedClient, type Way } from './eras/clients.fixture.ts';

const acc = openAccounting([tool('note'), tool('other')]);
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

/** A call that runs for a minute unless it is stopped, seen to have begun at the server. */
async function running(client: TriedClient, name: string, id: string) {
  const told = client.call(`acc__${name}`, { id, ms: 60_000 }).then(
    ({ text }) => text,
    (error: Error) => error.message,
  );
  // What was answered before it began is told, rather than waited for.
  let early = '';
  void told.then((text) => {
    early = text;
  });
  await vi.waitFor(() => expect([...acc.begun(), early]).toContain(id), 25_000);
  const within = (ms: number) =>
    Promise.race([told, new Promise<string>((resolve) => setTimeout(resolve, ms, 'nothing'))]);
  return { told, within };
}

const tried = (client: TriedClient, name: string, id: string) =>
  client.call(`acc__${name}`, { id }).then(
    ({ text, isError }) => (isError ? text : 'done'),
    (error: Error) => error.message,
  );

async function observationOf(agent: string, target: string) {
  const events = await daemon.events();
  const decision = events.find(({ who, request }) => who?.agent === agent && request.target === target);
  return events.find(({ type, decision: of }) => type === 'observation' && of === decision.id);
}

test('ending a parent stops what a child has in flight, in its server', async () => {
  verifies('task.child');
  const parent = await daemon.task({ agent: 'lead' });
  const child = await daemon.task({ agent: 'hand', parent: parent.task, ttlMs: 300_000 });
  await using client = await v2(wayOf(child));
  const call = await running(client, 'note', 'child');
  expect(await daemon.cli('task', 'end', parent.task, '--reason', 'enough')).toMatchObject({ code: 0 });
  expect(await call.within(15_000)).toMatch(/lost its standing|ended|revoked/);
  expect((await observationOf('hand', 'note')).status).toMatch(/^(ambiguous|withheld)$/);
  expect(await tried(client, 'note', 'child-next')).not.toBe('done');
  expect(acc.begun()).not.toContain('child-next');
});

test('a revoked tool: what is in flight is stopped and closed as ambiguous, for every client', async () => {
  verifies('steering.revoke-tool');
  const [one, two] = [await daemon.task({ agent: 't1' }), await daemon.task({ agent: 't2' })];
  await using first = await connectV1(wayOf(one));
  await using second = await v2(wayOf(two));
  const call = await running(first, 'other', 'tool');
  const dry = await daemon.cli('revoke', '--tool', 'acc/other', '--dry-run', '--json');
  expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, counts: { calls: 1, sessions: 0 } });
  expect(await call.within(300)).toBe('nothing');
  expect(await daemon.cli('revoke', '--tool', 'acc/other', '--reason', 'x')).toMatchObject({ code: 0 });
  expect(await call.within(15_000)).toMatch(/lost its standing/);
  expect((await observationOf('t1', 'other')).status).toBe('ambiguous');
  expect(await tried(second, 'other', 'tool-next')).toMatch(/tool_revoked/);
  expect(await tried(second, 'note', 'tool-beside')).toBe('done');
  expect(acc.begun()).not.toContain('tool-next');
});

test('a filter: all that an agent began lately ends, and a dry run says so before', async () => {
  verifies('steering.sweep');
  const passes = [await daemon.task({ agent: 'many' }), await daemon.task({ agent: 'many' })];
  const beside = await daemon.task({ agent: 'few' });
  const clients = await Promise.all([...passes, beside].map((pass) => v2(wayOf(pass))));
  const calls = await Promise.all(clients.map((client, i) => running(client, 'note', `sweep-${i}`)));
  const filter = ['revoke', '--agent', 'many', '--since', '1h'];
  const dry = await daemon.cli(...filter, '--dry-run');
  expect(dry.out).toMatch(
    /^this would end:\nagents +0\ntasks +2 .*\nsessions +2 .*\napprovals +0\ncalls +2 /,
  );
  expect(await daemon.cli(...filter, '--reason', 'odd')).toMatchObject({ code: 0 });
  const told = await Promise.all(calls.map(({ within }) => within(3_000)));
  expect(told.map((text) => /lost its standing|revoked/.test(text))).toEqual([true, true, false]);
  expect(told[2]).toBe('nothing');
  expect(await Promise.all(clients.map((client, i) => tried(client, 'note', `swept-${i}`)))).toEqual([
    expect.not.stringMatching(/^done$/),
    expect.not.stringMatching(/^done$/),
    'done',
  ]);
  const [swept] = (await daemon.events('type=swept')).slice(-1);
  expect(swept).toMatchObject({ filter: { agent: 'many' }, ended: { tasks: 2, sessions: 2, calls: 2 } });
  for (const client of clients) await client[Symbol.asyncDispose]();
});

test('a pause and a quarantine: told in one sentence, seen in status, lifted', async () => {
  verifies('steering.pause');
  const pass = await daemon.task({ agent: 'slow' });
  await using client = await v2(wayOf(pass));
  expect(await daemon.cli('pause', 'agent', 'slow', '--reason', 'wait for the audit')).toMatchObject({
    code: 0,
  });
  expect(await tried(client, 'note', 'paused')).toMatch(
    /^This call was refused: a person has paused agent `slow`: wait for the audit \(paused, decision d-\w+\)\. Nothing was done\./,
  );
  expect((await daemon.cli('status')).out).toMatch(
    /^held +agent slow: pause, by local:\d+: wait for the audit$/m,
  );
  expect((await daemon.cli('resume', 'agent', 'slow')).code).toBe(1);
  expect(await daemon.cli('resume', 'agent', 'slow', '--reason', 'done')).toMatchObject({ code: 0 });
  expect(await tried(client, 'note', 'resumed')).toBe('done');
  await daemon.cli('quarantine', 'session', pass.session, '--reason', 'odd');
  expect(await tried(client, 'note', 'quarantined')).toMatch(/quarantined, decision/);
  expect(acc.begun()).not.toEqual(expect.arrayContaining(['paused']));
  expect(acc.begun()).not.toEqual(expect.arrayContaining(['quarantined']));
});

test('a policy that is published ends the sessions that it speaks of, and no others', async () => {
  verifies('steering.continue');
  const [odd, even] = [await daemon.task({ agent: 'odd' }), await daemon.task({ agent: 'even' })];
  await using one = await v2(wayOf(odd));
  await using two = await v2(wayOf(even));
  expect(await tried(one, 'note', 'odd-before')).toBe('done');
  writeFileSync(
    join(daemon.dir, 'policies', 'continue.cedar'),
    `@id("odd-ends") @reason("Enough.")
forbid (principal == Agent::"odd", action == Action::"continue", resource);\n`,
  );
  expect(await daemon.cli('policy', 'publish')).toMatchObject({ code: 0 });
  const redecided = () => daemon.events('type=session.redecided');
  await vi.waitFor(async () => expect(await redecided()).toHaveLength(1), 10_000);
  expect(await tried(one, 'note', 'odd-next')).not.toBe('done');
  expect(await tried(two, 'note', 'even-next')).toBe('done');
  expect(await redecided()).toMatchObject([
    { session: odd.session, outcome: 'end', trigger: 'policy.published', reason: 'Enough.' },
  ]);
});

test('everything stops, stays stopped over a kill, and goes on when a person says so', async () => {
  verifies('steering.stop-all');
  const pass = await daemon.task({ agent: 'any' });
  const client = await v2(wayOf(pass));
  const call = await running(client, 'note', 'all');
  expect((await daemon.cli('stop-all')).code).toBe(1);
  expect(await daemon.cli('stop-all', '--reason', 'an incident')).toMatchObject({ code: 0 });
  expect(await call.within(15_000)).toMatch(/a person stopped this while it ran/);
  expect((await observationOf('any', 'note')).status).toBe('ambiguous');
  expect(await tried(client, 'note', 'all-next')).toMatch(/an incident \(all_stopped/);
  await client[Symbol.asyncDispose]();

  await daemon.stop('SIGKILL');
  await daemon.start();
  await using again = await v2(wayOf(pass));
  expect(await tried(again, 'note', 'all-later')).toMatch(/all_stopped/);
  const later = await daemon.task({ agent: 'new' });
  await using fresh = await v2(wayOf(later));
  expect(await tried(fresh, 'note', 'all-new')).toMatch(/all_stopped/);
  expect((await daemon.cli('status')).out).toMatch(
    /^stopped +EVERYTHING is stopped, by local:\d+: an incident$/m,
  );
  expect(await daemon.cli('resume-all', '--reason', 'over')).toMatchObject({ code: 0 });
  expect(await tried(fresh, 'note', 'all-over')).toBe('done');
  for (const id of ['all-next', 'all-later', 'all-new']) expect(acc.begun()).not.toContain(id);
});
