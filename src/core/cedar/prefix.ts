// SPDX-License-Identifier: Apache-2.0
/**
 * What several policies of a set begin with, asked once for each question.
 *
 * A policy is what must hold, one after the other: its scope, then the operands of its `&&`. Where policies
 * begin with the same, that is told once for all of them: where it does not hold none of them does, and where
 * it errs all of them err. Nothing is asked that a policy would not have asked by itself at that point.
 */
import type { Frame, Test } from './frame.ts';
import { all } from './logic.ts';

/** One thing that must hold. Two of the same key say the same of every question. */
export interface Conjunct {
  readonly key: string;
  readonly test: Test;
}

/** A policy as what it shares with others and what is left. */
export interface Divided {
  /** The number of its prefix; 0 where it shares none. */
  readonly prefix: number;
  /** What must hold then; undefined where nothing is left. */
  readonly rest: Test | undefined;
}

export interface Prefixes<P> {
  /** How many numbers there are, 0 included. */
  readonly count: number;
  /** For each policy, in their order. */
  readonly divided: readonly (P & Divided)[];
  /** Found out once for each question. @param prefix not 0 */
  tell(frame: Frame, prefix: number): Said;
}

/** A number, to be kept as one with that of the question: their sum. */
export type Said = 1 | 2 | 3;
export const holds = 1;
export const holdsNot = 2;
export const errs = 3;

/** What was told of an earlier question is smaller than this, of this one larger. */
export function questionOf(frame: Frame): number {
  return frame.now * 4;
}

/** Deeper than policies share, and shallow enough for the stack. */
const maxShared = 8;

interface Node {
  readonly test: Test;
  readonly below: Map<string, Node>;
  policies: number;
  number: number | undefined;
}

export function sharePrefixes<P extends { readonly conjuncts: readonly Conjunct[] }>(
  policies: readonly P[],
): Prefixes<P> {
  const paths = pathsOf(policies.map(({ conjuncts }) => conjuncts));
  const parents: number[] = [0];
  const tests: Test[] = [() => true];
  const divided = policies.map((policy, at): P & Divided => {
    let prefix = 0;
    let shared = 0;
    let since: Test[] = [];
    for (const [depth, node] of (paths[at] ?? []).entries()) {
      if (node.policies < 2) break;
      since.push(node.test);
      // Where all go on together, there is nothing to tell yet.
      const [next] = node.below.values();
      if (next?.policies === node.policies) continue;
      if (node.number === undefined) {
        node.number = tests.length;
        parents.push(prefix);
        tests.push(all(since));
      }
      prefix = node.number;
      shared = depth + 1;
      since = [];
    }
    const left = policy.conjuncts.slice(shared).map(({ test }) => test);
    return { ...policy, prefix, rest: left.length === 0 ? undefined : all(left) };
  });

  const tell = (frame: Frame, prefix: number): Said => {
    const question = questionOf(frame);
    const known = (frame.prefixes[prefix] ?? 0) - question;
    if (known === holds || known === holdsNot || known === errs) return known;
    const parent = parents[prefix] ?? 0;
    const before = parent === 0 ? holds : tell(frame, parent);
    const said = before === holds ? saidBy(tests[prefix]?.(frame)) : before;
    frame.prefixes[prefix] = question + said;
    return said;
  };
  return { count: tests.length, divided, tell };
}

function saidBy(said: boolean | undefined): Said {
  return said === undefined ? errs : said ? holds : holdsNot;
}

function pathsOf(policies: readonly (readonly Conjunct[])[]): readonly (readonly Node[])[] {
  const roots = new Map<string, Node>();
  return policies.map((conjuncts) => {
    let siblings = roots;
    return conjuncts.slice(0, maxShared).map(({ key, test }) => {
      const node = siblings.get(key) ?? { test, below: new Map(), policies: 0, number: undefined };
      siblings.set(key, node);
      node.policies++;
      siblings = node.below;
      return node;
    });
  });
}
