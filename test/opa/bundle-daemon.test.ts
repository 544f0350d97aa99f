// SPDX-License-Identifier: Apache-2.0
// The daemon with a compiled policy beside its own: what reaches the upstream, what stands on record, what a plan says.
import { hash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { permitAll } from '../scenarios/daemon.fixture.ts';
import { type AskedDaemon, openAskedDaemon } from './asked-daemon.fixture.ts';
import { bundleOf, compiledPolicy, result } from './compiled-policy.fixture.ts';

let asked: AskedDaemon;
let dir: string;
let path: string;
let digest: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cs-bundle-daemon-'));
  path = join(dir, 'bundle.tar.gz');
  const module = await compiledPolicy({
    cases: [
      { when: '"id":"forbidden"', does: result({ outcome: 'deny', reasons: ['The freeze is on.'] }) },
      { when: '"id":"endless"', does: 'loop' },
      { when: '"id":"broken"', does: 'abort' },
    ],
    otherwise: result({ outcome: 'allow' }),
  });
  const bundle = await bundleOf({ '/policy.wasm': module, '/data.json': '{}' });
  digest = `sha256:${hash('sha256', bundle, 'hex')}`;
  writeFileSync(path, bundle);
  asked = await openAskedDaemon({ COUNTERSIGN_OPA_BUNDLE: path, COUNTERSIGN_OPA_TIMEOUT: '3s' });
}, 60_000);

afterAll(async () => {
  await asked?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const refused = (code: string) => ({
  isError: true,
  _meta: { 'dev.countersign/decision': { outcome: 'deny', code } },
});

test('what it denies or fails at is not done, and one that does not end holds up nobody', async () => {
  verifies('opa.silence-denies');
  verifies('opa.stricter-only');
  verifies('opa.evaluation-ends');
  const endless = asked.call('endless');
  expect(await asked.call('fine')).toMatchObject({ content: [{ text: 'did note fine' }] });
  expect(await asked.call('forbidden')).toMatchObject({
    ...refused('opa_denied'),
    content: [{ text: expect.stringContaining('The freeze is on') }],
  });
  expect(await asked.call('broken')).toMatchObject(refused('opa_failed'));
  expect(await endless).toMatchObject(refused('opa_timeout'));
  expect(await asked.call('fine again')).toMatchObject({ content: [{ text: 'did note fine again' }] });
  expect(asked.acc.begun()).toEqual(['fine', 'fine again']);
});

test('each record of an answer names the bundle and its rule, and so do status and doctor', async () => {
  verifies('opa.bundle-named');
  const decisions = await asked.daemon.events('type=decision');
  const answered = decisions.filter(({ facts }) => 'opa.outcome' in facts);
  expect(answered.map(({ code }) => code).toSorted()).toEqual([
    'opa_denied',
    'opa_failed',
    'opa_timeout',
    'permitted',
    'permitted',
  ]);
  for (const { facts } of answered)
    expect(facts).toMatchObject({
      'opa.bundle': { value: digest, source: 'opa' },
      'opa.entrypoint': { value: 'countersign/decision', source: 'opa' },
    });
  const { out: status } = await asked.daemon.cli('status');
  expect(status).toContain(`opa         countersign/decision of ${path}, at most 3000 ms`);
  expect(status).toContain(digest);
  const { out: doctor } = await asked.daemon.cli('doctor');
  expect(doctor).toMatch(/second_opinion[\s\S]*the compiled policy/);
  const { out: log } = await asked.daemon.cli('log', '--format', 'opa', '--outcome', 'deny');
  const denied = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .find(({ result }) => result.code === 'opa_denied');
  expect(denied).toMatchObject({
    bundles: { opa: { revision: digest } },
    result: { opa: { outcome: 'deny' } },
  });
});

test('a plan asks the same bundle again, and no other one', async () => {
  verifies('opa.bundle-named');
  const policies = join(dir, 'policies');
  mkdirSync(policies);
  writeFileSync(join(policies, 'a.cedar'), permitAll);
  const plan = async (...more: readonly string[]) => {
    const { out, err } = await asked.daemon.cli(
      'policy',
      'plan',
      policies,
      '--tries',
      '0',
      '--json',
      ...more,
    );
    if (out === '') throw new Error(err);
    return JSON.parse(out);
  };
  expect(await plan()).toMatchObject({ cannot: { second_opinion: 5 } });
  // The one that was not answered in time cannot be asked again.
  expect(await plan('--opa-bundle', path)).toMatchObject({ changes: [], cannot: { second_opinion: 1 } });
  const other = join(dir, 'other.wasm');
  writeFileSync(other, await compiledPolicy({ otherwise: result({ outcome: 'allow' }) }));
  expect(await plan('--opa-bundle', other)).toMatchObject({ changes: [], cannot: { second_opinion: 5 } });
});

test('what cannot be asked is not started with', async () => {
  const up = (...flags: readonly string[]) =>
    asked.daemon.cli('up', '--mcp', join(asked.daemon.dir, 'mcp.json'), ...flags);
  expect(await up('--opa-bundle', path, '--opa-entrypoint', 'a/b')).toMatchObject({
    code: 1,
    err: expect.stringContaining('it has no entrypoint `a/b`, only `countersign/decision`'),
  });
  expect(await up('--opa-bundle', join(dir, 'nothing'))).toMatchObject({
    code: 1,
    err: expect.stringContaining('cannot be read (ENOENT)'),
  });
  expect(await up('--opa-bundle', path, '--opa', 'http://127.0.0.1:8181/v1/data/a')).toMatchObject({
    err: expect.stringContaining('not both'),
  });
});
