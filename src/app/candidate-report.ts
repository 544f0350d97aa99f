// SPDX-License-Identifier: Apache-2.0
// What a candidate would have said since it is tried, told from the records: how often it differs, and by which rules.
import type { Candidate } from '../core/state/facet.ts';
import { type Change, createChanges, saidOf } from './change.ts';
import type { Ledger } from './ports.ts';
import { records } from './read-records.ts';

export interface CandidateReport {
  readonly policy: string;
  readonly record: string;
  /** Since when it is tried. */
  readonly since: number;
  readonly compared: number;
  readonly unchanged: number;
  readonly changes: readonly Change[];
  /** Decisions of which it cannot be told, by why. */
  readonly untold: { readonly [code: string]: number };
}

/** @returns undefined where the candidate's own record is not there */
export async function candidateReport(
  ledger: Pick<Ledger, 'read' | 'find'>,
  { policy, record }: Candidate,
): Promise<CandidateReport | undefined> {
  const start = await ledger.find(record);
  if (start === undefined) return undefined;
  const changes = createChanges();
  const untold = new Map<string, number>();
  let since = 0;
  let compared = 0;
  let unchanged = 0;
  for await (const { event } of records(ledger, {}, start.position)) {
    if (event.id === record) since = event.at;
    if (event.type !== 'decision' || event.would?.policy !== policy) continue;
    const { outcome, code, by } = event.would;
    if (outcome === undefined) {
      untold.set(code, (untold.get(code) ?? 0) + 1);
      continue;
    }
    compared += 1;
    if (!changes.note(event, saidOf(event), { outcome, code, policies: by.toSorted() })) unchanged += 1;
  }
  return {
    policy,
    record,
    since,
    compared,
    unchanged,
    changes: changes.ordered(),
    untold: Object.fromEntries(untold),
  };
}
