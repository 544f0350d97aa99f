// SPDX-License-Identifier: Apache-2.0
// Trying policies and going back, on a running daemon: over restarts, saved files and another catalogue.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openDaemon, permitAll, type TestDaemon } from './daemon.fixture.ts';

const no = (id: string, type: string) => `@id("${id}") @reason("No ${type} today.")
forbid (principal is Operator, action == Action::"task.start", resource);\n`;
const noTasks = `${permitAll}${no('no-tasks', 'tasks')}`;

async function start(daemon: TestDaemon) {
  return (await daemon.control.call('POST', '/v1/tasks', { type: 'support' })).status;
}

async function digest(daemon: TestDaemon): Promise<string> {
  return (await daemon.control.call('GET', '/v1/status')).body.policies.digest;
}

async function listed(daemon: TestDaemon) {
  return (await daemon.control.call('GET', '/v1/policies/log')).body.publications;
}

async function saved(daemon: TestDaemon, text: string, until: () => Promise<void>) {
  writeFileSync(join(daemon.dir, 'policies', 'all.cedar'), text);
  await vi.waitFor(until, { timeout: 8000 });
}

function tried(daemon: TestDaemon, text: string): string {
  const dir = join(daemon.dir, 'tried');
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'all.cedar'), text);
  return dir;
}

test('going back holds over saved files and a restart, until the files say something new', async () => {
  await using daemon = await openDaemon({});
  const first = await digest(daemon);
  await saved(daemon, noTasks, async () => expect(await start(daemon)).toBe(403));
  const second = await digest(daemon);

  const asked = await daemon.control.call('POST', '/v1/policies/rollback', { dryRun: true });
  expect(asked.body).toMatchObject({ ok: true, dryRun: true, policy: first, changed: true });
  expect(await digest(daemon)).toBe(second);

  const done = await daemon.control.call('POST', '/v1/policies/rollback', { reason: 'nobody could work' });
  expect(done).toMatchObject({ status: 200, body: { policy: first, changed: true } });
  expect(await start(daemon)).toBe(200);

  // The very same texts, saved again: somebody has just gone back from them.
  const { said } = daemon;
  await saved(daemon, `${permitAll} `, async () => expect(await listed(daemon)).toHaveLength(4));
  await daemon.control.call('POST', '/v1/policies/rollback', { to: first.slice(7, 27), reason: 'again' });
  await daemon.restart();
  expect(await digest(daemon)).toBe(first);
  expect(said.join('\n')).toMatch(/somebody went back to/);
  expect(await start(daemon)).toBe(200);

  await saved(daemon, `${noTasks}\n`, async () => expect(await start(daemon)).toBe(403));
  expect(await listed(daemon)).toMatchObject([
    { kind: 'enforce', reason: 'the files were saved', rollback: false },
    { kind: 'enforce', policy: first, reason: 'again', rollback: true },
    { kind: 'enforce', reason: 'the files were saved', rollback: false },
    { kind: 'enforce', policy: first, reason: 'nobody could work', rollback: true },
    { kind: 'enforce', policy: second, reason: 'the files were saved', rollback: false },
    { kind: 'enforce', policy: first, reason: 'what this node started with', rollback: false },
  ]);
  for (const { author, record, at } of await listed(daemon)) {
    expect(author).toMatch(/^local:\d+$/);
    expect(record).toMatch(/^e-/);
    expect(at).toBeGreaterThan(0);
  }
});

test('files that were taken back do not publish themselves, and do when they are asked for', async () => {
  await using daemon = await openDaemon({});
  const first = await digest(daemon);
  await saved(daemon, noTasks, async () => expect(await start(daemon)).toBe(403));
  await daemon.control.call('POST', '/v1/policies/rollback', {});
  writeFileSync(join(daemon.dir, 'policies', 'note.txt'), 'something else in the directory changed');
  writeFileSync(join(daemon.dir, 'policies', 'all.cedar'), noTasks);
  await vi.waitFor(
    async () => expect((await daemon.control.call('GET', '/v1/status')).body.reload.state).toBe('refused'),
    { timeout: 8000 },
  );
  expect(await digest(daemon)).toBe(first);
  await daemon.restart();
  expect(await digest(daemon)).toBe(first);
  expect((await daemon.control.call('POST', '/v1/policies/publish', { reason: 'all the same' })).status).toBe(
    200,
  );
  expect(await start(daemon)).toBe(403);
  expect((await listed(daemon))[0]).toMatchObject({ reason: 'all the same', rollback: false });
  await daemon.restart();
  expect(await start(daemon)).toBe(403);
});

