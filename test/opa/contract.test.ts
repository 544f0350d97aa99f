// SPDX-License-Identifier: Apache-2.0
// What every second decision point does, whatever it is: a server or a compiled policy, of the tests or of OPA.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOpaBundle } from '../../src/adapters/opa/bundle.ts';
import { openOpa } from '../../src/adapters/opa/rest.ts';
import type { SecondOpinion } from '../../src/app/ports.ts';
import type { OpinionAnswer } from '../../src/core/decision/opinion.ts';
import { verifies } from '../requirements.ts';
import { bundleOf, type Case, compiledPolicy, type Deed, result } from './compiled-policy.fixture.ts';
import { never, openOpaServer } from './opa-server.ts';
import { buildBundle, hasOpa, runOpa } from './real-opa.fixture.ts';

const unusual = 'é € 𝄞 "\\ /';
const deny = (reason: string) => ({ outcome: 'deny', reasons: [reason] });

/** What the document is, by the `case` of its input. */
const opinions: Readonly<Record<string, unknown>> = {
  allow: { outcome: 'allow' },
  obliged: { outcome: 'allow', obligations: ['max_result_bytes:9'], reasons: [] },
  deny: deny('Not on Fridays.'),
  'step up': { outcome: 'step_up', reasons: ['Ask Ann.', 'Ask Bob.'] },
  defer: { outcome: 'defer' },
  modify: { outcome: 'modify', transform: 'cap:amount:7' },
  unusual: deny(unusual),
};
const noOpinions: Readonly<Record<string, unknown>> = {
  true: true,
  null: null,
  list: [{ outcome: 'allow' }],
  empty: {},
  'another member': { outcome: 'allow', ttl: 1 },
  'another outcome': { outcome: 'permit' },
  'another obligation': { outcome: 'allow', obligations: ['sing'] },
  huge: { outcome: 'allow', reasons: ['x'.repeat(1 << 20)] },
};
const said: Readonly<Record<string, unknown>> = { ...opinions, ...noOpinions };

const document = 'countersign/decision';
const rego = readFileSync(join(import.meta.dirname, 'contract.rego'), 'utf8');
const data = { said, unusual };

interface World extends AsyncDisposable {
  readonly opinion: SecondOpinion & { close(): Promise<void> };
}

const worlds: readonly [name: string, isHere: boolean, open: () => Promise<World>][] = [
  ['a server of the tests', true, ownServer],
  ['a compiled policy of the tests', true, ownBundle],
  ['OPA as a server', hasOpa, realServer],
  ['a bundle that OPA compiled', hasOpa, realBundle],
];

for (const [name, isHere, open] of worlds) describe.skipIf(!isHere)(name, () => holds(open));

