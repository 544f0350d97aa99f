// SPDX-License-Identifier: Apache-2.0
/**
 * Whose history a leaf looks at: one session's, one agent's, or everybody's.
 *
 * A leaf whose every predicate is held to the asking session sees no other session's events, so its
 * state can lie with the session. Conditions on the order of all events see the others all the same.
 */
import type { Locality } from './condition.ts';
import type { Formula, Predicate, Reference } from './formula.ts';
import type { Pin } from './pins.ts';

/** The logged fields by which events name their session and their agent, and what asks for them. */
const sessionKey = { path: 'sessionId', to: 'context.session.id' };
const agentKey = { path: 'callerPrincipal', to: 'principal' };

/**
 * @param formula with its pins
 * @param keys the event schema's slices (`sliceKeys`)
 */
export function localityOf(formula: Formula, keys: readonly Pin[]): Locality {
  const predicates = [...predicatesIn(formula)];
  const heldTo = (key: typeof sessionKey) =>
    keys.some((pin) => isHeld(pin.path, pin.reference, key)) ||
    (predicates.length > 0 && !readsOrder(formula) && predicates.every((each) => pins(each, key)));
  if (heldTo(sessionKey)) return 'session';
  return heldTo(agentKey) ? 'agent' : 'tenant';
}

function pins({ fields }: Predicate, key: typeof sessionKey): boolean {
  return fields.some(({ path, term }) => term.kind === 'reference' && isHeld(path, term, key));
}

function isHeld(path: readonly string[], { root, path: tail }: Reference, key: typeof sessionKey): boolean {
  return path.join('.') === key.path && [root, ...tail].join('.') === key.to;
}

/**
 * Whether an event that no predicate matches can change the answer: it is the one before, it lies
 * between, or something is looked for around it.
 */
export function readsOrder(formula: Formula): boolean {
  for (const each of formulasIn(formula)) {
    if (each.kind === 'previous') return true;
    if (each.kind === 'formerly' && !isAtPredicate(each.body)) return true;
    if (each.kind === 'since' && !(isNeverOf(each.left) && isAtPredicate(each.right))) return true;
  }
  return false;
}

/** `!A && !B`: what no event makes untrue but those that match. */
function isNeverOf(left: Formula): boolean {
  if (left.kind === 'and') return left.parts.every(isNeverOf);
  return left.kind === 'not' && left.body.kind === 'predicate';
}

/** True only at events that a predicate matches. */
function isAtPredicate(body: Formula): boolean {
  if (body.kind === 'exists') return isAtPredicate(body.body);
  return body.kind === 'predicate' || (body.kind === 'and' && body.parts.some(isAtPredicate));
}

function* predicatesIn(formula: Formula): Generator<Predicate> {
  for (const each of formulasIn(formula)) if (each.kind === 'predicate') yield each;
}

function* formulasIn(formula: Formula): Generator<Formula> {
  yield formula;
  switch (formula.kind) {
    case 'and':
      for (const part of formula.parts) yield* formulasIn(part);
      return;
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      return yield* formulasIn(formula.body);
    case 'since':
      yield* formulasIn(formula.left);
      return yield* formulasIn(formula.right);
    case 'compare':
      for (const side of [formula.left, formula.right])
        if (side.kind === 'count' || side.kind === 'sum') yield* formulasIn(side.where);
      return;
    default:
      return;
  }
}
