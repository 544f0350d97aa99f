// SPDX-License-Identifier: Apache-2.0
/**
 * Where the labels of a task come from: what it read that raised them, who had written that, and who lowered them.
 *
 * Out of records alone; contents are not opened. What was written under another task is one step: to explain that
 * decision tells the next.
 *
 * Source: docs/labels.md, "Asking why".
 */
import type { Label } from '../core/label/label.ts';
import type { DecisionEvent, Event } from '../core/record/event.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Ledger } from './ports.ts';
import { eventOf } from './read-records.ts';

export interface LabelStep {
  /** The record that moved it. */
  readonly record: string;
  readonly at: number;
  readonly task: string;
  /** Afterwards. */
  readonly label: Label;
  readonly read?: CallRef & { readonly wrote: readonly Wrote[] };
  readonly lowered?: { readonly type: string; readonly author: string; readonly reason: string };
}

interface CallRef {
  readonly decision: string;
  readonly agent: string;
  /** `server/tool`. */
  readonly target: string;
}

/** Who had written what was read, as far as a record names them. */
export interface Wrote extends CallRef {
  readonly task: string;
  readonly at: number;
  /** What the writer's task had read from by then. */
  readonly sources: readonly string[];
}

/** A label can rise only so often; what lowers it may come again. */
const maxSteps = 64;

export interface LabelSteps {
  /** After the event was folded. */
  note(event: Event, view: View): void;
  steps(): Promise<readonly LabelStep[]>;
}

/** @param line the task and those above it */
export function createLabelSteps(ledger: Pick<Ledger, 'find'>, line: readonly string[]): LabelSteps {
  const moving = new Map(line.map((task) => [facets.labels(task).name, task]));
  const calls = new Map<string, CallRef>();
  const noted: {
    readonly step: Omit<LabelStep, 'read'>;
    readonly call?: CallRef;
    readonly by: readonly string[];
  }[] = [];
  return {
    note(event, view) {
      // Kept until it is known what came of it: what may raise a label is a call of this line.
      if (
        event.type === 'decision' &&
        event.open !== undefined &&
        'task' in event.who &&
        line.includes(event.who.task)
      )
        calls.set(event.id, refOf(event));
      const task = event.moves.map((facet) => moving.get(facet)).find((one) => one !== undefined);
      const label = task === undefined ? undefined : view.get(facets.labels(task));
      if (task !== undefined && label !== undefined && noted.length < maxSteps) {
        const step = { record: event.id, at: event.at, task, label };
        if (event.type === 'label.endorsed' || event.type === 'label.declassified') {
          const { type, author, reason } = event;
          noted.push({ step: { ...step, lowered: { type, author, reason } }, by: [] });
        } else if (event.type === 'observation') {
          const call = calls.get(event.decision);
          noted.push({ step, ...(call === undefined ? {} : { call }), by: event.stored?.by ?? [] });
        }
      }
      if (event.type === 'observation') calls.delete(event.decision);
    },
    steps: () =>
      Promise.all(
        noted.map(async ({ step, call, by }) => {
          if (call === undefined) return step;
          const wrote = (await Promise.all(by.map((id) => wroteIn(ledger, id)))).filter(
            (one) => one !== undefined,
          );
          return { ...step, read: { ...call, wrote } };
        }),
      ),
  };
}

async function wroteIn(ledger: Pick<Ledger, 'find'>, id: string): Promise<Wrote | undefined> {
  const entry = await ledger.find(id);
  const parsed = entry === undefined ? undefined : eventOf(entry);
  if (parsed?.ok !== true || parsed.event.type !== 'decision' || !('task' in parsed.event.who))
    return undefined;
  const { event } = parsed;
  const sources = event.facts['session.labels.sources']?.value;
  return {
    ...refOf(event),
    task: parsed.event.who.task,
    at: event.at,
    sources: Array.isArray(sources) ? sources : [],
  };
}

function refOf({ id, who, request }: DecisionEvent): CallRef {
  return {
    decision: id,
    agent: 'agent' in who ? who.agent : '',
    target: `${request.server}/${request.target}`,
  };
}
