// SPDX-License-Identifier: Apache-2.0
// Labels as they may be, few names to each so that they meet.
import fc from 'fast-check';
import { integrities, type Label, levels, maxSources } from './label.ts';

// Names on both sides of `...` in the alphabet, so that its place is not taken for granted.
const source = fc.oneof(
  fc.stringMatching(/^[a-z]{1,2}\/[a-z]$/),
  fc.stringMatching(/^[!#+-][a-z]{1,2}$/),
  fc.constant('...'),
);
const few = (...all: readonly string[]) => fc.subarray([...all]).map((items) => items.sort());

export function drawnLabels(maxLength = maxSources): fc.Arbitrary<Label> {
  return fc.record(
    {
      level: fc.constantFrom(...levels),
      categories: few('*', 'financial', 'pii', 'secret'),
      readers: few('ann', 'bob', 'group:finance', 'zoe'),
      integrity: fc.constantFrom(...integrities),
      sources: fc.oneof(
        few('a/a', 'b/b', '...', '!c'),
        fc.uniqueArray(source, { maxLength }).map((items) => items.sort()),
      ),
    },
    { requiredKeys: ['level', 'categories', 'integrity', 'sources'] },
  );
}
