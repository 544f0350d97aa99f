// SPDX-License-Identifier: Apache-2.0
/**
 * Steps on their way from the thread that reads them to the one that goes through them. To copy an object takes
 * several times as long as to copy what is in it: so names and values that come again travel once and are
 * numbers from then on. Both ends are this file; messages are unpacked in the order in which they were packed.
 */
import { parseJson } from '../core/json/parse.ts';
import { recordLimits } from '../core/record/read-event.ts';
import type { DecisionToReplay, ObservationToReplay, Replayed } from '../core/record/replayed.ts';
import type { Arguments, Step } from './replay.ts';

export interface PackedSteps {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly string[];
  /** Names and values that come for the first time. */
  readonly fresh: readonly unknown[];
  /** All that came before are known no more. */
  readonly anew: boolean;
}

/** Names and values that are known at once, but for those that one message adds. */
const mostKnown = 100_000;

const kinds = { other: 0, decision: 1, observation: 2 } as const;
const absent = -1;
const noFacts: DecisionToReplay['facts'] = {};
const notOpened = ['erased', 'missing', 'unreadable'] as const;
const withoutArguments = -1;
const opened = notOpened.length;

export function createPacker(maxKnown = mostKnown): (steps: readonly Step[]) => PackedSteps {
  const known = new Map<unknown, number>();
  return (steps) => {
    const anew = known.size > maxKnown;
    if (anew) known.clear();
    const to: Outgoing = { known, numbers: [], texts: [], fresh: [] };
    for (const step of steps) pack(to, step);
    return { numbers: Float64Array.from(to.numbers), texts: to.texts, fresh: to.fresh, anew };
  };
}

interface Outgoing {
  readonly known: Map<unknown, number>;
  readonly numbers: number[];
  readonly texts: string[];
  readonly fresh: unknown[];
}

function pack(to: Outgoing, { position, event, args }: Step): void {
  to.numbers.push(position);
  switch (event.type) {
    case 'decision':
      to.numbers.push(kinds.decision);
      packDecision(to, event);
      packArguments(to, args);
      return;
    case 'observation':
      to.numbers.push(kinds.observation);
      packObservation(to, event);
      return;
    default:
      to.numbers.push(kinds.other);
      again(to, event);
  }
}

function packDecision(to: Outgoing, event: DecisionToReplay): void {
  const { who, request, open } = event;
  to.texts.push(event.id);
  to.numbers.push(event.at, event.hadOpinion ? 1 : 0, event.transformed ? 1 : 0, 'session' in who ? 1 : 0);
  if ('session' in who) {
    again(to, who.agent);
    again(to, who.task);
    again(to, who.session);
    again(to, who.tokenId);
  } else again(to, who);
  again(to, event.node);
  again(to, request.method);
  again(to, request.server);
  again(to, request.target);
  again(to, request.action);
  again(to, request.class);
  again(to, request.resource.type);
  again(to, request.resource.id);
  again(to, request.definition);
  again(to, event.catalogue);
  again(to, event.outcome);
  again(to, event.code);
  again(to, event.verdicts);
  again(to, event.deferral);
  again(to, open?.reserves);
  again(to, open?.worst);
  json(to, open?.stores);
  json(to, event.kept);
  json(to, event.first);
  json(to, event.lifts.length === 0 ? undefined : event.lifts);
  json(to, Object.keys(event.facts).length === 0 ? undefined : event.facts);
}

function packArguments(to: Outgoing, args: Arguments | undefined): void {
  if (args?.ok !== true) {
    to.numbers.push(args === undefined ? withoutArguments : notOpened.indexOf(args.reason));
    return;
  }
  to.numbers.push(opened);
  to.texts.push(args.content);
}

function packObservation(to: Outgoing, event: ObservationToReplay): void {
  to.texts.push(event.id, event.decision);
  to.numbers.push(event.at);
  again(to, event.node);
  again(to, event.status);
  again(to, event.label);
  json(to, event.kept);
  json(to, event.decided);
}

/** By its text, or as the very object that it is. */
function again({ known, numbers, fresh }: Outgoing, thing: unknown): void {
  const before = thing === undefined ? absent : known.get(thing);
  numbers.push(before ?? known.size);
  if (before !== undefined) return;
  known.set(thing, known.size);
  fresh.push(thing);
}

