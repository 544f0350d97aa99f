// SPDX-License-Identifier: Apache-2.0
/**
 * What a task's agent has been told: what a person asked, and every result that it read, found again by value.
 *
 * Bounded. What did not fit is not forgotten in silence: `full` says that an answer may be missing, and then
 * "nowhere" is "unknown", which nobody takes for a reason.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { foldText, skeleton, tokensOf } from './fold-text.ts';
import { type Grade, gradeOf } from './matching.ts';
import { type Leaf, type Thing, thingsOf } from './record.ts';
import { keyOf, type Request, readRequest } from './request.ts';
import { isAddress, type Typed, typedWithin } from './typed.ts';

/**
 * What a result is made of, as the catalogue says. `principal`: facts about the person. `contacts`: entries of
 * their address book. `records`: things that others may have written or sent. `echo`: what was just done.
 */
export type Holds = 'principal' | 'contacts' | 'records' | 'echo';

export interface Seen {
  /** `server/tool`. */
  readonly source: string;
  readonly class: ActionClass;
  readonly holds: Holds;
  readonly trusted: boolean;
  /** The observation that it came with. */
  readonly id: string;
}

export interface Told extends Seen {
  readonly args: readonly Leaf[];
  readonly things: readonly Thing[];
}

/** Where a value stands. */
export interface Spot {
  readonly told: Told;
  readonly thing: Thing;
  readonly leaf: Leaf;
  /** It is all of the field, and not a part of what somebody wrote there. */
  readonly whole: boolean;
}

export interface Knowledge {
  /** All that was asked, read as one; undefined where nobody has asked anything. */
  readonly request: Request | undefined;
  readonly told: readonly Told[];
  /** Values that are the person's own, canonical. */
  readonly own: ReadonlySet<string>;
  /** Whether a value is an address of the person's own. */
  isOwn(typed: Typed): boolean;
  readonly full: boolean;
  /** Who it is done for, as whoever set the agent up has said. */
  serve(name: string): void;
  ask(text: string): void;
  tell(seen: Seen, args: JsonObject, tree: JsonValue | undefined, text: string): void;
  /** How surely the request speaks of it. */
  grade(told: Told, thing: Thing): Grade;
  /** By canonical value. */
  find(typed: Typed): readonly Spot[];
  /** Whether a value that is known to be good looks the same and is another one. */
  lookAlike(typed: Typed): boolean;
}

export interface Bounds {
  readonly maxBytes: number;
  readonly maxSpots: number;
}

export const knowledgeBounds: Bounds = { maxBytes: 1 << 20, maxSpots: 50_000 };

export function createKnowledge(bounds: Bounds = knowledgeBounds): Knowledge {
  let asked = '';
  let request: Request | undefined;
  let grades = new Map<Thing, Grade>();
  const told: Told[] = [];
  const own = new Set<string>(['me', 'self', 'myself']);
  const spots = new Map<string, Spot[]>();
  const good = new Map<string, string>();
  const person: string[][] = [];
  /** Addresses that stand as a whole somewhere, with how many things have them. */
  const addresses = new Map<string, number>();
  let bytes = 0;
  let count = 0;
  let full = false;

  function put(key: string, spot: Spot): void {
    if (count >= bounds.maxSpots) {
      full = true;
      return;
    }
    count += 1;
    const there = spots.get(key);
    if (there === undefined) spots.set(key, [spot]);
    else there.push(spot);
  }

  function vouch(typed: Typed): void {
    if (isAddress(typed)) good.set(skeleton(typed.value), typed.value);
  }

  return {
    get request() {
      return request;
    },
    told,
    own,
    get full() {
      return full;
    },
    serve(name) {
      person.push([...tokensOf(name)]);
    },
    isOwn(typed) {
      if (own.has(typed.value)) return true;
      if (typed.kind !== 'email') return false;
      const named = [...addresses].filter(([address]) => person.some((name) => isNamed(address, name)));
      const count = named.find(([address]) => address === typed.value)?.[1] ?? 0;
      // Somebody may have made one that looks like it: then the other has to be met far more often.
      return count > 0 && named.every(([address, other]) => address === typed.value || count >= 3 * other);
    },
    ask(text) {
      asked = asked === '' ? text : `${asked}\n${text}`;
      request = readRequest(asked);
      grades = new Map();
      for (const typed of request.typed) vouch(typed);
    },
    tell(seen, args, tree, text) {
      bytes += text.length;
      if (bytes > bounds.maxBytes) {
        full = true;
        return;
      }
      const things = thingsOf(tree, text);
      const one: Told = { ...seen, args: argumentsOf(args), things };
      told.push(one);
      for (const thing of things) {
        for (const leaf of thing.leaves) {
          put(keyOf(leaf.typed), { told: one, thing, leaf, whole: true });
          if (leaf.is === 'key') put(`text ${foldText(leaf.raw)}`, { told: one, thing, leaf, whole: true });
          if (leaf.is === 'address' && seen.holds !== 'echo')
            addresses.set(leaf.typed.value, (addresses.get(leaf.typed.value) ?? 0) + 1);
          if (
            seen.holds === 'principal' &&
            leaf.is !== 'prose' &&
            typedWithin(leaf.raw).every(({ value }) => value === leaf.typed.value)
          ) {
            own.add(leaf.typed.value);
            vouch(leaf.typed);
          }
          if (leaf.is !== 'prose' && leaf.is !== 'name') continue;
          for (const typed of typedWithin(leaf.raw))
            put(keyOf(typed), { told: one, thing, leaf, whole: false });
        }
      }
    },
    grade(one, thing) {
      if (request === undefined) return 0;
      const known = grades.get(thing);
      if (known !== undefined) return known;
      const grade = gradeOf(request, one, thing);
      grades.set(thing, grade);
      return grade;
    },
    find: (typed) => spots.get(keyOf(typed)) ?? [],
    lookAlike(typed) {
      const known = good.get(skeleton(typed.value));
      return isAddress(typed) && known !== undefined && known !== typed.value;
    },
  };
}

function isNamed(address: string, name: readonly string[]): boolean {
  const local = tokensOf(address.split('@')[0] ?? '');
  return name.length > 1 && name.every((part) => local.includes(part));
}

/** What was asked for is what an answer is about. */
function argumentsOf(args: JsonObject): readonly Leaf[] {
  return thingsOf(args, '')
    .flatMap(({ leaves }) => leaves)
    .filter(({ raw }) => raw !== '');
}
