// SPDX-License-Identifier: Apache-2.0
// Whether what an upstream says before anything is observed may be heard: only where it adds nothing to
// what the task has read. Labels move with an observation, so text that came earlier would be read by an
// agent whose next call is decided as if it had not been.
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { anyItem, storeOf } from '../core/label/items.ts';
import { join, type Label, nothingRead, sameLabel, unlabelled } from '../core/label/label.ts';
import { worstOf } from '../core/label/of-result.ts';
import { storedAt } from '../core/label/stored.ts';
import { facets } from '../core/state/facet.ts';
import { labelsOf } from '../core/task/lineage.ts';
import type { Road } from './road.ts';

type Knowing = Pick<Road, 'sequencer' | 'published' | 'clock'>;

/** @param label of what is said */
export function mayHear(road: Knowing, task: string, label: Label): boolean {
  const { head } = road.sequencer;
  const terms = head.get(facets.task(task));
  // Its results are withheld, in shadow mode too; a revocation also ends the call, the passing of time does not.
  if (terms?.status !== 'active' || road.clock.wallMs() >= terms.expiresAt) return false;
  if (road.published().mode === 'shadow') return true;
  const read = labelsOf(head, task);
  return sameLabel(join(read, label), read);
}

/** What is said while a call runs may be of anything that its result may be of, and of all that was written to its store. */
export function mayHearCall(road: Knowing, task: string, entry: CatalogueEntry): boolean {
  return mayHear(road, task, join(worstOf(entry), storedWhere(road, [entry])));
}

/** What a server says outside of calls is taken for the worst that it was accepted for; from where is no question. */
export function mayHearServer(road: Knowing, task: string, server: string): boolean {
  const accepted = road.published().catalogue.entries.filter((entry) => entry.server === server);
  // Of a server that nobody accepted anything of, nobody said how far it may be believed.
  const least = accepted.length === 0 ? unlabelled : nothingRead;
  const worst = accepted.reduce((label, entry) => join(label, worstOf(entry)), least);
  return mayHear(road, task, { ...join(worst, storedWhere(road, accepted)), sources: [] });
}

function storedWhere({ sequencer: { head } }: Knowing, entries: readonly CatalogueEntry[]): Label {
  const stores = new Set(entries.map(storeOf));
  return [...stores].reduce(
    (label, store) => join(label, storedAt(head.get(facets.stored(store)), [anyItem]).label),
    nothingRead,
  );
}
