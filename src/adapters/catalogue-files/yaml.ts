// SPDX-License-Identifier: Apache-2.0
/**
 * YAML of which every node knows its line: the plain part of the language and nothing more.
 *
 * No anchors, aliases, tags or merge keys: they make one text mean another one, and bombs are built of
 * them. Never turns a document into objects, so a key is only ever a string to compare.
 */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { didYouMean } from '../../core/catalogue/nearest.ts';
import { maxProblems, type Problem, quoted } from './problem.ts';

export const maxYamlLength = 1024 * 1024;

export interface Field {
  readonly key: Node;
  readonly value: Node | null;
}

/** A document under reading. `problems` grows: one mistake must not hide the next. */
export interface Reading {
  readonly root: Node | null;
  readonly problems: Problem[];
  report(at: Node | null, message: string): void;
  placeOf(at: Node | null): { readonly line: number; readonly column: number };
}

export function readYaml(file: string, text: string): Reading {
  const problems: Problem[] = [];
  const lines = new LineCounter();
  const placeAt = (offset: number | undefined) => {
    const { line, col } = offset === undefined ? { line: 0, col: 0 } : lines.linePos(offset);
    return { line, column: col };
  };
  const add = (offset: number | undefined, message: string) => {
    if (problems.length < maxProblems) problems.push({ file, ...placeAt(offset), message });
  };
  const nothing: Reading = {
    root: null,
    problems,
    report: (at, message) => add(at?.range?.[0], message),
    placeOf: (at) => placeAt(at?.range?.[0]),
  };

  if (text.length > maxYamlLength) {
    add(undefined, `a catalogue file has at most ${maxYamlLength} characters, not ${text.length}`);
    return nothing;
  }
  try {
    // `uniqueKeys` compares each key with each: quadratic. Duplicates are refused in `fieldsOf`.
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      version: '1.2',
      schema: 'core',
      merge: false,
      stringKeys: false,
    });
    for (const fault of [...document.errors, ...document.warnings])
      add(fault.pos[0], lowerFirst(fault.message));
    visit(document, {
      Alias: (_, node) => add(node.range?.[0], 'aliases are not read: write it out'),
      Node: (_, node) => {
        if (!isAlias(node) && node.anchor !== undefined)
          add(node.range?.[0], 'anchors are not read: write it out');
        if (!isAlias(node) && node.tag !== undefined) add(node.range?.[0], 'tags are not read');
      },
    });
    return {
      ...nothing,
      root: problems.length === 0 && isNode(document.contents) ? document.contents : null,
    };
  } catch {
    // Composing recurses: nesting without end comes out here as a full stack.
    add(undefined, 'nested deeper than is read');
    return nothing;
  }
}

/** The fields of a mapping in order, or undefined, with a problem, when it is none. Null is an empty one. */
export function fieldsOf(
  reading: Reading,
  node: Node | null,
  what: string,
): ReadonlyMap<string, Field> | undefined {
  if (node === null || (isScalar(node) && node.value === null)) return new Map();
  if (!isMap(node)) {
    reading.report(node, `${what} must be a mapping`);
    return undefined;
  }
  const fields = new Map<string, Field>();
  for (const { key, value } of node.items) {
    if (!isScalar(key)) {
      reading.report(isNode(key) ? key : node, `a key of ${what} must be a string`);
    } else if (typeof key.value !== 'string') {
      reading.report(key, `a key of ${what} must be a string: put it in quotes`);
    } else if (fields.has(key.value)) {
      reading.report(key, `${quoted(key.value)} stands twice in ${what}`);
    } else {
      fields.set(key.value, { key, value: isNode(value) ? value : null });
    }
  }
  return fields;
}

/** Like `fieldsOf`, for mappings whose keys are known: any other key is a problem. */
export function knownFieldsOf(
  reading: Reading,
  node: Node | null,
  what: string,
  known: readonly string[],
): ReadonlyMap<string, Field> | undefined {
  const fields = fieldsOf(reading, node, what);
  for (const [name, { key }] of fields ?? []) {
    if (!known.includes(name)) {
      const hint = didYouMean(name, known) || `: it knows ${known.map((k) => `\`${k}\``).join(', ')}`;
      reading.report(key, `${what} has no ${quoted(name)}${hint}`);
    }
  }
  return fields;
}

export function stringOf(reading: Reading, field: Field | undefined, what: string): string | undefined {
  if (field === undefined) return undefined;
  if (isScalar(field.value) && typeof field.value.value === 'string') return field.value.value;
  reading.report(field.value ?? field.key, `${what} must be a string`);
  return undefined;
}

export function booleanOf(reading: Reading, field: Field | undefined, what: string): boolean | undefined {
  if (field === undefined) return undefined;
  if (isScalar(field.value) && typeof field.value.value === 'boolean') return field.value.value;
  reading.report(field.value ?? field.key, `${what} must be true or false`);
  return undefined;
}

/** One word out of a list. */
export function choiceOf<T extends string>(
  reading: Reading,
  field: Field | undefined,
  what: string,
  choices: readonly T[],
): T | undefined {
  const written = stringOf(reading, field, what);
  if (written === undefined || field === undefined) return undefined;
  const chosen = choices.find((choice) => choice === written);
  if (chosen !== undefined) return chosen;
  const hint = didYouMean(written, choices) || `: one of ${choices.map((c) => `\`${c}\``).join(', ')}`;
  reading.report(field.value, `${quoted(written)} is not ${what}${hint}`);
  return undefined;
}

export function stringsOf(
  reading: Reading,
  field: Field | undefined,
  what: string,
): readonly string[] | undefined {
  if (field === undefined) return undefined;
  if (!isSeq(field.value)) {
    reading.report(field.value ?? field.key, `${what} must be a list of strings`);
    return undefined;
  }
  const strings: string[] = [];
  for (const item of field.value.items) {
    if (isScalar(item) && typeof item.value === 'string') strings.push(item.value);
    else reading.report(isNode(item) ? item : field.value, `${what} must be a list of strings`);
  }
  return strings;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1).replaceAll(/\s+/g, ' ').replace(/\.$/, '');
}