function holds(open: () => Promise<World>): void {
  let world: World;
  beforeAll(async () => {
    world = await open();
  });
  afterAll(() => world?.[Symbol.asyncDispose]());

  const ask = (name: string, timeoutMs = 10_000, more = {}): Promise<OpinionAnswer> =>
    world.opinion.ask(JSON.stringify({ version: 1, ...more, case: name }), timeoutMs);

  test.each<[name: string, opinion: object]>([
    ['allow', { outcome: 'allow' }],
    ['obliged', { outcome: 'allow', obligations: [{ name: 'max_result_bytes', bytes: 9 }] }],
    ['deny', { outcome: 'deny', reasons: ['Not on Fridays.'] }],
    ['step up', { outcome: 'step_up', reasons: ['Ask Ann.', 'Ask Bob.'] }],
    ['defer', { outcome: 'defer' }],
    ['modify', { outcome: 'modify', transform: { name: 'cap', argument: 'amount', most: 7 } }],
    ['unusual', { outcome: 'deny', reasons: [unusual] }],
  ])('%s is understood', async (name, opinion) => {
    expect(await ask(name)).toMatchObject({
      ok: true,
      opinion: { reasons: [], obligations: [], ...opinion },
    });
  });

  test.each<[name: string, code: string]>([
    ['nothing applies', 'opa_undefined'],
    ['contradiction', 'opa_failed'],
    ...Object.keys(noOpinions).map((name): [string, string] => [name, 'opa_malformed']),
  ])('%s is no opinion: %s', async (name, code) => {
    verifies('opa.silence-denies');
    expect(await ask(name)).toEqual({ ok: false, code });
  });

  test('the input arrives as it is', async () => {
    expect(await ask('heard', 10_000, { text: unusual })).toMatchObject({ opinion: deny('heard') });
    expect(await ask('heard', 10_000, { text: 'e' })).toEqual({ ok: false, code: 'opa_undefined' });
    expect(await ask('allow', 10_000, { long: 'x'.repeat(1 << 20) })).toMatchObject({ ok: true });
  });

  test('many at once are each told their own', async () => {
    const names = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 'allow' : 'deny'));
    const answers = await Promise.all(names.map((name) => ask(name)));
    expect(answers.map((answer) => answer.ok && answer.opinion.outcome)).toEqual(names);
  });

  test('one that takes too long denies, holds up no other, and is over with', async () => {
    verifies('opa.silence-denies');
    const order: string[] = [];
    const noted = async (name: string, timeoutMs: number) => {
      const answer = await ask(name, timeoutMs);
      order.push(name);
      return answer;
    };
    const slow = noted('slow', 2000);
    expect(await noted('allow', 10_000)).toMatchObject({ ok: true });
    expect(await slow).toEqual({ ok: false, code: 'opa_timeout' });
    expect(order).toEqual(['allow', 'slow']);
    expect(await ask('deny')).toMatchObject({ opinion: { outcome: 'deny' } });
  });

  test('whoever is asked after the end says nothing', async () => {
    await using other = await open();
    await other.opinion.close();
    expect(await other.opinion.ask('{"case":"allow"}', 1000)).toEqual({ ok: false, code: 'opa_unreachable' });
  });
}

async function ownServer(): Promise<World> {
  const server = await openOpaServer((input) => {
    if (input.case === 'contradiction') throw new Error('eval_conflict_error');
    if (input.case === 'slow') return never;
    if (input.case === 'heard') return input.text === unusual ? deny('heard') : undefined;
    return said[input.case];
  });
  const opinion = openOpa({ url: new URL(server.url) });
  return {
    opinion,
    async [Symbol.asyncDispose]() {
      await opinion.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function ownBundle(): Promise<World> {
  const when = (name: string, does: Deed): Case => ({ when: `"case":${JSON.stringify(name)}`, does });
  const cases = [
    when('contradiction', 'abort'),
    when('slow', 'loop'),
    ...Object.entries(said).map(([name, value]) => when(name, result(value))),
    // The only one left.
    { when: `"text":${JSON.stringify(unusual)}`, does: result(deny('heard')) },
  ];
  const bundle = await bundleOf({ '/policy.wasm': await compiledPolicy({ cases }), '/data.json': '{}' });
  const dir = mkdtempSync(join(tmpdir(), 'cs-bundle-'));
  writeFileSync(join(dir, 'bundle.tar.gz'), bundle);
  return bundleWorld(join(dir, 'bundle.tar.gz'), () => rmSync(dir, { recursive: true }));
}

async function realServer(): Promise<World> {
  const server = await runOpa(rego, data);
  const opinion = openOpa({ url: new URL(server.url) });
  return {
    opinion,
    async [Symbol.asyncDispose]() {
      await opinion.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function realBundle(): Promise<World> {
  const built = buildBundle(rego, data);
  return bundleWorld(built.path, () => built[Symbol.dispose]());
}

async function bundleWorld(path: string, remove: () => void): Promise<World> {
  const opened = await openOpaBundle(path, document);
  if (!opened.ok) throw new Error(opened.message);
  return {
    opinion: opened.opa,
    async [Symbol.asyncDispose]() {
      await opened.opa.close();
      remove();
    },
  };
}
