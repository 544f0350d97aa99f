// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Published } from '../app/ports.ts';
import type { Operator } from '../core/request/proposal.ts';
import type { Loaded, Problem } from './load.ts';
import { createReloader, type ReloadParts } from './reload.ts';

const operator: Operator = { id: 'local:1000', channel: 'watched-files' };
const problem: Problem = { file: 'a.cedar', line: 3, column: 7, message: 'unexpected `)`' };

// The reloader looks at digests only.
function set(policies: string, catalogue = 'sha256:c'): Published {
  return { policies: { digest: policies }, catalogue: { digest: catalogue } } as Published;
}

function good(published: Published): Loaded {
  return {
    ok: true,
    published,
    warnings: [],
    accepted: new Map(),
    schema: '',
    conditions: [],
    lint: () => [],
  };
}

function desk(loads: (Loaded | Error)[], answer?: Awaited<ReturnType<ReloadParts['publish']>>) {
  let current = set('sha256:one');
  const said: string[] = [];
  const published: Published[] = [];
  const rechecked: string[] = [];
  const reloader = createReloader({
    load: () => {
      const next = loads.shift() ?? good(current);
      if (next instanceof Error) throw next;
      return next;
    },
    current: () => current,
    publish: async (_operator, next) => {
      if (answer !== undefined && !answer.ok) return answer;
      published.push(next);
      current = next;
      const value = { policy: next.policies.digest, catalogue: next.catalogue.digest, changed: true };
      return { ok: true, value, decision: 'd_1' };
    },
    undone: ({ policies }) => policies.digest === 'sha256:undone',
    catalogueChanged: async () => void rechecked.push(current.catalogue.digest),
    wallMs: () => 42,
    say: (line) => said.push(line),
  });
  return { reloader, said, published, rechecked };
}

test('files that load are published', async () => {
  const { reloader, published } = desk([good(set('sha256:two'))]);
  expect(await reloader.reload(operator, 'a test')).toEqual({ state: 'in_force', at: 42, problems: [] });
  expect(published.map(({ policies }) => policies.digest)).toEqual(['sha256:two']);
});

test('what somebody went back from comes into force again only when it is asked for', async () => {
  const { reloader, published } = desk([good(set('sha256:undone')), good(set('sha256:undone'))]);
  const saved = await reloader.reload({ ...operator, channel: 'watched-files' }, 'a test');
  expect(saved).toMatchObject({ state: 'refused' });
  expect(saved.problems[0]?.message).toMatch(/went back from these policies/);
  expect(published).toEqual([]);
  const asked = await reloader.reload({ ...operator, channel: 'local-socket' }, 'a test');
  expect(asked).toMatchObject({ state: 'in_force' });
  expect(published).toHaveLength(1);
});

test('what is tried is checked again over another catalogue, and only then', async () => {
  const { reloader, rechecked } = desk([good(set('sha256:two')), good(set('sha256:two', 'sha256:d'))]);
  await reloader.reload(operator, 'a test');
  expect(rechecked).toEqual([]);
  await reloader.reload(operator, 'a test');
  expect(rechecked).toEqual(['sha256:d']);
});

test('a catalogue alone is enough to be published', async () => {
  const { reloader, published } = desk([good(set('sha256:one', 'sha256:d'))]);
  await reloader.reload(operator, 'a test');
  expect(published).toHaveLength(1);
});

test('what is in force already is not published again', async () => {
  const { reloader, published } = desk([good(set('sha256:one'))]);
  expect(await reloader.reload(operator, 'a test')).toMatchObject({ state: 'in_force' });
  expect(published).toEqual([]);
});

test('files that do not load change nothing and are named with their place', async () => {
  const { reloader, said, published } = desk([{ ok: false, problems: [problem] }]);
  expect(await reloader.reload(operator, 'a test')).toEqual({
    state: 'refused',
    at: 42,
    problems: [problem],
  });
  expect(reloader.last().state).toBe('refused');
  expect(published).toEqual([]);
  expect(said.join('\n')).toContain('a.cedar:3:7: unexpected `)`');
});

test('a policy may refuse the publication, which is told with its decision', async () => {
  const { reloader } = desk([good(set('sha256:two'))], {
    ok: false,
    code: 'forbidden',
    reason: 'publish by command only',
    decision: 'd_9',
    policies: ['p'],
  });
  const outcome = await reloader.reload(operator, 'a test');
  expect(outcome).toMatchObject({ state: 'refused', refused: { code: 'forbidden', decision: 'd_9' } });
  expect(outcome.problems[0]?.message).toContain('publish by command only');
});

test('a defect while loading leaves what was, and the next reload works', async () => {
  const { reloader } = desk([new Error('disk on fire'), good(set('sha256:two'))]);
  expect(await reloader.reload(operator, 'a test')).toMatchObject({ state: 'refused' });
  expect(await reloader.reload(operator, 'a test')).toMatchObject({ state: 'in_force' });
});

test('reloads run one after another', async () => {
  const { reloader, published } = desk([good(set('sha256:two')), good(set('sha256:three'))]);
  await Promise.all([reloader.reload(operator, 'a test'), reloader.reload(operator, 'a test')]);
  expect(published.map(({ policies }) => policies.digest)).toEqual(['sha256:two', 'sha256:three']);
});
