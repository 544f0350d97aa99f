// SPDX-License-Identifier: Apache-2.0
// One facet with the value that an event gives it.
import type { FacetKey } from './facet.ts';

/** `value: undefined` removes the facet. */
export interface Change {
  readonly facet: string;
  readonly value: unknown;
}

export function set<T>(key: FacetKey<T>, value: T): Change {
  return { facet: key.name, value };
}

/** Only of what is named by a fresh id: state/head.ts says why. */
export function drop<T>(key: FacetKey<T>): Change {
  return { facet: key.name, value: undefined };
}