test('what there is nothing to go back to, or no such publication, changes nothing', async () => {
  await using daemon = await openDaemon({});
  const back = (body: object) => daemon.control.call('POST', '/v1/policies/rollback', body);
  expect(await back({})).toMatchObject({ status: 404, body: { code: 'not_found' } });
  expect(await back({ to: 'e-01mcc5rm00hwhg9tqeck099kwd' })).toMatchObject({ status: 404 });
  expect(await back({ to: 'sha256:00' })).toMatchObject({ status: 404 });
  expect(await back({ to: 7 })).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  expect(await listed(daemon)).toHaveLength(1);
});

test('policy decides about going back, too', async () => {
  const asked = `${permitAll}@id("asked") @reason("Two people publish.")
forbid (principal is Operator, action == Action::"policy.publish", resource) when { context.channel == "local-socket" };\n`;
  await using daemon = await openDaemon({});
  const first = await digest(daemon);
  await saved(daemon, asked, async () => expect(await digest(daemon)).not.toBe(first));
  const done = await daemon.control.call('POST', '/v1/policies/rollback', {});
  expect(done).toMatchObject({ status: 403, body: { message: 'Two people publish.', policies: ['asked'] } });
  expect(await digest(daemon)).not.toBe(first);
});

test('what is tried stays so over a restart, and ends when it is taken away', async () => {
  await using daemon = await openDaemon({});
  const before = await digest(daemon);
  const dir = tried(daemon, noTasks);
  const shadow = await daemon.control.call('POST', '/v1/policies/publish', {
    mode: 'shadow',
    dir,
    reason: 'less tasks',
  });
  expect(shadow).toMatchObject({ status: 200, body: { mode: 'shadow', changed: true } });
  expect(await start(daemon)).toBe(200);
  expect(await digest(daemon)).toBe(before);

  await daemon.restart();
  const report = (await daemon.control.call('GET', '/v1/policies/candidate')).body.candidate;
  // The canary of the start was compared: both deny it.
  expect(report).toMatchObject({
    policy: shadow.body.policy,
    compared: 1,
    unchanged: 1,
    changes: [],
  });
  expect(report.untold).toEqual({});
  expect((await listed(daemon))[0]).toMatchObject({ kind: 'try', reason: 'less tasks' });

  const off = await daemon.control.call('POST', '/v1/policies/publish', { mode: 'off' });
  expect(off).toMatchObject({ status: 200, body: { mode: 'off', policy: shadow.body.policy } });
  expect((await daemon.control.call('GET', '/v1/policies/candidate')).body.candidate).toBeNull();
  expect(await daemon.control.call('POST', '/v1/policies/publish', { mode: 'off' })).toMatchObject({
    status: 404,
  });
});

test('policies that do not load are not tried, and neither is a directory that is none', async () => {
  await using daemon = await openDaemon({});
  const shadow = (dir: string) =>
    daemon.control.call('POST', '/v1/policies/publish', { mode: 'shadow', dir });
  expect(await shadow(tried(daemon, 'permit (principal'))).toMatchObject({
    status: 422,
    body: { code: 'files_refused', problems: [{ file: 'all.cedar', line: 1 }] },
  });
  expect(await shadow(join(daemon.dir, 'nowhere'))).toMatchObject({ status: 422 });
  expect(await shadow('policies')).toMatchObject({ status: 400 });
  expect((await daemon.control.call('GET', '/v1/policies/candidate')).body.candidate).toBeNull();
});

test('over another catalogue it is checked anew, and taken away where it does not fit', async () => {
  const notes = (...methods: readonly string[]) =>
    `server: notes\nmethods:\n${methods.map((m) => `  ${m}: { class: read, result: { level: public } }\n`).join('')}`;
  await using daemon = await openDaemon({ catalogue: { 'notes.yaml': notes('resources/subscribe') } });
  const catalogue = (text: string) => writeFileSync(join(daemon.dir, 'catalogue', 'notes.yaml'), text);
  const newest = async (is: object) =>
    vi.waitFor(async () => expect((await listed(daemon))[0]).toMatchObject(is), { timeout: 8000 });
  const named = `${permitAll}@id("n") forbid (principal is Agent, action in Action::"resources/subscribe", resource);\n`;
  const shadow = await daemon.control.call('POST', '/v1/policies/publish', {
    mode: 'shadow',
    dir: tried(daemon, named),
  });
  expect(shadow.status).toBe(200);

  catalogue(notes('resources/subscribe', 'resources/unsubscribe'));
  await newest({ kind: 'try', reason: 'checked against another catalogue' });
  expect((await listed(daemon))[0].policy).not.toBe(shadow.body.policy);

  catalogue(notes('resources/unsubscribe'));
  await newest({ kind: 'withdraw', reason: 'it does not fit the catalogue any more' });
  expect(daemon.said.join('\n')).toMatch(/candidate: all\.cedar:2:\d+: /);
});
