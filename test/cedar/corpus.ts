// SPDX-License-Identifier: Apache-2.0
// Cedar's integration tests, through the compiled engine and the official one:
//   npm run cedar:corpus -- <folder>
// Progress on standard error, one JSON line on standard output. Exits with 0 if both engines said what
// was expected everywhere, with 2 if not, and with 1 if there was nothing that could be run.
import { createEngine } from '../../src/adapters/cedar-wasm/engine.ts';
import { openCorpus, readCase } from './corpus-read.ts';
import { type CaseResult, runCase } from './corpus-run.ts';

/** Instances keep what they were given. */
const casesPerInstance = 200;
const reported = 20;

process.exitCode = main(process.argv.slice(2));

function main([folder, ...others]: readonly string[]): number {
  if (folder === undefined || others.length > 0) {
    console.error('usage: npm run cedar:corpus -- <folder>');
    return 1;
  }
  try {
    const corpus = openCorpus(folder);
    try {
      return runAll(corpus.files);
    } finally {
      corpus.close();
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

function runAll(files: readonly string[]): number {
  if (files.length === 0) {
    console.error('there are no cases in this folder');
    return 1;
  }
  let engine = createEngine();
  const sum = { cases: 0, requests: 0, mismatches: 0, fallbacks: 0 };
  let shown = 0;
  for (const file of files) {
    if (sum.cases % casesPerInstance === 0) engine = createEngine();
    const result = run(engine, file);
    sum.cases++;
    sum.requests += result.requests;
    sum.mismatches += result.mismatches.length;
    sum.fallbacks += result.fallbacks;
    for (const mismatch of result.mismatches) if (shown++ < reported) console.error(`${file}: ${mismatch}`);
    if (sum.cases % 500 === 0)
      console.error(`${sum.cases} of ${files.length} cases, ${sum.mismatches} mismatches`);
  }
  console.log(JSON.stringify(sum));
  return sum.mismatches === 0 ? 0 : 2;
}

function run(engine: ReturnType<typeof createEngine>, file: string): CaseResult {
  try {
    return runCase(engine, readCase(file));
  } catch (error) {
    const why = error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error);
    return { requests: 0, fallbacks: 0, mismatches: [`cannot be run: ${why}`] };
  }
}
