// SPDX-License-Identifier: Apache-2.0
/**
 * Reads what stands in `temporal { ... }`.
 *
 * One token of the future decides everywhere, so no input makes it try twice. Whether a condition can
 * be monitored is not asked here (accept.ts), nor whether its names exist (check-schema.ts).
 *
 * Source: Dogwood's formal specification (guide 08), chapter 2.4.
 */

import {
  type Cursor,
  cursorOver,
  eat,
  expect,
  found,
  here,
  interval,
  isMark,
  isWord,
  pathOf,
  peek,
  refuse,
  tail,
  word,
} from './cursor.ts';
import type { Comparison } from './formula.ts';
import { commaParts, maxNesting, type Span, type Token, unquoted } from './scan.ts';
import { DecimalValue, EntityValue } from './value.ts';
import type {
  Argument,
  Slot,
  Window,
  Written,
  WrittenAggregate,
  WrittenBinder,
  WrittenCall,
  WrittenField,
  WrittenTerm,
} from './written.ts';

/** @throws {Refusal} */
export function readCondition(span: Span): Written {
  const r = cursorOver(span);
  const condition = conjunction(r);
  atEnd(r);
  return condition;
}

/** What a temporal macro stands for: a condition, or the value of an aggregate. @throws {Refusal} */
export function readMacroBody(
  span: Span,
):
  | { readonly kind: 'condition'; readonly condition: Written }
  | { readonly kind: 'aggregate'; readonly aggregate: WrittenAggregate } {
  const r = cursorOver(span);
  if (startsAggregate(r)) {
    const aggregate = readAggregate(r);
    atEnd(r);
    return { kind: 'aggregate', aggregate };
  }
  return { kind: 'condition', condition: readCondition(span) };
}

function atEnd(r: Cursor): void {
  if (peek(r) !== undefined) refuse(r, `expected \`&&\` or the end of the condition, found ${found(r)}`);
}

/** Several steps for each pair of brackets, and what nests without brackets: `!`, `exists`. */
const maxDepth = 3 * maxNesting;

function deeper<T>(r: Cursor, work: () => T): T {
  if (r.depth >= maxDepth) refuse(r, 'the condition is nested too deep');
  r.depth++;
  const result = work();
  r.depth--;
  return result;
}

function conjunction(r: Cursor): Written {
  const at = here(r);
  const parts = [sinceOrConjunct(r)];
  while (eat(r, '&&')) parts.push(sinceOrConjunct(r));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'and', parts, at };
}

/** `!` binds tighter than `since`: `!a since within 1h b` says that no `a` has been since `b`. */
function sinceOrConjunct(r: Cursor): Written {
  const at = here(r);
  return since(r, negated(r), at);
}

function since(r: Cursor, left: Written, at: number): Written {
  if (!isWord(peek(r), 'since')) return left;
  r.i++;
  const within = window(r);
  return { kind: 'since', within, left, right: atom(r), at };
}

function negated(r: Cursor): Written {
  const at = here(r);
  if (!eat(r, '!')) return conjunct(r);
  return deeper(r, () => ({ kind: 'not', body: negated(r), at }));
}

function conjunct(r: Cursor): Written {
  const read = conjunctOrTerm(r);
  if (read.kind === 'condition') return read.condition;
  return refuse(r, `expected a comparison operator, found ${found(r)}`);
}

type Either =
  | { readonly kind: 'condition'; readonly condition: Written }
  | { readonly kind: 'term'; readonly term: WrittenTerm };

/** A conjunct, or the term alone where no operator follows it: only the arguments of a call may be that. */
function conjunctOrTerm(r: Cursor): Either {
  const at = here(r);
  const operator = operatorOf(peek(r));
  if (operator !== undefined) refuse(r, `expected a condition, found \`${operator}\``);
  if (isWord(peek(r), 'exists') && isMark(peek(r, 1), '('))
    return { kind: 'condition', condition: exists(r) };
  if (isWord(peek(r), 'formerly') || isWord(peek(r), 'previous')) {
    if (operatorOf(peek(r, 1)) === undefined) return { kind: 'condition', condition: past(r) };
  }
  return deeper(r, () => simple(r, at, true));
}

/** The body of `formerly` and `previous`, and what `since` goes back to: never a bare `&&`, `!` or operator. */
function atom(r: Cursor): Written {
  const token = peek(r);
  if (token === undefined) refuse(r, 'expected a predicate or a condition in brackets, found the end');
  if (isMark(token, '!') || isTemporal(token))
    refuse(r, `put the condition that starts with \`${token.text}\` in brackets`);
  const read = deeper(r, () => simple(r, here(r), false));
  if (read.kind === 'condition') return read.condition;
  return refuse(r, `expected a comparison operator, found ${found(r)}`);
}

