// SPDX-License-Identifier: Apache-2.0
/**
 * `mcp-inspector --cli` as a client of the matrix: each request is a process and a session of its own, so
 * it hears of nothing between its requests and nobody can ask it anything.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Told, TriedClient, Way } from './clients.fixture.ts';

const inspector = join(import.meta.dirname, '../../../node_modules/.bin/mcp-inspector');
/** What it exits with when a tool's result is an error. */
const toolFailed = 5;

export async function connectInspector(
  way: Way,
  era: 'legacy' | 'modern',
  version: string,
): Promise<TriedClient> {
  // biome-ignore lint/suspicious/noExplicitAny: whatever it prints
  function ask(...args: readonly string[]): Promise<any> {
    const where = ['--cli', '--server-url', way.url, '--transport', 'http', '--protocol-era', era];
    const header = ['--header', `Authorization: Bearer ${way.token}`, '--format', 'json', '--quiet'];
    // A home of its own: it keeps files there.
    const env = { PATH: process.env.PATH, HOME: way.folder };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [inspector, ...where, ...header, ...args], { env }, (error, out, err) => {
        if (error !== null && error.code !== toolFailed) return reject(new Error(`${err} ${out}`));
        resolve(JSON.parse(out).result);
      });
    });
  }
  const listed = async (what: 'tools' | 'resources' | 'prompts', member: 'name' | 'uri') =>
    (await ask('--method', `${what}/list`))[what].map((item: Record<string, string>) => item[member]);

  return {
    version,
    logs: [],
    changes: () => 0,
    tools: () => listed('tools', 'name'),
    resources: () => listed('resources', 'uri'),
    prompts: () => listed('prompts', 'name'),
    async call(name, args = {}): Promise<Told> {
      const json = ['--tool-args-json', JSON.stringify(args)];
      const { content, isError } = await ask('--method', 'tools/call', '--tool-name', name, ...json);
      const text = content.map((item: { text?: string }) => item.text ?? '').join('\n');
      return { text, isError: isError === true, content };
    },
    read: async (uri) => JSON.stringify((await ask('--method', 'resources/read', '--uri', uri)).contents),
    async prompt(name, args) {
      const pairs = Object.entries(args).map(([key, value]) => `${key}=${value}`);
      const given = ['--prompt-name', name, '--prompt-args', ...pairs];
      return JSON.stringify((await ask('--method', 'prompts/get', ...given)).messages);
    },
    complete: async () => {
      throw new Error('it has no way to ask for completions');
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
