// SPDX-License-Identifier: Apache-2.0
/**
 * What another policy set would newly allow though nobody ever asked for it: requests made up from the
 * constants of both sets and what lies beside them, put to both.
 *
 * Finds, never proves: that nothing was found says only that so many requests did not show it. Deterministic by
 * its seed, and each finding is made as plain as it can be while it still shows the difference.
 *
 * Source: docs/evidence.md, "Plans".
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { integrities, levels } from '../core/label/label.ts';
import { type Described, questionFor } from '../core/policy/context.ts';
import type { CedarValue, Question } from '../core/policy/question.ts';
import type { RecordShape, Shape } from '../core/policy/shape.ts';
import type { CedarRecord } from '../core/policy/values.ts';
import type { Circumstances } from '../core/session/circumstances.ts';
import { seenKinds } from '../core/session/seen.ts';
import { judge } from './consider.ts';
import type { InForce } from './road.ts';

export interface Counterexample {
  /** `server/target`. */
  readonly target: string;
  readonly action: string;
  /** Under the set before: a code, and the policies that refused. */
  readonly before: { readonly outcome: string; readonly policies: readonly string[] };
  /** The permits that would allow it. */
  readonly after: { readonly outcome: string; readonly policies: readonly string[] };
  /** What is not as usual about it: by path, as in `context.args.amount`. */
  readonly request: { readonly [path: string]: CedarValue };
}

export interface Search {
  readonly seed: number;
  /** Requests made up for each entry of the catalogue. */
  readonly tries: number;
  /** Texts of both sets, for their constants. */
  readonly texts: readonly string[];
}

/** Constants beyond this many of a kind say little more. */
const maxConstants = 200;

/** @returns at most one for each entry of the catalogue that both sets are over */
export function counterexamples(before: InForce, after: InForce, search: Search): readonly Counterexample[] {
  const constants = constantsIn(search.texts);
  return after.catalogue.entries.flatMap((entry, i) => {
    const random = randomOf(search.seed + i);
    for (let n = 0; n < search.tries; n++) {
      const picks: number[] = [];
      const drawn = draw(before, after, entry, constants, (limit) => {
        const pick = Math.floor(random() * limit);
        picks.push(pick);
        return pick;
      });
      if (!differs(before, after, drawn)) continue;
      return [plain(before, after, entry, constants, picks)];
    }
    return [];
  });
}

interface Drawn {
  readonly question: Question;
  /** Of each set: what its conditions over history say. */
  readonly holding: ReadonlySet<string>;
}

type Pick = (limit: number) => number;

interface Constants {
  readonly numbers: readonly number[];
  readonly strings: readonly string[];
}

function differs(before: InForce, after: InForce, drawn: Drawn): boolean {
  return said(after, drawn).runs && !said(before, drawn).runs;
}

function said(force: InForce, { question, holding }: Drawn) {
  const names = force.policies.conditions.for(question.action.id).conditions.map(({ name }) => name);
  const history = { holding: new Set(names.filter((name) => holding.has(name))), untold: new Set<string>() };
  const judged = judge(force, { ...question, history }, []);
  if (!judged.ok) return { runs: false, outcome: 'deny', policies: [] };
  const { outcome, because } = judged.outcome;
  return {
    runs: outcome === 'allow' || outcome === 'modify',
    outcome,
    policies: because.map(({ policy }) => policy.id).sort(),
  };
}

/** Choices go back to the first of their kind, one by one, as long as the difference stays. */
function plain(
  before: InForce,
  after: InForce,
  entry: CatalogueEntry,
  constants: Constants,
  found: readonly number[],
): Counterexample {
  const made = (picks: readonly number[]): Drawn => {
    let at = 0;
    return draw(before, after, entry, constants, (limit) => Math.min(picks[at++] ?? 0, limit - 1));
  };
  const picks = [...found];
  for (let i = 0; i < picks.length; i++) {
    const was = picks[i] ?? 0;
    if (was === 0) continue;
    picks[i] = 0;
    if (!differs(before, after, made(picks))) picks[i] = was;
  }
  const drawn = made(picks);
  const usual = flat(made([]));
  const request = Object.fromEntries(
    [...flat(drawn)].filter(([path, value]) => !same(usual.get(path), value)),
  );
  const { outcome, policies } = said(before, drawn);
  const now = said(after, drawn);
  return {
    target: `${entry.server}/${entry.target}`,
    action: entry.action,
    before: { outcome, policies },
    after: { outcome: now.outcome, policies: now.policies },
    request,
  };
}

