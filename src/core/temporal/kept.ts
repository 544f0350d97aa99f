// SPDX-License-Identifier: Apache-2.0
/**
 * What history keeps of a request and of its result: a declared projection, small and without text.
 *
 * Records are never erased, so text is kept as a keyed hash: equal texts have equal hashes, which is
 * all that a condition over history asks of text. The same is done to what they are compared with.
 * Numbers stay, since they are summed.
 *
 * Source: docs/formats/record.md, "kept"; docs/temporal.md.
 */
import type { ArgumentRule, CatalogueEntry } from '../catalogue/entry.ts';
import { isArray, isObject, type JsonObject, type JsonValue, own } from '../json/value.ts';
import type { CedarValue } from '../policy/question.ts';
import type { CedarRecord } from '../policy/values.ts';
import type { Kept } from '../record/events/decision.ts';
import type { Pseudonym } from '../record/secret.ts';
import type { Formula, Operand, Term } from './formula.ts';
import { DecimalValue, EntityValue, type RecordValue, type TemporalValue } from './value.ts';

type KeptValue = Kept[string];
type KeptScalar = Exclude<KeptValue, readonly unknown[]>;

/** Longer lists are kept, and compared, as one hash. */
const maxItems = 16;

/** Roles whose arguments say what was done to whom; content and credentials are never kept unasked. */
const keptRoles: ReadonlySet<string> = new Set(['amount', 'destination', 'selector']);

export function keepsArgument(rule: ArgumentRule | undefined): boolean {
  return rule?.history ?? (rule?.role !== undefined && keptRoles.has(rule.role));
}

/** The names of the arguments of an entry that history keeps. */
export function keptArguments(entry: CatalogueEntry): readonly string[] {
  return Object.entries(entry.args).flatMap(([name, rule]) => (keepsArgument(rule) ? [name] : []));
}

/** @param args as policy sees them, from `cedarArgs` */
export function keptOfArguments(entry: CatalogueEntry, args: CedarRecord, pseudonym: Pseudonym): Kept {
  const kept: { [name: string]: KeptValue } = {};
  for (const name of keptArguments(entry)) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    const small = value === undefined ? undefined : keptValue(value, pseudonym);
    if (small !== undefined) kept[name] = small;
  }
  return kept;
}

/** What every result has for conditions over history; the status is the record's own. */
export const resultFields = { status: 'String', bytes: 'Long', rows: 'Long' } as const;

/**
 * @param result as it is recorded, secrets replaced
 * @param bytes of its canonical form
 */
export function keptOfResult(
  entry: Pick<CatalogueEntry, 'keeps'>,
  result: JsonObject,
  bytes: number,
  pseudonym: Pseudonym,
): Kept {
  const structured = own(result, 'structuredContent');
  const rows = rowsOf(structured);
  const kept: { [name: string]: KeptValue } = {
    bytes,
    ...(rows === undefined ? {} : { rows }),
  };
  for (const [field, pointer] of Object.entries(entry.keeps ?? {})) {
    const value = at(structured, pointer);
    const small = value === undefined ? undefined : keptJson(value, pseudonym);
    if (small !== undefined) kept[field] = small;
  }
  return kept;
}

/** A list, or the longest list that stands at the top of an object. */
function rowsOf(structured: JsonValue | undefined): number | undefined {
  if (structured === undefined) return undefined;
  if (isArray(structured)) return structured.length;
  if (!isObject(structured)) return undefined;
  const lengths = Object.values(structured).flatMap((value) => (isArray(value) ? [value.length] : []));
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}

/** RFC 6901, without its escapes' refinements: a pointer was checked where it was declared. */
function at(value: JsonValue | undefined, pointer: string): JsonValue | undefined {
  let found = value;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isArray(found)) found = /^(?:0|[1-9]\d{0,8})$/.test(name) ? found[Number(name)] : undefined;
    else found = isObject(found) ? own(found, name) : undefined;
  }
  return found;
}

function keptJson(value: JsonValue, pseudonym: Pseudonym): KeptValue | undefined {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
  if (value === null) return undefined;
  if (isArray(value)) {
    const items = value.map((item) => (isArray(item) ? undefined : keptJson(item, pseudonym)));
    return wholeList(items, value, pseudonym);
  }
  if (isObject(value)) return undefined;
  return typeof value === 'string' ? hashed(value, pseudonym) : value;
}

function keptValue(value: CedarValue, pseudonym: Pseudonym): KeptValue | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return value;
    case 'string':
      return hashed(value, pseudonym);
    default: {
      if (isList(value)) {
        const items = value.map((item) => keptScalar(item, pseudonym));
        return wholeList(items, value, pseudonym);
      }
      return keptScalar(value, pseudonym);
    }
  }
}

