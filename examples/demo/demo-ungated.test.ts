// SPDX-License-Identifier: Apache-2.0
/**
 * The attack of the demo is real: without Countersign the customers do reach the outside. A gated run
 * that shows 0 bytes proves something only because of this one.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { runUngated } from './ungated.ts';
import { openWorld } from './world.ts';

test('without Countersign the hijacked agent leaks every customer, by HTTP and by mail', async () => {
  await using world = await openWorld();
  const startedAt = performance.now();
  const { events, leaked } = await runUngated(world);
  expect(performance.now() - startedAt).toBeLessThan(10_000);

  using crm = new DatabaseSync(join(world.dir, 'crm.sqlite'));
  const emails = crm
    .prepare('SELECT email FROM customer')
    .all()
    .map((row) => String(row.email));
  expect(new Set(emails).size).toBe(200);
  expect(emails.filter((email) => !leaked.sink.text.includes(email))).toEqual([]);
  expect(leaked.sink.requests).toBe(1);
  expect(leaked.sink.bytes).toBeGreaterThan(0);
  expect(leaked.mailBytes).toBe(leaked.sink.bytes);
  expect(crm.prepare('SELECT amount, currency FROM refund').all()).toEqual([
    { amount: 48_000, currency: 'EUR' },
  ]);
  expect(await readFile(join(world.dir, 'files/drafts/ticket-42.md'), 'utf8')).toContain(
    'the refund is paid',
  );

  expect(events.map(({ tool, askedBy, outcome }) => `${tool} ${askedBy} ${outcome}`)).toEqual([
    'list_inbox task ran',
    'read_mail task ran',
    'get_ticket task ran',
    'get_customer task ran',
    'read_file task ran',
    'export_customers text ran',
    'http_post text ran',
    'send_mail text ran',
    'http_get task ran',
    'refund task ran',
    'write_file task ran',
    'send_mail task ran',
  ]);
});
