// SPDX-License-Identifier: Apache-2.0
// Events that agree with a request on the pinned fields: those that a leaf with a slice sees.
import type { Asked, TemporalEvent } from './event.ts';
import type { Reference } from './formula.ts';
import { at, type Path, resolve } from './resolve.ts';
import { keyOf } from './value-key.ts';

export interface SlicePin {
  readonly path: Path;
  readonly reference: Reference;
}

/** @returns undefined where the event lacks a field of the slice: it is in none */
export function agreedBy(slice: readonly SlicePin[], event: TemporalEvent): string | undefined {
  let name = '';
  for (const { path } of slice) {
    const value = at(event.fields, path);
    if (value === undefined) return undefined;
    name += keyOf(value);
  }
  return name;
}

export function agreedAs(slice: readonly SlicePin[], asked: Asked): string | undefined {
  let name = '';
  for (const { reference } of slice) {
    const value = resolve(reference, asked);
    if (value === undefined) return undefined;
    name += keyOf(value);
  }
  return name;
}
