// SPDX-License-Identifier: Apache-2.0
// `init` on the files of real clients, in a home of its own, and the way back; then the client's own
// entry is started as the client would, and its call reaches the server through the gateway.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const cli = join(import.meta.dirname, '../../src/main/cli.ts');
const serverFile = join(import.meta.dirname, 'changing-server.ts');
const secret = 'ghp_0123456789abcdefABCDEF';

let root: string;
let project: string;
let home: string;
let tools: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'cs-init-')));
  project = join(root, 'project');
  home = join(root, 'home');
  tools = join(root, 'tools.json');
  mkdirSync(project);
  mkdirSync(home);
  const declared = [
    { name: 'read_note', inputSchema: { type: 'object' } },
    { name: 'frobnicate', inputSchema: { type: 'object' } },
  ];
  writeFileSync(tools, JSON.stringify(declared));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH, HOME: home };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: project, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

const stdioServer = () => ({ command: process.execPath, args: [serverFile, tools], env: { SECRET: secret } });

function put(file: string, content: unknown): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
const backups = (dir: string) => readdirSync(dir).filter((name) => name.includes('countersign-backup'));
/** Everything under the project, to see that nothing was touched. */
const tree = () => readdirSync(project, { recursive: true }).map(String).sort();

describe('taking over', () => {
  test('moves definitions and secrets away, keeps a backup, and leaves one server', async () => {
    const file = put(join(project, '.mcp.json'), {
      mcpServers: { 'My Notes': stdioServer(), old: { type: 'sse', url: 'https://old.example/sse' } },
      other: 1.5,
    });
    const before = readFileSync(file, 'utf8');
    const ran = await run('init', '--yes');
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('took over 1 server') });

    expect(json(file)).toEqual({
      mcpServers: {
        old: { type: 'sse', url: 'https://old.example/sse' },
        countersign: {
          command: expect.stringMatching(/^\/.*\/bin\/countersign$/),
          args: ['mcp-stdio', '--data', join(project, '.countersign'), '--agent', 'claude-code'],
        },
      },
      other: 1.5,
    });
    expect(ran.err).toContain('stays outside of Countersign: `old`');
    const upstreams = join(project, '.countersign', 'upstreams.json');
    expect(json(upstreams)).toEqual({ mcpServers: { 'my-notes': { ...stdioServer(), cwd: project } } });
    expect([modeOf(upstreams), modeOf(join(project, '.countersign'))]).toEqual(['600', '700']);
    expect(readFileSync(join(project, '.countersign', '.gitignore'), 'utf8')).toBe('*\n');

    const [backup = ''] = backups(project);
    expect(readFileSync(join(project, backup), 'utf8')).toBe(before);
    expect(modeOf(join(project, backup))).toBe('600');
    expect(readFileSync(join(project, 'catalogue', 'my-notes.yaml'), 'utf8')).toContain('class: unknown');
    expect(ran.err).toContain('my-notes/frobnicate');
    expect(existsSync(join(project, 'policies', 'starter.cedar'))).toBe(true);
    expect((await run('policy', 'check')).code).toBe(0);

    expect(ran.out + ran.err).not.toContain(secret);
    expect(ran.err).toContain('********');
  });

  test('shows and writes nothing on --dry-run, and asks for --yes without a terminal', async () => {
    put(join(project, '.mcp.json'), { mcpServers: { notes: stdioServer() } });
    const before = tree();
    const dry = await run('init', '--dry-run', '--json');
    expect(dry.code).toBe(0);
    expect(JSON.parse(dry.out)).toMatchObject({
      schemaVersion: 1,
      dryRun: true,
      servers: [{ original: 'notes', name: 'notes', tools: 2 }],
      unknownClass: ['notes/frobnicate'],
    });
    expect(dry.err).toContain('+ # What the tools of this server are');
    expect(await run('init')).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
    expect(tree()).toEqual(before);
  });

  test('is done once: a second time there is nothing to do, and what was added since is taken too', async () => {
    const file = put(join(project, '.mcp.json'), { mcpServers: { notes: stdioServer() } });
    await run('init', '--yes');
    const after = tree();
    expect(await run('init', '--yes')).toMatchObject({
      code: 0,
      out: expect.stringContaining('adopted already'),
    });
    expect(tree()).toEqual(after);

    const now = json(file);
    put(file, {
      mcpServers: { ...now.mcpServers, notes: { command: 'other-program' }, more: stdioServer() },
    });
    expect((await run('init', '--yes')).code).toBe(0);
    expect(Object.keys(json(file).mcpServers)).toEqual(['countersign']);
    // Another program under the same name does not replace the first.
    expect(Object.keys(json(join(project, '.countersign', 'upstreams.json')).mcpServers)).toEqual([
      'notes',
      'notes-2',
      'more',
    ]);
  });

  test('a server that does not start is taken all the same, and reported', async () => {
    put(join(project, '.mcp.json'), { mcpServers: { gone: { command: '/nonexistent/x' } } });
    const ran = await run('init', '--yes', '--json');
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.out).servers).toEqual([
      { original: 'gone', name: 'gone', error: expect.stringContaining('ENOENT') },
    ]);
    expect(ran.err).toContain('gone: could not list its tools');
  });

  test('tools that the client hid from its model are not accepted', async () => {
    put(join(project, '.gemini', 'settings.json'), {
      mcpServers: { notes: { ...stdioServer(), excludeTools: ['frobnicate'] } },
    });
    expect((await run('init', '--yes')).code).toBe(0);
    const lock = json(join(project, 'catalogue', 'notes.lock.json'));
    expect(lock.tools.map(({ name }: { name: string }) => name)).toEqual(['read_note']);
  });

  test.each<
    [what: string, file: string, content: (server: object) => unknown, servers: (now: unknown) => unknown]
  >([
    [
      'VS Code, with comments that stay',
      '.vscode/mcp.json',
      (s) => `{\n  // mine\n  "servers": ${JSON.stringify({ notes: s })}, // and yours\n}\n`,
      (now) => (now as { servers: unknown }).servers,
    ],
    [
      'Cursor',
      '.cursor/mcp.json',
      (s) => ({ mcpServers: { notes: s } }),
      (now) => (now as { mcpServers: unknown }).mcpServers,
    ],
    [
      'any client',
      'mcp.json',
      (s) => ({ mcpServers: { notes: s } }),
      (now) => (now as { mcpServers: unknown }).mcpServers,
    ],
  ])('%s', async (_what, name, content, servers) => {
    const file = put(join(project, name), content(stdioServer()));
    expect((await run('init', '--yes')).code).toBe(0);
    const text = readFileSync(file, 'utf8');
    const now = JSON.parse(text.replaceAll(/\/\/.*/g, '').replace(/,(\s*\})/g, '$1'));
    expect(Object.keys(servers(now) as object)).toEqual(['countersign']);
    if (name.includes('vscode')) expect(text).toMatch(/\/\/ mine[\s\S]*\/\/ and yours/);
  });

  test('servers of one project in the file of Claude Code at home', async () => {
    const file = put(join(home, '.claude.json'), {
      numStartups: 7,
      projects: { [project]: { mcpServers: { notes: stdioServer() } }, '/else': { mcpServers: {} } },
    });
    expect((await run('init', '--yes')).code).toBe(0);
    const now = json(file);
    expect(Object.keys(now.projects[project].mcpServers)).toEqual(['countersign']);
    expect(now.numStartups).toBe(7);
  });

  test('several files: they are listed, and one is to be named', async () => {
    put(join(project, '.mcp.json'), { mcpServers: { a: stdioServer() } });
    put(join(home, '.cursor', 'mcp.json'), { mcpServers: { b: stdioServer() } });
    const ran = await run('init', '--yes');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('--client-config');
    expect(ran.err).toMatch(/\.mcp\.json: claude-code, a[\s\S]*mcp\.json: cursor, b/);
    expect((await run('init', '--yes', '--client-config', join(home, '.cursor', 'mcp.json'))).code).toBe(0);
    expect(Object.keys(json(join(project, '.mcp.json')).mcpServers)).toEqual(['a']);
  });

  test('a client that has no file yet is given one', async () => {
    const list = put(join(project, 'servers.json'), { mcpServers: { notes: stdioServer() } });
    const fresh = join(home, '.cursor', 'mcp.json');
    expect((await run('init', '--yes', '--mcp', list, '--client-config', fresh)).code).toBe(0);
    expect(Object.keys(json(fresh).mcpServers)).toEqual(['countersign']);
    expect(Object.keys(json(list).mcpServers)).toEqual(['countersign']);
  });
});

