// SPDX-License-Identifier: Apache-2.0
// What somebody probably meant to write. Only ever part of a message.

/** The candidate that is at most two edits away, if any: ` (did you mean \`x\`?)` or ''. */
export function didYouMean(written: string, candidates: Iterable<string>): string {
  if (written.length > 64) return '';
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(written.length / 2) + 1);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) >= least) continue;
    const edits = distance(written.toLowerCase(), candidate.toLowerCase());
    if (edits < least) {
      best = candidate;
      least = edits;
    }
  }
  return best === undefined ? '' : ` (did you mean \`${best}\`?)`;
}

function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    above = row;
  }
  return above[b.length] ?? 0;
}
