// SPDX-License-Identifier: Apache-2.0
// Traces of our own: what stands in `expected.out` was written by hand from the documentation.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { monitored } from '../../src/core/temporal/replay.ts';
import { traceLines } from '../../src/edges/cli/trace.ts';
import { type TraceFlags, traceOf } from '../../src/main/trace.ts';
import { referenceTimeline } from './reference.ts';

const root = join(import.meta.dirname, 'traces');
const names = readdirSync(root);

function flagsFor(name: string): TraceFlags {
  const dir = join(root, name);
  const format = readFileSync(join(dir, 'expected.out'), 'utf8').includes('ALLOW') ? 'cli' : 'corpus';
  const files = { policies: dir, schema: join(dir, 'schema.cedarschema'), trace: join(dir, 'trace.log') };
  return { ...files, format, validate: true };
}

test('there are traces', () => expect(names.length).toBeGreaterThan(2));

describe.each(names)('%s', (name) => {
  test.each([
    ['by the monitors', monitored],
    ['by the reference', referenceTimeline],
  ] as const)('%s', (_by, timelines) => {
    const traced = traceOf(flagsFor(name), timelines);
    if (!traced.ok) throw new Error(JSON.stringify(traced.problems));
    const lines = [...traceLines(traced, flagsFor(name).format)].map(({ line }) => line);
    expect(`${lines.join('\n')}\n`).toBe(readFileSync(join(root, name, 'expected.out'), 'utf8'));
  });
});
