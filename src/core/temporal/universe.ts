// SPDX-License-Identifier: Apache-2.0
/**
 * What the leaves of one way of looking (all events, or one kind of slice) have in common: the
 * numbers of what predicates name, and the selections that are kept for them.
 */
import { namesOf, type TemporalEvent } from './event.ts';
import type { Selection } from './selection.ts';
import type { ActionName } from './source.ts';

/** By kind, then action or group, then its type. */
export type Signatures = Map<string, Map<string, Map<string, number>>>;

export interface Universe {
  readonly selections: readonly Selection[];
  /** @param event undefined for what no condition can name */
  known(event: TemporalEvent | undefined): Known;
}

/** An event as the conditions see it. */
export interface Known {
  /** The numbers under which they name it; none where they do not. */
  readonly signatures: readonly number[];
  /** Only the selections that it can concern, in order. */
  readonly subscribed: readonly Selection[];
}

/** Numbers an action or group, and a kind, that a condition names. */
export function number(signatures: Signatures, kind: string, { type, id }: ActionName, next: number): number {
  const names = under(signatures, kind);
  const types = under(names, id);
  const known = types.get(type);
  if (known === undefined) types.set(type, next);
  return known ?? next;
}

function under<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const found = map.get(key) ?? new Map<string, V>();
  map.set(key, found);
  return found;
}

interface Remembered {
  readonly type: string;
  readonly groups: TemporalEvent['groups'];
  readonly known: Known;
}

export function universeOf(signatures: Signatures, selections: readonly Selection[]): Universe {
  const always = selections.filter(({ signature }) => signature === undefined);
  const bySignature = Map.groupBy(selections, ({ signature }) => signature);
  const unnamed: Known = { signatures: [], subscribed: always };
  /** By kind and action: an action is nearly always in the groups that it was in before. */
  const remembered = new Map<string, Map<string, Remembered>>();

  function knownAs(event: TemporalEvent): Known {
    const kinds = signatures.get(event.kind);
    const found = namesOf(event).flatMap(({ type, id }) => kinds?.get(id)?.get(type) ?? []);
    if (found.length === 0) return unnamed;
    const own = [...new Set(found)];
    const subscribed = [...always, ...own.flatMap((signature) => bySignature.get(signature) ?? [])];
    return { signatures: own, subscribed: subscribed.toSorted((a, b) => a.id - b.id) };
  }

  return {
    selections,
    known(event) {
      if (event === undefined) return unnamed;
      const { kind, actionType: type, actionId, groups } = event;
      const before = remembered.get(kind)?.get(actionId);
      if (before?.type === type && before.groups === groups) return before.known;
      const known = knownAs(event);
      under(remembered, kind).set(actionId, { type, groups, known });
      return known;
    },
  };
}
