// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../../core/json/value.ts';
import { parseMcpServers } from './config.ts';

/** How a file refers to the environment. */
const ref = (inside: string): string => `\${${inside}}`;
const environment = { TOKEN: 'hunter2', EMPTY: '' };
const parse = (mcpServers: JsonValue) => parseMcpServers({ mcpServers }, environment);

describe('servers', () => {
  test('of both kinds, with the environment put in', () => {
    expect(
      parse({
        files: {
          command: 'npx',
          args: ['-y', 'server', ref('HOME:-/home/x')],
          env: { KEY: ref('TOKEN') },
          cwd: '/srv',
        },
        web: {
          type: 'http',
          url: 'https://mcp.example/mcp?x=1',
          headers: { Authorization: `Bearer ${ref('TOKEN')}` },
        },
        other: { type: 'streamable-http', url: 'http://127.0.0.1:3000/mcp' },
        plain: { type: 'stdio', command: 'server' },
      }),
    ).toEqual({
      ok: true,
      ignored: [],
      servers: [
        {
          kind: 'stdio',
          name: 'files',
          command: {
            command: 'npx',
            args: ['-y', 'server', '/home/x'],
            env: { KEY: 'hunter2' },
            cwd: '/srv',
          },
        },
        {
          kind: 'http',
          name: 'web',
          url: new URL('https://mcp.example/mcp?x=1'),
          headers: { authorization: 'Bearer hunter2' },
        },
        { kind: 'http', name: 'other', url: new URL('http://127.0.0.1:3000/mcp'), headers: {} },
        { kind: 'stdio', name: 'plain', command: { command: 'server', args: [], env: {} } },
      ],
    });
  });

  test('that are disabled are left out, and what means nothing here is said', () => {
    expect(
      parse({ a: { command: 'x', disabled: true }, b: { command: 'y', autoApprove: ['z'] } }),
    ).toMatchObject({
      servers: [{ name: 'b' }],
      ignored: ['a', 'b.autoApprove'],
    });
  });
});

describe('problems', () => {
  test.each<[server: JsonValue, want: RegExp]>([
    [null, /must be an object with `command` or `url`/],
    [{}, /either `command` or `url` is needed/],
    [{ command: 'x', url: 'http://x' }, /and not both/],
    [{ type: 'sse', url: 'http://x/sse' }, /give the server’s Streamable HTTP URL and `type: http`/],
    [{ type: 'ws', url: 'http://x' }, /`type` must be `http` or `streamable-http`/],
    [{ type: 'http', command: 'x' }, /`type` must be `stdio`/],
    [{ command: '' }, /`command` must be a text/],
    [{ command: 'x', args: 'y' }, /`args` must be a list of texts/],
    [{ command: 'x', args: [1] }, /`args` must be a list of texts/],
    [{ command: 'x', cwd: 1 }, /`cwd` must be a path/],
    [{ command: 'x', env: [] }, /`env` must be an object of texts/],
    [{ command: 'x', env: { A: 1 } }, /`env.A` must be a text/],
    [{ command: 'x', env: { 'A=B': 'c' } }, /`env` has `A=B`, which is not a variable's name/],
    [{ command: 'x', env: { A: ref('NOT_SET') } }, /`env.A` refers to `\$\{NOT_SET\}`, which is not set/],
    [{ command: 'x', env: { A: ref('EMPTY') } }, /which is not set/],
    [{ command: 'x', args: [ref('input:key')] }, /as `\$\{NAME\}` or `\$\{NAME:-default\}` only/],
    [{ command: 'x\0y' }, /NUL/],
    [{ url: 'file:///etc/passwd' }, /must be an http or https URL/],
    [{ url: 'not a url' }, /must be an http or https URL/],
    [{ url: 'https://user:hunter2@x/' }, /put them into `headers`/],
    [{ url: 'http://x', headers: { Host: 'y' } }, /`Host`, which cannot be configured/],
    [{ url: 'http://x', headers: { 'Mcp-Session-Id': 'y' } }, /cannot be configured/],
    [{ url: 'http://x', headers: { 'Content-Length': '1' } }, /cannot be configured/],
    [{ url: 'http://x', headers: { a: 'b', A: 'c' } }, /cannot be configured/],
    [{ url: 'http://x', headers: { 'a b': 'c' } }, /cannot be configured/],
    [{ url: 'http://x', headers: { a: 'hunter2\r\nb: c' } }, /must be visible ASCII/],
    [{ url: 'http://x', headers: { a: '' } }, /must be visible ASCII/],
  ])('%j', (server, want) => {
    const parsed = parse({ one: server });
    if (parsed.ok) throw new Error('it was accepted');
    expect(parsed.problems).toHaveLength(1);
    expect(parsed.problems[0]).toMatch(want);
    expect(parsed.problems[0]).not.toContain('hunter2');
  });

  test.each(['', 'A', 'a b', '-a', 'a/b', 'é', 'a'.repeat(33), '__proto', 'a.b'])('the name `%s`', (name) =>
    expect(parse({ [name]: { command: 'x' } })).toMatchObject({
      ok: false,
      problems: [expect.stringContaining('must be 1 to 32 of a-z, 0-9')],
    }),
  );

  test.each<[json: JsonValue]>([[null], [[]], [{}], [{ mcpServers: [] }], [{ servers: {} }]])(
    'the file %j',
    (json) => expect(parseMcpServers(json, {})).toMatchObject({ ok: false }),
  );

  test('what the environment says is not expanded again', () => {
    expect(
      parseMcpServers({ mcpServers: { a: { command: ref('A') } } }, { A: ref('B'), B: 'x' }),
    ).toMatchObject({
      servers: [{ command: { command: ref('B') } }],
    });
  });

  test('an inherited property is no variable', () => {
    expect(parse({ a: { command: ref('constructor') } })).toMatchObject({ ok: false });
  });
});
