// SPDX-License-Identifier: Apache-2.0
/**
 * A record for replay, straight out of its text. Only what replay needs is made, but all of the text is looked at:
 * a record that `readEvent` refuses is refused, in the same words.
 *
 * Source: docs/formats/record.md. Held to `readEvent` by read-event.test.ts.
 */
import type { OperatorChannel } from '../request/proposal.ts';
import { toldByRecord } from '../signal/heard.ts';
import { type CanonicalPattern, canonicalPattern } from './canonical-pattern.ts';
import { decision, type Kept, type OutcomeName } from './events/decision.ts';
import { observation, type ResultDecided } from './events/observation.ts';
import { inEnvelope, readEvent } from './read-event.ts';
import {
  type DecisionToReplay,
  factsToReplay,
  type ObservationToReplay,
  type ReplayedRecord,
  replayedFacts,
  toReplay,
} from './replayed.ts';

export type ReadReplayed =
  | ({ readonly ok: true } & ReplayedRecord)
  | { readonly ok: false; readonly reason: string };

/** A reader of records one after another: what comes again is made once. */
export function createReplayReader(): (leaf: string) => ReadReplayed {
  const texts = createTexts();
  const readDecision = decisionReader(texts);
  const readObservation = observationReader(texts);
  return (leaf) => {
    const record = readDecision(leaf) ?? readObservation(leaf);
    if (record !== undefined) return { ok: true, ...record };
    const whole = readEvent(leaf);
    return whole.ok ? { ok: true, ...toReplay(whole.event) } : whole;
  };
}

/** Of what a pattern captured, one part. */
type Part<T> = (found: readonly (string | undefined)[]) => T;

/** Parts by their paths in an event. */
interface Parts {
  maybe(path: string): Part<string | undefined>;
  text(path: string): Part<string>;
  /** Text that comes again, most often right away; one of a few words where the shape says so. */
  name<T extends string>(path: string): Part<T>;
  json<T>(path: string): Part<T | undefined>;
}

function partsOf({ groupOf }: CanonicalPattern, texts: Texts): Parts {
  const maybe: Parts['maybe'] = (path) => {
    const group = groupOf(path);
    return (found) => found[group];
  };
  const text: Parts['text'] = (path) => {
    const group = groupOf(path);
    return (found) => found[group] ?? '';
  };
  return {
    maybe,
    text,
    name<T extends string>(path: string): Part<T> {
      const part = text(path);
      let last = '';
      return (found) => {
        const now = part(found);
        if (now !== last) last = texts.again(now);
        // The pattern is of the shape: another word would not have matched.
        return last as T;
      };
    },
    json<T>(path: string): Part<T | undefined> {
      const part = maybe(path);
      return (found) => {
        const now = part(found);
        return now === undefined ? undefined : texts.json<T>(now);
      };
    },
  };
}

const decisionPaths = [
  ...[
    'at',
    'code',
    'id',
    'node',
    'outcome',
    'versions.catalogue',
    'opinion',
    'lifts',
    'transforms',
    'verdicts',
    'facts',
    'deferral',
  ],
  ...['kept', 'first', 'open.reserves', 'open.worst', 'open.stores'],
  ...['who.agent', 'who.task', 'who.session', 'who.tokenId', 'who.operator', 'who.channel'],
  ...['request.method', 'request.server', 'request.target', 'request.definition', 'request.action'],
  ...['request.class', 'request.resource.type', 'request.resource.id', 'request.args.digest'],
];

type Open = NonNullable<DecisionToReplay['open']>;

