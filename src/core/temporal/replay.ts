// SPDX-License-Identifier: Apache-2.0
/**
 * A trace decided from its beginning: every event becomes history, and those of a kind that decides
 * are decided over what is history by then, themselves included.
 *
 * Follows the language to the letter, where enforcement is stricter (docs/temporal.md). Nothing that
 * goes wrong allows: a request without principal or resource, or one that the engine cannot judge, is
 * denied.
 */
import { type ActionSchema, isAsked, isSame } from './action-schema.ts';
import type { Asked, TemporalEvent } from './event.ts';
import type { Formula } from './formula.ts';
import { compileHistory } from './history.ts';
import type { Pin } from './pins.ts';
import type { ActionName } from './source.ts';
import { askedOf, type TraceEntity, type TracePoint } from './trace-log.ts';
import type { EntityValue, RecordValue, TemporalValue } from './value.ts';

export interface Leaf {
  /** Its name in the context. */
  readonly name: string;
  /** With pins. */
  readonly formula: Formula;
}

/** What has happened, as leaves are asked about it: each sees the slice that its request lies in. */
export interface Timeline {
  push(event: TemporalEvent): void;
  /** Whether the leaf holds at the newest event; `undefined` when that takes more work than it may. */
  holds(leaf: number, asked: Asked): boolean | undefined;
}

/** @param keys what slices are made by; none: one for everybody */
export type Timelines = (leaves: readonly Leaf[], keys: readonly Pin[]) => Timeline;

/** The monitors that decisions are made by. */
export const monitored: Timelines = (leaves, keys) => {
  const slice = keys.map(({ path, reference }) => ({ path, reference }));
  const plan = compileHistory(leaves.map(({ name, formula }) => ({ id: name, formula, slice })));
  const history = plan.start();
  return {
    push: (event) => history.push(event),
    holds(leaf, asked) {
      const held = history.holds(leaf, asked);
      return 'holds' in held ? held.holds : undefined;
    },
  };
};

export interface CedarQuestion {
  readonly principal: EntityValue;
  readonly action: { readonly type: string; readonly id: string };
  readonly resource: EntityValue;
  readonly context: RecordValue;
  readonly entities: readonly TraceEntity[];
}

export type CedarAnswer =
  | { readonly ok: true; readonly allow: boolean; readonly determining: readonly string[] }
  | { readonly ok: false; readonly reason: string };

export interface Replay {
  readonly leaves: readonly Leaf[];
  readonly keys: readonly Pin[];
  /** What an event's action is in: from `groupsIn`. */
  readonly groups: (event: TemporalEvent) => readonly ActionName[];
  readonly decides: (kind: string) => boolean;
  readonly timelines: Timelines;
  readonly cedar: (question: CedarQuestion) => CedarAnswer;
  /** What the providers answered, by the names that the policies read; none when there are none. */
  readonly provided: (asked: Asked) => RecordValue;
}

/**
 * Only what no request can be of is a group here. An action that has others in it and is asked itself
 * means itself in a predicate, as it does in Dogwood.
 */
export function groupsIn({ actions }: ActionSchema): Replay['groups'] {
  const byName = new Map<string, readonly ActionName[]>();
  const groups = actions.filter((action) => !isAsked(action));
  for (const action of actions)
    byName.set(
      JSON.stringify([action.type, action.id]),
      action.groups.filter((one) => groups.some((group) => isSame(group, one))),
    );
  return ({ actionType, actionId }) => byName.get(JSON.stringify([actionType, actionId])) ?? [];
}

export interface Decided {
  readonly time: string;
  /** Among all events. */
  readonly point: number;
  readonly allow: boolean;
  /** Keys of the policies that determined it. */
  readonly because: readonly string[];
  /** Why there was nothing to ask. */
  readonly failed?: string;
}

export function* replay(points: readonly TracePoint[], setup: Replay): Generator<Decided> {
  const timeline = setup.timelines(setup.leaves, setup.keys);
  for (const [point, each] of points.entries()) {
    timeline.push({ ...each.event, groups: setup.groups(each.event) });
    if (setup.decides(each.event.kind)) yield { time: each.time, point, ...decide(each, timeline, setup) };
  }
}

type Verdict = Pick<Decided, 'allow' | 'because' | 'failed'>;

function decide(point: TracePoint, timeline: Timeline, { leaves, cedar, provided }: Replay): Verdict {
  const asked = askedOf(point);
  if (asked === undefined)
    return { allow: false, because: [], failed: 'the request has no principal or no resource' };
  const context = new Map<string, TemporalValue>(point.context);
  for (const [i, { name }] of leaves.entries()) {
    const holds = timeline.holds(i, asked);
    if (holds === undefined) return { allow: false, because: [], failed: `\`${name}\` takes too much work` };
    context.set(name, holds);
  }
  const providers = provided(asked);
  if (providers.size > 0) context.set('providers', providers);
  const { actionType: type, actionId: id } = point.event;
  const answer = cedar({
    principal: asked.principal.uid,
    action: { type, id },
    resource: asked.resource.uid,
    context,
    entities: point.entities,
  });
  return answer.ok
    ? { allow: answer.allow, because: answer.determining }
    : { allow: false, because: [], failed: answer.reason };
}
