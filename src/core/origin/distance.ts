// SPDX-License-Identifier: Apache-2.0
/**
 * How far an act is from what was asked, as a number that policy can compare, with what it is made of.
 *
 * A fact and no more: small numbers are no permission, and who asks for something in other words is far from it.
 *
 * Source: docs/origins.md, "Distance".
 */
import { decidingRoles, isCovered, type OriginFacts, type RoleFacts } from './facts.ts';
import type { Origin } from './reason.ts';

export interface Distance {
  /** 2 where nothing that was asked speaks of such an act. */
  readonly class: number;
  /** 1 where neither the tool nor what it is about is named. */
  readonly tool: number;
  /** 1 where it goes to somebody whom nobody has said. */
  readonly destination: number;
  /** 1 where another value that decides what it does was not said: neither in a prompt nor as a parameter of the task. */
  readonly values: number;
}

const none: Distance = { class: 0, tool: 0, destination: 0, values: 0 };
const said: ReadonlySet<Origin> = new Set<Origin>(['prompt', 'principal']);

/** Nothing where nobody has asked for anything, or the act only observes. */
export function distanceOf({ roles, intent }: Pick<OriginFacts, 'roles' | 'intent'>): Distance {
  if (!intent.known) return none;
  const isSaid = ({ from }: RoleFacts) => from.every((one) => said.has(one));
  const others = decidingRoles.filter((role) => role !== 'destination');
  return {
    class: intent.asked ? 0 : 2,
    tool: intent.named ? 0 : 1,
    destination: isSaid(roles.destination) ? 0 : 1,
    values: others.every((role) => isSaid(roles[role])) ? 0 : 1,
  };
}

/** From 0 to 5. */
export function sumOf(distance: Distance): number {
  return distance.class + distance.tool + distance.destination + distance.values;
}

/** As policy sees it. */
export function intentRecord(origin: Pick<OriginFacts, 'roles' | 'intent'>) {
  const { known, asked, inferred } = origin.intent;
  const far = distanceOf(origin);
  return { known, asked, inferred, covers: isCovered(origin), distance: sumOf(far), far: { ...far } };
}
