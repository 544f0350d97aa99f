// SPDX-License-Identifier: Apache-2.0
// Dogwood's conformance cases, read where they lie: by the monitors, and by the reference beside them.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { monitored, type Timelines } from '../../src/core/temporal/replay.ts';
import { type TraceFormat, traceLines } from '../../src/edges/cli/trace.ts';
import { type TraceFlags, traceOf } from '../../src/main/trace.ts';
import { referenceTimeline } from './reference.ts';

const root = join(import.meta.dirname, '../../../shared/corpora/dogwood');
const present = existsSync(join(root, 'manifest.json'));
if (!present) console.warn(`SKIPPED: no conformance cases of Dogwood in ${root}`);

interface Case {
  readonly name: string;
  readonly expected_format: TraceFormat;
  readonly shared_schema_fits: boolean;
}

const manifest: { readonly cases: readonly Case[]; readonly rejects: readonly { readonly name: string }[] } =
  present ? JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) : { cases: [], rejects: [] };
const schema = join(root, 'shared/shared_schema.cedarschema');

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'countersign-trace-'));
  // One case asks a provider whose script does not lie with it.
  const risk = [{ args: ['dangerous'], value: { severityScore: 0.8 } }, { value: { severityScore: 0.2 } }];
  writeFileSync(join(scratch, 'providers.json'), JSON.stringify({ 'Content::Risk': risk }));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function linesOf(flags: TraceFlags, timelines: Timelines): readonly string[] {
  const traced = traceOf(flags, timelines);
  if (!traced.ok)
    throw new Error(traced.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return [...traceLines(traced, flags.format)].map(({ line }) => line);
}

function expected(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

describe.skipIf(!present)('the cases', () => {
  test('are all there', () => {
    expect(manifest.cases.map(({ name }) => name).sort()).toEqual(readdirSync(join(root, 'cases')).sort());
    expect(manifest.cases.length).toBeGreaterThan(25);
  });

  for (const { name, expected_format: format, shared_schema_fits: validate } of manifest.cases)
    test.each([
      ['the monitors', monitored],
      ['the reference', referenceTimeline],
    ] as const)(`${name}: %s`, (_by, timelines) => {
      const dir = join(root, 'cases', name);
      const flags = {
        policies: join(dir, 'policy.dw'),
        schema,
        trace: join(dir, 'trace.log'),
        providers: join(scratch, 'providers.json'),
        format,
        validate,
      };
      expect(linesOf(flags, timelines)).toEqual(expected(join(dir, 'expected.out')));
    });

  test('policies in parts, in a folder, are one set', () => {
    const dir = join(root, 'cases/0011_multiple_permits__t3');
    const flags = {
      policies: dir,
      schema,
      trace: join(dir, 'trace.log'),
      format: 'corpus',
      validate: true,
    } as const;
    expect(linesOf(flags, monitored)).toEqual(expected(join(dir, 'expected.out')));
  });
});

describe.skipIf(!present)('what is refused', () => {
  test.each(manifest.rejects.map(({ name }) => [name]))('%s', (name) => {
    const traced = traceOf({
      policies: join(root, 'rejects', name, 'policy.dw'),
      schema,
      trace: join(root, 'cases/docs_read_since_login/trace.log'),
      format: 'corpus',
      validate: true,
    });
    expect(traced.ok ? [] : traced.problems).not.toEqual([]);
  });
});
