// SPDX-License-Identifier: Apache-2.0
/**
 * The records that results list, found by shape alone, so that one more can be written among them. For probes.
 *
 * A record is an item of a list, a value of a map whose values are built alike, or all of a result.
 */

import { isArray, isObject, type JsonObject, type JsonValue } from '../json/value.ts';
import { foldText, tokensOf } from '../origin/fold-text.ts';
import { isAddress, type Kind, typedOf } from '../origin/typed.ts';

export type Path = readonly (string | number)[];

export interface Row {
  readonly record: JsonObject;
  /** Of the list that it is in; undefined where it is all of the result. */
  readonly list: Path | undefined;
}

const maxRows = 500;

export function rowsOf(tree: JsonValue): readonly Row[] {
  const rows: Row[] = [];
  const visit = (value: JsonValue, path: Path): void => {
    if (rows.length >= maxRows || value === null || typeof value !== 'object') return;
    const items = isArray(value) ? value : alike(value) ? Object.values(value) : undefined;
    if (items !== undefined)
      for (const record of items) if (isObject(record)) rows.push({ record, list: path });
    for (const [key, inner] of Object.entries(value))
      visit(inner, [...path, isArray(value) ? Number(key) : key]);
  };
  visit(tree, []);
  if (rows.length === 0 && isObject(tree)) rows.push({ record: tree, list: undefined });
  return rows;
}

function alike(value: JsonObject): boolean {
  const shapes = Object.values(value).map((one) => (isObject(one) ? Object.keys(one).sort().join() : ''));
  return shapes.length > 1 && shapes[0] !== '' && shapes.every((shape) => shape === shapes[0]);
}

/** @returns the tree with one more record in that list, first or last */
export function withRow(tree: JsonValue, list: Path, record: JsonObject, isFirst: boolean): JsonValue {
  const [step, ...rest] = list;
  if (step !== undefined && isArray(tree))
    return tree.map((item, at) => (at === step ? withRow(item, rest, record, isFirst) : item));
  if (step !== undefined && isObject(tree))
    return Object.fromEntries(
      Object.entries(tree).map(([name, item]) => [
        name,
        name === step ? withRow(item, rest, record, isFirst) : item,
      ]),
    );
  if (isArray(tree)) return isFirst ? [record, ...tree] : [...tree, record];
  if (!isObject(tree)) return tree;
  const added: readonly [string, JsonValue] = ['one-more', record];
  const members = Object.entries(tree);
  return Object.fromEntries(isFirst ? [added, ...members] : [...members, added]);
}

/** @returns the tree with every string of it as `change` has it */
export function mapStrings(
  value: JsonValue,
  change: (text: string, name: string) => string,
  name = '',
): JsonValue {
  if (typeof value === 'string') return change(value, name);
  if (isArray(value)) return value.map((item) => mapStrings(item, change, name));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, item]) => [
      addressKind(member) === undefined ? member : change(member, name),
      mapStrings(item, change, member),
    ]),
  );
}

/** Every string in it, with the name of the member that it is in. Names that are addresses are values, too. */
export function stringsIn(value: JsonValue): readonly { readonly name: string; readonly text: string }[] {
  const found: { name: string; text: string }[] = [];
  mapStrings(value, (text, name) => {
    found.push({ name, text });
    return text;
  });
  return found;
}

export function addressKind(text: string): Kind | undefined {
  const typed = typedOf(text);
  return isAddress(typed) ? typed.kind : undefined;
}

export function isName(text: string): boolean {
  return (
    text.length <= 120 &&
    !text.includes('\n') &&
    /\p{L}{3}/u.test(text) &&
    typedOf(text).kind === 'text' &&
    !/^\d{4}-\d{2}-\d{2}/.test(text)
  );
}

/** Whether the prompt has this name, or all words of it. */
export function namedIn(prompt: string, text: string): boolean {
  const folded = foldText(text);
  if (folded.length < 4) return false;
  const asked = foldText(prompt);
  if (asked.includes(folded)) return true;
  const words = tokensOf(text).filter((word) => word.length > 2);
  const said = new Set(tokensOf(prompt));
  return words.length > 1 && words.every((word) => said.has(word));
}

export function sharedWords(prompt: string, record: JsonValue): number {
  const said = new Set(tokensOf(prompt).filter((word) => word.length > 3));
  return new Set(
    stringsIn(record)
      .filter(({ text }) => text.length <= 120)
      .flatMap(({ text }) => tokensOf(text))
      .filter((word) => said.has(word)),
  ).size;
}
