// SPDX-License-Identifier: Apache-2.0
/**
 * Shares with 95% intervals, where the runs of one pair of tasks are not independent of one another.
 *
 * Wilson's interval over as many runs as would be independent: the number of runs divided by the design effect of
 * the clusters. Where all or none hold the runs say nothing of how they hang together, and each cluster counts as one.
 *
 * Source: E. B. Wilson (1927); E. L. Korn and B. I. Graubard (1998), intervals for proportions from clusters.
 */

export interface Case {
  /** Runs of one cluster hang together. */
  readonly cluster: string;
  readonly holds: boolean;
}

export interface Share {
  readonly count: number;
  readonly of: number;
  readonly clusters: number;
  /** 0 to 1; undefined where there is nothing to share. */
  readonly share: number | undefined;
  readonly low: number;
  readonly high: number;
}

const z = 1.959964;

export function shareOf(cases: readonly Case[]): Share {
  const of = cases.length;
  const count = cases.filter(({ holds }) => holds).length;
  const groups = Map.groupBy(cases, ({ cluster }) => cluster);
  const clusters = groups.size;
  if (of === 0) return { count, of, clusters, share: undefined, low: 0, high: 1 };
  const share = count / of;
  const n = of / designEffect([...groups.values()], share, of);
  const middle = (share + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return {
    count,
    of,
    clusters,
    share,
    low: count === 0 ? 0 : Math.max(0, middle - half),
    high: count === of ? 1 : Math.min(1, middle + half),
  };
}

function designEffect(groups: readonly (readonly Case[])[], share: number, of: number): number {
  const k = groups.length;
  const most = of / k;
  if (share === 0 || share === 1 || k < 2) return most;
  const spread = groups.reduce((sum, group) => {
    const held = group.filter(({ holds }) => holds).length;
    return sum + (held - share * group.length) ** 2;
  }, 0);
  const clustered = ((k / (k - 1)) * spread) / (of * of);
  return Math.max(1, clustered / ((share * (1 - share)) / (of - 1)));
}
