// SPDX-License-Identifier: Apache-2.0
/**
 * What policies see while one question is answered, and what was found out about it so far.
 *
 * Policies look at the same few things again and again. What they name of the context itself is a
 * field, filled while the context is checked. Any other path (`principal.team`, `context.ticket.id`), and
 * what takes more than a comparison, is a slot: filled when it is first asked for, stale with the next
 * question. One frame belongs to one set; nothing in here calls back, so it is never used twice at once.
 */
import type { Entity, EntityStore } from './entities.ts';
import type { RecordValue, Uid, Value } from './value.ts';

export interface Frame {
  principal: Uid;
  action: Uid;
  resource: Uid;
  context: RecordValue;
  entities: EntityStore;
  /** What is known of the entities that the question is about. */
  principalEntity: Entity | undefined;
  resourceEntity: Entity | undefined;
  /** What the set names of the context; undefined where there is none. */
  readonly fields: (Value | undefined)[];
  /** Which question this is. A slot is filled if it carries the same number. */
  now: number;
  readonly filledAt: number[];
  /** Undefined where reading is an error: no value is. */
  readonly values: (Value | undefined)[];
  readonly said: (boolean | undefined)[];
  /** What was told of each prefix (prefix.ts). */
  readonly prefixes: Int32Array;
}

/** Something that is evaluated. Undefined means that the policy errors. */
export type Code = (frame: Frame) => Value | undefined;
export type Test = (frame: Frame) => boolean | undefined;

export type Variable = 'principal' | 'action' | 'resource' | 'context';

/** Where an attribute is read. */
export interface Place {
  readonly code: Code;
  /** The number of the context's field, if it is one. */
  readonly field: number | undefined;
  readonly below: Map<string, Place>;
}

/** The fields and slots of one set, while it is compiled. */
export interface Slots {
  /** @returns where this attribute of that place is read */
  place(parent: Place | Variable, attribute: string): Place;
  /** @returns the same, found out once for each question. @param key tells what is the same */
  once(key: string, code: Code): Code;
  onceSaid(key: string, test: Test): Test;
  readonly fields: ReadonlyMap<string, number>;
  count(): number;
}

export function createSlots(): Slots {
  const fields = new Map<string, number>();
  const roots = new Map<Variable, Map<string, Place>>();
  const shared = new Map<string, Code>();
  const sharedTests = new Map<string, Test>();
  let count = 0;
  const below = (parent: Place | Variable): Map<string, Place> => {
    if (typeof parent !== 'string') return parent.below;
    const known = roots.get(parent) ?? new Map<string, Place>();
    roots.set(parent, known);
    return known;
  };
  return {
    fields,
    count: () => count,
    place(parent, attribute) {
      const siblings = below(parent);
      const known = siblings.get(attribute);
      if (known !== undefined) return known;
      const field = parent === 'context' ? fields.size : undefined;
      if (field !== undefined) fields.set(attribute, field);
      const code =
        field !== undefined
          ? (frame: Frame) => frame.fields[field]
          : remembered(count++, attributeReader(parent, attribute));
      const place: Place = { code, field, below: new Map() };
      siblings.set(attribute, place);
      return place;
    },
    once(key, code) {
      const known = shared.get(key) ?? remembered(count++, code);
      shared.set(key, known);
      return known;
    },
    onceSaid(key, test) {
      const known = sharedTests.get(key) ?? rememberedTest(count++, test);
      sharedTests.set(key, known);
      return known;
    },
  };
}

function attributeReader(parent: Place | Variable, attribute: string): Code {
  if (parent === 'principal') return (frame) => frame.principalEntity?.attrs.get(attribute);
  if (parent === 'resource') return (frame) => frame.resourceEntity?.attrs.get(attribute);
  const read = typeof parent === 'string' ? variable(parent) : parent.code;
  return (frame) => {
    const of = read(frame);
    return of === undefined ? undefined : attributeOf(frame, of, attribute);
  };
}

function remembered(slot: number, code: Code): Code {
  return (frame) => {
    if (frame.filledAt[slot] === frame.now) return frame.values[slot];
    const value = code(frame);
    frame.filledAt[slot] = frame.now;
    frame.values[slot] = value;
    return value;
  };
}

function rememberedTest(slot: number, test: Test): Test {
  return (frame) => {
    if (frame.filledAt[slot] === frame.now) return frame.said[slot];
    const value = test(frame);
    frame.filledAt[slot] = frame.now;
    frame.said[slot] = value;
    return value;
  };
}

export function variable(name: Variable): Code {
  switch (name) {
    case 'principal':
      return (frame) => frame.principal;
    case 'action':
      return (frame) => frame.action;
    case 'resource':
      return (frame) => frame.resource;
    case 'context':
      return (frame) => frame.context;
  }
}

/** Undefined where there is none: no such attribute, no such entity, or nothing that has attributes. */
export function attributeOf(frame: Frame, value: Value, name: string): Value | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.kind === 'record') return value.get(name);
  return value.kind === 'entity' ? frame.entities.find(value)?.attrs.get(name) : undefined;
}

/** An entity that is not there has nothing; what can have no attributes is an error. */
export function hasAttribute(frame: Frame, value: Value, name: string): boolean | undefined {
  if (typeof value !== 'object') return undefined;
  if (value.kind === 'record') return value.get(name) !== undefined;
  return value.kind === 'entity' ? frame.entities.find(value)?.attrs.get(name) !== undefined : undefined;
}

/** Beyond this four times the number of a question would not be small. */
const lastQuestion = 2 ** 28;

export function createFrame(
  slots: Slots,
  prefixes: number,
  entities: EntityStore,
  nobody: Uid,
  context: RecordValue,
): Frame {
  const [fields, values] = [slots.fields.size, slots.count()];
  return {
    principal: nobody,
    action: nobody,
    resource: nobody,
    context,
    entities,
    principalEntity: undefined,
    resourceEntity: undefined,
    fields: Array.from({ length: fields }, (): Value | undefined => undefined),
    now: 0,
    filledAt: Array.from({ length: values }, () => 0),
    values: Array.from({ length: values }, (): Value | undefined => undefined),
    said: Array.from({ length: values }, (): boolean | undefined => undefined),
    prefixes: new Int32Array(prefixes),
  };
}

export function nextQuestion(frame: Frame): void {
  if (frame.now >= lastQuestion) {
    frame.filledAt.fill(0);
    frame.prefixes.fill(0);
    frame.now = 0;
  }
  frame.now++;
  const { fields } = frame;
  for (let at = 0; at < fields.length; at++) fields[at] = undefined;
}