function isTemporal(token: Token | undefined): boolean {
  return token?.kind === 'word' && ['formerly', 'previous', 'exists'].includes(token.text);
}

/** @param whole whether a call may be the left side of a comparison without brackets around it */
function simple(r: Cursor, at: number, whole: boolean): Either {
  if (isMark(peek(r), '(')) return bracketed(r, at);
  if (isWord(peek(r), 'tp') && isMark(peek(r, 1), '(')) return { kind: 'condition', condition: timepoint(r) };
  const token = peek(r);
  if (token?.kind === 'sigil' && token.text.startsWith('?') && operatorOf(peek(r, 1)) === undefined)
    return parameter(r, at);
  if (token?.kind === 'word' && isMark(peek(r, 1), '::')) {
    const name = qualified(r);
    if (isMark(peek(r), '::')) return { kind: 'condition', condition: predicate(r, name, at) };
    if (isMark(peek(r), '{'))
      refuse(r, 'expected the kind of event after the action, as in `::request`, found `{`');
    const value = new EntityValue(name.type, name.id);
    return comparisonOrTerm(r, { kind: 'value', value, at }, at);
  }
  const left = term(r);
  if (left.kind === 'call' && (!whole || operatorOf(peek(r)) === undefined))
    return { kind: 'condition', condition: left };
  return comparisonOrTerm(r, left, at);
}

function bracketed(r: Cursor, at: number): Either {
  r.i++;
  if (startsAggregate(r)) {
    const aggregate = readAggregate(r);
    expect(r, ')', 'after the aggregate');
    return comparisonOrTerm(r, aggregate, at);
  }
  const inner = conjunction(r);
  expect(r, ')', 'after the condition');
  if (inner.kind === 'call' && operatorOf(peek(r)) !== undefined) return comparisonOrTerm(r, inner, at);
  return { kind: 'condition', condition: inner };
}

function comparisonOrTerm(r: Cursor, left: WrittenTerm, at: number): Either {
  const op = operatorOf(peek(r));
  if (op === undefined) return { kind: 'term', term: left };
  r.i++;
  return { kind: 'condition', condition: { kind: 'compare', op, left, right: term(r), at } };
}

const operators: ReadonlyMap<string, Comparison> = new Map([
  ['<', '<'],
  ['<=', '<='],
  ['==', '=='],
  ['!=', '!='],
  ['>=', '>='],
  ['>', '>'],
]);

function operatorOf(token: Token | undefined): Comparison | undefined {
  return token?.kind === 'mark' ? operators.get(token.text) : undefined;
}

function exists(r: Cursor): Written {
  const at = here(r);
  r.i++;
  const binder = typedBinder(r);
  expect(r, '.', 'after the binder');
  // The scope reaches as far to the right as it can.
  return deeper(r, () => ({ kind: 'exists', binder, body: conjunction(r), at }));
}

function past(r: Cursor): Written {
  const at = here(r);
  const kind = isWord(peek(r), 'formerly') ? 'formerly' : 'previous';
  r.i++;
  const within = window(r);
  return { kind, within, body: atom(r), at };
}

function timepoint(r: Cursor): Written {
  const at = here(r);
  r.i += 2;
  const bound = slot(r);
  expect(r, ')', 'after the variable of `tp`');
  return { kind: 'timepoint', slot: bound, at };
}

function parameter(r: Cursor, at: number): Either {
  const { name } = slot(r);
  return { kind: 'condition', condition: refined(r, { kind: 'param', name, at }, at) };
}

function predicate(r: Cursor, { type, id }: { type: string; id: string }, at: number): Written {
  r.i++;
  const kind = peek(r);
  if (kind?.kind !== 'word') refuse(r, `expected the kind of event, as in \`::request\`, found ${found(r)}`);
  r.i++;
  if (!isMark(peek(r), '{')) refuse(r, `expected \`{\` and the fields that must match, found ${found(r)}`);
  const first = fields(r);
  return refined(
    r,
    { kind: 'predicate', actionType: type, actionId: id, event: kind.text, fields: first, at },
    at,
  );
}

function refined(r: Cursor, base: Written, at: number): Written {
  const more: WrittenField[] = [];
  let refines = false;
  while (isMark(peek(r), '{')) {
    refines = true;
    more.push(...fields(r));
  }
  return refines ? { kind: 'refine', base, fields: more, at } : base;
}

