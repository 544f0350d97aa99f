// SPDX-License-Identifier: Apache-2.0
/**
 * The label of one result: the join of what is really in it.
 *
 * A field that the catalogue names has its own label, with all that is in it; a deeper one that is named replaces it
 * there. What is present and not named has the label of the whole result. Who serves the result chooses its shape: what
 * cannot be taken apart from its first character to its last is taken for the worst that the catalogue says of any part.
 *
 * Source: docs/labels.md, docs/adr/0023-labels.md.
 */
import type { CatalogueEntry, FieldLabel } from '../catalogue/entry.ts';
import { isArray, isObject, type JsonObject, type JsonValue, own, stringAt } from '../json/value.ts';
import { readResult } from '../origin/read-result.ts';
import { join, type Label, nothingRead } from './label.ts';

type Labelled = Pick<CatalogueEntry, 'result' | 'fields'>;

/** Values of one result that are looked at; of a larger one the worst is assumed. */
const maxValues = 200_000;

/** What any result of it has at most. */
export function worstOf({ result, fields = [] }: Labelled): Label {
  return fields.reduce((worst, { label }) => join(worst, label), result);
}

/** @param content what the caller gets of it: what was taken out before has no label here */
export function labelOf(entry: Labelled, content: JsonObject): Label {
  const { result, fields } = entry;
  if (fields === undefined || fields.length === 0) return result;
  const worst = worstOf(entry);
  const reading: Reading = { found: nothingRead, taken: new Set(), worst, left: maxValues };
  // In an error stands whatever its server was doing.
  if (own(content, 'error') !== undefined || own(content, 'isError') === true) return worst;
  const structured = own(content, 'structuredContent');
  const blocks = own(content, 'content') ?? (structured === undefined ? undefined : []);
  if (!isArray(blocks)) return worst;
  // Nothing came: that is what it says.
  if (structured === undefined && blocks.length === 0) return result;
  for (const [name, value] of Object.entries(content))
    if (!understood.has(name) && value !== null) take(reading, result);
  const all = fields.map((field) => ({ field, at: 0 }));
  if (structured !== undefined) walk(reading, structured, result, all);
  for (const block of blocks) {
    const text = isObject(block) && own(block, 'type') === 'text' ? stringAt(block, 'text') : undefined;
    const tree = text === undefined ? undefined : readResult(text);
    if (tree === undefined) return worst;
    walk(reading, tree, result, all);
  }
  return reading.found;
}

const understood: ReadonlySet<string> = new Set(['content', 'structuredContent', 'isError', 'resultType']);

interface Reading {
  found: Label;
  /** Joined already. */
  readonly taken: Set<Label>;
  readonly worst: Label;
  left: number;
}

function take(reading: Reading, label: Label): void {
  if (reading.taken.has(label)) return;
  reading.taken.add(label);
  reading.found = join(reading.found, label);
}

/** A field on whose way we are. */
interface Ahead {
  readonly field: FieldLabel;
  readonly at: number;
}

function walk(reading: Reading, value: JsonValue, around: Label, ahead: readonly Ahead[]): void {
  if (reading.left-- <= 0) {
    reading.found = reading.worst;
    return;
  }
  const own = labelHere(around, ahead);
  const members = membersOf(value);
  // That there is nothing in it says something, too.
  if (members === undefined || members.length === 0) {
    take(reading, own);
    return;
  }
  for (const [name, inner] of members) walk(reading, inner, own, stepped(ahead, name));
}

/** Of several that fit all count: which of them was meant is not for who serves the result to choose. */
function labelHere(around: Label, ahead: readonly Ahead[]): Label {
  const here = ahead.filter(({ field, at }) => at === field.path.length);
  const [first, ...others] = here;
  if (first === undefined) return around;
  return others.reduce((label, { field }) => join(label, field.label), first.field.label);
}

function stepped(ahead: readonly Ahead[], name: string): readonly Ahead[] {
  return ahead.flatMap(({ field, at }) => {
    const step = field.path[at];
    return step === '*' || step === name ? [{ field, at: at + 1 }] : [];
  });
}

function membersOf(value: JsonValue): readonly (readonly [string, JsonValue])[] | undefined {
  if (isArray(value)) return value.map((item, i) => [String(i), item]);
  return isObject(value) ? Object.entries(value) : undefined;
}
