// SPDX-License-Identifier: Apache-2.0
/**
 * How surely a request speaks of a thing: from a title that it quotes down to a word in common.
 *
 * The titles of things are chosen by whoever made them. A match says which thing is meant if there is one; it says
 * nothing of who wrote it, and two things that match alike are an ambiguity.
 */
import { foldText, tokensOf } from './fold-text.ts';
import type { Told } from './knowledge.ts';
import type { Leaf, Thing } from './record.ts';
import { keyOf, type Request, telling } from './request.ts';

/** 0 none, 1 a word in common, 2 all words of one short name, 3 all words of a name, or an address; 4 it is quoted. */
export type Grade = 0 | 1 | 2 | 3 | 4;

/** The strongest of what the thing is called, and of what was asked for where all of the answer is about it. */
export function gradeOf(request: Request, told: Told, thing: Thing): Grade {
  let best = 0;
  for (const leaf of thing.leaves) best = Math.max(best, gradeOfLeaf(request, leaf));
  if (told.things.length === 1)
    for (const leaf of told.args) best = Math.max(best, gradeOfLeaf(request, leaf));
  return best as Grade;
}

function gradeOfLeaf(request: Request, leaf: Leaf): Grade {
  switch (leaf.is) {
    case 'prose':
    case 'key':
      return 0;
    case 'quantity':
      if (request.values.has(keyOf(leaf.typed)) && isSpecific(leaf)) return 1;
      if (/^\d{4}-\d{2}-\d{2}/.test(leaf.raw) && request.days.has(leaf.raw.slice(5, 10))) return 1;
      // A mark that the thing has: `recurring: true`.
      return leaf.raw === 'true' &&
        tokensOf(leaf.name).some((token) => telling(token) && says(request, token))
        ? 1
        : 0;
    case 'address':
      return request.values.has(keyOf(leaf.typed)) ? 3 : 0;
    case 'name':
      return gradeOfName(request, leaf);
  }
}

function gradeOfName(request: Request, { raw, typed }: Leaf): Grade {
  const folded = foldText(raw);
  if (folded === '' || states.has(folded)) return 0;
  if (request.named.has(folded) || (typed.kind === 'file' && request.named.has(typed.value))) return 4;
  const tokens = tokensOf(raw).filter(telling);
  if (tokens.length === 0) return 0;
  const common = tokens.filter((token) => says(request, token));
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

function says(request: Request, token: string): boolean {
  if (request.tokens.has(token)) return true;
  // Plurals of either.
  return request.tokens.has(`${token}s`) || (token.endsWith('s') && request.tokens.has(token.slice(0, -1)));
}

/** Names of states are no names of things. */
const states: ReadonlySet<string> = new Set([
  'true',
  'false',
  'yes',
  'no',
  'none',
  'null',
  'ok',
  'active',
  'inactive',
  'confirmed',
  'canceled',
  'cancelled',
  'pending',
  'sent',
  'received',
  'draft',
  'read',
  'unread',
  'open',
  'closed',
  'done',
  'me',
  'r',
  'rw',
  'w',
]);