function fields(r: Cursor): readonly WrittenField[] {
  expect(r, '{', 'before the fields');
  const read: WrittenField[] = [];
  if (eat(r, '}')) return read;
  do {
    const at = here(r);
    const path = [word(r, 'the name of a field'), ...tail(r)];
    expect(r, ':', `after the field \`${path.join('.')}\``);
    read.push({ path, term: term(r), at });
  } while (eat(r, ','));
  expect(r, '}', 'after the fields');
  return read;
}

/** `Drupe::Action::"Login"`. */
function qualified(r: Cursor): { readonly type: string; readonly id: string } {
  const path = [word(r, 'a name')];
  while (eat(r, '::')) {
    const token = peek(r);
    if (token?.kind === 'string') return { type: path.join('::'), id: text(r) };
    path.push(word(r, 'a name or an id in quotes'));
  }
  return refuse(r, `expected \`::\` and an id in quotes after \`${path.join('::')}\`, found ${found(r)}`);
}

function text(r: Cursor): string {
  const token = peek(r);
  if (token?.kind !== 'string') refuse(r, `expected a string, found ${found(r)}`);
  const said = unquoted(token.text);
  if (said === undefined) refuse(r, 'the string has an escape that is none');
  r.i++;
  return said;
}

function startsAggregate(r: Cursor): boolean {
  if (isWord(peek(r), 'count')) return isWord(peek(r, 1), 'for') || isWord(peek(r, 1), 'where');
  if (!isWord(peek(r), 'sum')) return false;
  const of = peek(r, 1);
  return of?.kind === 'sigil' || (of?.kind === 'word' && of.text !== 'since');
}

function readAggregate(r: Cursor): WrittenAggregate {
  const at = here(r);
  const sums = isWord(peek(r), 'sum');
  r.i++;
  const of = sums ? slot(r) : undefined;
  if (!isWord(peek(r), 'for'))
    refuse(
      r,
      `expected \`for\` and what is aggregated over, as in \`for (t: Timepoint).\`, found ${found(r)}`,
    );
  r.i++;
  const binders = [typedBinder(r)];
  while (eat(r, ',')) binders.push(typedBinder(r));
  expect(r, '.', 'after the binders');
  if (!isWord(peek(r), 'where')) refuse(r, `expected \`where\`, found ${found(r)}`);
  r.i++;
  const where = deeper(r, () => conjunction(r));
  return of === undefined ? { kind: 'count', binders, where, at } : { kind: 'sum', of, binders, where, at };
}

function typedBinder(r: Cursor): WrittenBinder {
  expect(r, '(', 'before the binder');
  const bound = slot(r);
  expect(r, ':', 'and a type after the variable');
  const type = pathOf(r, 'a type');
  expect(r, ')', 'after the type');
  return { slot: bound, type };
}

function slot(r: Cursor): Slot {
  const token = peek(r);
  if (token?.kind === 'word') {
    r.i++;
    return { kind: 'name', name: token.text, at: token.at };
  }
  if (token?.kind === 'sigil') {
    r.i++;
    return { kind: token.text.startsWith('?') ? 'param' : 'fresh', name: token.text.slice(1), at: token.at };
  }
  return refuse(r, `expected the name of a variable, found ${found(r)}`);
}

function window(r: Cursor): Window {
  if (!isWord(peek(r), 'within'))
    refuse(r, `expected \`within\` and how far to look back, as in \`within 1h\`, found ${found(r)}`);
  r.i++;
  const token = peek(r);
  if (token?.kind === 'sigil' && token.text.startsWith('?')) {
    r.i++;
    return { kind: 'param', name: token.text.slice(1), at: token.at };
  }
  return lengthOfTime(r) ?? refuse(r, `expected how far to look back, such as \`1h\`, found ${found(r)}`);
}

function lengthOfTime(r: Cursor): Window | undefined {
  const at = here(r);
  const length = interval(r);
  return length === undefined ? undefined : { kind: 'seconds', ...length, at };
}

function call(r: Cursor): WrittenCall {
  const at = here(r);
  const name = word(r, 'the name of a macro');
  const open = peek(r);
  const closedBy = open?.closedBy ?? r.i;
  const parts = commaParts({ source: r.source, from: r.i + 1, to: closedBy });
  const args = parts.map((part) => argument(r, part));
  r.i = closedBy + 1;
  return { kind: 'call', name, args, at };
}

function argument(r: Cursor, { source, from, to }: Span): Argument {
  const inner: Cursor = { source, end: to, i: from, depth: r.depth };
  const at = here(inner);
  const length = lengthOfTime(inner);
  if (length !== undefined && peek(inner) === undefined) return { kind: 'window', window: length, at };
  inner.i = from;
  return deeper(inner, () => conditionOrTerm(inner, at));
}

