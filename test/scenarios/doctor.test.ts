// SPDX-License-Identifier: Apache-2.0
// `doctor` on a machine of its own making: silent where all is right, and each way around found.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/edges/cli/doctor/finding.ts';
import { openDaemon, permitAll, type TestDaemon, type TestDaemonFiles } from './daemon.fixture.ts';

const cli = join(import.meta.dirname, '../../src/main/cli.ts');
const starter = readFileSync(join(import.meta.dirname, '../../policies/starter.cedar'), 'utf8');
const sound: TestDaemonFiles = { policies: { 'starter.cedar': starter } };

let root: string;
let home: string;
let project: string;
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await openDaemon(sound);
  chmodSync(join(daemon.dir, 'mcp.json'), 0o600);
});
afterAll(() => daemon[Symbol.asyncDispose]());

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cs-doctor-'));
  home = join(root, 'home');
  project = join(root, 'project');
  mkdirSync(home);
  mkdirSync(project);
  return () => rmSync(root, { recursive: true, force: true });
});

interface Examined {
  readonly code: number;
  readonly out: string;
  readonly body: { readonly findings: readonly Finding[]; readonly [key: string]: unknown };
}

function doctor(dataDir: string, ...more: readonly string[]): Promise<Examined> {
  const env = { PATH: process.env.PATH, HOME: home };
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [cli, 'doctor', '--data', dataDir, '--json', ...more],
      { cwd: project, env },
      (error, out, err) => {
        try {
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, body: JSON.parse(out) });
        } catch {
          reject(new Error(err));
        }
      },
    );
  });
}

function put(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const found = ({ body }: Examined, code: string) => body.findings.filter((finding) => finding.code === code);

test('where all is right there are notes only, and the limit of it all is among them', async () => {
  const examined = await doctor(daemon.dataDir);
  expect(examined.body.findings.map(({ code, severity }) => `${severity} ${code}`)).toEqual([
    // The starter policies ask operators, and this node has no file of approvers.
    'note nobody_can_approve',
    'note same_user',
  ]);
  expect(examined.code).toBe(0);
  expect(examined.body).toMatchObject({ schemaVersion: 1, running: true, inPath: [] });
  expect(examined.body.notInPath).toContain("the agent's own shell, file and network access");
  expect(Date.parse(String(examined.body.canaryProvedAt))).toBeGreaterThan(Date.now() - 600_000);
});

test('without a daemon nothing is in the path', async () => {
  const examined = await doctor(join(root, 'nothing'));
  expect(examined).toMatchObject({ code: 2, body: { running: false, inPath: [] } });
  expect(found(examined, 'daemon_not_running')).toHaveLength(1);
});

describe('ways around by files', () => {
  test.each<[what: string, code: string, severity: string, set: () => void, says: RegExp]>([
    [
      'a client that names a server',
      'client_names_server',
      'warning',
      () => put(join(project, '.mcp.json'), { mcpServers: { notes: { command: 'x' } } }),
      /claude-code reaches `notes` directly/,
    ],
    [
      'a client at home',
      'client_names_server',
      'warning',
      () => put(join(home, '.cursor', 'mcp.json'), { mcpServers: { a: { url: 'http://x/' }, b: {} } }),
      /cursor reaches `a`, `b`/,
    ],
    [
      'codex',
      'client_names_server',
      'warning',
      () =>
        put(
          join(home, '.codex', 'config.toml'),
          '[mcp_servers.docs]\ncommand = "x"\n[mcp_servers."docs".env]\nA = "1"\n',
        ),
      /codex reaches `docs` directly/,
    ],
    [
      'a file that cannot be read',
      'client_file_unusable',
      'warning',
      () => put(join(project, '.vscode', 'mcp.json'), '{'),
      /line 1, column 2/,
    ],
    [
      'an entry that runs what is not there',
      'client_entry_stale',
      'warning',
      () =>
        put(join(project, '.mcp.json'), {
          mcpServers: {
            countersign: { command: '/nowhere/countersign', args: ['mcp-stdio', '--data', daemon.dataDir] },
          },
        }),
      /`\/nowhere\/countersign`, which is not there/,
    ],
    [
      'an entry that runs another program under our name',
      'client_entry_stale',
      'warning',
      () =>
        put(join(project, '.mcp.json'), {
          mcpServers: { countersign: { command: '/bin/sh', args: ['mcp-stdio', '--data', daemon.dataDir] } },
        }),
      /`\/bin\/sh`, which is not this Countersign/,
    ],
    [
      'an entry for another daemon',
      'client_entry_stale',
      'warning',
      () =>
        put(join(project, '.mcp.json'), {
          mcpServers: { countersign: { command: 'countersign', args: ['mcp-stdio', '--data', '/else'] } },
        }),
      /goes to another daemon: `\/else`/,
    ],
    [
      "somebody's hook that fails open",
      'hook_fails_open',
      'note',
      () =>
        put(join(home, '.claude', 'settings.json'), {
          hooks: { PreToolUse: [{ hooks: [{ type: 'command', command: 'lint' }] }] },
        }),
      /onFailure|let the tool run/,
    ],
  ])('%s', async (_what, code, severity, set, says) => {
    set();
    const examined = await doctor(daemon.dataDir);
    const [finding, ...more] = found(examined, code);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ severity, message: expect.stringMatching(says) });
    expect(examined.code).toBe(severity === 'note' ? 0 : 2);
  });

  test("somebody's hook that blocks on failure and a file with Countersign alone are no findings", async () => {
    put(join(project, '.claude', 'settings.json'), {
      hooks: {
        PreToolUse: [{ hooks: [{ type: 'command', command: 'lint', onFailure: 'block' }] }],
      },
    });
    put(join(project, '.mcp.json'), {
      mcpServers: {
        countersign: {
          command: join(cli, '../../../bin/countersign'),
          args: ['mcp-stdio', '--data', daemon.dataDir],
        },
      },
    });
    expect((await doctor(daemon.dataDir)).code).toBe(0);
  });

  test('what others may read or write', async () => {
    const key = join(daemon.dataDir, 'master.key');
    const policies = join(daemon.dir, 'policies');
    chmodSync(daemon.dataDir, 0o755);
    chmodSync(key, 0o644);
    chmodSync(policies, 0o777);
    chmodSync(join(daemon.dir, 'mcp.json'), 0o644);
    try {
      const examined = await doctor(daemon.dataDir);
      expect(found(examined, 'data_exposed')[0]?.message).toContain('mode 755');
      expect(
        found(examined, 'secrets_exposed')
          .map(({ message }) => message)
          .join(),
      ).toMatch(/master\.key[\s\S]*mcp\.json/);
      expect(found(examined, 'rules_writable')[0]?.message).toContain(policies);
      expect(examined.code).toBe(2);
    } finally {
      chmodSync(daemon.dataDir, 0o700);
      chmodSync(key, 0o600);
      chmodSync(policies, 0o755);
      chmodSync(join(daemon.dir, 'mcp.json'), 0o600);
    }
  });
});

