// SPDX-License-Identifier: Apache-2.0
// Signals as a suite gives them: a value, or a value with its age. What is not given is missing; a calendar says what
// its windows say at the time of the test, unless it is given too.
import { isMap, isScalar } from 'yaml';
import type { GivenSignal } from '../../app/rehearsal.ts';
import { type Field, fieldsOf, knownFieldsOf, type Reading } from '../catalogue-files/yaml.ts';

export function readSignals(
  reading: Reading,
  field: Field | undefined,
  durationOf: (field: Field | undefined) => number | undefined,
): ReadonlyMap<string, GivenSignal> {
  const fields = fieldsOf(reading, field?.value ?? null, 'the signals') ?? new Map<string, Field>();
  return new Map(
    [...fields].flatMap(([name, one]) => {
      const own = isMap(one.value)
        ? knownFieldsOf(reading, one.value, 'a signal', ['value', 'age'])
        : new Map([['value', one]]);
      const written = own?.get('value');
      const value = isScalar(written?.value) ? written.value.value : undefined;
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
        reading.report(one.key, 'a signal has a value: `healthy`, `true`, `3`');
        return [];
      }
      return [[name, { value, ageMs: durationOf(own?.get('age')) ?? 0 }] as const];
    }),
  );
}
