// SPDX-License-Identifier: Apache-2.0
// `in` and `is`, and the tags of entities. An entity that is not there is in itself and has no tags.
import type { Code, Frame, Test } from './frame.ts';
import { type SetValue, sameUid, type Uid, type Value } from './value.ts';

export function isIn(left: Code, right: Code): Test {
  return (frame) => {
    const below = left(frame);
    if (!isUid(below)) return undefined;
    const above = right(frame);
    if (typeof above !== 'object') return undefined;
    if (above.kind === 'entity') return under(frame, below, above);
    return above.kind === 'set' ? underAny(frame, below, above) : undefined;
  };
}

export function under(frame: Frame, below: Uid, above: Uid): boolean {
  return sameUid(below, above) || frame.entities.find(below)?.ancestors.has(above) === true;
}

/** Every item must be an entity, whether or not it is needed. */
function underAny(frame: Frame, below: Uid, { items }: SetValue): boolean | undefined {
  let found = false;
  for (const item of items) {
    if (!isUid(item)) return undefined;
    found ||= under(frame, below, item);
  }
  return found;
}

export function isOfType(left: Code, type: string): Test {
  return (frame) => {
    const value = left(frame);
    return isUid(value) ? value.type === type : undefined;
  };
}

export function hasTag(left: Code, right: Code): Test {
  return (frame) => {
    const entity = left(frame);
    const name = right(frame);
    if (!isUid(entity) || typeof name !== 'string') return undefined;
    return frame.entities.find(entity)?.tags.get(name) !== undefined;
  };
}

export function getTag(left: Code, right: Code): Code {
  return (frame) => {
    const entity = left(frame);
    const name = right(frame);
    if (!isUid(entity) || typeof name !== 'string') return undefined;
    return frame.entities.find(entity)?.tags.get(name);
  };
}

function isUid(value: Value | undefined): value is Uid {
  return typeof value === 'object' && value.kind === 'entity';
}