describe('refusing', () => {
  test.each<[what: string, content: string, says: RegExp]>([
    ['what is not JSON, with its place', '{\n  "mcpServers": {,}\n}', /line 2, column 18/],
    ['a key twice', '{"mcpServers": {}, "mcpServers": {}}', /twice/],
    ['servers that are a list', '{"mcpServers": []}', /must be an object/],
    ['a file without servers', '{"mcpServers": {}}', /names no MCP servers/],
    [
      'only servers that cannot be taken',
      '{"mcpServers": {"a": {"type": "sse", "url": "http://x/"}}}',
      /no server of .* can be taken over/,
    ],
  ])('%s', async (_what, content, says) => {
    const file = put(join(project, 'clients.json'), content);
    const ran = await run('init', '--yes', '--mcp', file);
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(says) });
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(tree()).toEqual(['clients.json']);
  });

  test('when one file cannot be written, none is', async () => {
    const file = put(join(project, '.mcp.json'), { mcpServers: { notes: stdioServer() } });
    const before = readFileSync(file, 'utf8');
    // A file where a directory is needed: not even root can write into it.
    put(join(project, 'catalogue'), 'not a directory');
    const ran = await run('init', '--yes');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('nothing was changed') });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(backups(project)).toEqual([]);
    expect(existsSync(join(project, '.countersign', 'upstreams.json'))).toBe(false);
  });

  test.skipIf(process.getuid?.() === 0)('a file that its owner made read-only', async () => {
    const file = put(join(project, '.mcp.json'), { mcpServers: { notes: stdioServer() } });
    chmodSync(file, 0o444);
    expect(await run('init', '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('EACCES') });
    expect(backups(project)).toEqual([]);
  });

  test('a link stays a link, and the file behind it is changed; a link to nothing is told', async () => {
    const real = put(join(root, 'dotfiles', 'mcp.json'), { mcpServers: { notes: stdioServer() } });
    const link = join(project, '.mcp.json');
    symlinkSync(real, link);
    expect((await run('init', '--yes')).code).toBe(0);
    expect(realpathSync(link)).toBe(real);
    expect(Object.keys(json(real).mcpServers)).toEqual(['countersign']);

    symlinkSync(join(root, 'nowhere'), join(project, 'dangling.json'));
    const ran = await run('init', '--yes', '--mcp', 'dangling.json');
    expect(ran).toMatchObject({ code: 1, err: expect.stringContaining('a link to nothing') });
  });
});

