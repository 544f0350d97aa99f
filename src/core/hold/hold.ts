// SPDX-License-Identifier: Apache-2.0
/**
 * A hold: what keeps an agent, a task, a session or everybody from acting, and ends nothing. A pause lets nothing begin;
 * a quarantine lets nothing begin but reading.
 *
 * Never lifts by itself and knows no clock: whoever set it, or a person, lifts it.
 *
 * Source: docs/adr/0036-revocation.md.
 */
import { classes, isActionClass } from '../catalogue/taxonomy.ts';

export const holdKinds = ['pause', 'quarantine'] as const;
export type HoldKind = (typeof holdKinds)[number];

/** Who set it, and why. */
export interface Held {
  readonly author: string;
  readonly reason: string;
  readonly at: number;
}

/** Of one thing; each kind once. A quarantine stays when a pause over it is lifted. */
export type Holds = { readonly [kind in HoldKind]?: Held };

export function withHold(holds: Holds | undefined, kind: HoldKind, held: Held): Holds {
  return { ...holds, [kind]: held };
}

/** @returns undefined where nothing is left */
export function withoutHold(holds: Holds | undefined, kind: HoldKind): Holds | undefined {
  const left = Object.entries(holds ?? {}).filter(([name]) => name !== kind);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/** What may be done in a quarantine: it is read, and nothing goes out by it. A class that nobody knows does neither. */
export function onlyReads(of: string): boolean {
  if (!isActionClass(of)) return false;
  const groups: readonly string[] = classes[of];
  return groups.includes('observe') && !groups.includes('egress');
}
