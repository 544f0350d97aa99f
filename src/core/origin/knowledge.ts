// SPDX-License-Identifier: Apache-2.0
/**
 * What a task's agent has been told: what a person asked, and every result that it read, found again by value.
 *
 * Bounded. What did not fit is not forgotten in silence: `full` says that an answer may be missing, and then
 * "nowhere" is "unknown", which nobody takes for a reason.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { foldText, tokensOf } from './fold-text.ts';
import type { Proposal } from './intent.ts';
import { createFamiliar, isNamedFor } from './look-alike.ts';
import { type Grade, gradeOf } from './matching.ts';
import { readLines } from './read-lines.ts';
import { freshReading, type Reading } from './reading.ts';
import type { Scalar } from './reason.ts';
import { isList, type Leaf, type Thing, thingsOf } from './record.ts';
import { keyOf, type Request } from './request.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import type { Typed } from './typed.ts';

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
  /** It is what stands in a file or on a page: prose, whatever it can be read as. */
  readonly document?: boolean;
  /** The catalogue labels it `secret`. */
  readonly secret?: boolean;
}

export interface Told extends Seen {
  /** What stands in it could have been laid out so by whoever wrote a part of it: it names things, and no places. */
  readonly loose?: boolean;
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
  /** Something was read that others may have written. */
  readonly stranger: boolean;
  /** Who it is done for, as whoever set the agent up has said. */
  serve(name: string): void;
  /** @param proposal what a model made of it, where one was asked and has answered */
  ask(text: string, proposal?: Proposal | undefined): void;
  /** A parameter of the task, which is read as if it was asked. No model is asked about it. */
  given(name: string, value: string): void;
  /** What models made of what was asked; undefined where none has answered. */
  readonly proposed: Proposed | undefined;
  tell(seen: Seen, args: JsonObject, tree: JsonValue | undefined, text: string): void;
  /** How surely the request speaks of it. */
  grade(told: Told, thing: Thing): Grade;
  /** How surely it speaks of what was asked for when this was read. */
  about(told: Told): Grade;
  /** By canonical value. */
  find(typed: Typed): readonly Spot[];
  /** Its text, as texts are compared. */
  folded(leaf: Leaf): string;
  /** Its text, read as if somebody asked for that. */
  order(leaf: Leaf): Request;
  /** Things that have this key. */
  objects(key: Scalar): readonly Spot[];
  /** What was read that is secret. */
  readonly secrets: Pick<Secrets, 'carriedBy'>;
  /** Whether a value that is known to be good looks the same and is another one. */
  lookAlike(typed: Typed): boolean;
}

export interface Proposed {
  readonly classes: ReadonlySet<ActionClass>;
  readonly tools: ReadonlySet<string>;
  readonly datasets: ReadonlySet<string>;
  /** Of every prompt there is an answer. */
  readonly isWhole: boolean;
}

export interface Bounds {
  readonly maxBytes: number;
  readonly maxSpots: number;
}

export const knowledgeBounds: Bounds = { maxBytes: 1 << 20, maxSpots: 50_000 };

