// SPDX-License-Identifier: Apache-2.0
/**
 * Labels as they stand, of a task or of what lies in a store, and a person's acts that lower them: to endorse is to vouch
 * for what was read, to declassify is to say that it is less confidential than it was taken for.
 *
 * Decided by policy and recorded like all administration, with who did it and why. An agent has no way here.
 *
 * Source: docs/labels.md, "Going down".
 */
import { flowsTo, type Label, nothingRead } from '../core/label/label.ts';
import { type Declassification, declassified, type Endorsement, endorsed } from '../core/label/lower.ts';
import { lowered, type StoredLabel } from '../core/label/stored.ts';
import type { EventBody } from '../core/record/event.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { above, labelsOf } from '../core/task/lineage.ts';
import { type Administered, administer, type Subject } from './administer.ts';
import type { Road } from './road.ts';

/** What a label is of. */
export type Labelled =
  | { readonly task: string }
  /** An item as `show` names it; `*` is all of the store. */
  | { readonly store: string; readonly item: string };

/** A label before and after. */
export interface Lowered {
  readonly before: readonly StoredLabel['label'][];
  readonly after: readonly StoredLabel['label'][];
}

type Act =
  | ({ readonly type: 'label.endorsed' } & Endorsement)
  | ({ readonly type: 'label.declassified' } & Declassification);

type Lowering = Pick<Road, 'sequencer' | 'published'>;

export function endorse(
  road: Lowering,
  operator: Operator,
  of: Labelled,
  endorsement: Endorsement,
  reason: string,
): Promise<Administered<Lowered>> {
  return lower(road, operator, of, { type: 'label.endorsed', ...endorsement }, reason);
}

export function declassify(
  road: Lowering,
  operator: Operator,
  of: Labelled,
  declassification: Declassification,
  reason: string,
): Promise<Administered<Lowered>> {
  return lower(road, operator, of, { type: 'label.declassified', ...declassification }, reason);
}

function lower(road: Lowering, operator: Operator, of: Labelled, act: Act, reason: string) {
  const action = act.type === 'label.endorsed' ? 'label.endorse' : 'label.declassify';
  return administer<Lowered>(road, operator, action, subjectOf(of), (view, place) => {
    const before = labelsAt(view, of);
    if (before === undefined) return { ok: false, code: 'not_found', reason: nothingAt(of) };
    const after = before.map((label) => lowerBy(act, label));
    // An act without an effect would stand on record as if there had been something to vouch for.
    if (before.every((label, i) => flowsTo(label, after[i] ?? label)))
      return { ok: false, code: 'not_possible', reason: 'no label there is lowered by that' };
    const event: EventBody = { ...act, of, author: operator.id, reason };
    const stream = 'task' in of ? `task/${of.task}` : 'tenant';
    return { ok: true, writings: [{ id: place.id('e'), stream, event }], value: { before, after } };
  });
}

function lowerBy(act: Act, label: Label): Label {
  return act.type === 'label.endorsed' ? endorsed(label, act) : declassified(label, act);
}

function subjectOf(of: Labelled): Subject {
  return 'task' in of ? { kind: 'task', id: of.task } : { kind: 'store', id: `${of.store}/${of.item}` };
}

/** Those that such an act would lower. */
function labelsAt(view: View, of: Labelled): readonly Label[] | undefined {
  if ('task' in of)
    return view.get(facets.task(of.task)) === undefined
      ? undefined
      : [view.get(facets.labels(of.task)) ?? nothingRead];
  const labels: Label[] = [];
  const low = lowered(view.get(facets.stored(of.store)), of.item, (label) => {
    labels.push(label);
    return label;
  });
  return low === undefined ? undefined : labels;
}

function nothingAt(of: Labelled): string {
  return 'task' in of
    ? `no task \`${of.task}\``
    : `no label is kept for \`${of.item}\` of \`${of.store}\` by itself: \`label show --store ${of.store}\` says for what`;
}

export interface TaskLabels {
  /** What decisions see. */
  readonly label: Label;
  /** What it read itself; the rest is of the tasks above. */
  readonly own: Label;
  readonly above: readonly string[];
}

/** @returns undefined where there is no such task */
export function labelsOfTask(view: View, task: string): TaskLabels | undefined {
  if (view.get(facets.task(task)) === undefined) return undefined;
  return {
    label: labelsOf(view, task),
    own: view.get(facets.labels(task)) ?? nothingRead,
    above: above(view, task).map((one) => one.task),
  };
}

export function labelsOfStore(
  view: View,
  store: string,
): readonly (StoredLabel & { readonly item: string })[] {
  const stored = view.get(facets.stored(store)) ?? new Map<string, StoredLabel>();
  return [...stored].map(([item, there]) => ({ item, ...there })).sort((a, b) => (a.item < b.item ? -1 : 1));
}
