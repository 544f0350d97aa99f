// SPDX-License-Identifier: Apache-2.0
// What a path leads to: a logged field of an event, or a reference into the request being decided.
import type { Asked, Scope } from './event.ts';
import type { Reference } from './formula.ts';
import type { RecordValue, TemporalValue } from './value.ts';
import { isRecord } from './value-key.ts';

export type Path = readonly string[];

/** `undefined` where there is nothing. `null` is something. */
export function at(record: RecordValue, path: Path, from = 0): TemporalValue | undefined {
  let value: TemporalValue | undefined = record;
  for (let i = from; i < path.length; i++) {
    if (value === undefined || !isRecord(value)) return undefined;
    value = value.get(path[i] ?? '');
  }
  return value;
}

export function resolve(reference: Reference, asked: Asked): TemporalValue | undefined {
  const { root, path } = reference;
  return root === 'context' ? at(asked.context, path) : ofScope(asked[root], path);
}

/** A supplied attribute wins; where there is none, `.id` and `.type` are what the entity is called. */
function ofScope({ uid, attrs }: Scope, path: Path): TemporalValue | undefined {
  const [name] = path;
  if (name === undefined) return uid;
  if (attrs.has(name) || path.length > 1) return at(attrs, path);
  return name === 'id' ? uid.id : name === 'type' ? uid.type : undefined;
}
