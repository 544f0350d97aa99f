// SPDX-License-Identifier: Apache-2.0
/**
 * The labels of what was written to one store, by item: joined when something is written, and joined into whatever is
 * read from there. They only go up: writing over a thing or deleting it lowers nothing, only a person's act does
 * (`lowered`).
 *
 * Bounded: an agent may write as many items as it likes. Beyond `maxItems` they are told apart by type alone, and
 * beyond `maxTypes` not at all, which is coarser and never less.
 */
import { anyItem, covers, overlap, typeOf } from './items.ts';
import { flowsTo, join, type Label, nothingRead, sameLabel } from './label.ts';

/** By item. Nothing stands in it that is no more than nothing read. */
export type Stored = ReadonlyMap<string, StoredLabel>;

export interface StoredLabel {
  readonly label: Label;
  /** The decisions that raised it, the first ones, at most `maxWriters`. */
  readonly by: readonly string[];
  /** The task of all who wrote it; absent where there are several. */
  readonly task?: string | undefined;
}

/** Who writes. */
export interface Writer {
  readonly decision: string;
  readonly task: string;
}

export const maxItems = 512;
const maxTypes = 64;
const maxWriters = 4;

const nothingStored: Stored = new Map();

export interface Found {
  readonly label: Label;
  readonly by: readonly string[];
  /**
   * It may be the text of strangers. What the reader's own task wrote to it knows not what is told apart by value origins
   * (docs/origins.md), so that a catalogue without types does not make strangers of all that a task has changed.
   */
  readonly untrusted: boolean;
}

/** What may be read of these items, and who wrote it. */
export function storedAt(stored: Stored | undefined, items: readonly string[], task?: string): Found {
  let found: Found = { label: nothingRead, by: [], untrusted: false };
  for (const [item, there] of stored ?? nothingStored) {
    if (!items.some((one) => overlap(one, item))) continue;
    const isOwn = task !== undefined && there.task === task && item === anyItem;
    found = {
      label: join(found.label, there.label),
      by: [...new Set([...found.by, ...there.by])].slice(0, maxWriters),
      untrusted: found.untrusted || (there.label.integrity === 'untrusted' && !isOwn),
    };
  }
  return found;
}

/** @returns the same where nothing rises */
export function withStored(
  stored: Stored | undefined,
  items: readonly string[],
  label: Label,
  { decision, task }: Writer,
): Stored {
  const before = stored ?? nothingStored;
  const raised = items.filter((item) => !isHeld(before, item, label, task));
  if (raised.length === 0) return before;
  const after = new Map(before);
  for (const item of raised) {
    const key = keyFor(after, item);
    const there = after.get(key);
    const by = there?.by ?? [];
    after.set(key, {
      label: join(there?.label ?? nothingRead, label),
      by: by.includes(decision) || by.length >= maxWriters ? by : [...by, decision],
      task: there === undefined || there.task === task ? task : undefined,
    });
  }
  return after;
}

/** Whoever reads the item is told at least that much already. */
function isHeld(stored: Stored, item: string, label: Label, task: string): boolean {
  if (sameLabel(label, nothingRead)) return true;
  for (const [outer, there] of stored) {
    const tells = there.task === undefined || there.task === task;
    if (tells && covers(outer, item) && flowsTo(label, there.label)) return true;
  }
  return false;
}

function keyFor(stored: Stored, item: string): string {
  if (stored.has(item) || stored.size < maxItems) return item;
  const type = typeOf(item);
  return stored.has(type) || stored.size < maxItems + maxTypes ? type : anyItem;
}

/** @returns the same where nothing is lowered; undefined where no label is kept under that name: it may be part of a wider one */
export function lowered(
  stored: Stored | undefined,
  item: string,
  lower: (label: Label) => Label,
): Stored | undefined {
  const within = [...(stored ?? nothingStored)].filter(([key]) => covers(item, key));
  if (within.length === 0) return undefined;
  const after = new Map(stored);
  let isSame = true;
  for (const [key, there] of within) {
    const low = lower(there.label);
    if (sameLabel(low, there.label)) continue;
    isSame = false;
    if (sameLabel(low, nothingRead)) after.delete(key);
    else after.set(key, { ...there, label: low });
  }
  return isSame ? stored : after;
}
