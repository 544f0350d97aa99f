// SPDX-License-Identifier: Apache-2.0
// How much people are asked, of a real daemon: real calls, real answers, and the figures as the command prints them.
import { afterAll, expect, test } from 'vitest';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { runDaemon } from './daemon-process.fixture.ts';
import { connectV2 } from './eras/clients.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const acc = openAccounting([tool('pay'), tool('note')]);
afterAll(() => acc.remove());

test('what was asked, answered and let through is what the command says, after a kill as well', async () => {
  verifies('approvals.load');
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies: `${permitAll}@id("pays") @outcome("step_up") @approvers("us") @expires("10m")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };`,
    approvers: `people: { ana: { operators: ["${me}"] } }\ngroups: { us: [ana] }`,
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  expect((await daemon.cli('approvals', 'load')).err).toContain('nobody was asked about anything');
  const agent = 'coder';
  const pass = await daemon.task({ agent });
  const speak = () =>
    connectV2({ url: daemon.url, token: pass.token, folder: acc.dir }, speaking('2026-07-28'));
  await using client = await speak();
  const ask = async (id: string): Promise<string> =>
    /approval (a-[0-9a-z]+)/.exec((await client.call('acc__pay', { id })).text)?.[1] ?? '';
  // First, since what is read moves labels, and what waits would be asked anew.
  expect(await client.call('acc__note', { id: 'free' })).toMatchObject({ isError: false });
  const [one, two, three] = [await ask('one'), await ask('two'), await ask('three')];
  // The same call again, twice: nobody is asked twice.
  expect([await ask('one'), await ask('one')]).toEqual([one, one]);
  // Shown and answered at once, by a person who cannot have read it.
  expect(await daemon.cli('approvals', 'approve', one, '--yes')).toMatchObject({ code: 0 });
  expect(await daemon.cli('approvals', 'refuse', two, '--reason', 'no', '--yes')).toMatchObject({ code: 0 });
  expect(await client.call('acc__pay', { id: 'one' })).toMatchObject({ isError: false });

  const told = async () => JSON.parse((await daemon.cli('approvals', 'load', '-o', 'json')).out);
  const want = {
    ...{ calls: 4, tasks: 1, asksPerTask: 3, asksPer100Calls: 75 },
    total: {
      ...{ asked: 3, coalesced: 2, approved: 1, refused: 1, waiting: 1, used: 1, answers: 2, unshown: 0 },
      ...{ approvalRate: 0.5, coalescedShare: 0.4 },
    },
    rules: [{ name: 'pays', asked: 3 }],
    agents: [{ name: agent, asked: 3 }],
    people: [{ name: 'ana', approved: 1, refused: 1 }],
    suggestions: [],
  };
  expect(await told()).toMatchObject(want);
  await daemon.stop('SIGKILL');
  await daemon.start();
  expect(await told()).toMatchObject(want);
  const table = await daemon.cli('approvals', 'load', '--since', '1h');
  expect(table.out).toMatch(/^asked 3 times since .*: 3 for each of 1 tasks, 75 for each 100 of 4 calls$/m);
  expect(table.out).toMatch(/^pays +3 +1 \(50%\) +1 \(50%\) +0 \(0%\) +1 +0 +2 \(40%\)/m);
  expect(three).toMatch(/^a-/);
}, 180_000);

test('several that are alike are shown one by one, answered together, and done', async () => {
  verifies('approvals.batch');
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies: `${permitAll}@id("pays") @outcome("step_up") @approvers("us") @expires("10m")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };`,
    approvers: `people: { ana: { operators: ["${me}"] } }\ngroups: { us: [ana] }`,
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  const pass = await daemon.task({ agent: 'payer' });
  await using client = await connectV2(
    { url: daemon.url, token: pass.token, folder: acc.dir },
    speaking('2026-07-28'),
  );
  const ids: string[] = [];
  for (const id of ['m1', 'm2', 'm3'])
    ids.push(/approval (a-[0-9a-z]+)/.exec((await client.call('acc__pay', { id })).text)?.[1] ?? '');
  const [one = '', two = '', three = ''] = ids;
  expect((await daemon.cli('approvals', 'approve', '--yes')).err).toContain('name what is decided');
  const done = await daemon.cli('approvals', 'approve', '--like', two, '--yes');
  expect(done, done.err).toMatchObject({ code: 0 });
  // Each card whole, the one that was named first; and each showing on record.
  for (const [i, id] of ['m2', 'm1', 'm3'].entries())
    expect(done.err).toMatch(new RegExp(`${i + 1} of 3\\n.*"${id}"`));
  expect(done.out).toBe([two, one, three].map((id) => `${id} approved: ana said yes\n`).join(''));
  const shown = (await daemon.events('type=decision')).filter(
    ({ request }) => request.action === 'record.read',
  );
  expect(shown.map(({ request }) => request.target)).toEqual([two, one, three].map((id) => `approval/${id}`));
  // Once more there is nothing that could be answered, and that is said.
  expect(await daemon.cli('approvals', 'approve', one, two, '--yes')).toMatchObject({
    code: 2,
    out: expect.stringContaining(`${one} not decided: it was decided already`),
  });
  expect(await client.call('acc__pay', { id: 'm1' })).toMatchObject({ isError: false });
  expect(acc.begun('pay').filter((id) => id?.startsWith('m'))).toEqual(['m1']);
}, 180_000);