describe('what the daemon says', () => {
  test('tasks without a prompt are a note', async () => {
    const { body } = await daemon.control.call('POST', '/v1/tasks', { type: 'support' });
    const examined = await doctor(daemon.dataDir);
    expect(found(examined, 'task_without_prompt')[0]).toMatchObject({
      severity: 'note',
      message: expect.stringContaining('1 of 1 running tasks'),
    });
    await daemon.control.call('POST', '/v1/tasks/end', { task: body.task });
    await daemon.control.call('POST', '/v1/tasks', { type: 'support', prompt: 'Answer ticket 42.' });
    expect(found(await doctor(daemon.dataDir), 'task_without_prompt')).toEqual([]);
  });

  test('policies without a final forbid, tools that differ, upstreams that do not start', async () => {
    const tools = join(root, 'tools.json');
    put(tools, [{ name: 'frobnicate', inputSchema: { type: 'object' } }]);
    const server = join(import.meta.dirname, 'changing-server.ts');
    await using other = await openDaemon({
      policies: { 'all.cedar': permitAll },
      mcpServers: {
        notes: { command: process.execPath, args: [server, tools] },
        gone: { command: '/nonexistent/x' },
      },
    });
    const examined = await doctor(other.dataDir);
    expect(examined.body).toMatchObject({ inPath: ['notes', 'gone'] });
    expect(found(examined, 'no_final_forbid')).toHaveLength(1);
    expect(found(examined, 'starter_missing')).toHaveLength(1);
    expect(found(examined, 'tools_not_accepted')[0]?.message).toContain('frobnicate (new)');
    expect(found(examined, 'upstream_unreachable')[0]?.message).toContain('`gone`');

    // The same server in a client's file goes around for certain.
    put(join(project, '.mcp.json'), {
      mcpServers: { x: { command: process.execPath, args: [server, tools] } },
    });
    expect(found(await doctor(other.dataDir), 'client_names_server')[0]?.severity).toBe('error');

    const { body } = await other.control.call('GET', '/v1/catalogue/diff?server=notes');
    const [{ tool, digest }] = body.servers[0].changes;
    await other.control.call('POST', '/v1/catalogue/accept', { server: 'notes', tools: [{ tool, digest }] });
    const after = await doctor(other.dataDir);
    expect(found(after, 'tools_not_accepted')).toEqual([]);
    expect(found(after, 'class_unknown')[0]?.message).toContain('notes/frobnicate');

    writeFileSync(join(other.dir, 'policies', 'all.cedar'), 'permit (');
    await expect
      .poll(async () => found(await doctor(other.dataDir), 'files_not_in_force')[0]?.message, {
        timeout: 15_000,
      })
      .toMatch(/all\.cedar, line 1/);
  });
});

describe('upstreams that anybody reaches', () => {
  let server: Server;
  let url: string;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer((req, res) => {
      asked.push(req.headers.authorization ?? 'nothing');
      const open = req.url === '/open' || req.headers.authorization === 'Bearer right';
      if (!open) return void res.writeHead(401).end();
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"jsonrpc":"2.0","id":1,"result":{}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return () => void server.close();
  });

  test.each<[what: string, path: string, headers: object, severity: string | undefined]>([
    ['one that asks for its token', '/closed', { Authorization: 'Bearer right' }, undefined],
    ['one that does not need the token it has', '/open', { Authorization: 'Bearer right' }, 'error'],
    ['one without any', '/open', {}, 'warning'],
  ])('%s', async (_what, path, headers, severity) => {
    const dataDir = join(root, 'data');
    put(join(dataDir, 'upstreams.json'), { mcpServers: { web: { url: url + path, headers } } });
    const examined = await doctor(dataDir);
    expect(found(examined, 'upstream_open').map((finding) => finding.severity)).toEqual(
      severity === undefined ? [] : [severity],
    );
    // Looking never takes the secret along.
    expect(new Set(asked)).toEqual(new Set(['nothing']));
    expect(examined.out).not.toContain('Bearer right');
  });
});
