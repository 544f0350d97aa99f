// SPDX-License-Identifier: Apache-2.0
// Counts of what one rule, agent or person had to do with requests to people, and the figures that they come to.
import { createTimes, type Times } from './times.ts';

/** Counted up while events are read. */
export interface Counts {
  asked: number;
  /** The same call made again, which found the request that there was: nobody was asked twice. */
  coalesced: number;
  approved: number;
  refused: number;
  /** Nobody decided it in time. */
  expired: number;
  waiting: number;
  /** A person made another request of it, which stands in its place. */
  replaced: number;
  /** Approved, and the call was made. */
  used: number;
  /** Of people, each by itself: where two have to agree there are two. */
  answers: number;
  /** Less than `quickMs` after the card was shown to whoever answered. */
  quick: number;
  /** No record says that the card was shown to whoever answered: it was shown elsewhere, or nowhere. */
  unshown: number;
  readonly times: Times;
}

export const quickMs = 2000;

export interface Row {
  /** Of a rule its id, of others their name. Empty: all those for whom there was no room. */
  readonly name: string;
  /** Of a rule: the digest of its text. An edited one is another rule. */
  readonly text?: string;
  readonly asked: number;
  readonly coalesced: number;
  readonly approved: number;
  readonly refused: number;
  readonly expired: number;
  readonly waiting: number;
  readonly replaced: number;
  readonly used: number;
  readonly answers: number;
  readonly quick: number;
  readonly unshown: number;
  /** Of those that were decided. Null, as all shares: there was nothing. */
  readonly approvalRate: number | null;
  /** Of those that are over. */
  readonly refusedShare: number | null;
  readonly expiredShare: number | null;
  /** Of all that would have been asked. */
  readonly coalescedShare: number | null;
  /** Of the answers that a showing is on record for. */
  readonly quickShare: number | null;
  /** From the question to its end; of a person, to their answer. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

export function noCounts(): Counts {
  return {
    ...{ asked: 0, coalesced: 0, approved: 0, refused: 0, expired: 0, waiting: 0, used: 0, replaced: 0 },
    ...{ answers: 0, quick: 0, unshown: 0 },
    times: createTimes(),
  };
}

export function rowOf(name: string, { times, ...counts }: Counts, text?: string): Row {
  const { asked, coalesced, approved, refused, expired, answers, quick, unshown } = counts;
  const over = approved + refused + expired;
  return {
    name,
    ...(text === undefined ? {} : { text }),
    ...counts,
    approvalRate: share(approved, approved + refused),
    refusedShare: share(refused, over),
    expiredShare: share(expired, over),
    coalescedShare: share(coalesced, asked + coalesced),
    quickShare: share(quick, answers - unshown),
    medianMs: times.quantile(0.5) ?? null,
    p95Ms: times.quantile(0.95) ?? null,
  };
}

export function share(part: number, whole: number): number | null {
  return whole <= 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}

/** Rows by name, and one for all who come when there is no room any more. */
export interface Rows {
  of(name: string, text?: string): Counts;
  /** The most asked or answering first. */
  told(): readonly Row[];
}

export function createRows(most: number): Rows {
  const rows = new Map<string, { readonly name: string; readonly text?: string; readonly counts: Counts }>();
  return {
    of(name, text) {
      const key = text === undefined ? name : `${text} ${name}`;
      const found = rows.get(key);
      if (found !== undefined) return found.counts;
      if (rows.size > most) return rows.get('')?.counts ?? noCounts();
      const isOver = rows.size === most;
      const made = { name: isOver ? '' : name, counts: noCounts() };
      rows.set(isOver ? '' : key, isOver || text === undefined ? made : { ...made, text });
      return made.counts;
    },
    told: () =>
      [...rows.values()]
        .map(({ name, text, counts }) => rowOf(name, counts, text))
        .sort((a, b) => b.asked - a.asked || b.answers - a.answers || (a.name < b.name ? -1 : 1)),
  };
}
