// SPDX-License-Identifier: Apache-2.0
/**
 * What has happened that a person has to look at afterwards, and nobody has to wait for.
 *
 * Told from records alone, never from contents. What is like one that lies open already (same kind, same session, same
 * tool) is counted there: whoever looks at it looks at all of them.
 *
 * Source: docs/approvals.md, "What has to be looked at"; docs/adr/0033-reviews-and-load.md.
 */
import { classes, isActionClass } from '../catalogue/taxonomy.ts';
import { originOf } from '../origin/recorded.ts';
import type { DecisionEvent, ObservationEvent } from '../record/event.ts';

/** Each kind with what it says to a person. */
export const reviewKinds = {
  ambiguous: 'it was sent, and nobody knows what became of it',
  failures: 'it failed again and again, and the agent went on',
  quarantined: 'policy kept its result back',
  narrowed: 'policy took something out of its result that a detector had found',
  credential_sent: 'a credential went out that nobody had asked to be sent',
  credential_stopped: 'a credential was about to go out, and was stopped',
  unanswered: 'people were asked, and nobody answered in time',
  break_glass: 'forbids were taken away for some minutes, and this was done meanwhile',
} as const;
export type ReviewKind = keyof typeof reviewKinds;

/** Where it happened. */
export interface Scene {
  readonly agent: string;
  readonly task: string;
  readonly session: string;
  /** `server/tool`; of what nobody answered, the rules that asked; of a glass that was broken, its group. */
  readonly what: string;
}

export interface Found {
  readonly kind: ReviewKind;
  readonly scene: Scene;
  /** The record to begin with: a decision, or a request to people. */
  readonly about: string;
  /** In words of ours: what was found, how often. */
  readonly detail: string;
}

/** Calls of a tool that fail one after another, in one session, before somebody has to look. */
export const failuresInARow = 5;

export function sceneOf({ who, request }: DecisionEvent): Scene | undefined {
  if ('operator' in who || request.server === 'countersign') return undefined;
  const { agent, task, session } = who;
  return { agent, task, session, what: `${request.server}/${request.target}` };
}

/** A credential that nobody asked to be sent. What people are asked about, or were, they have looked at. */
export function inDecision(event: DecisionEvent, scene: Scene): Found | undefined {
  const { facts, request, open, pending, lifts, id } = event;
  const through = open === undefined ? [] : lifts.filter(({ glass }) => glass === true);
  if (through.length > 0) {
    const detail = `without ${through.map(({ policy }) => policy).join(', ')}`;
    return { kind: 'break_glass', scene, about: id, detail };
  }
  if (facts.origin === undefined || pending !== undefined || lifts.some(({ via }) => via !== undefined))
    return undefined;
  const goesOut =
    isActionClass(request.class) && (classes[request.class] as readonly string[]).includes('egress');
  const { doubt, from } = originOf(facts).roles.credential;
  if (!goesOut || doubt === 0) return undefined;
  const kind = open === undefined ? 'credential_stopped' : 'credential_sent';
  return { kind, scene, about: id, detail: `from ${from.join(', ')}` };
}

/** @param scene of the call that it is of */
export function inObservation(event: ObservationEvent, scene: Scene): Found | undefined {
  const { status, decided, decision: about, detail } = event;
  if (status === 'ambiguous') return { kind: 'ambiguous', scene, about, detail: detail ?? '' };
  if (decided === undefined || decided.outcome === 'allow') return undefined;
  const by = decided.by.map(({ policy }) => policy).join(', ');
  if (decided.outcome !== 'modify') {
    const passed = decided.shadow === true ? ', and let through in shadow mode' : '';
    return { kind: 'quarantined', scene, about, detail: `${decided.code} by ${by}${passed}` };
  }
  const found = foundIn(decided.found);
  if (found === '') return undefined;
  return { kind: 'narrowed', scene, about, detail: `${decided.transforms.join(', ')} by ${by}: ${found}` };
}

/** What detectors found; nothing where only its size was too much. */
function foundIn(found: NonNullable<ObservationEvent['decided']>['found']): string {
  const { secrets, pii, emails, signs, invisible, images, links, changedTools, unknown } = found;
  const counts = { secrets, pii, emails, invisible, images, links, changedTools };
  return [
    ...Object.entries(counts).flatMap(([name, count]) => (count === undefined ? [] : [`${name} ${count}`])),
    ...(signs === undefined || signs.length === 0 ? [] : [`signs ${signs.join(' ')}`]),
    ...(unknown === undefined || unknown.length === 0 ? [] : [`could not tell: ${unknown.join(' ')}`]),
  ].join(', ');
}
