// SPDX-License-Identifier: Apache-2.0
/**
 * What a tenant has taken back that is no agent, task or session: everybody's leave to act, tools, tokens, permits, and
 * whatever a filter matches that had begun by then.
 *
 * One small value, read by every decision: so each of them was made before what stands here or after it, and never across.
 *
 * Source: docs/adr/0036-revocation.md.
 */
import type { Held } from './hold.ts';
import type { Sweep } from './sweep.ts';

export interface Halt {
  /** Nobody begins anything. */
  readonly all?: Held;
  /** `server/tool`. */
  readonly tools: readonly string[];
  readonly tokens: readonly { readonly id: string; readonly at: number }[];
  /** Digests of the texts of permits. */
  readonly permits: readonly string[];
  readonly sweeps: readonly Sweep[];
}

export const nothingHalted: Halt = { tools: [], tokens: [], permits: [], sweeps: [] };

/** No task lives longer, so what had begun by then is over by itself. */
export const longestLifeMs = 7 * 24 * 3_600_000;

/** More than this of one sort is refused: what every decision looks through stays small. */
export const haltLimits = { tools: 1000, tokens: 10_000, permits: 1000, sweeps: 200 } as const;

export function withTool(halt: Halt, tool: string): Halt {
  return halt.tools.includes(tool) ? halt : { ...halt, tools: [...halt.tools, tool] };
}

export function withoutTool(halt: Halt, tool: string): Halt {
  return halt.tools.includes(tool) ? { ...halt, tools: halt.tools.filter((one) => one !== tool) } : halt;
}

export function withToken(halt: Halt, id: string, at: number): Halt {
  if (halt.tokens.some((one) => one.id === id)) return halt;
  return { ...halt, tokens: [...halt.tokens.filter((one) => isRecent(one.at, at)), { id, at }] };
}

export function withPermit(halt: Halt, text: string): Halt {
  return halt.permits.includes(text) ? halt : { ...halt, permits: [...halt.permits, text] };
}

export function withoutPermit(halt: Halt, text: string): Halt {
  return halt.permits.includes(text)
    ? { ...halt, permits: halt.permits.filter((one) => one !== text) }
    : halt;
}

export function withSweep(halt: Halt, sweep: Sweep): Halt {
  return { ...halt, sweeps: [...halt.sweeps.filter((one) => isRecent(one.until, sweep.until)), sweep] };
}

export function isEmpty({ all, tools, tokens, permits, sweeps }: Halt): boolean {
  return all === undefined && [tools, tokens, permits, sweeps].every((list) => list.length === 0);
}

function isRecent(at: number, now: number): boolean {
  return now - at < longestLifeMs;
}
