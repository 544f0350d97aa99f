// SPDX-License-Identifier: Apache-2.0
// Units to append, for the tests of ledgers.
import type { Draft, Unit } from '../../src/app/ports.ts';
import { canonicalJson } from '../../src/core/json/canonical.ts';

type Motion = Partial<Pick<Draft, 'moves' | 'drops' | 'payloads'>>;

export function draft(id: string, stream: string, motion: Motion = {}): Draft {
  const { moves = [], drops = [], payloads = [] } = motion;
  const body = canonicalJson({ drops, id, moves, text: `of ${id}, with \u00e9 and \u{1f511}` });
  return { id, stream, body, moves, drops, payloads };
}

export function unit(expected: { readonly [facet: string]: string }, ...drafts: readonly Draft[]): Unit {
  return { drafts, expected: Object.entries(expected).map(([facet, version]) => ({ facet, version })) };
}
