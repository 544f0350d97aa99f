// SPDX-License-Identifier: Apache-2.0
// What a history needs to know before its first event: leaves compiled, each way of looking with the
// selections that it keeps, and which leaves are asked together.
import { reachOf, referencesOf } from './condition.ts';
import type { Reference } from './formula.ts';
import type { Leaf, Panel } from './history.ts';
import { eventName, predicatesOf, type Suspicion, suspectedOf } from './monitor-doubt.ts';
import { referenceKey } from './monitor-normal.ts';
import { compileRoot, type Family, familiesOf, type Root } from './monitor-root.ts';
import { type Builder, newBuilder } from './monitor-unit.ts';
import type { SlicePin } from './slice.ts';
import { type Universe, universeOf } from './universe.ts';

export interface ViewPlan {
  readonly slice: readonly SlicePin[];
  readonly universe: Universe;
}

export interface Compiled {
  readonly leaves: readonly CompiledLeaf[];
  readonly views: readonly ViewPlan[];
  /** By `eventName`, the suspicions that an event can raise. */
  readonly raised: ReadonlyMap<string, readonly Suspected[]>;
  numberOf(id: string): number | undefined;
  leaf(leaf: number | string): CompiledLeaf;
  readonly reachMs: number;
}

/** A kind of predicate, and the leaves that have one by the literals in it. */
export interface Suspected {
  readonly suspicion: Suspicion;
  readonly under: Map<string, number[]>;
}

interface View {
  readonly builder: Builder;
  readonly slice: readonly SlicePin[];
}

export interface CompiledLeaf {
  readonly number: number;
  readonly view: number;
  readonly root: Root;
  readonly references: readonly Reference[];
  readonly reachMs: number;
}

export interface PanelPart {
  readonly view: number;
  readonly families: readonly Family[];
  /** For each family and member the leaves that say so. */
  readonly leavesOf: readonly (readonly (readonly number[])[])[];
  /** What is read of the request, each with the leaves that read it. */
  readonly reads: readonly { readonly reference: Reference; readonly leaves: readonly number[] }[];
  readonly leaves: ReadonlySet<number>;
  readonly reachMs: number;
}

export function compileLeaves(leaves: readonly Leaf[]): Compiled {
  const views = new Map<
    string,
    { readonly number: number; readonly view: View; readonly roots: Map<string, Root> }
  >();
  const suspicions = new Map<string, Suspected>();
  const byId = new Map<string, number>();
  const compiled = leaves.map((leaf, i): CompiledLeaf => {
    if (byId.has(leaf.id)) throw new RangeError(`two leaves are called \`${leaf.id}\``);
    byId.set(leaf.id, i);
    const slice = leaf.slice ?? [];
    const viewKey = JSON.stringify(slice.map(({ path, reference }) => [path, referenceKey(reference)]));
    const seen = views.get(viewKey) ?? {
      number: views.size,
      view: { builder: newBuilder(), slice },
      roots: new Map<string, Root>(),
    };
    views.set(viewKey, seen);
    const made = compileRoot(seen.view.builder, leaf.formula);
    const root = seen.roots.get(made.key) ?? made;
    seen.roots.set(made.key, root);
    const pinned = slice.map(({ reference }) => reference);
    const own = referencesOf(leaf.formula);
    const keys = new Set(own.map(referenceKey));
    for (const predicate of predicatesOf(leaf.formula)) {
      const { key, suspicion, literals } = suspectedOf(predicate);
      const known = suspicions.get(key) ?? { suspicion, under: new Map<string, number[]>() };
      suspicions.set(key, known);
      const under = known.under.get(literals) ?? [];
      known.under.set(literals, under);
      under.push(i);
    }
    return {
      number: i,
      view: seen.number,
      root,
      references: [...own, ...pinned.filter((reference) => !keys.has(referenceKey(reference)))],
      reachMs: reachOf(leaf.formula) * 1000,
    };
  });
  const parts: readonly ViewPlan[] = [...views.values()].map(({ view }) => {
    const selections = [...view.builder.selections.values()];
    selections.forEach((selection, id) => {
      selection.id = id;
    });
    return { slice: view.slice, universe: universeOf(view.builder.signatures, selections) };
  });
  return {
    leaves: compiled,
    views: parts,
    raised: Map.groupBy(suspicions.values(), ({ suspicion }) => eventName(suspicion)),
    numberOf: (id) => byId.get(id),
    leaf(leaf) {
      const found = compiled[typeof leaf === 'number' ? leaf : (byId.get(leaf) ?? -1)];
      if (found === undefined) throw new RangeError(`there is no leaf \`${leaf}\``);
      return found;
    },
    reachMs: compiled.reduce((most, leaf) => Math.max(most, leaf.reachMs), 0),
  };
}

export function panelOf(leaves: readonly CompiledLeaf[], views: number): Panel {
  const parts = Array.from({ length: views }, (_, view): PanelPart => {
    const own = leaves.filter((leaf) => leaf.view === view);
    const byRoot = Map.groupBy(own, ({ root }) => root);
    const families = familiesOf([...byRoot.keys()]);
    const reads = own.flatMap(({ number, references }) =>
      references.map((reference) => ({ key: referenceKey(reference), reference, number })),
    );
    return {
      view,
      families,
      leavesOf: families.map(({ members }) =>
        members.map((root) => byRoot.get(root)?.map(({ number }) => number) ?? []),
      ),
      reads: [...Map.groupBy(reads, ({ key }) => key).values()].flatMap((same) =>
        same.slice(0, 1).map(({ reference }) => ({ reference, leaves: same.map(({ number }) => number) })),
      ),
      leaves: new Set(own.map(({ number }) => number)),
      reachMs: own.reduce((most, leaf) => Math.max(most, leaf.reachMs), 0),
    };
  });
  return {
    leaves: leaves.map(({ number }) => number),
    parts: parts.filter(({ families }) => families.length > 0),
  };
}
