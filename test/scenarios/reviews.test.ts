// SPDX-License-Identifier: Apache-2.0
// What has to be looked at, of a real daemon: there after a crash, shown, closed by a person, and gone for good.
import { afterAll, expect, test, vi } from 'vitest';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { runDaemon } from './daemon-process.fixture.ts';
import { connectV2 } from './eras/clients.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const acc = openAccounting([tool('pay'), tool('note')]);
afterAll(() => acc.remove());

test('a call that was killed in the middle and a request that nobody answered wait for somebody to look', async () => {
  verifies('reviews.nothing-lost', 'reviews.closed-by-people', 'approvals.expired-once');
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies: `${permitAll}@id("pays") @outcome("step_up") @approvers("us") @expires("5s")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };`,
    approvers: `people:
  ana: { operators: ["${me}"] }
  ben: { operators: ["${me}"] }
groups: { us: [ana, ben] }`,
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  const pass = await daemon.task({ agent: 'coder' });
  const way = () => ({ url: daemon.url, token: pass.token, folder: acc.dir });
  {
    await using client = await connectV2(way(), speaking('2026-07-28'));
    expect(await client.call('acc__pay', { id: 'bill' })).toMatchObject({ isError: true });
    const running = client.call('acc__note', { id: 'long', ms: 60_000 }).catch(() => undefined);
    await vi.waitFor(() => expect(acc.begun('note')).toEqual(['long']), 10_000);
    await daemon.stop('SIGKILL');
    await running;
  }
  await daemon.start();

  // The end of the request was nobody's to see: the node tells it when it is back.
  const listed = await vi.waitFor(async () => {
    const { reviews } = JSON.parse((await daemon.cli('review', 'ls', '--json')).out);
    expect(reviews).toHaveLength(2);
    return reviews;
  }, 30_000);
  expect(listed).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ kind: 'ambiguous', agent: 'coder', what: 'acc/note' }),
      expect.objectContaining({ kind: 'unanswered', agent: 'coder', what: 'pays' }),
    ]),
  );
  expect(await daemon.events('type=approval.expired')).toHaveLength(1);
  const both = JSON.parse((await daemon.cli('approvals', 'ls', '--all', '--json')).out);
  expect(both).toMatchObject({ approvals: [], reviews: listed });

  const { review, about } = listed.find(({ kind }: { kind: string }) => kind === 'ambiguous');
  const shown = (await daemon.cli('review', 'show', review)).out;
  expect(shown).toContain('nobody knows what became of it');
  expect(shown).toContain(`countersign explain ${about}`);
  const done = (...more: readonly string[]) =>
    daemon.cli('review', 'done', review, '--reason', 'asked the server: it was not written', ...more);
  expect(await done()).toMatchObject({ code: 1, err: expect.stringContaining('say which of `ana`, `ben`') });
  expect(await done('--as', 'ana')).toMatchObject({ code: 0, out: `${review} done by ana\n` });
  expect(await done('--as', 'ana')).toMatchObject({ code: 1 });

  await daemon.stop('SIGKILL');
  await daemon.start();
  const left = JSON.parse((await daemon.cli('review', 'ls', '--json')).out).reviews;
  expect(left).toMatchObject([{ kind: 'unanswered' }]);
  expect(await daemon.events('type=review.closed')).toMatchObject([
    { review, person: 'ana', operator: me, reason: 'asked the server: it was not written' },
  ]);
}, 240_000);
