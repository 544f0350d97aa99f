// SPDX-License-Identifier: Apache-2.0
/**
 * Traces as text: one event a line, in the order in which they happened.
 *
 * Never repairs and never sorts: an event's place is its line. What is logged, what the request asked
 * with and who asked stay apart, since conditions read each for something else.
 *
 * Format: docs/formats/trace.md.
 */
import { type PolicyFile, type Problem, placeAt } from '../policy/source.ts';
import type { Asked, Scope, TemporalEvent } from './event.ts';
import { Refusal, reading, unquoted } from './scan.ts';
import { DecimalValue, EntityValue, type RecordValue, type TemporalValue } from './value.ts';

export interface TracePoint {
  /** As written: seconds. */
  readonly time: string;
  readonly event: TemporalEvent;
  readonly principal?: EntityValue;
  readonly resource?: EntityValue;
  readonly entities: readonly TraceEntity[];
  readonly context: RecordValue;
}

export interface TraceEntity {
  readonly uid: EntityValue;
  readonly attrs: RecordValue;
  readonly parents: readonly EntityValue[];
}

export type ReadTrace =
  | { readonly ok: true; readonly points: readonly TracePoint[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export const maxTraceLength = 67_108_864;
const maxDepth = 128;

export function readTrace(file: PolicyFile): ReadTrace {
  if (file.text.length > maxTraceLength) {
    const message = `a trace has at most ${maxTraceLength} characters`;
    return { ok: false, problems: [{ ...placeAt(file, 0), message }] };
  }
  const points: TracePoint[] = [];
  const problems: Problem[] = [];
  file.text.split('\n').forEach((text, i) => {
    if (text.trim() === '') return;
    const line = { name: file.name, text };
    const read = reading(() => readLine(line));
    if (read.ok) points.push(read.value);
    else problems.push({ ...read.problem, line: i + 1 });
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, points };
}

/** The request as conditions see it; `undefined` when it does not say who asks for what. */
export function askedOf({ principal, resource, entities, context }: TracePoint): Asked | undefined {
  if (principal === undefined || resource === undefined) return undefined;
  const scope = (uid: EntityValue): Scope => ({
    uid,
    attrs: entities.find((each) => each.uid.type === uid.type && each.uid.id === uid.id)?.attrs ?? new Map(),
  });
  return { context, principal: scope(principal), resource: scope(resource) };
}

interface Line {
  readonly file: PolicyFile;
  readonly text: string;
  readonly end: number;
  i: number;
  depth: number;
}

function refuse(l: Line, message: string, at = l.i): never {
  throw new Refusal(l.file, at, message);
}

function found(l: Line): string {
  const character = l.i < l.end ? String.fromCodePoint(l.text.codePointAt(l.i) ?? 0) : undefined;
  if (character === undefined) return 'the end';
  return /[\p{C}\p{Z}]/u.test(character) ? 'a character that is not shown' : `\`${character}\``;
}

function skip(l: Line): void {
  while (l.i < l.end && ' \t\r'.includes(l.text[l.i] ?? '')) l.i++;
}

function eat(l: Line, text: string): boolean {
  skip(l);
  if (l.i + text.length > l.end || !l.text.startsWith(text, l.i)) return false;
  l.i += text.length;
  return true;
}

function expect(l: Line, text: string, where: string): void {
  if (!eat(l, text)) refuse(l, `expected \`${text}\` ${where}, found ${found(l)}`);
}

function matched(l: Line, pattern: RegExp): string | undefined {
  pattern.lastIndex = l.i;
  const [text] = pattern.exec(l.text) ?? [];
  if (text === undefined || l.i + text.length > l.end) return undefined;
  l.i += text.length;
  return text;
}

function readLine(file: PolicyFile): TracePoint {
  const end = file.text.trimEnd().length;
  const l: Line = { file, text: file.text, end, i: 0, depth: 0 };
  expect(l, '@', 'and the time in seconds');
  const time =
    matched(l, /[-+]?[0-9]{1,19}/y) ?? refuse(l, `expected the time in seconds, found ${found(l)}`);
  const scope = envelope(l, 'scope(', scopeOf) ?? {};
  const entities = envelope(l, 'entities(', entitiesOf) ?? [];
  const context = envelope(l, 'request_context(', (inner) => members(inner, ')')) ?? new Map();
  const head = readHead(l);
  const last = l.text.lastIndexOf(')', end);
  if (last !== end - 1) refuse(l, 'an event ends with `)`', end);
  const fields = members({ ...l, end: last + 1 }, ')');
  return {
    time: String(BigInt(time)),
    event: { ...head, at: Number(time) * 1000, fields },
    ...scope,
    entities,
    context,
  };
}

function envelope<T>(l: Line, opening: string, read: (l: Line) => T): T | undefined {
  return eat(l, opening) ? read(l) : undefined;
}

function scopeOf(l: Line): { readonly principal?: EntityValue; readonly resource?: EntityValue } {
  const scope: { principal?: EntityValue; resource?: EntityValue } = {};
  if (eat(l, ')')) return scope;
  do {
    skip(l);
    const at = l.i;
    const name = matched(l, /principal|resource/y);
    if (name !== 'principal' && name !== 'resource')
      return refuse(l, `the scope has \`principal\` and \`resource\`, found ${found(l)}`);
    if (scope[name] !== undefined) refuse(l, `\`${name}\` stands there twice`, at);
    expect(l, ':', `after \`${name}\``);
    scope[name] = entity(l);
  } while (eat(l, ','));
  expect(l, ')', 'after the scope');
  return scope;
}

function entitiesOf(l: Line): readonly TraceEntity[] {
  const read: TraceEntity[] = [];
  if (eat(l, ')')) return read;
  do {
    skip(l);
    const at = l.i;
    const uid = entity(l);
    if (read.some((each) => each.uid.type === uid.type && each.uid.id === uid.id))
      refuse(l, 'the entity stands there twice', at);
    expect(l, ':', 'after the entity');
    expect(l, '{', 'before its attributes');
    const attrs = members(l, '}');
    read.push({ uid, attrs, parents: parents(l) });
  } while (eat(l, ','));
  expect(l, ')', 'after the entities');
  return read;
}

function parents(l: Line): readonly EntityValue[] {
  skip(l);
  if (matched(l, /in(?=[\s[])/y) === undefined) return [];
  expect(l, '[', 'before what the entity is in');
  const read: EntityValue[] = [];
  if (eat(l, ']')) return read;
  do read.push(entity(l));
  while (eat(l, ','));
  expect(l, ']', 'after what the entity is in');
  return read;
}

const entityType = /[A-Za-z_][A-Za-z0-9_]*(?:\s*::\s*[A-Za-z_][A-Za-z0-9_]*)*(?=\s*::\s*")/y;
const quoted = /"(?:[^"\\]|\\[\s\S])*"/y;

function entity(l: Line): EntityValue {
  skip(l);
  const type =
    matched(l, entityType) ?? refuse(l, `expected an entity such as \`User::"alice"\`, found ${found(l)}`);
  expect(l, '::', 'before the id');
  skip(l);
  return new EntityValue(type.replace(/\s/g, ''), string(l));
}

/** Cedar's escapes; one that is none stays as it is written. */
function string(l: Line): string {
  const text = matched(l, quoted) ?? refuse(l, `expected a string, found ${found(l)}`);
  const known = unquoted(text);
  if (known !== undefined) return known;
  return text.slice(1, -1).replace(/\\(?:u\{[0-9a-fA-F_]{1,16}\}|x[0-7][0-9a-fA-F]|[\s\S])/gu, (written) => {
    return unquoted(`"${written}"`) ?? written;
  });
}

function readHead(l: Line): Pick<TemporalEvent, 'actionType' | 'actionId' | 'kind'> {
  const { type: actionType, id: actionId } = entity(l);
  expect(l, '::', 'and the kind of event after the action');
  skip(l);
  const kind =
    matched(l, /[A-Za-z_][A-Za-z0-9_]*/y) ?? refuse(l, `expected the kind of event, found ${found(l)}`);
  expect(l, '(', 'before what is logged');
  return { actionType, actionId, kind };
}

/** Names with values up to the closing bracket; a last comma is tolerated. */
function members(l: Line, closing: string): RecordValue {
  const read = new Map<string, TemporalValue>();
  while (!eat(l, closing)) {
    skip(l);
    const at = l.i;
    const name =
      l.text[l.i] === '"'
        ? string(l)
        : (matched(l, /[^\s:,{}[\]()"]+/y) ?? refuse(l, `expected a name, found ${found(l)}`));
    if (read.has(name)) refuse(l, `\`${name}\` stands there twice`, at);
    expect(l, ':', `after \`${name}\``);
    read.set(name, value(l));
    if (eat(l, ',')) continue;
    expect(l, closing, 'or `,` after the value');
    break;
  }
  return read;
}

function value(l: Line): TemporalValue {
  skip(l);
  if (l.depth >= maxDepth) refuse(l, `values are nested at most ${maxDepth} deep`);
  const first = l.text[l.i];
  if (first === '{' || first === '[') {
    l.i++;
    l.depth++;
    const read = first === '{' ? members(l, '}') : items(l);
    l.depth--;
    return read;
  }
  if (first === '"') return string(l);
  entityType.lastIndex = l.i;
  if (entityType.test(l.text)) return entity(l);
  const bare = matched(l, /[^,{}[\]()"]+/y)?.trimEnd();
  return bare === undefined || bare === '' ? refuse(l, `expected a value, found ${found(l)}`) : scalar(bare);
}

function items(l: Line): readonly TemporalValue[] {
  const read: TemporalValue[] = [];
  while (!eat(l, ']')) {
    read.push(value(l));
    if (eat(l, ',')) continue;
    expect(l, ']', 'or `,` after the value');
    break;
  }
  return read;
}

/** What is no number and no word that means something is a string. */
function scalar(bare: string): TemporalValue {
  if (bare === 'null') return null;
  if (bare === 'true' || bare === 'false') return bare === 'true';
  if (/^[-+]?[0-9]{1,20}$/.test(bare)) {
    const long = BigInt(bare);
    if (long === BigInt.asIntN(64, long)) return Number.isSafeInteger(Number(long)) ? Number(long) : long;
  }
  return /^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/.test(bare) ? new DecimalValue(bare) : bare;
}
