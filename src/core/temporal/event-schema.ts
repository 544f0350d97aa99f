// SPDX-License-Identifier: Apache-2.0
/**
 * Event schemas: which kinds of events every action has, with which fields, and which of them decide.
 *
 * Says nothing of any one action: `derive.ts` does. Source: Dogwood's guide, chapter 3.
 */
import type { PolicyFile } from '../policy/source.ts';
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
  wholeOf,
  word,
} from './cursor.ts';
import type { Reference } from './formula.ts';
import { scan } from './scan.ts';

export interface EventSchema {
  readonly maxWindowSeconds: number;
  readonly events: readonly EventDeclaration[];
}

export interface EventDeclaration {
  readonly kind: string;
  /** Whether such an event is decided, or only remembered. */
  readonly decides: boolean;
  readonly fields: readonly FieldDeclaration[];
}

export type FieldDeclaration =
  /** All fields of the action's `context.input` or `context.output`, in a group of that name. */
  | { readonly kind: 'spread'; readonly of: 'input' | 'output' }
  | { readonly kind: 'group'; readonly name: string; readonly fields: readonly FieldDeclaration[] }
  | {
      readonly kind: 'leaf';
      readonly name: string;
      readonly type: LeafType;
      /** What every predicate over the event is held to, whatever its author writes. */
      readonly pin?: Reference;
    };

export type LeafType =
  | { readonly kind: 'principalType' | 'resourceType' }
  | { readonly kind: 'named'; readonly name: string };

export const defaultMaxWindowSeconds = 86_400;
const maxEvents = 100;

/** @throws {Refusal} */
export function readEventSchema(file: PolicyFile): EventSchema {
  const r = cursorOver(wholeOf(scan(file)));
  const maxWindowSeconds = isWord(peek(r), 'max_window') ? maxWindow(r) : defaultMaxWindowSeconds;
  const events: EventDeclaration[] = [];
  while (peek(r) !== undefined) {
    const at = here(r);
    const event = declaration(r);
    if (events.some(({ kind }) => kind === event.kind))
      refuse(r, `the event \`${event.kind}\` is declared twice`, at);
    events.push(event);
    if (events.length > maxEvents) refuse(r, `a schema has at most ${maxEvents} events`, at);
  }
  if (events.length === 0) refuse(r, 'the event schema declares no event');
  return { maxWindowSeconds, events };
}

function maxWindow(r: Cursor): number {
  r.i++;
  expect(r, '=', 'after `max_window`');
  const at = here(r);
  const length = interval(r) ?? refuse(r, `expected a length of time such as \`24h\`, found ${found(r)}`);
  if (length.seconds <= 0)
    refuse(r, 'a window of no length would forbid every `within`: leave `max_window` out', at);
  return length.seconds;
}

function declaration(r: Cursor): EventDeclaration {
  const decides = isWord(peek(r), 'decision');
  if (decides) r.i++;
  if (isWord(peek(r), 'max_window')) refuse(r, '`max_window` stands before the events, once');
  if (word(r, '`event` or `decision event`') !== 'event') {
    r.i--;
    refuse(r, `expected \`event\` or \`decision event\`, found ${found(r)}`);
  }
  expect(r, '<', 'and the name of the action, as in `<A>`');
  const binder = word(r, 'the name of the action');
  expect(r, '>', 'after the name of the action');
  expect(r, '::', 'before the kind of event');
  const kind = word(r, 'the kind of event');
  return { kind, decides, fields: fields(r, binder) };
}

function fields(r: Cursor, binder: string): readonly FieldDeclaration[] {
  expect(r, '{', 'before the fields');
  const read: FieldDeclaration[] = [];
  while (!eat(r, '}')) {
    const at = here(r);
    const field = eat(r, '...') ? spread(r, binder) : namedField(r, binder);
    const name = nameOf(field);
    if (read.some((other) => nameOf(other) === name))
      refuse(r, `the field \`${name}\` is declared twice`, at);
    read.push(field);
    if (eat(r, ',')) continue;
    expect(r, '}', 'or `,` after the field');
    break;
  }
  return read;
}

export function nameOf(field: FieldDeclaration): string {
  return field.kind === 'spread' ? field.of : field.name;
}

function selected(r: Cursor, binder: string): void {
  expect(r, '(', 'and the name of the action');
  const at = here(r);
  const name = word(r, 'the name of the action');
  if (name !== binder) refuse(r, `\`${name}\` is not the action of this event: say \`${binder}\``, at);
  expect(r, ')', 'after the name of the action');
}

function spread(r: Cursor, binder: string): FieldDeclaration {
  const at = here(r);
  const name = word(r, '`inputs` or `outputs`');
  if (name !== 'inputs' && name !== 'outputs')
    refuse(r, `only \`inputs\` and \`outputs\` can be spread, not \`${name}\``, at);
  selected(r, binder);
  return { kind: 'spread', of: name === 'inputs' ? 'input' : 'output' };
}

function namedField(r: Cursor, binder: string): FieldDeclaration {
  const pinned = isWord(peek(r), 'pin') && peek(r, 1)?.kind === 'word' && isMark(peek(r, 2), ':');
  if (pinned) r.i++;
  const at = here(r);
  const name = word(r, 'the name of a field');
  expect(r, ':', `and a type after \`${name}\``);
  if (isMark(peek(r), '{')) {
    if (pinned) refuse(r, `\`${name}\` is a group: pin one of its fields`, at);
    const inner = fields(r, binder);
    if (isMark(peek(r), '=')) refuse(r, `\`${name}\` is a group: pin one of its fields`);
    return { kind: 'group', name, fields: inner };
  }
  const type = leafType(r, binder);
  if (!eat(r, '=')) {
    if (pinned) refuse(r, `the pin \`${name}\` needs what it is held to, as in \`= principal\``, at);
    return { kind: 'leaf', name, type };
  }
  if (!pinned) refuse(r, `\`${name}\` is held to something, so it must be marked \`pin\``, at);
  return { kind: 'leaf', name, type, pin: reference(r) };
}

function leafType(r: Cursor, binder: string): LeafType {
  const at = here(r);
  const name = pathOf(r, 'a type');
  if (!isMark(peek(r), '(')) return { kind: 'named', name };
  if (name === 'inputs' || name === 'outputs')
    refuse(r, `\`${name}\` are fields and no type: write \`...${name}(${binder})\``, at);
  if (name !== 'principalType' && name !== 'resourceType')
    refuse(r, `expected \`principalType\` or \`resourceType\`, found \`${name}\``, at);
  selected(r, binder);
  return { kind: name };
}

function reference(r: Cursor): Reference {
  const at = here(r);
  const root = word(r, '`principal`, `resource` or `context.<path>`');
  const path = tail(r);
  if (root !== 'principal' && root !== 'resource' && root !== 'context')
    refuse(r, `a pin is held to \`principal\`, \`resource\` or \`context.<path>\`, not \`${root}\``, at);
  if (root === 'context' && path.length === 0)
    refuse(r, 'a pin is held to a field of the context, as in `context.session.id`', at);
  return { kind: 'reference', root, path };
}
