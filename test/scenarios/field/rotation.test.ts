// SPDX-License-Identifier: Apache-2.0
// A job that rotates a secret waits while the service that needs it is down, and goes on when a later check has found
// it up. The service is an HTTP server that takes secrets, the vault a directory. What the run was is told by its records.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Dependency, openDependency } from '../../../examples/field/rotation/dependency.ts';
import { exampleServer, type FieldAgent, type FieldCase, fieldFiles, openCase } from './case.fixture.ts';

let world: string;
let billing: Dependency;
let field: FieldCase;
let job: FieldAgent;

beforeAll(async () => {
  billing = await openDependency(0);
  field = await openCase((dir) => {
    world = dir;
    const vault = exampleServer('field/rotation/server.ts', dir, `billing=${billing.url}`);
    return { mcpServers: { vault }, from: fieldFiles('rotation'), flags: ['--approval-hold', '0'] };
  });
  job = await field.agent({ type: 'rotation', agent: 'rotation-job' });
});
afterAll(async () => {
  await field?.[Symbol.asyncDispose]();
  await billing?.[Symbol.asyncDispose]();
});

const check = async () => (await job.call('vault__check', { service: 'billing' })).text;
const rotate = () => job.call('vault__rotate', { service: 'billing' });
const kept = () => {
  const file = join(world, 'billing.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
};

test('it waits while the service is down, and goes on once it has seen it up', async () => {
  billing.up = false;
  expect(await check()).toBe('down');
  const waiting = await rotate();
  expect(waiting.code).toBe('deferred');
  expect(waiting.text).toContain('go on once it is up');
  const why = await waiting.why();
  expect(why.outcome).toBe('defer');
  expect(why.verdict('rotation.wait')).toMatchObject({
    owner: 'platform',
    remedy: { kind: 'defer', until: 'signal:service.up', timeoutMs: 7_200_000 },
  });
  expect(why.past('rotation.wait')).toEqual([false]);

  // That it is back helps only once it was seen.
  billing.up = true;
  expect((await rotate()).code).toBe('deferred');
  expect(billing.told).toEqual([]);
  expect(kept()).toBeUndefined();
  expect(await check()).toBe('up');
  const done = await rotate();
  expect(done).toMatchObject({ code: 'done', text: 'billing has version 1' });
  const record = await done.why();
  expect(record.past('rotation.wait')).toEqual([true]);
  expect(record.observation).toMatchObject({ status: 'ok', label: { level: 'internal' } });
  expect(billing.told).toEqual([kept().secret]);
  expect(JSON.stringify(record)).not.toContain(kept().secret);
});

test('a service that goes down unseen fails one rotation, and the next one waits', async () => {
  billing.up = false;
  expect((await rotate()).code).toBe('failed');
  expect((await rotate()).code).toBe('deferred');
  billing.up = true;
  expect((await rotate()).code).toBe('deferred');
  expect(await check()).toBe('up');
  expect((await rotate()).code).toBe('done');
  expect(kept()).toMatchObject({ version: 2, secret: billing.told.at(-1) });
  expect(billing.told).toHaveLength(2);
});

test('the account of the run is in its records, those that waited among them', async () => {
  const ran = await field.daemon.cli('log', '--session', job.session, '--json');
  const account = ran.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)
    .flatMap(({ type, request, outcome, status }) => {
      if (type === 'observation') return [status];
      return type === 'decision' && request.server === 'vault' ? [`${request.target}: ${outcome}`] : [];
    });
  expect(account).toEqual([
    ...['check: allow', 'ok', 'rotate: defer', 'rotate: defer'],
    ...['check: allow', 'ok', 'rotate: allow', 'ok'],
    ...['rotate: allow', 'error', 'rotate: defer', 'rotate: defer'],
    ...['check: allow', 'ok', 'rotate: allow', 'ok'],
  ]);
  const verified = await field.daemon.cli('verify', '--payloads');
  expect(verified.code, verified.out + verified.err).toBe(0);
});
