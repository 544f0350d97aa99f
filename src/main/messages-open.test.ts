// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../../test/requirements.ts';
import { readTargets } from './messages-open.ts';
import { ConfigurationRefused } from './refused.ts';

const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const env = {
  SECRET: secret,
  SLACK: 'https://hooks.slack.com/services/T0/B0/hunter2',
  PLAIN: 'http://hooks.example.com/hunter2',
  CLOUD: 'https://169.254.169.254/hunter2',
  CLOUD_6: 'https://[fe80::1]/hunter2',
  USER_IN: 'https://u:hunter2@hooks.example.com/',
  NO_URL: 'hunter2',
  OTHER: 'ftp://hooks.example.com/hunter2',
  EMPTY: ' ',
};

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-messages-'));
  chmodSync(dir, 0o700);
  writeFileSync(join(dir, 'open'), 'hunter2', { mode: 0o644 });
  chmodSync(join(dir, 'open'), 0o644);
  writeFileSync(join(dir, 'none'), 'hunter2', { mode: 0o600 });
  writeFileSync(join(dir, 'secret'), `${secret}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function read(targets: string) {
  const file = join(dir, 'messages.yaml');
  writeFileSync(file, `targets: ${targets}\n`);
  return readTargets(file, env, (url) => Buffer.from(url).toString('hex').slice(-40));
}

test('secrets come out of the environment and out of files, and of a URL its origin is told', () => {
  const read2 = read(`
  pager: { kind: webhook, url: "https://hooks.example.com/a?b=c", secret: { file: secret }, old-secret: { env: SECRET } }
  team: { kind: slack, url: { env: SLACK } }
  near: { kind: webhook, url: "http://127.0.0.1:9000/", secret: { env: SECRET } }
  inside: { kind: webhook, url: "https://10.0.0.7/", secret: { env: SECRET } }
  named: { kind: webhook, url: "https://hooks.corp.example/", secret: { env: SECRET }, network: private }`);
  expect(
    read2.map(({ told, network, secrets }) => [told.name, told.origin, network, secrets.length]),
  ).toEqual([
    ['pager', 'https://hooks.example.com', 'public', 2],
    ['team', 'https://hooks.slack.com', 'public', 0],
    ['near', 'http://127.0.0.1:9000', 'private', 1],
    ['inside', 'https://10.0.0.7', 'private', 1],
    ['named', 'https://hooks.corp.example', 'private', 1],
  ]);
  expect(JSON.stringify(read2.map(({ told }) => told))).not.toMatch(/hunter2|whsec/);
  expect(read2[0]?.told.address).toMatch(/^[0-9a-f]{32}$/);
});

test.each<[what: string, target: string, told: RegExp]>([
  ['a variable that is not set', 'kind: slack, url: { env: NOT_SET }', /`NOT_SET` is not set/],
  ['a variable with nothing in it', 'kind: slack, url: { env: EMPTY }', /`EMPTY` is not set/],
  ['a file that is not there', 'kind: slack, url: { file: nowhere }', /there is no file `.*nowhere`/],
  ['a file that others can read', 'kind: slack, url: { file: open }', /can be read by others/],
  [
    'a secret that is none',
    'kind: webhook, url: "https://h.example", secret: { file: none }',
    /must be `whsec_` and 24 to 64/,
  ],
  ['http over a network', 'kind: slack, url: { env: PLAIN }', /must be https at `hooks\.example\.com`/],
  ['an address of the cloud', 'kind: slack, url: { env: CLOUD }', /must not be at `169\.254\.169\.254`/],
  ['an address of the cable', 'kind: slack, url: { env: CLOUD_6 }', /must not be at `fe80::1`/],
  ['a password in a URL', 'kind: slack, url: { env: USER_IN }', /has no user and no fragment/],
  ['a URL that is none', 'kind: slack, url: { env: NO_URL }', /must be one such as/],
  ['a URL of something else', 'kind: slack, url: { env: OTHER }', /must be one such as/],
  ['a mistake in the file', 'kind: mail, url: { env: SLACK }', /messages\.yaml:1:\d+: `mail` is not a kind/],
])('%s is refused, and nothing of it is told', (_what, target, told) => {
  verifies('messages.signed');
  let message = '';
  try {
    read(`{ a: { ${target} } }`);
  } catch (error) {
    if (!(error instanceof ConfigurationRefused)) throw error;
    message = error.message;
  }
  expect(message).toMatch(told);
  expect(message).not.toContain('hunter2');
});
