// SPDX-License-Identifier: Apache-2.0
// Writes the runs of every world and their tools beside this folder: `node test/eval/worlds/source/generate.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { linesOf } from './runs.ts';
import { suites, toolsJson } from './suites.ts';

const folder = join(import.meta.dirname, '..');
for (const suite of suites)
  writeFileSync(join(folder, `${suite.name}.jsonl.gz`), gzipSync(linesOf(suite), { level: 9 }));
writeFileSync(join(folder, 'tools.json'), toolsJson(suites));
