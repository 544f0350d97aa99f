// SPDX-License-Identifier: Apache-2.0
// A stop that was asked for loses nothing: what the server did, what clients were told and what is on record agree.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { rawClient } from '../kill/raw-client.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { runDaemon } from './daemon-process.fixture.ts';

const atOnce = 16;
/** The id of a call is its resource, so that records can be told from each other. */
const note = `tools:
  note:
    class: write
    resource: { type: Note, id: id, level: internal }
    args: { id: selector }
    result: { level: internal, integrity: trusted }`;

test('SIGTERM in the middle of calls: each ends as it is recorded, and nothing is open afterwards', async () => {
  verifies('crash.stop-loses-nothing');
  const acc = openAccounting([tool('note')]);
  await using daemon = await runDaemon({ mcpServers: { acc: acc.server }, catalogue: { acc: note } });
  await daemon.accept('acc');
  const { token } = await daemon.task();
  const client = rawClient(daemon.url, token, 2 * atOnce);

  const slow = Array.from({ length: atOnce }, (_, n) =>
    client.callTool('acc__note', { id: `slow-${n}`, ms: 700 }),
  );
  await vi.waitFor(() => expect(acc.begun()).toHaveLength(atOnce), 5_000);
  const answered = new Set<string>();
  let [over, refused] = [false, 0];
  const workers = Array.from({ length: atOnce }, async (_, worker) => {
    for (let n = 0; !over; n++) {
      const id = `quick-${worker}-${n}`;
      const answer = await client.callTool('acc__note', { id }).catch(() => undefined);
      if (answer?.body.result !== undefined && answer.body.result.isError !== true) answered.add(id);
      else {
        refused++;
        await sleep(20);
      }
    }
  });
  await sleep(100);
  expect(await daemon.stop('SIGTERM')).toBe(0);
  over = true;
  await Promise.all(workers);
  client.close();

  // Those that ran when it was told to stop had their time, and those that came later were told so.
  for (const { body } of await Promise.all(slow)) expect(body.result?.isError).toBeUndefined();
  expect(answered.size).toBeGreaterThan(0);
  expect(refused).toBeGreaterThan(0);

  await daemon.start();
  const events = (await daemon.events()).filter(
    ({ request }) => request === undefined || request.target === 'note',
  );
  const decided = events.filter(({ type, open }) => type === 'decision' && open !== undefined);
  const statuses = new Map(
    events.flatMap(({ type, decision, status }) => (type === 'observation' ? [[decision, status]] : [])),
  );
  const released = decided.filter(({ id }) => statuses.get(id) !== 'unreleased');
  const idOf = ({ request }: { request: { resource: { id: string } } }) => request.resource.id;
  expect(released.map(idOf).sort()).toEqual([...acc.begun()].sort());
  expect(decided.filter(({ id }) => statuses.get(id) === undefined)).toEqual([]);
  const ok = new Set(decided.filter(({ id }) => statuses.get(id) === 'ok').map(idOf));
  expect([...answered].filter((id) => !ok.has(id))).toEqual([]);
  // A start after a clean stop has nothing to close.
  expect(daemon.said()).not.toMatch(/closed \d+ calls/);
  await daemon.stop();
  expect(await daemon.cli('verify')).toMatchObject({ code: 0 });
  acc.remove();
});
