// SPDX-License-Identifier: Apache-2.0
/**
 * What policies see while one question is answered, and what was read of it so far.
 *
 * Policies read the same few attributes (`context.amount`, `principal.team`) again and again: each path
 * that some policy of the set names is a slot, filled when it is first read and stale with the next
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
  /** Which question this is. A slot is filled if it carries the same number. */
  now: number;
  readonly filledAt: number[];
  /** Undefined where reading is an error: no value is. */
  readonly values: (Value | undefined)[];
}

/** Something that is evaluated. Undefined means that the policy errors. */
export type Code = (frame: Frame) => Value | undefined;
export type Test = (frame: Frame) => boolean | undefined;

export type Variable = 'principal' | 'action' | 'resource' | 'context';

/** The slots of one set, while it is compiled. */
export interface Slots {
  /** @returns the number of the slot for this attribute of that one */
  of(parent: number | Variable, attribute: string): number;
  /** @returns reads it */
  reader(slot: number): Code;
  count(): number;
}

export function createSlots(): Slots {
  const numbers = new Map<number | Variable, Map<string, number>>();
  const readers: Code[] = [];
  return {
    of(parent, attribute) {
      const siblings = numbers.get(parent) ?? new Map<string, number>();
      numbers.set(parent, siblings);
      const known = siblings.get(attribute);
      if (known !== undefined) return known;
      const parentReader = typeof parent === 'number' ? readers[parent] : variable(parent);
      const slot = readers.length;
      siblings.set(attribute, slot);
      readers.push(slotReader(slot, attribute, parentReader ?? (() => undefined)));
      return slot;
    },
    reader: (slot) => readers[slot] ?? (() => undefined),
    count: () => readers.length,
  };
}

function slotReader(slot: number, attribute: string, parent: Code): Code {
  return (frame) => {
    if (frame.filledAt[slot] === frame.now) return frame.values[slot];
    const of = parent(frame);
    const value = of === undefined ? undefined : attributeOf(frame, of, attribute);
    frame.filledAt[slot] = frame.now;
    frame.values[slot] = value;
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

export function entityOf(frame: Frame, uid: Uid): Entity | undefined {
  return frame.entities.find(uid);
}

/** Beyond this numbers of questions would stop being small. */
const lastQuestion = 2 ** 30;

export function createFrame(slots: number, entities: EntityStore, nobody: Uid, context: RecordValue): Frame {
  return {
    principal: nobody,
    action: nobody,
    resource: nobody,
    context,
    entities,
    now: 0,
    filledAt: new Array<number>(slots).fill(0),
    values: new Array<Value | undefined>(slots).fill(undefined),
  };
}

export function nextQuestion(frame: Frame): void {
  if (frame.now >= lastQuestion) {
    frame.filledAt.fill(0);
    frame.now = 0;
  }
  frame.now++;
}