function conditionOrTerm(r: Cursor, at: number): Argument {
  if (startsAggregate(r)) {
    // Greedy to the right: what a bare aggregate does not take, nothing does.
    const aggregate = readAggregate(r);
    atEnd(r);
    return { kind: 'term', term: aggregate, at };
  }
  if (!isMark(peek(r), '!')) {
    const first = conjunctOrTerm(r);
    if (first.kind === 'term' && peek(r) === undefined) return { kind: 'term', term: first.term, at };
    if (first.kind === 'term') refuse(r, `expected a comparison operator or \`,\`, found ${found(r)}`);
    else return { kind: 'condition', condition: rest(r, since(r, first.condition, at), at), at };
  }
  const condition = conjunction(r);
  atEnd(r);
  return { kind: 'condition', condition, at };
}

function rest(r: Cursor, first: Written, at: number): Written {
  if (!isMark(peek(r), '&&')) {
    atEnd(r);
    return first;
  }
  const parts = [first];
  while (eat(r, '&&')) parts.push(sinceOrConjunct(r));
  atEnd(r);
  return { kind: 'and', parts, at };
}

function term(r: Cursor): WrittenTerm {
  const at = here(r);
  const token = peek(r);
  if (token === undefined) refuse(r, 'expected a value, found the end');
  if (isMark(token, '(')) {
    r.i++;
    const inner = startsAggregate(r) ? readAggregate(r) : macroCall(r);
    expect(r, ')', 'after the aggregate');
    return inner;
  }
  if (isMark(token, '[')) return deeper(r, () => array(r, at));
  if (eat(r, '*')) return { kind: 'wildcard', at };
  if (token?.kind === 'string') return { kind: 'value', value: text(r), at };
  if (token?.kind === 'number' || isMark(token, '-')) return { kind: 'value', value: integer(r), at };
  if (token?.kind === 'sigil') return { kind: 'variable', slot: slot(r), at };
  if (token?.kind !== 'word') refuse(r, `expected a value, found ${found(r)}`);
  return named(r, token.text, at);
}

function macroCall(r: Cursor): WrittenCall {
  if (peek(r)?.kind === 'word' && isMark(peek(r, 1), '(')) return deeper(r, () => call(r));
  return refuse(r, `expected \`count\`, \`sum\` or a macro, found ${found(r)}`);
}

function named(r: Cursor, name: string, at: number): WrittenTerm {
  if (isMark(peek(r, 1), '::')) {
    const { type, id } = qualified(r);
    if (isMark(peek(r), '::')) refuse(r, 'a predicate is a condition, not a value');
    return { kind: 'value', value: new EntityValue(type, id), at };
  }
  if (startsAggregate(r)) return readAggregate(r);
  if (name === 'decimal' && isMark(peek(r, 1), '(')) {
    r.i += 2;
    const value = new DecimalValue(text(r));
    expect(r, ')', 'after the decimal');
    return { kind: 'value', value, at };
  }
  if (isMark(peek(r, 1), '(')) return macroCall(r);
  r.i++;
  if (name === 'true' || name === 'false') return { kind: 'value', value: name === 'true', at };
  if (name === '_') return { kind: 'wildcard', at };
  if (name === 'principal' || name === 'resource')
    return { kind: 'reference', root: name, path: tail(r), at };
  if (name === 'context' && isMark(peek(r), '.'))
    return { kind: 'reference', root: 'context', path: tail(r), at };
  return { kind: 'variable', slot: { kind: 'name', name, at }, at };
}

function array(r: Cursor, at: number): WrittenTerm {
  r.i++;
  const items: WrittenTerm[] = [];
  if (eat(r, ']')) return { kind: 'array', items, at };
  do items.push(term(r));
  while (eat(r, ','));
  expect(r, ']', 'after the items');
  return { kind: 'array', items, at };
}

/** 64 bits, as in Cedar. */
function integer(r: Cursor): number | bigint {
  const at = here(r);
  const minus = eat(r, '-');
  const token = peek(r);
  if (token?.kind !== 'number' || (minus && token.at !== at + 1))
    refuse(r, `expected a whole number, found ${found(r)}`);
  r.i++;
  if (token.text.length > 19) refuse(r, 'the number does not fit into 64 bits', at);
  const value = BigInt(`${minus ? '-' : ''}${token.text}`);
  if (value !== BigInt.asIntN(64, value)) refuse(r, `\`${value}\` does not fit into 64 bits`, at);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
