// SPDX-License-Identifier: Apache-2.0
/**
 * When there were enough answers to say that people nearly always say the same.
 *
 * Not a number of answers but how sure one can be: were one answer in twenty really another one, so few others would
 * have been seen less than one time in twenty. With no other answer at all that takes 59, with one 93, with five 208: a
 * rule that was asked about thirty times and always approved says nothing yet.
 *
 * Source: docs/adr/0033-reviews-and-load.md; the lower bound of Clopper and Pearson (1934), one-sided.
 */
export const usual = 0.95;

/** @param others answers that were another one */
export function isNearlyAlways(others: number, answers: number): boolean {
  const rate = 1 - usual;
  if (answers === 0 || others / answers >= rate) return false;
  // In logarithms: the first term alone is too small for a number where there are many.
  let log = answers * Math.log(1 - rate);
  let sum = Math.exp(log);
  for (let k = 1; k <= others; k++) {
    log += Math.log((answers - k + 1) / k) + Math.log(rate / (1 - rate));
    sum += Math.exp(log);
  }
  return sum < 1 - usual;
}
