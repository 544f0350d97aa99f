// SPDX-License-Identifier: Apache-2.0
/**
 * The entities that questions are about, with everything above each of them found beforehand.
 *
 * Prepared once and asked often; `withMore` lays the few entities of one call over a prepared store.
 * As in Cedar, an entity that is there twice with different contents, or above itself, spoils all of it.
 */
import { field, isList, isObject, maxDepth, recordOfJson, uidOfJson, whyNoRecord } from './json.ts';
import { isActionType } from './name.ts';
import { equal, type RecordValue, recordOf, sameUid, type Uid } from './value.ts';

export interface Entity {
  readonly uid: Uid;
  readonly attrs: RecordValue;
  readonly tags: RecordValue;
  readonly parents: readonly Uid[];
  /** All that it is in, itself left out. */
  readonly ancestors: UidSet;
}

export interface EntityStore {
  find(uid: Uid): Entity | undefined;
  /** As if everything had been prepared together. @param json the entities of one call */
  withMore(json: readonly unknown[]): PreparedEntities;
}

export type PreparedEntities =
  | { readonly ok: true; readonly store: EntityStore }
  | { readonly ok: false; readonly reason: string };

/** @param json as Cedar takes them: `uid`, `attrs`, `parents` and perhaps `tags`. Kept: it must not change */
export function prepareEntities(json: readonly unknown[]): PreparedEntities {
  return prepare(json, undefined);
}

/** Names by type and id: no key is put together, so none can be mistaken for another. */
class UidMap<T> {
  readonly #types = new Map<string, Map<string, T>>();

  get(uid: Uid): T | undefined {
    return this.#types.get(uid.type)?.get(uid.id);
  }

  set(uid: Uid, value: T): void {
    const ids = this.#types.get(uid.type);
    if (ids === undefined) this.#types.set(uid.type, new Map([[uid.id, value]]));
    else ids.set(uid.id, value);
  }

  *values(): Generator<T> {
    for (const ids of this.#types.values()) yield* ids.values();
  }
}

export interface UidSet extends Iterable<Uid> {
  has(uid: Uid): boolean;
}

const nothing: UidSet = { has: () => false, [Symbol.iterator]: () => [].values() };

/** While it is being prepared. */
interface Draft {
  readonly uid: Uid;
  readonly attrs: RecordValue;
  readonly tags: RecordValue;
  readonly parents: readonly Uid[];
  ancestors: UidSet | undefined;
}

interface Base {
  readonly json: readonly unknown[];
  readonly entities: UidMap<Entity>;
  /** Parents that are not there: were one of them added, those below it would have more above them. */
  readonly missing: UidMap<true>;
}

function prepare(json: readonly unknown[], base: Base | undefined): PreparedEntities {
  const drafts = new UidMap<Draft>();
  for (const each of json) {
    // What is prepared is asked often, what one call brings is asked once.
    const draft = readEntity(each, base === undefined);
    if (typeof draft === 'string') return { ok: false, reason: draft };
    if (base?.missing.get(draft.uid) === true) return prepare([...base.json, ...json], undefined);
    const other = drafts.get(draft.uid) ?? base?.entities.get(draft.uid);
    if (other !== undefined && !sameEntity(other, draft))
      return { ok: false, reason: `the entity \`${shown(draft.uid)}\` is there twice` };
    if (other === undefined) drafts.set(draft.uid, draft);
  }

  const entities = new UidMap<Entity>();
  const missing = new UidMap<true>();
  for (const draft of drafts.values()) {
    const ancestors = climb(draft, drafts, base);
    if (ancestors === undefined)
      return { ok: false, reason: `the entity \`${shown(draft.uid)}\` is above itself` };
    entities.set(draft.uid, { ...draft, ancestors });
    for (const parent of draft.parents)
      if (drafts.get(parent) === undefined && base?.entities.get(parent) === undefined)
        missing.set(parent, true);
  }
  return { ok: true, store: storeOf({ json, entities, missing }, base) };
}

function storeOf(own: Base, below: Base | undefined): EntityStore {
  const { entities } = own;
  if (below === undefined)
    return { find: (uid) => entities.get(uid), withMore: (json) => prepare(json, own) };
  return {
    find: (uid) => entities.get(uid) ?? below.entities.get(uid),
    withMore: (json) => prepare([...below.json, ...own.json, ...json], undefined),
  };
}

/**
 * Everything above it; undefined if it is among that itself. Walks instead of calling itself: chains
 * of parents are as long as whoever sends them likes.
 */
function climb(start: Draft, drafts: UidMap<Draft>, base: Base | undefined): UidSet | undefined {
  if (start.parents.length === 0) return nothing;
  const found = new UidMap<Uid>();
  const open = [...start.parents];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (sameUid(next, start.uid)) return undefined;
    if (found.get(next) !== undefined) continue;
    found.set(next, next);
    const draft = drafts.get(next);
    // Its own walk tells as well whether it is above itself; what it found is used again.
    const above = draft?.ancestors ?? draft?.parents ?? base?.entities.get(next)?.ancestors ?? nothing;
    for (const uid of above) open.push(uid);
  }
  const ancestors = uidSet(found);
  start.ancestors = ancestors;
  return ancestors;
}

