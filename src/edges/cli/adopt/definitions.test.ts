// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../core/json/value.ts';
import type { Client, Place, Surroundings } from './client-files.ts';
import { isOurs, translate } from './definitions.ts';

/** As files refer to the environment. */
const ref = (name: string) => `$\{${name}}`;
const around: Surroundings = { cwd: '/p', home: '/home/ada', platform: 'linux', env: { TOKEN: 't' } };
const place = (client: Client, workingDir?: string): Place => ({
  client,
  file: '/p/x.json',
  path: ['mcpServers'],
  ...(workingDir === undefined ? {} : { workingDir }),
});
const one = (entry: JsonObject, client: Client = 'claude-code', workingDir?: string) =>
  translate({ a: entry }, place(client, workingDir), {}, around);
const definition = (...args: Parameters<typeof one>) => one(...args).definitions[0]?.definition;

describe('a definition of a client', () => {
  test.each<[what: string, entry: JsonObject, client: Client, dir: string | undefined, want: JsonObject]>([
    [
      'is kept',
      { command: 'x', args: ['y'], env: { K: 'v' } },
      'claude-code',
      undefined,
      { command: 'x', args: ['y'], env: { K: 'v' } },
    ],
    ['runs where the client ran it', { command: 'x' }, 'cursor', '/p', { command: 'x', cwd: '/p' }],
    ['keeps its own directory', { command: 'x', cwd: '/q' }, 'cursor', '/p', { command: 'x', cwd: '/q' }],
    [
      'loses what means nothing to the daemon',
      { command: 'x', timeout: 5, trust: true },
      'gemini',
      undefined,
      { command: 'x' },
    ],
    [
      'over http by the word of Gemini',
      { httpUrl: 'https://x/' },
      'gemini',
      undefined,
      { type: 'http', url: 'https://x/' },
    ],
    [
      'over http by the word of Windsurf',
      { serverUrl: 'https://x/' },
      'windsurf',
      undefined,
      { type: 'http', url: 'https://x/' },
    ],
    [
      'that Copilot calls local',
      { type: 'local', command: 'x' },
      'copilot',
      undefined,
      { type: 'stdio', command: 'x' },
    ],
    [
      'with variables of editors',
      { command: `${ref('workspaceFolder')}/b`, args: [ref('env:TOKEN'), `${ref('userHome')}/k`] },
      'vscode',
      '/p',
      { command: '/p/b', args: [ref('TOKEN'), '/home/ada/k'], cwd: '/p' },
    ],
  ])('%s', (_what, entry, client, dir, want) => expect(definition(entry, client, dir)).toEqual(want));

  test.each<[what: string, entry: JsonObject, client: Client, why: RegExp]>([
    ['the older transport', { type: 'sse', url: 'https://x/' }, 'claude-code', /replaced in 2025/],
    ['what Gemini means by `url`', { url: 'https://x/' }, 'gemini', /replaced in 2025/],
    ['an environment from a file', { command: 'x', envFile: '.env' }, 'vscode', /envFile/],
    [
      'an input that the editor asks for',
      { command: 'x', env: { K: ref('input:key') } },
      'vscode',
      /\$\{NAME\}/,
    ],
    ['a variable that is not set', { command: 'x', env: { K: ref('NOPE') } }, 'claude-code', /NOPE/],
    ['headers from a command', { url: 'https://x/', headersHelper: 'sh' }, 'claude-code', /headersHelper/],
    ['nothing to start or call', {}, 'claude-code', /`command` or `url`/],
  ])('stays with the client when it has %s', (_what, entry, client, why) => {
    const { definitions, left } = one(entry, client);
    expect(definitions).toEqual([]);
    expect(left).toEqual([{ original: 'a', why: expect.stringMatching(why) }]);
  });

  test('never tells a secret in its reasons', () => {
    const { left } = one({ command: 'x', env: { K: `hunter2${ref('input:a')}` }, args: [1] as never });
    expect(JSON.stringify(left)).not.toContain('hunter2');
  });
});

describe('names', () => {
  test.each<[original: string, name: string]>([
    ['github', 'github'],
    ['My Notes', 'my-notes'],
    ['GitHub.com/x', 'github-com-x'],
    ['_a_', 'a_'],
    ['日本', 'mcp'],
    ['server', 'server-server'],
    ['tasks', 'tasks-server'],
    ['countersign', 'countersign-server'],
    ['x'.repeat(80), 'x'.repeat(28)],
  ])('`%s` becomes `%s`', (original, name) => {
    const { definitions } = translate({ [original]: { command: 'x' } }, place('cursor'), {}, around);
    expect(definitions.map((d) => d.name)).toEqual([name]);
  });

  test('the same server again has its name again, another one a number', () => {
    const taken = { notes: { command: 'x' } };
    const same = translate({ notes: { command: 'x' } }, place('cursor'), taken, around);
    expect(same.definitions.map(({ name }) => name)).toEqual(['notes']);
    const other = translate(
      { notes: { command: 'y' }, Notes: { command: 'z' } },
      place('cursor'),
      taken,
      around,
    );
    expect(other.definitions.map(({ name }) => name)).toEqual(['notes-2', 'notes-3']);
  });
});

test('what the client hid, and all that it showed', () => {
  const [found] = one({
    command: 'x',
    includeTools: ['a', 'b'],
    excludeTools: ['b'],
    disabledTools: ['c'],
  }).definitions;
  expect([...(found?.hidden ?? [])]).toEqual(['b', 'c']);
  expect([...(found?.shown ?? [])]).toEqual(['a', 'b']);
});

test('Countersign itself is known by what it runs, not by its name alone', () => {
  expect(isOurs('countersign', { command: '/x/bin/countersign', args: ['mcp-stdio'] })).toBe(true);
  expect(isOurs('countersign', { command: 'evil', args: ['serve'] })).toBe(false);
  expect(isOurs('other', { command: '/x/bin/countersign', args: ['mcp-stdio'] })).toBe(false);
});
