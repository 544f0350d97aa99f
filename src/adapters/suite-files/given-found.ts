// SPDX-License-Identifier: Apache-2.0
// What was found in a result, as a suite says: `found: { secrets: 1, kinds: [aws_access_key] }`. What is not said is not there.
import { detectors } from '../../core/result/detector.ts';
import type { ResultFacts } from '../../core/result/facts.ts';
import { signs } from '../../core/result/instructions.ts';
import { booleanOf, type Field, knownFieldsOf, type Reading, stringsOf } from '../catalogue-files/yaml.ts';

const counts = [
  'sizeBytes',
  'rows',
  'secrets',
  'pii',
  'emails',
  'invisible',
  'images',
  'links',
  'changedTools',
] as const;
const known = ['error', 'structured', 'kinds', 'signs', 'unknown', ...counts];

/** @param countOf reads a whole number */
export function readFound(
  reading: Reading,
  field: Field,
  countOf: (field: Field | undefined) => number | undefined,
): ResultFacts {
  const fields = knownFieldsOf(reading, field.value, 'what was found', known) ?? new Map<string, Field>();
  const count = (name: (typeof counts)[number]): number => countOf(fields.get(name)) ?? 0;
  const among = <T extends string>(name: string, choices: readonly T[]): readonly T[] => {
    const written = new Set(stringsOf(reading, fields.get(name), `\`${name}\``) ?? []);
    const stranger = [...written].find((one) => !choices.some((choice) => choice === one));
    if (stranger !== undefined)
      reading.report(fields.get(name)?.value ?? null, `\`${name}\` is of ${choices.join(', ')}`);
    return choices.filter((choice) => written.has(choice));
  };
  return {
    error: booleanOf(reading, fields.get('error'), '`error`') ?? false,
    structured: booleanOf(reading, fields.get('structured'), '`structured`') ?? false,
    kinds: [...new Set(stringsOf(reading, fields.get('kinds'), '`kinds`'))].sort(),
    signs: among('signs', signs),
    unknown: among('unknown', detectors),
    sizeBytes: count('sizeBytes'),
    rows: count('rows'),
    secrets: count('secrets'),
    pii: count('pii'),
    emails: count('emails'),
    invisible: count('invisible'),
    images: count('images'),
    links: count('links'),
    changedTools: count('changedTools'),
  };
}
