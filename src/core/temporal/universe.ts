// SPDX-License-Identifier: Apache-2.0
/**
 * What the leaves of one way of looking (all events, or one kind of slice) have in common: the
 * numbers of actions and kinds, and the selections that are kept for them.
 */
import type { TemporalEvent } from './event.ts';
import type { Selection } from './selection.ts';

/** By kind, then action, then its type. */
export type Signatures = Map<string, Map<string, Map<string, number>>>;

export interface Universe {
  readonly signatures: Signatures;
  readonly selections: readonly Selection[];
  /** Only the selections that an event of this action and kind can concern, in order. */
  subscribed(signature: number): readonly Selection[];
}

type Named = Pick<TemporalEvent, 'actionType' | 'actionId' | 'kind'>;

export function signatureOf(signatures: Signatures, { actionType, actionId, kind }: Named): number {
  return signatures.get(kind)?.get(actionId)?.get(actionType) ?? -1;
}

/** Numbers an action and kind that a condition names. */
export function number(signatures: Signatures, named: Named, next: number): number {
  const actions = under(signatures, named.kind);
  const types = under(actions, named.actionId);
  const known = types.get(named.actionType);
  if (known === undefined) types.set(named.actionType, next);
  return known ?? next;
}

function under<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const found = map.get(key) ?? new Map<string, V>();
  map.set(key, found);
  return found;
}

export function universeOf(signatures: Signatures, selections: readonly Selection[]): Universe {
  const always = selections.filter(({ signature }) => signature === undefined);
  const bySignature = new Map<number, Selection[]>();
  for (const selection of selections) {
    if (selection.signature === undefined) continue;
    const list = bySignature.get(selection.signature) ?? [];
    if (list.length === 0) bySignature.set(selection.signature, list);
    list.push(selection);
  }
  if (always.length > 0)
    for (const [signature, list] of bySignature)
      bySignature.set(
        signature,
        [...always, ...list].toSorted((a, b) => a.id - b.id),
      );
  return { signatures, selections, subscribed: (signature) => bySignature.get(signature) ?? always };
}
