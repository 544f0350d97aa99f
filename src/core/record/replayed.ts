// SPDX-License-Identifier: Apache-2.0
// What folding a record and deciding it again need of it: the rest is most of its text.
import { seenFacts } from '../operand/seen.ts';
import { isToldByRecord } from '../signal/heard.ts';
import type { DecisionEvent, Event, ObservationEvent } from './event.ts';

export interface DecisionToReplay
  extends Pick<
    DecisionEvent,
    'type' | 'id' | 'at' | 'node' | 'who' | 'outcome' | 'code' | 'lifts' | 'kept' | 'first'
  > {
  readonly deferral?: string | undefined;
  readonly request: Pick<
    DecisionEvent['request'],
    'method' | 'server' | 'target' | 'action' | 'class' | 'resource' | 'definition'
  >;
  readonly catalogue: string;
  /** A second decision point had a say. */
  readonly hadOpinion: boolean;
  /** Those that deciding again rests on. */
  readonly facts: DecisionEvent['facts'];
  /** The arguments that were recorded are what transforms made of those that were sent. */
  readonly transformed: boolean;
  readonly open?: Pick<NonNullable<DecisionEvent['open']>, 'reserves' | 'worst' | 'stores'> | undefined;
  /** As JSON: only an answer that changes needs them. */
  readonly verdicts: string;
}

export type ObservationToReplay = Pick<
  ObservationEvent,
  'type' | 'id' | 'at' | 'node' | 'decision' | 'status' | 'kept' | 'decided' | 'label'
>;

export type Replayed =
  | DecisionToReplay
  | ObservationToReplay
  | Exclude<Event, DecisionEvent | ObservationEvent>;

export interface ReplayedRecord {
  readonly event: Replayed;
  /** The digest of the arguments as policy saw them, where there are any. */
  readonly args: string | undefined;
}

export function verdictsOf({ verdicts }: DecisionToReplay): DecisionEvent['verdicts'] {
  return JSON.parse(verdicts);
}

/** Where values came from, what a call would run, what it names, and whose a second opinion was: no state tells these again. */
export const replayedFacts = [
  ...(['origin', 'program', 'opa.outcome', 'opa.bundle', 'opa.entrypoint'] as const),
  ...seenFacts,
] as const;

export function factsToReplay(facts: DecisionEvent['facts']): DecisionEvent['facts'] {
  const wanted: ReadonlySet<string> = new Set(replayedFacts);
  return Object.fromEntries(
    Object.entries(facts).filter(([name]) => wanted.has(name) || isToldByRecord(name)),
  );
}

/** Out of an event that was read whole. */
export function toReplay(whole: Event): ReplayedRecord {
  switch (whole.type) {
    case 'decision': {
      const { type, id, at, node, who, outcome, code, lifts, kept, first, open, deferral } = whole;
      const { method, server, target, action, class: of, resource, definition, args } = whole.request;
      const event: DecisionToReplay = {
        ...{ type, id, at, node, who, outcome, code, lifts, kept, first, deferral },
        request: { method, server, target, action, class: of, resource, definition },
        catalogue: whole.versions.catalogue,
        hadOpinion: whole.opinion !== undefined,
        facts: factsToReplay(whole.facts),
        transformed: whole.transforms.length > 0,
        open:
          open === undefined
            ? undefined
            : { reserves: open.reserves, worst: open.worst, stores: open.stores },
        verdicts: JSON.stringify(whole.verdicts),
      };
      return { event, args: args?.digest };
    }
    case 'observation': {
      const { type, id, at, node, decision, status, label, kept, decided } = whole;
      return { event: { type, id, at, node, decision, status, label, kept, decided }, args: undefined };
    }
    default:
      return { event: whole, args: undefined };
  }
}