export function createKnowledge(
  bounds: Bounds = knowledgeBounds,
  reading: Pick<Reading, 'apart' | 'request'> = freshReading,
): Knowledge {
  let asked = '';
  let request: Request | undefined;
  let prompts = 0;
  const proposals: Proposal[] = [];
  let grades = new Map<Thing, Grade>();
  const told: Told[] = [];
  const own = new Set<string>(['me', 'self', 'myself']);
  const spots = new Map<string, Spot[]>();
  const familiar = createFamiliar();
  const person: string[][] = [];
  /** Addresses that may be the person's, by how many things have them whom they did not send themselves. */
  const candidates = new Map<string, number>();
  const secrets = createSecrets();
  const folds = new Map<Leaf, string>();
  const orders = new Map<Leaf, Request>();
  let bytes = 0;
  let count = 0;
  let full = false;
  let stranger = false;

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

  /** Anybody can take an address that bears the person's name: theirs is the one that is met far more often. */
  function inferredOwn(): string | undefined {
    const [first, second] = [...candidates].toSorted(([, a], [, b]) => b - a);
    return first !== undefined && first[1] >= 3 * (second?.[1] ?? 0) ? first[0] : undefined;
  }

  function isNamed({ kind, value }: Typed): boolean {
    return kind === 'email' && person.some((name) => isNamedFor(value, name));
  }

  function index(one: Told, thing: Thing, leaf: Leaf): void {
    const key = keyOf(leaf.typed);
    put(key, {
      told: one,
      thing,
      leaf,
      whole: one.loose !== true || (leaf.is !== 'address' && leaf.is !== 'name'),
    });
    if (leaf.is === 'key') put(`key ${foldText(leaf.raw)}`, { told: one, thing, leaf, whole: true });
    if (leaf.is === 'address' && one.holds !== 'echo' && isNamed(leaf.typed))
      candidates.set(leaf.typed.value, (candidates.get(leaf.typed.value) ?? 0) + 1);
    for (const typed of leaf.within) {
      const inside = keyOf(typed);
      if (inside !== key) put(inside, { told: one, thing, leaf, whole: false });
    }
    if (
      one.holds !== 'principal' ||
      leaf.is === 'prose' ||
      leaf.within.some(({ value }) => value !== leaf.typed.value)
    )
      return;
    own.add(leaf.typed.value);
    familiar.add(leaf.typed);
  }

  function read(text: string): void {
    asked = asked === '' ? text : `${asked}\n${text}`;
    request = reading.request(asked);
    grades = new Map();
    for (const typed of request.typed) familiar.add(typed);
  }

  return {
    get request() {
      return request;
    },
    told,
    own,
    secrets,
    get full() {
      return full;
    },
    get stranger() {
      return stranger;
    },
    serve(name) {
      person.push([...tokensOf(name)]);
    },
    isOwn(typed) {
      if (own.has(typed.value)) return true;
      return typed.kind === 'email' ? inferredOwn() === typed.value : isNameOf(typed, person);
    },
    ask(text, proposal) {
      read(text);
      prompts += 1;
      if (proposal !== undefined) proposals.push(proposal);
    },
    given: (name, value) => read(`${name}: ${value}`),
    get proposed() {
      return proposals.length === 0 ? undefined : proposedBy(proposals, prompts);
    },
    tell(seen, args, tree, text) {
      stranger ||= !seen.trusted && seen.holds !== 'echo';
      bytes += text.length;
      if (bytes > bounds.maxBytes) {
        full = true;
        // What is not found again is unknown; a secret that is not known would go out.
        secrets.learn({ ...seen, args: [], things: thingsOf(undefined, text) }, seen.secret === true);
        return;
      }
      const laidOut = tree === undefined && seen.document !== true ? readLines(text) : undefined;
      const things = reading.apart(
        laidOut ?? (seen.document === true && !isList(tree) ? undefined : tree),
        text,
      );
      const one: Told = {
        ...seen,
        args: argumentsOf(args),
        things,
        ...(laidOut === undefined || seen.trusted ? {} : { loose: true }),
      };
      told.push(one);
      secrets.learn(one, seen.secret === true);
      for (const thing of things) for (const leaf of thing.leaves) index(one, thing, leaf);
    },
    grade(one, thing) {
      if (request === undefined) return 0;
      const known = grades.get(thing);
      if (known !== undefined) return known;
      // What was asked for names the answer, where that is one thing.
      const grade = gradeOf(
        request,
        one.things.length === 1 ? { leaves: [...thing.leaves, ...one.args] } : thing,
      );
      grades.set(thing, grade);
      return grade;
    },
    about(one) {
      return request === undefined ? 0 : gradeOf(request, { leaves: one.args });
    },
    folded: (leaf) => memo(folds, leaf, () => foldText(leaf.raw)),
    order: (leaf) => memo(orders, leaf, () => reading.request(leaf.raw)),
    find: (typed) => spots.get(keyOf(typed)) ?? [],
    objects: (key) => spots.get(`key ${foldText(String(key))}`) ?? [],
    lookAlike(typed) {
      if (own.has(typed.value)) return false;
      const mine = inferredOwn();
      // The person's name at another domain, or nobody knows which of them is theirs.
      if (isNamed(typed) && mine !== typed.value) return true;
      if (mine !== undefined) familiar.add({ kind: 'email', value: mine });
      return familiar.lookAlike(typed);
    },
  };
}

function proposedBy(proposals: readonly Proposal[], prompts: number): Proposed {
  return {
    classes: new Set(proposals.flatMap(({ classes }) => classes)),
    tools: new Set(proposals.flatMap(({ tools }) => tools)),
    datasets: new Set(proposals.flatMap(({ datasets }) => datasets)),
    isWhole: proposals.length === prompts,
  };
}

function memo<Value>(known: Map<Leaf, Value>, leaf: Leaf, make: () => Value): Value {
  const there = known.get(leaf);
  if (there !== undefined) return there;
  const made = make();
  known.set(leaf, made);
  return made;
}

function isNameOf({ kind, value }: Typed, names: readonly (readonly string[])[]): boolean {
  return (
    kind === 'text' && names.some((name) => name.length > 1 && name.join(' ') === tokensOf(value).join(' '))
  );
}

/** What was asked for is what an answer is about. */
function argumentsOf(args: JsonObject): readonly Leaf[] {
  return thingsOf(args, '')
    .flatMap(({ leaves }) => leaves)
    .filter(({ raw }) => raw !== '');
}