function same(a: CedarValue | undefined, b: CedarValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The leaves of a question by their paths. */
function flat({ question, holding }: Drawn): ReadonlyMap<string, CedarValue> {
  const out = new Map<string, CedarValue>();
  const walk = (path: string, value: CedarValue): void => {
    if (typeof value !== 'object' || isList(value) || '__extn' in value || '__entity' in value) {
      out.set(path, value);
      return;
    }
    for (const [name, part] of Object.entries(value)) walk(`${path}.${name}`, part);
  };
  out.set('principal', question.principal.id);
  out.set('resource', question.resource.id);
  walk('context', question.context);
  for (const { uid, attrs, tags } of question.entities) {
    if (uid.type === question.resource.type) continue;
    walk(uid.type === 'Agent' ? 'principal' : 'context.task', attrs);
    for (const [name, value] of Object.entries(tags ?? {})) out.set(`context.task.${name}`, value);
  }
  for (const name of holding) out.set(`history ${name}`, true);
  return out;
}

function isList(value: CedarValue): value is readonly CedarValue[] {
  return Array.isArray(value);
}

const day = Date.UTC(2026, 0, 5, 10); // a Monday
const hour = 3_600_000;

function draw(
  before: InForce,
  after: InForce,
  entry: CatalogueEntry,
  constants: Constants,
  pick: Pick,
): Drawn {
  const one = <T>(first: T, ...others: readonly T[]): T =>
    [first, ...others][pick(others.length + 1)] ?? first;
  const text = (usual: string) => one(usual, ...constants.strings);
  // As many choices whatever they are: each can go back to its first without moving the others.
  const maybe = <T>(value: T): T | undefined => (pick(2) === 1 ? value : undefined);
  const number = (usual: number) => one(usual, ...constants.numbers.filter((n) => n >= 0));
  const shape = entry.kind === 'tool' ? after.shapes.get(entry.action) : undefined;
  const args = shape === undefined ? {} : drawRecord(shape, constants, pick);
  const at = day + pick(24) * hour + pick(7) * 24 * hour;
  const purpose = maybe(text('purpose'));
  const onBehalfOf = maybe(text('somebody'));
  const param = maybe([text('name'), text('value')] as const);
  const category = maybe(text('pii'));
  const source = maybe(text('web/fetch'));
  const id = text('1');
  const who: Circumstances = {
    at,
    agent: {
      id: text('agent'),
      owner: text('owner'),
      autonomy: one('supervised', 'semi', 'full'),
      verifiedSecondsAgo: number(0),
    },
    task: {
      id: 'task',
      type: text('task'),
      ...(purpose === undefined ? {} : { purpose }),
      params: param === undefined ? {} : { [param[0]]: param[1] },
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ageSeconds: number(0),
      hasPrompt: pick(2) === 1,
      depth: number(0),
    },
    session: {
      id: 'session',
      ageSeconds: number(0),
      idleSeconds: number(0),
      calls: number(0),
      labels: {
        level: one(...levels),
        categories: category === undefined ? [] : [category],
        integrity: one(...integrities),
        sources: source === undefined ? [] : [source],
      },
    },
  };
  const described: Described = {
    entry,
    action: entry.action,
    resource: {
      type: entry.resource.type,
      id: entry.resource.idArgument === undefined ? `${entry.server}/${entry.target}` : id,
    },
    args,
    opaque: pick(2) === 1,
  };
  const fresh = seenKinds.filter(() => pick(2) === 1);
  const question = questionFor(described, who, fresh);
  const names = new Set(
    [before, after].flatMap(({ policies }) =>
      policies.conditions.for(question.action.id).conditions.map(({ name }) => name),
    ),
  );
  return { question, holding: new Set([...names].filter(() => pick(2) === 1)) };
}

function drawRecord({ attrs }: RecordShape, constants: Constants, pick: Pick): CedarRecord {
  const members: [string, CedarValue][] = [];
  for (const [name, { shape, required }] of attrs) {
    const value = drawValue(shape, constants, pick);
    const present = pick(2) === 1 || required;
    if (present && value !== undefined) members.push([name, value]);
  }
  return Object.fromEntries(members);
}

function drawValue(shape: Shape, constants: Constants, pick: Pick): CedarValue | undefined {
  const of = <T>(values: readonly T[]): T | undefined => values[pick(values.length)];
  switch (shape.kind) {
    case 'bool':
      return pick(2) === 1;
    case 'string':
      return of(['text', ...constants.strings]);
    case 'long':
      return of([0, ...constants.numbers]);
    case 'decimal':
      return { __extn: { fn: 'decimal', arg: `${of([0, ...constants.numbers]) ?? 0}.0` } };
    case 'set': {
      const item = drawValue(shape.of, constants, pick);
      const isEmpty = pick(2) === 0;
      return isEmpty || item === undefined ? [] : [item];
    }
    case 'record':
      return drawRecord(shape, constants, pick);
    case 'opaque':
      return undefined;
  }
}

/** Numbers with what lies beside them, and strings, also as what a pattern with `*` stands for. */
function constantsIn(texts: readonly string[]): Constants {
  const numbers = new Set<number>();
  const strings = new Set<string>();
  for (const text of texts) {
    for (const [token] of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"|-?\b\d{1,15}\b/g)) {
      if (!token.startsWith('"')) {
        const n = Number(token);
        for (const near of [n - 1, n, n + 1]) if (numbers.size < maxConstants) numbers.add(near);
      } else if (strings.size < maxConstants && token.length < 200) {
        const plainText = token.slice(1, -1);
        strings.add(plainText);
        if (plainText.includes('*')) strings.add(plainText.replaceAll('*', 'x'));
      }
    }
  }
  return { numbers: [...numbers], strings: [...strings] };
}

/** Mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
