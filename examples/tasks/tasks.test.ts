// SPDX-License-Identifier: Apache-2.0
// The example's templates are read as `up` reads them, and name only what its catalogue has.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTemplates } from '../../src/adapters/task-files/load.ts';
import { bind } from '../../src/core/task/template.ts';

const loaded = loadTemplates(join(import.meta.dirname, 'tasks'));
const catalogue = globSync('catalogue/*.yaml', { cwd: import.meta.dirname })
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
  .flatMap((text) =>
    [...text.matchAll(/^ {2}(\w+):/gm)].map(([, tool]) => `${/^server: (\w+)/.exec(text)?.[1]}/${tool}`),
  );

test('all of them are read', () => {
  expect(loaded).toMatchObject({ ok: true });
  expect(loaded.ok && [...loaded.templates.keys()].sort()).toEqual([
    'incident',
    'procurement',
    'procurement.award',
  ]);
});

test('each action is one of the catalogue', () => {
  const templates = loaded.ok ? [...loaded.templates.values()] : [];
  const actions = templates.flatMap(({ capabilities }) => capabilities.flatMap((one) => one.actions ?? []));
  expect(actions.length).toBeGreaterThan(3);
  for (const action of actions) expect(catalogue).toContain(action);
});

test('each can be bound', () => {
  const params = {
    procurement: { request: 'r', vendor: 'acme' },
    'procurement.award': { vendor: 'acme', limit: '10' },
  };
  for (const template of loaded.ok ? loaded.templates.values() : []) {
    const given = Object.entries(params).find(([type]) => type === template.type)?.[1] ?? {};
    expect(bind(template, { params: given, budgets: [] })).toMatchObject({ ok: true });
  }
});