/** Up to here looking at each is faster than finding it. */
const few = 4;

function uidSet(found: UidMap<Uid>): UidSet {
  const all = [...found.values()];
  if (all.length > few)
    return { has: (uid) => found.get(uid) !== undefined, [Symbol.iterator]: () => found.values() };
  return {
    has(uid) {
      for (const each of all) if (sameUid(each, uid)) return true;
      return false;
    },
    [Symbol.iterator]: () => all.values(),
  };
}

const noFields: RecordValue = { kind: 'record', get: () => undefined, entries: () => [] };

/** Values of attributes stand three levels deeper in the call than those of the context. */
const attributeDepth = maxDepth - 2;

function readEntity(json: unknown, eagerly: boolean): Draft | string {
  if (!isObject(json)) return 'an entity must be an object';
  const uid = uidOfJson(field(json, 'uid'));
  if (uid === undefined) return 'an entity must have a `uid` with a `type` and an `id`';
  const attrs = readFields(field(json, 'attrs'), eagerly);
  const given = field(json, 'tags');
  const tags = given === undefined ? noFields : readFields(given, eagerly);
  const list = field(json, 'parents');
  if (typeof attrs === 'string') return `the attributes of \`${shown(uid)}\`: ${attrs}`;
  if (typeof tags === 'string') return `the tags of \`${shown(uid)}\`: ${tags}`;
  if (!isList(list)) return `the entity \`${shown(uid)}\` must have \`parents\``;
  const parents: Uid[] = [];
  for (const each of list) {
    const parent = uidOfJson(each);
    if (parent === undefined) return `the entity \`${shown(uid)}\` has a parent that is no entity`;
    if (isActionType(uid.type) && !isActionType(parent.type))
      return `the action \`${shown(uid)}\` has a parent that is no action`;
    parents.push(parent);
  }
  return { uid, attrs, tags, parents, ancestors: undefined };
}

function readFields(json: unknown, eagerly: boolean): RecordValue | string {
  if (!isObject(json)) return 'must be an object';
  const why = whyNoRecord(json, attributeDepth);
  if (why !== undefined) return why;
  const record = recordOfJson(json);
  return eagerly ? recordOf(new Map(record.entries())) : record;
}

function sameEntity(a: Draft | Entity, b: Draft): boolean {
  return equal(a.attrs, b.attrs) && equal(a.tags, b.tags) && covers(a, b) && covers(b, a);
}

function covers(a: { readonly parents: readonly Uid[] }, b: { readonly parents: readonly Uid[] }): boolean {
  return b.parents.every((uid) => a.parents.some((other) => sameUid(uid, other)));
}

function shown({ type, id }: Uid): string {
  return `${type}::${JSON.stringify(id)}`;
}
