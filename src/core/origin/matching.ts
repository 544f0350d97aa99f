// SPDX-License-Identifier: Apache-2.0
/**
 * How surely a request speaks of a thing: from a title that it quotes down to a word in common.
 *
 * The titles of things are chosen by whoever made them. A match says which thing is meant if there is one; it says
 * nothing of who wrote it, and two things that match alike are an ambiguity.
 */
import { foldText, isWithin, tokensOf } from './fold-text.ts';
import type { Leaf, Thing } from './record.ts';
import { keyOf, type Request, telling } from './request.ts';

/**
 * The whole of it: 0 none, 1 a word in common, 2 all words of one short name, 3 all words of a name, or an address;
 * 4 it is quoted, or called by its key. What is behind the point counts what they have in common, and how
 * much of a name that is, so that of two that match alike one may fit better.
 */
export type Grade = number;

/** The strongest of what the thing is called. */
export function gradeOf(request: Request, { leaves }: Thing): Grade {
  let best = 0;
  let covered = 0;
  const common = new Set<string>();
  for (const leaf of leaves) {
    best = Math.max(best, gradeOfLeaf(request, leaf, common));
    if (leaf.is === 'name') covered = Math.max(covered, coverage(request, leaf));
  }
  return best === 0 ? 0 : best + Math.min(common.size, 98) / 100 + covered / 101;
}

/** How much of a name was said. */
function coverage(request: Request, { raw }: Leaf): number {
  const tokens = tokensOf(raw).filter(telling);
  return tokens.length === 0 ? 0 : tokens.filter((token) => says(request, token)).length / tokens.length;
}

/** @param common what the two have in common is added to it */
function gradeOfLeaf(request: Request, leaf: Leaf, common: Set<string>): number {
  switch (leaf.is) {
    case 'prose':
      return 0;
    case 'key':
      if (!isCalled(request, leaf)) return 0;
      common.add(`key ${leaf.raw}`);
      return 4;
    case 'quantity':
      if (!isMentioned(request, leaf)) return 0;
      common.add(`${leaf.name} ${leaf.raw}`);
      return 1;
    case 'address':
      if (!request.values.has(keyOf(leaf.typed))) return 0;
      common.add(leaf.typed.value);
      return 3;
    case 'name':
      return gradeOfName(request, leaf, common);
  }
}

/** By its number, or by a key that is a word of the request. */
function isCalled(request: Request, { raw }: Leaf): boolean {
  const folded = foldText(raw);
  return /^\d+$/.test(folded)
    ? request.ids.has(String(Number(folded)))
    : folded.length > 2 && isWithin(request.folded, folded);
}

function isMentioned(request: Request, leaf: Leaf): boolean {
  if (request.values.has(keyOf(leaf.typed)) && isSpecific(leaf)) return true;
  if (/^\d{4}-\d{2}-\d{2}/.test(leaf.raw) && request.days.has(leaf.raw.slice(5, 10))) return true;
  // A mark that the thing has: `recurring: true`.
  return leaf.raw === 'true' && tokensOf(leaf.name).some((token) => telling(token) && says(request, token));
}

function gradeOfName(request: Request, { raw, typed }: Leaf, shared: Set<string>): number {
  const folded = foldText(raw);
  if (folded === '' || states.has(folded)) return 0;
  const tokens = tokensOf(raw).filter(telling);
  const common = tokens.filter((token) => says(request, token));
  for (const token of common) shared.add(token);
  if (request.named.has(folded) || (typed.kind === 'file' && request.named.has(typed.value))) return 4;
  if (tokens.length === 0) return 0;
  if (common.length === tokens.length) return tokens.length > 1 ? 3 : 2;
  return common.length > 0 ? 1 : 0;
}

/** A day, or a number that is not met everywhere. */
function isSpecific({ raw, typed }: Leaf): boolean {
  return (
    typed.kind === 'day' ||
    /\d[.,]\d/.test(raw) ||
    (typed.kind === 'number' && Math.abs(Number(typed.value)) >= 10)
  );
}

export function says(request: Request, token: string): boolean {
  if (request.tokens.has(token)) return true;
  // Plurals of either.
  return request.tokens.has(`${token}s`) || (token.endsWith('s') && request.tokens.has(token.slice(0, -1)));
}

/** Names of states are no names of things. */
const states: ReadonlySet<string> = new Set(
  (
    'true false yes no none null ok active inactive confirmed canceled cancelled pending sent received draft read ' +
    'unread open closed done me r rw w'
  ).split(' '),
);