/** What is new each time. */
function json({ numbers, texts }: Outgoing, value: object | undefined): void {
  numbers.push(value === undefined ? absent : texts.length);
  if (value !== undefined) texts.push(JSON.stringify(value));
}

export function createUnpacker(): (packed: PackedSteps) => readonly Step[] {
  let known: unknown[] = [];
  return ({ numbers, texts, fresh, anew }) => {
    if (anew) known = [];
    for (const thing of fresh) known.push(thing);
    const from: Incoming = { known, numbers, texts, number: 0, text: 0 };
    const steps: Step[] = [];
    while (from.number < numbers.length) steps.push(unpack(from));
    return steps;
  };
}

interface Incoming extends Omit<PackedSteps, 'fresh' | 'anew'> {
  readonly known: readonly unknown[];
  number: number;
  text: number;
}

function unpack(from: Incoming): Step {
  const position = number(from);
  switch (number(from)) {
    case kinds.decision: {
      const event = decision(from);
      return { position, event, args: argumentsOf(from) };
    }
    case kinds.observation:
      return { position, event: observation(from) };
    default:
      return { position, event: thing<Replayed>(from) };
  }
}

function decision(from: Incoming): DecisionToReplay {
  const id = text(from);
  const at = number(from);
  const hadOpinion = number(from) === 1;
  const transformed = number(from) === 1;
  const who: DecisionToReplay['who'] =
    number(from) === 1
      ? { agent: thing(from), task: thing(from), session: thing(from), tokenId: thing(from) }
      : thing(from);
  const node = thing<string>(from);
  const request: DecisionToReplay['request'] = {
    method: thing(from),
    server: thing(from),
    target: thing(from),
    action: thing(from),
    class: thing(from),
    resource: { type: thing(from), id: thing(from) },
    definition: thing(from),
  };
  const catalogue = thing<string>(from);
  const outcome = thing<DecisionToReplay['outcome']>(from);
  const code = thing<string>(from);
  const verdicts = thing<string>(from);
  const deferral = thing<string | undefined>(from);
  const reserves = thing<NonNullable<DecisionToReplay['open']>['reserves'] | undefined>(from);
  const worst = thing<NonNullable<DecisionToReplay['open']>['worst'] | undefined>(from);
  const stores = value<NonNullable<NonNullable<DecisionToReplay['open']>['stores']>>(from);
  return {
    ...{ type: 'decision', id, at, node, who, request, catalogue, outcome, code, verdicts },
    ...{ hadOpinion, transformed, deferral },
    open: reserves === undefined || worst === undefined ? undefined : { reserves, worst, stores },
    kept: value(from),
    first: value(from),
    lifts: value(from) ?? [],
    facts: value(from) ?? noFacts,
  };
}

function argumentsOf(from: Incoming): Arguments | undefined {
  const state = number(from);
  if (state === opened) return { ok: true, content: text(from) };
  const reason = notOpened[state];
  return reason === undefined ? undefined : { ok: false, reason };
}

function observation(from: Incoming): ObservationToReplay {
  const [id, of] = [text(from), text(from)];
  return {
    ...{ type: 'observation', id, decision: of, at: number(from), node: thing(from), status: thing(from) },
    label: thing(from),
    kept: value(from),
    decided: value(from),
  };
}

function number(from: Incoming): number {
  return from.numbers[from.number++] ?? Number.NaN;
}

function text(from: Incoming): string {
  from.text += 1;
  return from.texts[from.text - 1] ?? '';
}

/** What stands at a place is what `pack` put there. */
function thing<T>(from: Incoming): T {
  return from.known[number(from)] as T;
}

/** Keys may have escapes, which the engine's own parser may misread (canonical-json.md). */
function value<T>(from: Incoming): T | undefined {
  if (number(from) === absent) return undefined;
  const written = text(from);
  if (!written.includes('\\')) return JSON.parse(written);
  const parsed = parseJson(Buffer.from(written, 'utf8'), recordLimits);
  return parsed.ok ? (parsed.value as T) : undefined;
}
