// SPDX-License-Identifier: Apache-2.0
// Every event that a ledger holds: its shape and, from the same definition, its parser.
// A record is an event in its envelope (envelope.ts). Byte format: docs/formats/record.md.
import { z } from 'zod';
import {
  approvalDecided,
  approvalExpired,
  approvalRequested,
  breakGlassClosed,
  breakGlassOpened,
  breakGlassRequested,
  reviewClosed,
} from './events/approval.ts';
import { decision } from './events/decision.ts';
import { labelDeclassified, labelEndorsed } from './events/label.ts';
import { observation } from './events/observation.ts';
import {
  approversPublished,
  messageEnded,
  messagesPublished,
  passkeyEnrolled,
  passkeyRemoved,
  personSignedIn,
} from './events/person.ts';
import {
  candidatePublished,
  candidateWithdrawn,
  cataloguePublished,
  nodeStarted,
  policyPublished,
  toolAccepted,
} from './events/publication.ts';
import {
  deferralCancelled,
  deferralRequested,
  signalCleared,
  signalSet,
  signalsPublished,
} from './events/signal.ts';
import {
  agentRegistered,
  promptSubmitted,
  sessionStarted,
  taskEnded,
  taskStarted,
} from './events/standing.ts';
import {
  autonomySet,
  holdLifted,
  holdSet,
  revocationLifted,
  revoked,
  sessionRedecided,
  swept,
} from './events/steering.ts';

export const eventShape = z.discriminatedUnion('type', [
  agentRegistered,
  taskStarted,
  promptSubmitted,
  sessionStarted,
  taskEnded,
  revoked,
  swept,
  holdSet,
  holdLifted,
  revocationLifted,
  autonomySet,
  sessionRedecided,
  policyPublished,
  candidatePublished,
  candidateWithdrawn,
  cataloguePublished,
  toolAccepted,
  approversPublished,
  passkeyEnrolled,
  passkeyRemoved,
  personSignedIn,
  signalsPublished,
  signalSet,
  signalCleared,
  approvalRequested,
  approvalDecided,
  approvalExpired,
  reviewClosed,
  breakGlassRequested,
  breakGlassOpened,
  breakGlassClosed,
  deferralRequested,
  deferralCancelled,
  decision,
  observation,
  labelEndorsed,
  labelDeclassified,
  messagesPublished,
  messageEnded,
  nodeStarted,
]);

export type Event = z.infer<typeof eventShape>;

export type EventOf<T extends Event['type']> = Extract<Event, { type: T }>;

export type DecisionEvent = EventOf<'decision'>;

export type ObservationEvent = EventOf<'observation'>;

/** An event's own members, without the header that the sequencer adds. */
type WithoutHeader<E> = E extends Event
  ? Omit<E, 'v' | 'id' | 'at' | 'node' | 'tenant' | 'moves' | 'drops' | 'reads'>
  : never;

/** An event before it has a place in time: what a use case writes. */
export type EventBody = WithoutHeader<Event>;

export type BodyOf<T extends Event['type']> = Extract<EventBody, { type: T }>;

/** @returns the event, or why these are not one (a record of a later version, an edited store) */
export function parseEvent(value: unknown): { ok: true; event: Event } | { ok: false; reason: string } {
  const parsed = eventShape.safeParse(value);
  if (parsed.success) return { ok: true, event: parsed.data };
  const issue = parsed.error.issues[0];
  return { ok: false, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an event'}` };
}
