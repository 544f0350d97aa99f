// SPDX-License-Identifier: Apache-2.0
/**
 * The ledger as steps to go through again: each record's event, and beside a decision what was asked.
 *
 * Opens contents of decisions that are to be decided again and of nothing else. A record that cannot be read ends it:
 * what comes after would rest on a state that nobody knows.
 *
 * Source: docs/evidence.md, "Plans".
 */
import { createReplayReader } from '../core/record/read-replayed.ts';
import type { DecisionToReplay, Replayed } from '../core/record/replayed.ts';
import type { Evidence } from './evidence.ts';
import type { Opened, StoredPayload } from './vault.ts';

export interface Step {
  readonly position: number;
  readonly event: Replayed;
  /** Of a decision that policy was asked about: the arguments as policy saw them, or why they cannot be had. */
  readonly args?: Arguments | undefined;
}

export type Arguments =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly reason: 'erased' | 'missing' | 'unreadable' };

export interface StepsOptions {
  /** Decisions before that are gone through, and not decided again. */
  readonly sinceMs: number;
  /** Opens contents; undefined where the key is not at hand. */
  readonly open: Open | undefined;
}

/** @param beside what lies under that digest, where it was read already */
export type Open = (digest: string, position: number, beside?: StoredPayload) => Promise<Opened>;

/** Ids of decisions start so: what lies beside one is read along with it. */
const decisionPrefix = 'd-';

/** @throws what reading throws, and for a record that cannot be read */
export async function* stepsOf(
  evidence: Pick<Evidence, 'leaves'>,
  { sinceMs, open }: StepsOptions,
): AsyncGenerator<readonly Step[]> {
  const read = createReplayReader();
  for await (const page of evidence.leaves(decisionPrefix)) {
    const steps: Step[] = [];
    for (const { position, leaf, beside } of page) {
      const parsed = read(leaf);
      if (!parsed.ok) throw new Error(`record ${position} cannot be read: ${parsed.reason}`);
      const { event, args: digest } = parsed;
      if (digest === undefined || !isAskedAgain(event, sinceMs)) steps.push({ position, event });
      else {
        const payload = beside.find((one) => one.digest === digest);
        const args = open === undefined ? unreadable : argumentsIn(await open(digest, position, payload));
        steps.push({ position, event, args });
      }
    }
    yield steps;
  }
}

const unreadable: Arguments = { ok: false, reason: 'unreadable' };

function argumentsIn(opened: Opened): Arguments {
  if (opened.ok) return opened;
  return opened.reason === 'digest_mismatch' ? unreadable : { ok: false, reason: opened.reason };
}

/** Refused before policy or catalogue were looked at: no set could say otherwise. */
const standing: ReadonlySet<string> = new Set([
  'unknown_agent',
  'agent_revoked',
  'unknown_task',
  'task_ended',
  'task_revoked',
  'task_expired',
  'parent_over',
  'unknown_session',
  'session_revoked',
  'not_the_callers',
]);

/** An agent's decision, of the time that is looked at. */
export function isReplayed(event: Replayed, sinceMs: number): event is DecisionToReplay {
  return event.type === 'decision' && 'session' in event.who && event.at >= sinceMs;
}

/** One that another set could have decided otherwise. */
function isAskedAgain(event: Replayed, sinceMs: number): event is DecisionToReplay {
  return isReplayed(event, sinceMs) && !hadNoStanding(event);
}

export function hadNoStanding({ code }: DecisionToReplay): boolean {
  return standing.has(code);
}
