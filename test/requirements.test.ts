// SPDX-License-Identifier: Apache-2.0
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requirements } from './requirements.ts';

const root = join(import.meta.dirname, '..');

const verified = new Set(
  globSync('{src,test,examples}/**/*.test.ts', { cwd: root })
    .filter((file) => file !== 'test/requirements.test.ts')
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/\bverifies\(([^)]*)\)/g)])
    .flatMap((call) => [...(call[1] ?? '').matchAll(/'([^']+)'/g)].map((id) => id[1])),
);

test.each(Object.entries(requirements))('%s is verified by a test', (id) => {
  expect(verified).toContain(id);
});

test.each(Object.entries(requirements))('%s names a source that exists', (_id, { source }) => {
  const files = [...source.matchAll(/[\w./-]+\.(?:md|cedar)|examples\/\w+/g)].map((match) => match[0]);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) expect(globSync(file, { cwd: root }), file).toHaveLength(1);
});

test('every control of the OWASP Agentic list that is in the path now is served', () => {
  const served = new Set(
    Object.values(requirements).flatMap(({ controls }) => controls as readonly string[]),
  );
  for (const control of [
    'ASI01',
    'ASI02',
    'ASI03',
    'ASI04',
    'ASI05',
    'ASI06',
    'ASI07',
    'ASI08',
    'ASI09',
    'ASI10',
  ]) {
    expect(served).toContain(control);
  }
});
