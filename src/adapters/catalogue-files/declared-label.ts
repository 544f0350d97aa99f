// SPDX-License-Identifier: Apache-2.0
/**
 * The labels in `<server>.yaml`: of results, and of fields of structured ones.
 *
 * Source: docs/catalogue.md, docs/labels.md.
 */
import type { Node } from 'yaml';
import { type FieldLabel, maxFields } from '../../core/catalogue/entry.ts';
import {
  type Integrity,
  integrities,
  type Label,
  type Level,
  levels,
  nothingRead,
  unlabelled,
} from '../../core/label/label.ts';
import { quoted } from './problem.ts';
import { choiceOf, type Field, fieldsOf, knownFieldsOf, type Reading, stringsOf } from './yaml.ts';

const maxCategories = 16;
const labelMembers = ['level', 'categories', 'readers', 'integrity'];

export function resultMembers(reading: Reading, node: Node | null): ReadonlyMap<string, Field> | undefined {
  return knownFieldsOf(reading, node, '`result`', [...labelMembers, 'holds', 'fields']);
}

/** @param around what holds where nothing is said; of a result that is the worst */
export function readLabel(
  reading: Reading,
  fields: ReadonlyMap<string, Field> | undefined,
  source: string,
  around?: Label,
): Label {
  // Whoever says how confidential it is has thought about it: then no name is meant to be left out.
  const isSaid = fields?.has('level') === true;
  const before = around ?? (isSaid ? { ...nothingRead, level: unlabelled.level } : unlabelled);
  const level: Level = choiceOf(reading, fields?.get('level'), 'a level', levels) ?? before.level;
  const integrity: Integrity =
    choiceOf(reading, fields?.get('integrity'), 'an integrity', integrities) ??
    (around ?? unlabelled).integrity;
  const readers = readNames(reading, fields?.get('readers')) ?? before.readers;
  return {
    level,
    categories: readCategories(reading, fields?.get('categories')) ?? before.categories,
    ...(readers === undefined ? {} : { readers }),
    integrity,
    sources: integrity === 'untrusted' ? [source] : [],
  };
}

// What of a result has a label of its own, by where it stands: `/items/*/body: { integrity: untrusted }`.
export function readFields(
  reading: Reading,
  field: Field | undefined,
  source: string,
  whole: Label,
): readonly FieldLabel[] {
  const fields: FieldLabel[] = [];
  for (const [pointer, one] of fieldsOf(reading, field?.value ?? null, '`fields`') ?? []) {
    if (!isPointer(pointer))
      reading.report(one.key, `${quoted(pointer)} is not a JSON Pointer such as \`/items/*/body\``);
    const members = knownFieldsOf(reading, one.value, quoted(pointer), labelMembers);
    if (members === undefined) continue;
    fields.push({ path: stepsOf(pointer), label: readLabel(reading, members, source, whole) });
  }
  if (fields.length > maxFields)
    reading.report(field?.value ?? null, `at most ${maxFields} fields of a result have labels of their own`);
  return fields;
}

export function isPointer(text: string): boolean {
  return text.length <= 256 && /^(?:\/(?:[^/~]|~[01])+){1,8}$/.test(text);
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const maxReaders = 32;

/** People and groups, by the names that policies compare. */
function readNames(reading: Reading, field: Field | undefined): readonly string[] | undefined {
  const written = stringsOf(reading, field, '`readers`');
  if (written === undefined || field === undefined) return undefined;
  for (const name of written)
    if (!/^[^\s\p{C}*]{1,64}$/u.test(name))
      reading.report(field.value, `${quoted(name)} is not the name of a reader`);
  if (written.length > maxReaders) reading.report(field.value, `at most ${maxReaders} readers`);
  return [...new Set(written)].sort();
}

export function readCategories(reading: Reading, field: Field | undefined): readonly string[] | undefined {
  const written = stringsOf(reading, field, '`categories`');
  if (written === undefined || field === undefined) return undefined;
  for (const category of written) {
    if (!/^[a-z][a-z0-9_-]{0,31}$/.test(category))
      reading.report(
        field.value,
        `${quoted(category)} is not a category: up to 32 of a-z, 0-9, \`_\`, \`-\``,
      );
  }
  if (written.length > maxCategories) reading.report(field.value, `at most ${maxCategories} categories`);
  return [...new Set(written)].sort();
}