function keptScalar(value: CedarValue, pseudonym: Pseudonym): KeptScalar | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return value;
    case 'string':
      return hashed(value, pseudonym);
    default: {
      const text = decimalText(value);
      return text === undefined ? undefined : { decimal: text };
    }
  }
}

/** Part of a list would be another list: where one item cannot be kept, none is. */
function wholeList(
  items: readonly (KeptValue | undefined)[],
  whole: unknown,
  pseudonym: Pseudonym,
): KeptValue | undefined {
  const kept = items.filter((item): item is KeptScalar => item !== undefined && !isItems(item));
  if (kept.length < items.length) return undefined;
  return kept.length > maxItems ? hashed(JSON.stringify(whole), pseudonym) : kept;
}

function isItems(value: KeptValue): value is readonly KeptScalar[] {
  return Array.isArray(value);
}

/** The name of a text in history. */
export function hashed(text: string, pseudonym: Pseudonym): string {
  return pseudonym(`history ${text}`).slice(0, 32);
}

function decimalText(value: CedarValue): string | undefined {
  if (typeof value !== 'object' || isList(value)) return undefined;
  const extension = Object.hasOwn(value, '__extn') ? value.__extn : undefined;
  if (typeof extension !== 'object' || isList(extension)) return undefined;
  return extension.fn === 'decimal' && typeof extension.arg === 'string' ? extension.arg : undefined;
}

function isList(value: CedarValue): value is readonly CedarValue[] {
  return Array.isArray(value);
}

/** What was kept, as conditions compare it. */
export function recordOfKept(kept: Kept): RecordValue {
  return new Map(Object.entries(kept).map(([name, value]) => [name, temporalOfKept(value)]));
}

function temporalOfKept(value: KeptValue): TemporalValue {
  if (typeof value !== 'object') return value;
  return 'decimal' in value ? new DecimalValue(value.decimal) : value.map((item) => temporalOfKept(item));
}

/**
 * A value of the request being decided, as conditions over history compare it with what was kept.
 *
 * @returns undefined for what has no counterpart there: datetimes, records, lists of such
 */
export function temporalOfCedar(value: CedarValue, pseudonym: Pseudonym): TemporalValue | undefined {
  const entity = entityOf(value);
  if (entity !== undefined) return entity;
  const kept = keptValue(value, pseudonym);
  return kept === undefined ? undefined : temporalOfKept(kept);
}

function entityOf(value: CedarValue): EntityValue | undefined {
  if (typeof value !== 'object' || isList(value) || !Object.hasOwn(value, '__entity')) return undefined;
  const entity = value.__entity;
  if (typeof entity !== 'object' || isList(entity)) return undefined;
  return typeof entity.type === 'string' && typeof entity.id === 'string'
    ? new EntityValue(entity.type, entity.id)
    : undefined;
}

/** The formula with every text in it as history has it. */
export function hashedFormula(formula: Formula, pseudonym: Pseudonym): Formula {
  const inside = (part: Formula): Formula => hashedFormula(part, pseudonym);
  switch (formula.kind) {
    case 'predicate':
      return {
        ...formula,
        fields: formula.fields.map(({ path, term }) => ({ path, term: hashedTerm(term, pseudonym) })),
      };
    case 'and':
      return { ...formula, parts: formula.parts.map(inside) };
    case 'not':
    case 'exists':
    case 'formerly':
    case 'previous':
      return { ...formula, body: inside(formula.body) };
    case 'since':
      return { ...formula, left: inside(formula.left), right: inside(formula.right) };
    case 'compare':
      return {
        ...formula,
        left: hashedOperand(formula.left, pseudonym),
        right: hashedOperand(formula.right, pseudonym),
      };
    case 'timepoint':
      return formula;
  }
}

function hashedOperand(operand: Operand, pseudonym: Pseudonym): Operand {
  return operand.kind === 'count' || operand.kind === 'sum'
    ? { ...operand, where: hashedFormula(operand.where, pseudonym) }
    : hashedTerm(operand, pseudonym);
}

function hashedTerm(term: Term, pseudonym: Pseudonym): Term {
  if (term.kind === 'array') return { ...term, items: term.items.map((item) => hashedTerm(item, pseudonym)) };
  if (term.kind !== 'value') return term;
  return { ...term, value: hashedLiteral(term.value, pseudonym) };
}

function hashedLiteral(value: TemporalValue, pseudonym: Pseudonym): TemporalValue {
  if (typeof value === 'string') return hashed(value, pseudonym);
  return Array.isArray(value) ? value.map((item) => hashedLiteral(item, pseudonym)) : value;
}
