// SPDX-License-Identifier: Apache-2.0
// A running daemon whose files are edited: the next decision differs, and a mistake changes nothing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openDaemon, permitAll, type TestDaemon } from './daemon.fixture.ts';

const noTasks = `${permitAll}@id("no-tasks") @reason("No tasks today.")
forbid (principal, action == Action::"task.start", resource);\n`;

async function start(daemon: TestDaemon) {
  const { status, body } = await daemon.control.call('POST', '/v1/tasks', { type: 'support' });
  return { status, message: body.message, policies: body.policies };
}

async function status(daemon: TestDaemon) {
  return (await daemon.control.call('GET', '/v1/status')).body;
}

async function records(daemon: TestDaemon, type: string) {
  const found = [];
  for await (const line of daemon.control.lines(`/v1/log?type=${type}`, new AbortController().signal))
    found.push(line);
  return found.map(({ event }) => event);
}

test('a saved policy decides the next request, and a broken one changes nothing', async () => {
  await using daemon = await openDaemon({});
  const file = join(daemon.dir, 'policies', 'all.cedar');
  const first = await status(daemon);
  expect((await start(daemon)).status).toBe(200);

  writeFileSync(file, noTasks);
  await vi.waitFor(async () => expect((await start(daemon)).status).toBe(403), { timeout: 8000 });
  expect(await start(daemon)).toEqual({ status: 403, message: 'No tasks today.', policies: ['no-tasks'] });
  const second = await status(daemon);
  expect(second.policies.digest).not.toBe(first.policies.digest);

  writeFileSync(file, `${permitAll}forbid (principal, action == Action::"task.strat", resource);\n`);
  await vi.waitFor(async () => expect((await status(daemon)).reload.state).toBe('refused'), {
    timeout: 8000,
  });
  const { reload, policies } = await status(daemon);
  expect(policies.digest).toBe(second.policies.digest);
  expect(reload.problems[0]).toMatchObject({ file: 'all.cedar', line: 2 });
  expect(daemon.said.join('\n')).toMatch(/all\.cedar:2:\d+: /);
  expect(await start(daemon)).toMatchObject({ status: 403, policies: ['no-tasks'] });

  writeFileSync(file, permitAll);
  await vi.waitFor(async () => expect((await start(daemon)).status).toBe(200), { timeout: 8000 });

  // Each publication is evidence: what came into force, by whose decision, over which channel.
  const published = (await records(daemon, 'policy.published')).map((event) => event.policy);
  expect(published).toEqual([first.policies.digest, second.policies.digest, first.policies.digest]);
  const catalogues = (await records(daemon, 'catalogue.published')).map((event) => event.catalogue);
  expect(catalogues).toHaveLength(3);
  const decided = (await records(daemon, 'decision')).filter(
    ({ request }) => request.action === 'policy.publish',
  );
  expect(decided.map(({ who, outcome }) => [who.channel, outcome])).toEqual([
    ['watched-files', 'allow'],
    ['watched-files', 'allow'],
  ]);
});

test('a policy can keep saved files from publishing themselves', async () => {
  const byCommandOnly = `${permitAll}@id("asked") @reason("Publish by command.")
forbid (principal, action == Action::"policy.publish", resource) when { context.channel == "watched-files" };\n`;
  await using daemon = await openDaemon({ policies: { 'all.cedar': byCommandOnly } });
  const before = await status(daemon);
  writeFileSync(join(daemon.dir, 'policies', 'all.cedar'), permitAll);
  await vi.waitFor(async () => expect((await status(daemon)).reload.state).toBe('refused'), {
    timeout: 8000,
  });
  const after = await status(daemon);
  expect(after.reload.problems[0].message).toBe('not published: Publish by command. (policy asked)');
  expect(after.policies.digest).toBe(before.policies.digest);

  const asked = await daemon.control.call('POST', '/v1/policies/publish', {});
  expect(asked).toMatchObject({ status: 200, body: { schemaVersion: 1, ok: true } });
  expect(asked.body.policies).not.toBe(before.policies.digest);
  expect(await status(daemon)).toMatchObject({
    policies: { digest: asked.body.policies },
    reload: { state: 'in_force' },
  });
  const decided = (await records(daemon, 'decision')).findLast(
    ({ request }) => request.action === 'policy.publish',
  );
  expect(decided).toMatchObject({ outcome: 'allow', who: { channel: 'local-socket' } });
});

test('publishing by command is decided, and files that do not load are named', async () => {
  const nobody = `${permitAll}@id("nobody") forbid (principal, action == Action::"policy.publish", resource);\n`;
  await using daemon = await openDaemon({ policies: { 'all.cedar': nobody } });
  const file = join(daemon.dir, 'policies', 'all.cedar');
  writeFileSync(file, 'permit (principal');
  const broken = await daemon.control.call('POST', '/v1/policies/publish', {});
  expect(broken).toMatchObject({ status: 422, body: { code: 'files_refused', problems: [{ line: 1 }] } });
  writeFileSync(file, permitAll);
  const denied = await daemon.control.call('POST', '/v1/policies/publish', {});
  expect(denied).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(denied.body.message).toBe('not published: a forbid that nothing lifts is satisfied (policy nobody)');
  expect(denied.body.decision).toMatch(/^d-/);
});

test('status says what decides here, and since when the canary is known to be denied', async () => {
  await using daemon = await openDaemon({});
  await start(daemon);
  const body = await status(daemon);
  expect(body).toMatchObject({
    schemaVersion: 1,
    mode: 'enforce',
    url: daemon.url,
    policies: { count: 1, permits: 1, finalForbids: 0, starter: 0 },
    tasks: { running: 1, withoutPrompt: 1, promptless: [{ type: 'support' }] },
    reload: { state: 'in_force', problems: [] },
  });
  expect(body.now - body.canaryProvedAt).toBeLessThan(60_000);
});

test('a catalogue alone comes into force, under the same policies', async () => {
  const notes = (level: string) =>
    `server: notes\nmethods:\n  resources/subscribe: { class: read, result: { level: ${level} } }\n`;
  await using daemon = await openDaemon({ catalogue: { 'notes.yaml': notes('public') } });
  const before = await status(daemon);
  writeFileSync(join(daemon.dir, 'catalogue', 'notes.yaml'), notes('restricted'));
  await vi.waitFor(
    async () => expect((await status(daemon)).catalogue.digest).not.toBe(before.catalogue.digest),
    { timeout: 8000 },
  );
  expect((await status(daemon)).policies.digest).toBe(before.policies.digest);
  const published = (await records(daemon, 'catalogue.published')).map((event) => event.catalogue);
  expect(published).toEqual([before.catalogue.digest, (await status(daemon)).catalogue.digest]);
});
