// SPDX-License-Identifier: Apache-2.0
// Compiled policies that go wrong in ways that only they can: what they cost ends, and they deny.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BundleOpened, type OpaBundle, openOpaBundle } from '../../src/adapters/opa/bundle.ts';
import { startEvaluator } from '../../src/adapters/opa/evaluator.ts';
import { verifies } from '../requirements.ts';
import { bundleOf, type CompiledPolicy, compiledPolicy, result } from './compiled-policy.fixture.ts';
import { buildBundle, hasOpa } from './real-opa.fixture.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-bundles-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

const document = 'countersign/decision';
const allow = result({ outcome: 'allow' });
const allowed = { ok: true, opinion: { outcome: 'allow' } };
const long = 20_000;
let files = 0;

async function opened(
  policy: CompiledPolicy,
  data?: string,
  entrypoint: string = document,
): Promise<BundleOpened> {
  files += 1;
  const path = join(dir, `${files}.tar.gz`);
  const module = await compiledPolicy(policy);
  const more = data === undefined ? {} : { '/data.json': data };
  writeFileSync(path, await bundleOf({ '/policy.wasm': module, ...more }));
  return openOpaBundle(path, entrypoint);
}

async function running(policy: CompiledPolicy): Promise<OpaBundle & AsyncDisposable> {
  const answer = await opened(policy);
  if (!answer.ok) throw new Error(answer.message);
  return { ...answer.opa, [Symbol.asyncDispose]: answer.opa.close };
}

test.each<[what: string, policy: CompiledPolicy, data: string | undefined, message: string]>([
  [
    'another entrypoint than the one that is asked',
    { entrypoints: ['a/b', 'countersign'] },
    undefined,
    'it has no entrypoint `countersign/decision`, only `a/b`, `countersign`',
  ],
  [
    'calls of what says something else each time, or reaches the network',
    { builtins: ['sprintf', 'time.now_ns', 'http.send', 'rand.intn'] },
    undefined,
    'it calls `time.now_ns`, `http.send`, `rand.intn`, which a bundle is not given here',
  ],
  ['a version that is not known', { abi: [2, 0] }, undefined, 'its module is none that OPA compiles'],
  ['a version that is too old', { abi: [1, 1] }, undefined, 'it was compiled by an OPA that is too old'],
  ['data that is none', {}, 'data', 'its data is no JSON, or does not fit into its memory'],
])('%s: it is not opened', async (_what, policy, data, message) => {
  expect(await opened(policy, data)).toEqual({ ok: false, message });
});

test('a start without an end is ended', async () => {
  verifies('opa.evaluation-ends');
  const path = join(dir, 'start.wasm');
  writeFileSync(path, await compiledPolicy({ atStart: 'loop' }));
  expect(await openOpaBundle(path, document, 1000)).toEqual({
    ok: false,
    message: 'it did not load within 1000 ms',
  });
});

test('what it may call is there', async () => {
  const policy = { builtins: ['sprintf', 'regex.split', 'yaml.marshal', 'json.is_valid'], otherwise: allow };
  await using opa = await running(policy);
  expect(await opa.ask('{}', long)).toMatchObject(allowed);
});

test('a module that is not of OPA is not opened', async () => {
  const path = join(dir, 'empty.wasm');
  writeFileSync(path, Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  expect(await openOpaBundle(path, document)).toEqual({
    ok: false,
    message: 'its module is none that OPA compiles',
  });
});

test.each(['trap', 'abort', 'fill'] as const)('%s: it fails, and the next one is answered', async (deed) => {
  verifies('opa.silence-denies');
  await using opa = await running({ cases: [{ when: deed, does: deed }], otherwise: allow });
  for (let i = 0; i < 3; i++) {
    expect(await opa.ask(`"${deed}"`, long)).toEqual({ ok: false, code: 'opa_failed' });
    expect(await opa.ask('{}', long)).toMatchObject(allowed);
  }
});

test.each(['loop', 'endless'] as const)('%s: it is ended, as often as it comes', async (deed) => {
  verifies('opa.evaluation-ends');
  await using opa = await running({ cases: [{ when: deed, does: deed }], otherwise: allow });
  // More than there are threads: without an end to them nobody would be answered any more.
  const late = await Promise.all(Array.from({ length: 5 }, () => opa.ask(`"${deed}"`, 200)));
  for (const answer of late) expect(answer).toEqual({ ok: false, code: 'opa_timeout' });
  expect(await opa.ask('{}', long)).toMatchObject(allowed);
});

test('with an evaluation that does not end its thread ends too', async () => {
  verifies('opa.evaluation-ends');
  const started = await startEvaluator(
    { module: await compiledPolicy({ otherwise: 'loop' }), entrypoint: document },
    long,
  );
  if (!started.ok) throw new Error(started.message);
  expect(await started.evaluator.evaluate('{}', 200)).toBe('late');
  expect(await started.evaluator.evaluate('{}', 200)).toBe('gone');
});

test('this thread goes on while a policy does not', async () => {
  verifies('opa.evaluation-ends');
  await using opa = await running({ otherwise: 'loop' });
  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  expect(await opa.ask('{}', 500)).toEqual({ ok: false, code: 'opa_timeout' });
  clearInterval(turning);
  expect(turns).toBeGreaterThan(0);
});

test('more than can wait is told so at once, and the rest in its turn', async () => {
  await using opa = await running({ otherwise: allow });
  const answers = await Promise.all(Array.from({ length: 1500 }, () => opa.ask('{}', long)));
  const refused = answers.filter((answer) => !answer.ok);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThanOrEqual(500);
  for (const answer of refused) expect(answer).toEqual({ ok: false, code: 'opa_timeout' });
  expect(await opa.ask('{}', long)).toMatchObject(allowed);
});

test('what it prints goes nowhere', async () => {
  await using opa = await running({ otherwise: 'print' });
  const written: string[] = [];
  const original = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string | Uint8Array) => written.push(String(chunk)) > 0;
  try {
    expect(await opa.ask('"what was asked"', long)).toEqual({ ok: false, code: 'opa_undefined' });
    await opa.ask('"what was asked"', long);
  } finally {
    process.stdout.write = original;
  }
  expect(written.join('')).not.toContain('what was asked');
});

test('two results are no opinion', async () => {
  const both = { say: '[{"result":{"outcome":"deny"}},{"result":{"outcome":"allow"}}]' };
  await using opa = await running({ otherwise: both });
  expect(await opa.ask('{}', long)).toEqual({ ok: false, code: 'opa_malformed' });
});

test('whoever waits when it is closed is told', async () => {
  const opa = await running({ otherwise: 'loop' });
  const asked = Array.from({ length: 4 }, () => opa.ask('{}', long));
  await opa.close();
  for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ ok: false });
});

test.skipIf(!hasOpa)('a rule that OPA compiled may not ask for the time', async () => {
  using built = buildBundle(`package countersign
import rego.v1
decision := {"outcome": "allow"} if time.now_ns() > 0`);
  expect(await openOpaBundle(built.path, document)).toEqual({
    ok: false,
    message: 'it calls `time.now_ns`, which a bundle is not given here',
  });
});
