// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of a vault: makes new secrets, tells the service that uses one, and keeps them in files.
 *
 * `server.ts DIR SERVICE=URL...`. A new secret is told before it is kept, so a service that is down when it is told
 * leaves the vault as it was. It never shows a secret: what it answers is a version.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argument, serveTools, text } from '../serve.ts';

const usage = 'server.ts DIR SERVICE=URL...';
const dir = argument(1, usage);
argument(2, usage);
const urls = new Map(
  process.argv.slice(3).map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  }),
);
mkdirSync(dir, { recursive: true });

const service = text('^[a-z]{1,20}$');

function urlOf(name: string): string {
  const url = urls.get(name);
  if (url === undefined) throw new Error(`there is no service \`${name}\``);
  return url;
}

serveTools('vault', (tool) => {
  tool<{ service: string }>('check', 'Ask a service whether it is up', { service }, async (args) => {
    const { ok } = await fetch(urlOf(args.service), { signal: AbortSignal.timeout(2000) });
    return { text: ok ? 'up' : 'down', structured: { up: ok } };
  });
  tool<{ service: string }>('rotate', 'Give a service a new secret', { service }, async (args) => {
    const file = join(dir, `${args.service}.json`);
    const { version } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { version: 0 };
    const secret = randomBytes(16).toString('hex');
    const { ok } = await fetch(urlOf(args.service), {
      method: 'PUT',
      body: secret,
      signal: AbortSignal.timeout(2000),
    });
    if (!ok) throw new Error(`${args.service} did not take it`);
    writeFileSync(file, JSON.stringify({ version: version + 1, secret }));
    return { text: `${args.service} has version ${version + 1}` };
  });
});
