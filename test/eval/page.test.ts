// SPDX-License-Identifier: Apache-2.0
// docs/origins.md has every answer that there is to why a value is what it is, in the words that people are shown.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whys } from '../../src/core/origin/reason.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/origins.md'), 'utf8');

test('the closed set of reasons stands on the page', () => {
  const rows = [...page.matchAll(/^\| `([a-z_]+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(([, why, says]) => [
    why,
    says?.trim(),
  ]);
  expect(Object.fromEntries(rows)).toEqual(whys);
});
