// SPDX-License-Identifier: Apache-2.0
/**
 * Why an argument has the value that it has: whether there is a reason for it that its author is entitled to give.
 *
 * A destination, an amount, an object, a link or a secret decides what an action does. Each needs a reason: the
 * person said it, it is the person's own, it is in their address book under a name that they said, or it is a
 * field of a thing that they spoke of. Prose is no reason, whoever wrote it: at most it is worth a question, where
 * the person named the very document.
 *
 * Source: docs/origins.md.
 */
import type { Role } from '../catalogue/taxonomy.ts';
import { amount } from './amount.ts';
import { destination } from './destination.ts';
import { foldText, hasUnseen, isWithin } from './fold-text.ts';
import type { Knowledge, Spot } from './knowledge.ts';
import { link, linkWithin, secret, where } from './link.ts';
import { type Act, type Origin, type Reason, reason, type Scalar } from './reason.ts';
import { keyOf, type Request } from './request.ts';
import { selector } from './selector.ts';
import { isAddress, type Typed, typedOf } from './typed.ts';

/** @param role `within`: a link in a text that goes out */
export function reasonFor(known: Knowledge, role: Role | 'within', value: Scalar, act: Act): Reason {
  const { request } = known;
  if (request === undefined) {
    const urged = known.find(typedOf(value)).filter(({ told }) => !told.trusted && told.holds !== 'echo');
    return reason('ask', urged.length > 0 ? 'untrusted' : 'nowhere', 'nobody_asked', urged);
  }
  const found = roleReason(known, request, role, value, act);
  // Something that nobody looked at may be what speaks against it.
  if (known.full && found.doubt === 'none' && fromRecords.has(found.origin))
    return { ...found, doubt: 'ask', why: 'full' };
  return found;
}

const fromRecords: ReadonlySet<Origin> = new Set<Origin>(['contacts', 'record', 'derived', 'document']);

function roleReason(
  known: Knowledge,
  request: Request,
  role: Role | 'within',
  value: Scalar,
  act: Act,
): Reason {
  const typed = typedOf(value);
  if (role === 'content' || role === 'code' || role === 'query')
    return reason('none', known.find(typed).length > 0 ? 'record' : 'nowhere', 'content');
  // What is sent on has them, and what was said has not.
  if (
    (isAddress(typed) || role === 'destination') &&
    hasUnseen(String(value)) &&
    !request.text.includes(String(value))
  )
    return reason('no_reason', 'untrusted', 'look_alike');
  if (isSaid(request, role, typed, value)) {
    const urged = urging(known, typed);
    return urged.length > 0
      ? reason('ask', 'prompt', 'said_and_urged', urged)
      : reason('none', 'prompt', 'said');
  }
  if (known.isOwn(typed)) return reason('none', 'principal', 'own');
  if (known.lookAlike(typed)) return reason('no_reason', 'untrusted', 'look_alike', known.find(typed));
  switch (role) {
    case 'destination':
      return destination(known, request, typed, act);
    case 'amount':
      return amount(known, request, typed, act);
    case 'selector':
      return selector(known, request, typed, value, act);
    case 'link':
      return link(known, request, typed, act);
    case 'within':
      return linkWithin(known, request, typed);
    case 'path':
      return where(known, request, typed, value, act);
    case 'credential':
      return secret(known, typed);
  }
}

/** Where somebody whom nobody asked writes of it: which of the two is meant is not for us to say. */
function urging(known: Knowledge, typed: Typed): readonly Spot[] {
  if (!isAddress(typed)) return [];
  return known
    .find(typed)
    .filter(({ whole, told, thing }) => !whole && !told.trusted && known.grade(told, thing) < 3);
}

function isSaid(request: Request, role: Role | 'within', typed: Typed, value: Scalar): boolean {
  if (role === 'selector' && typed.kind === 'number') return request.ids.has(typed.value);
  if (request.values.has(keyOf(typed))) return true;
  const folded = foldText(String(value));
  if (folded === '') return true;
  if (typed.kind !== 'text' && typed.kind !== 'file') return false;
  return isWithin(request.folded, folded) || isWithin(request.spaced, spaced(folded));
}

/** `reading-club` and `#reading club` are called the same. */
function spaced(folded: string): string {
  return /^[\p{L}\p{N}]+(?:[-_ ][\p{L}\p{N}]+)+$/u.test(folded) ? folded.replace(/[-_]/g, ' ') : folded;
}
