// SPDX-License-Identifier: Apache-2.0
// Cedar's own integration tests: all that were written by hand, and a sample of the generated ones.
// `npm run cedar:corpus -- ../shared/corpora/cedar` runs all of them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/adapters/cedar-wasm/engine.ts';
import { openCorpus, readCase } from './corpus-read.ts';
import { type CaseResult, runCase } from './corpus-run.ts';

const folder = join(import.meta.dirname, '../../../shared/corpora/cedar');
const absent = !existsSync(folder);
if (absent) console.warn(`skipped: Cedar's integration tests are not at ${folder}`);

describe.skipIf(absent)("Cedar's integration tests", () => {
  test('written by hand', () => {
    const results = run(join(folder, 'tests'), 1);
    expect(results.length).toBeGreaterThan(20);
    expect(results.flatMap(({ mismatches }) => mismatches)).toEqual([]);
  });

  test('generated, one of twelve', { timeout: 60_000 }, () => {
    const results = run(folder, 12);
    expect(results.length).toBeGreaterThan(400);
    expect(results.flatMap(({ mismatches }) => mismatches)).toEqual([]);
    expect(results.reduce((sum, { fallbacks }) => sum + fallbacks, 0)).toBe(0);
  });
});

test.skipIf(absent)('a case that expects something else is a mismatch, of both engines', () => {
  const corpus = openCorpus(join(folder, 'tests'));
  const [file = ''] = corpus.files;
  corpus.close();
  const read = readCase(file);
  const turned = read.requests.map((request) => ({
    ...request,
    decision: request.decision === 'allow' ? ('deny' as const) : ('allow' as const),
  }));
  const { mismatches } = runCase(createEngine(), { ...read, requests: turned });
  expect(mismatches).toHaveLength(2 * turned.length);
});

function run(from: string, everyWhich: number): readonly CaseResult[] {
  const corpus = openCorpus(from);
  try {
    const engine = createEngine();
    return corpus.files
      .filter((_, at) => at % everyWhich === 0)
      .map((file) => runCase(engine, readCase(file)));
  } finally {
    corpus.close();
  }
}