describe('undoing', () => {
  test('gives back exactly what was there', async () => {
    const content = '{ "mcpServers":   {"notes": {"command": "x"}} }';
    const file = put(join(project, '.mcp.json'), content);
    await run('init', '--yes');
    expect(readFileSync(file, 'utf8')).not.toBe(content);
    expect((await run('init', '--undo', '--yes')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(json(join(project, '.countersign', 'upstreams.json'))).toEqual({ mcpServers: {} });
    expect(await run('init', '--undo', '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('nothing to undo'),
    });
  });

  test('keeps what was written to the file since', async () => {
    const file = put(join(project, '.mcp.json'), { mcpServers: { notes: stdioServer() } });
    await run('init', '--yes');
    put(file, {
      ...json(file),
      theme: 'dark',
      mcpServers: { ...json(file).mcpServers, more: { command: 'y' } },
    });
    const ran = await run('init', '--undo', '--yes');
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('was written to since') });
    expect(json(file)).toEqual({
      mcpServers: { notes: stdioServer(), more: { command: 'y' } },
      theme: 'dark',
    });
    expect(ran.err + ran.out).not.toContain(secret);
  });
});

describe('afterwards', () => {
  let daemon: ChildProcess | undefined;
  let client: Client | undefined;
  afterEach(async () => {
    await client?.close();
    if (daemon?.exitCode === null) {
      daemon.kill('SIGTERM');
      await new Promise((resolve) => daemon?.once('exit', resolve));
    }
  });

  test("the client's own entry reaches the server through the gateway, which has the secret", async () => {
    const file = put(join(project, '.mcp.json'), { mcpServers: { notes: stdioServer() } });
    await run('init', '--yes');
    const env = { PATH: process.env.PATH ?? '', HOME: home };
    daemon = spawn(process.execPath, [cli, 'up', '--listen', '127.0.0.1:0'], { cwd: project, env });
    await new Promise<void>((resolve, reject) => {
      daemon?.stdout?.on('data', (chunk) => String(chunk).startsWith('ready') && resolve());
      daemon?.once('exit', () => reject(new Error('the daemon did not start')));
    });

    const { command, args } = json(file).mcpServers.countersign;
    client = new Client({ name: 'adopted', version: '1' });
    await client.connect(new StdioClientTransport({ command, args, env, cwd: root }));
    const { tools: listed } = await client.listTools();
    // What nobody can classify is not shown until somebody does.
    expect(listed.map(({ name }) => name)).toEqual(['notes__read_note']);
    const answer = await client.callTool({ name: 'notes__read_note', arguments: {} });
    expect(JSON.stringify(answer.content)).toContain('did read_note');
    expect(readFileSync(`${tools}.account`, 'utf8')).toContain(`start ${secret}\ncall read_note`);
  });
});