function decisionReader(texts: Texts): (leaf: string) => ReplayedRecord | undefined {
  const pattern = canonicalPattern(decision, inEnvelope, decisionPaths);
  if (pattern === undefined) return () => undefined;
  const { maybe, text, name, json } = partsOf(pattern, texts);
  const head = { id: text('id'), at: text('at'), node: name('node') };
  const agent = {
    agent: name('who.agent'),
    task: name('who.task'),
    session: name('who.session'),
    tokenId: name('who.tokenId'),
  };
  const operator = { operator: name('who.operator'), channel: name<OperatorChannel>('who.channel') };
  const request = {
    method: name('request.method'),
    server: name('request.server'),
    target: name('request.target'),
    action: name('request.action'),
    class: name('request.class'),
    type: name('request.resource.type'),
    id: name('request.resource.id'),
    definition: name('request.definition'),
  };
  const said = { outcome: name<OutcomeName>('outcome'), code: name('code'), verdicts: name('verdicts') };
  const kept = json<Kept>('kept');
  const first = json<readonly string[]>('first');
  const open = {
    reserves: json<Open['reserves']>('open.reserves'),
    worst: json<Open['worst']>('open.worst'),
    stores: json<NonNullable<Open['stores']>>('open.stores'),
  };
  const catalogue = name('versions.catalogue');
  const lifts = json<DecisionToReplay['lifts']>('lifts');
  const transforms = text('transforms');
  const facts = text('facts');
  const args = maybe('request.args.digest');
  const has = {
    agent: maybe('who.agent'),
    definition: maybe('request.definition'),
    opinion: maybe('opinion'),
    deferral: maybe('deferral'),
  };
  return (leaf) => {
    const found = pattern.match(leaf);
    if (found === undefined) return undefined;
    const [reserves, worst, digest] = [open.reserves(found), open.worst(found), args(found)];
    const deferral = has.deferral(found);
    const event: DecisionToReplay = {
      type: 'decision',
      id: texts.once(head.id(found)),
      at: Number(head.at(found)),
      node: head.node(found),
      who:
        has.agent(found) === undefined
          ? { operator: operator.operator(found), channel: operator.channel(found) }
          : {
              agent: agent.agent(found),
              task: agent.task(found),
              session: agent.session(found),
              tokenId: agent.tokenId(found),
            },
      request: {
        method: request.method(found),
        server: request.server(found),
        target: request.target(found),
        action: request.action(found),
        class: request.class(found),
        resource: { type: request.type(found), id: request.id(found) },
        definition: has.definition(found) === undefined ? undefined : request.definition(found),
      },
      catalogue: catalogue(found),
      hadOpinion: has.opinion(found) !== undefined,
      facts: factsIn(facts(found)),
      transformed: transforms(found) !== '[]',
      outcome: said.outcome(found),
      code: said.code(found),
      verdicts: said.verdicts(found),
      lifts: lifts(found) ?? [],
      kept: kept(found),
      first: first(found),
      deferral: deferral === undefined ? undefined : texts.once(deferral),
      open:
        reserves === undefined || worst === undefined
          ? undefined
          : { reserves, worst, stores: open.stores(found) },
    };
    return { event, args: digest === undefined ? undefined : texts.once(digest) };
  };
}

const noFacts: DecisionToReplay['facts'] = {};
/** A quote in a string would be escaped, so each can stand for nothing but the name of a fact. */
const factNames = [...replayedFacts.map((name) => `"${name}":{`), ...toldByRecord];

/** Most records have none of those that are wanted. */
function factsIn(text: string): DecisionToReplay['facts'] {
  return factNames.some((name) => text.includes(name)) ? factsToReplay(JSON.parse(text)) : noFacts;
}

const observationPaths = ['at', 'id', 'node', 'decision', 'status', 'kept', 'decided', 'label'];

function observationReader(texts: Texts): (leaf: string) => ReplayedRecord | undefined {
  const pattern = canonicalPattern(observation, inEnvelope, observationPaths);
  if (pattern === undefined) return () => undefined;
  const { text, name, json } = partsOf(pattern, texts);
  const head = { id: text('id'), at: text('at'), node: name('node') };
  const of = text('decision');
  const status = name<ObservationToReplay['status']>('status');
  const label = json<ObservationToReplay['label']>('label');
  const kept = json<Kept>('kept');
  const decided = json<ResultDecided>('decided');
  return (leaf) => {
    const found = pattern.match(leaf);
    const read = found === undefined ? undefined : label(found);
    if (found === undefined || read === undefined) return undefined;
    const event: ObservationToReplay = {
      type: 'observation',
      id: texts.once(head.id(found)),
      at: Number(head.at(found)),
      node: head.node(found),
      decision: texts.once(of(found)),
      status: status(found),
      label: read,
      kept: kept(found),
      decided: decided(found),
    };
    return { event, args: undefined };
  };
}

/** Parts of records as values. Every part matched a shape, and has no escape: the engine's own parser reads it right. */
interface Texts {
  /** A copy, since a part of a record would keep all of the record. */
  once(text: string): string;
  /** The same string for the same text. */
  again(text: string): string;
  /** The same value for the same text: never changed by anybody. */
  json<T>(text: string): T;
}

/** Of either sort; names and labels come again, and what is unique is soon let go. */
const maxRemembered = 20_000;

function createTexts(): Texts {
  const known = new Map<string, string>();
  const values = new Map<string, unknown>();
  const once = (text: string): string => ` ${text}`.slice(1);
  return {
    once,
    again(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      if (known.size >= maxRemembered) known.clear();
      const copy = once(text);
      known.set(copy, copy);
      return copy;
    },
    json<T>(text: string): T {
      const before = values.get(text);
      if (before !== undefined) return before as T;
      if (values.size >= maxRemembered) values.clear();
      const made: T = JSON.parse(text);
      values.set(once(text), made);
      return made;
    },
  };
}
