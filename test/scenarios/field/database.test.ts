// SPDX-License-Identifier: Apache-2.0
// Actions on a production database, a SQLite file, are stopped for where they go and for the hour. What was changed
// is in that file, what was copied is what a loopback server got, and the hour is the clock of the daemon's machine.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSink, type Sink } from '../../../examples/demo/sink.ts';
import { askedIn, exampleServer, type FieldCase, fieldFiles, openCase } from './case.fixture.ts';

const places = ['backup.acme.example', 'test.acme.example', 'evil.example'] as const;
const maintenance = { type: 'maintenance', agent: 'keeper' };

let file: string;
let sink: Sink;
let field: FieldCase;
const env = {
  NODE_OPTIONS: `--import ${join(import.meta.dirname, 'clock.preload.ts')}`,
  CLOCK_AT: '2027-01-04T12:00:00Z',
};

beforeAll(async () => {
  sink = await openSink();
  field = await openCase((dir) => {
    file = join(dir, 'shop.sqlite');
    const hosts = places.map((host) => `${host}=127.0.0.1:${sink.port}`);
    const shop = exampleServer('field/database/server.ts', file, ...hosts);
    const people = askedIn('database-admins', 'dora');
    return { mcpServers: { shop }, from: fieldFiles('database'), env, ...people };
  });
});
afterAll(async () => {
  await field?.[Symbol.asyncDispose]();
  await sink?.[Symbol.asyncDispose]();
});

function priceOf(item: number): unknown {
  using db = new DatabaseSync(file, { readOnly: true });
  return db.prepare('SELECT cents FROM item WHERE id = ?').get(item)?.cents;
}
const copiesAt = (host: (typeof places)[number]) => sink.received(host).requests;

test('by day prices are changed, and copies go to machines of the company that were used before', async () => {
  const agent = await field.agent(maintenance);
  expect(await agent.call('shop__set_price', { item: 1, cents: 5100 })).toMatchObject({ code: 'done' });
  expect(priceOf(1)).toBe(5100);

  const copy = (destination: (typeof places)[number], rows: number) =>
    agent.call('shop__copy_items', { destination, rows });
  const unusual = await copy('backup.acme.example', 500);
  expect(unusual.code).toBe('pending_approval');
  expect(unusual.text).toContain('a database administrator has to agree');
  const why = await unusual.why();
  expect(why.verdict('database.unusual-destination')).toMatchObject({
    clause: expect.stringContaining('context.first.destination'),
    remedy: { kind: 'step_up', approvers: ['database-admins'] },
  });
  // What was refused was not sent, so it has made nothing known.
  expect(await copy('backup.acme.example', 500)).toMatchObject({ code: 'pending_approval' });
  expect(copiesAt('backup.acme.example')).toBe(0);
  expect(await copy('backup.acme.example', 3)).toMatchObject({ code: 'done' });
  const usual = await copy('backup.acme.example', 500);
  expect(usual.code).toBe('done');
  expect((await usual.why()).verdicts.map(({ policy }) => policy)).toEqual(['database.change']);
  expect(copiesAt('backup.acme.example')).toBe(2);
  expect(sink.received('backup.acme.example').text).toContain('"cents":5100');
  // Known to this agent is not known to another one.
  const other = await field.agent({ ...maintenance, agent: 'newcomer' });
  const args = { destination: 'backup.acme.example', rows: 500 };
  expect(await other.call('shop__copy_items', args)).toMatchObject({ code: 'pending_approval' });

  const outside = await copy('evil.example', 1);
  expect(outside.code).toBe('forbidden');
  expect((await outside.why()).verdict('database.own-machines')).toMatchObject({ owner: 'security' });
  expect(copiesAt('evil.example')).toBe(0);
});

test('where an administrator has agreed to a large copy, that one is made, and no larger one', async () => {
  const agent = await field.agent({ ...maintenance, agent: 'mover' });
  const copy = (rows: number) => agent.call('shop__copy_items', { destination: 'test.acme.example', rows });
  expect(await copy(400)).toMatchObject({ code: 'pending_approval' });
  await field.agreed(agent, 'dora');
  expect(await copy(500)).toMatchObject({ code: 'pending_approval' });
  expect(copiesAt('test.acme.example')).toBe(0);
  const made = await copy(400);
  expect(made.code).toBe('done');
  expect((await made.why()).lifts).toMatchObject([{ policy: 'database.unusual-destination' }]);
  expect(copiesAt('test.acme.example')).toBe(1);
});

test('by night it is only read, whoever asks and wherever it goes', async () => {
  await field.daemon.stop();
  env.CLOCK_AT = '2027-01-04T23:30:00Z';
  await field.daemon.start();
  const agent = await field.agent(maintenance);
  expect(await agent.call('shop__read_item', { item: 1 })).toMatchObject({ code: 'done' });
  const refused = await agent.call('shop__set_price', { item: 1, cents: 1 });
  expect(refused.code).toBe('forbidden');
  expect(refused.text).toContain('between 07:00 and 17:00 UTC');
  const why = await refused.why();
  expect(why.verdict('database.hours')).toMatchObject({ owner: 'shop-platform', file: 'database.cedar' });
  expect(new Date(why.at).toISOString()).toMatch(/^2027-01-04T23:3/);
  const copy = await agent.call('shop__copy_items', { destination: 'backup.acme.example', rows: 1 });
  expect(copy.code).toBe('forbidden');
  expect(priceOf(1)).toBe(5100);
  expect(copiesAt('backup.acme.example')).toBe(2);

  await field.daemon.stop();
  env.CLOCK_AT = '2027-01-05T07:00:00Z';
  await field.daemon.start();
  const morning = await field.agent(maintenance);
  expect(await morning.call('shop__set_price', { item: 1, cents: 4900 })).toMatchObject({ code: 'done' });
  expect(priceOf(1)).toBe(4900);
}, 60_000);
