// SPDX-License-Identifier: Apache-2.0
// Shadow mode: nothing is stopped, and the record says what would have been.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { modern } from '../mcp/wire.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { runDaemon } from './daemon-process.fixture.ts';

const policies = `${permitAll}
@id("no-wipe") @reason("Nothing is wiped here.")
forbid (principal is Agent, action == Action::"acc/wipe", resource);
@id("ask-first") @outcome("step_up") @approvers("team") @expires("15m")
forbid (principal is Agent, action == Action::"acc/pay", resource);
`;

test('everything passes, and each record says what it would have been', async () => {
  verifies('road.shadow-tells');
  const acc = openAccounting([tool('note'), tool('wipe'), tool('pay')]);
  await using daemon = await runDaemon({ mcpServers: { acc: acc.server }, mode: 'shadow' });
  expect(daemon.said()).toContain('shadow mode');
  await daemon.accept('acc');
  acc.declare([tool('note'), tool('wipe'), tool('pay'), tool('fresh')]);
  writeFileSync(join(daemon.dir, 'policies', 'test.cedar'), policies);
  await vi.waitFor(async () => {
    const { body } = await daemon.control.call('GET', '/v1/status');
    expect(body.policies.finalForbids).toBe(1);
  }, 10_000);

  const { token } = await daemon.task({ budgets: [{ name: 'calls', limit: 4 }] });
  const listed = await modern(daemon.url, token, 'tools/list');
  const names = ['acc__note', 'acc__wipe', 'acc__pay'];
  expect(listed.messages[0]?.result?.tools).toMatchObject(names.map((name) => ({ name })));
  const rows: readonly [name: string, outcome: string, code: string, shadow: boolean][] = [
    ['note', 'allow', 'permitted', false],
    ['wipe', 'deny', 'forbidden', true],
    ['pay', 'step_up', 'pending_approval', true],
  ];
  for (const [name] of rows) {
    const params = { name: `acc__${name}`, arguments: { id: name } };
    const { messages } = await modern(daemon.url, token, 'tools/call', params);
    expect(messages.at(-1)?.result).toMatchObject({ content: [{ text: `did ${name} ${name}` }] });
  }
  expect(acc.begun()).toEqual(rows.map(([name]) => name));

  const events = await daemon.events();
  const decided = events.filter(
    ({ type, request, who }) => type === 'decision' && who.task && request.server === 'acc',
  );
  expect(
    decided.map(({ request, outcome, code, shadow }) => [request.target, outcome, code, shadow]),
  ).toEqual(rows);
  const observed = events.filter(({ type }) => type === 'observation');
  for (const { id } of decided)
    expect(observed.filter(({ decision, status }) => decision === id && status === 'ok')).toHaveLength(1);

  // What nobody has accepted is known to no catalogue: there is no shadow of a call that cannot be described.
  const fresh = await modern(daemon.url, token, 'tools/call', { name: 'acc__fresh', arguments: {} });
  expect(fresh.messages.at(-1)?.error?.message).toContain('unknown tool');
  const unknown = (await daemon.events()).findLast(
    ({ type, request }) => type === 'decision' && request.target === 'fresh',
  );
  expect(unknown).toMatchObject({ code: 'unknown_target', shadow: false });
  // The canary is stopped in this mode too, or nothing would have started.
  const canary = events.find(({ type, request }) => type === 'decision' && request.target === 'canary');
  expect(canary).toMatchObject({ outcome: 'deny', shadow: false });
  acc.remove();
});
