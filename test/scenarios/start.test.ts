// SPDX-License-Identifier: Apache-2.0
// What the daemon refuses to start with, and what is on the disk of one that started.
import { chmodSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { openDaemon } from './daemon.fixture.ts';

test('a log that another key signed is not gone on with', async () => {
  verifies('evidence.tamper-evident');
  await using daemon = await openDaemon({});
  await daemon.stop();
  rmSync(join(daemon.dataDir, 'log.key'));
  await expect(daemon.restart()).rejects.toMatchObject({ code: 'configuration_refused' });
});

test('a master key that others may read is refused', async () => {
  await using daemon = await openDaemon({});
  await daemon.stop();
  chmodSync(join(daemon.dataDir, 'master.key'), 0o644);
  await expect(daemon.restart()).rejects.toThrow(/master\.key/);
});

test("keys, store and socket are their owner's alone, and the socket goes with the daemon", async () => {
  await using daemon = await openDaemon({});
  const mode = (name: string) => statSync(join(daemon.dataDir, name)).mode & 0o077;
  for (const name of ['master.key', 'token.key', 'log.key', 'ledger.sqlite', 'control.sock']) {
    expect(mode(name), name).toBe(0);
  }
  await daemon.stop();
  expect(existsSync(join(daemon.dataDir, 'control.sock'))).toBe(false);
});
