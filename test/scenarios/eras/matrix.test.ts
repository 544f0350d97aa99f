// SPDX-License-Identifier: Apache-2.0
/**
 * The era matrix: real clients of both eras against real servers of both, through one URL of a running
 * daemon. Each cell runs every errand that the server is good for; the table in the documentation is what
 * these tests filled.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { speaking } from '../../builders/era.ts';
import { verifies } from '../../requirements.ts';
import { type DaemonProcess, runDaemon } from '../daemon-process.fixture.ts';
import { connectV1, connectV2, type TriedClient, type Way } from './clients.fixture.ts';
import { errandsOf, type Feature, features } from './errands.fixture.ts';
import { connectInspector } from './inspector.fixture.ts';
import { startServers, type TriedServers, type Upstream, upstreams } from './servers.fixture.ts';

/** The Inspector takes its time, and more on a machine that is busy. */
const slowMs = 90_000;

const root = join(import.meta.dirname, '../../..');
const auto = { versionNegotiation: { mode: 'auto' as const } };
const pinned = speaking('2026-07-28');

type Tried = readonly [features: readonly Feature[], upstreams: readonly Upstream[]];

/** Each of its requests is a process: enough of them to see that it can, and not every errand again. */
const few: Tried = [
  ['read', 'write', 'error'],
  ['files', 'memory', 'everything'],
];
const fewModern: Tried = [['list', 'read', 'resource', 'prompt'], ['both-http']];
/** It differs from the pinned one in how it begins. */
const some: Tried = [features, ['files', 'both-http']];
/** What is between the pipe and the gateway has tests of its own: test/scenarios/mcp-stdio.test.ts. */
const piped: Tried = [features, ['files', 'both']];

const clients: readonly [
  client: string,
  version: string,
  connect: (way: Way) => Promise<TriedClient>,
  tried?: Tried,
][] = [
  ['Inspector', '2025-11-25', (way) => connectInspector(way, 'legacy', '2025-11-25'), few],
  ['Inspector, `modern`', '2026-07-28', (way) => connectInspector(way, 'modern', '2026-07-28'), fewModern],
  ['SDK v1', '2025-11-25', (way) => connectV1(way)],
  ['SDK v2', '2025-11-25', (way) => connectV2(way, {})],
  ['SDK v2, `auto`', '2026-07-28', (way) => connectV2(way, auto), some],
  ['SDK v2, pinned', '2026-07-28', (way) => connectV2(way, pinned)],
  ['SDK v2, held back', '2025-06-18', (way) => connectV2(way, { supportedProtocolVersions: ['2025-06-18'] })],
  ['SDK v1 over `mcp-stdio`', '2025-11-25', (way) => connectV1(way, mcpStdio()), piped],
  ['SDK v2, pinned, over `mcp-stdio`', '2026-07-28', (way) => connectV2(way, pinned, mcpStdio()), piped],
];

let servers: TriedServers;
let daemon: DaemonProcess;
const filled = new Map<string, readonly Feature[]>();

beforeAll(async () => {
  servers = await startServers();
  daemon = await runDaemon(servers);
  await daemon.accept(...upstreams);
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await servers?.[Symbol.asyncDispose]();
});

async function way(): Promise<Way> {
  const { token } = await daemon.task();
  return { url: daemon.url, token, folder: servers.folder };
}

function mcpStdio() {
  const args = [join(root, 'src/main/cli.ts'), 'mcp-stdio', '--data', daemon.dataDir, '--type', 'test'];
  return { command: process.execPath, args };
}

describe.concurrent.each(clients)('%s (%s)', (name, version, connect, tried = [features, upstreams]) => {
  const label = name.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  let client: TriedClient;

  beforeAll(async () => {
    client = await connect(await way());
    expect(client.version).toBe(version);
  });

  afterAll(async () => client?.[Symbol.asyncDispose]());

  const [asked, at] = tried;

  test.each(at)(
    '%s',
    async (upstream) => {
      const scene = {
        client,
        label,
        servers,
        name: (native: string) => `${upstream}__${native}`,
        uri: (native: string) => `${upstream}+${native}`,
      };
      const done: Feature[] = [];
      for (const feature of asked) {
        const errand = errandsOf[upstream][feature];
        if (errand === undefined) continue;
        await errand(scene);
        done.push(feature);
      }
      filled.set(`${name} ${upstream}`, done);
    },
    slowMs,
  );
});

describe.concurrent.each(clients.filter(([name]) => name === 'SDK v1' || name === 'SDK v2, pinned'))(
  '%s (%s) at the endpoint of one server',
  (name, _version, connect) => {
    test.each(upstreams)('%s has its own names', async (upstream) => {
      await using client = await connect({ ...(await way()), url: `${daemon.url}/${upstream}` });
      const label = `${name.replace(/[^a-z0-9]+/gi, '-')}-one`;
      const scene = { client, label, servers, name: (own: string) => own, uri: (own: string) => own };
      for (const feature of ['list', 'read', 'write', 'error', 'resource', 'prompt', 'completion'] as const)
        await errandsOf[upstream][feature]?.(scene);
      expect((await client.tools()).filter((tool) => tool.includes('__'))).toEqual([]);
    });
  },
);

test('every effect is on record as an allowed call of the client’s own task, observed', async () => {
  verifies('mcp.eras', 'road.no-record-no-effect');
  const events = await daemon.events();
  const decided = events.filter(({ type, request }) => type === 'decision' && request.server === 'files');
  const observed = new Set(
    events.flatMap(({ type, decision }) => (type === 'observation' ? [decision] : [])),
  );
  const writes = decided.filter(({ request }) => request.target === 'write_file');
  const wrote = clients.filter(([, , , tried]) => tried !== fewModern).length + 2;
  expect(new Set(writes.map(({ who }) => who.task)).size).toBe(wrote);
  expect(writes.filter(({ id, outcome }) => outcome !== 'allow' || !observed.has(id))).toEqual([]);
  const questions = events.filter(({ request }) => request?.method === 'sampling/createMessage');
  expect(new Set(questions.map(({ request }) => request.server))).toEqual(
    new Set(['everything', 'everything-http', 'both', 'both-http']),
  );
});

test('the table in the documentation is the one that was filled here', () => {
  const documented = readFileSync(join(root, 'docs/mcp-gateway.md'), 'utf8');
  expect(documented).toContain(table());
});

/** Numbers of errands done, out of those that the server is good for. */
function table(): string {
  const tick = (name: string) => `\`${name}\``;
  const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const had = (upstream: Upstream) => features.filter((feature) => errandsOf[upstream][feature]);
  return [
    row('client', 'speaks', ...upstreams.map(tick)),
    `|${'---|'.repeat(upstreams.length + 2)}`,
    ...clients.map(([name, version]) => {
      const of = upstreams.map((upstream) => filled.get(`${name} ${upstream}`)?.length);
      return row(name, version, ...of.map((done) => (done === undefined ? '' : String(done))));
    }),
    row('*out of*', '', ...upstreams.map((upstream) => String(had(upstream).length))),
    '',
    ...upstreams.map((upstream) => `- ${tick(upstream)}: ${had(upstream).join(', ')}`),
  ].join('\n');
}
