// SPDX-License-Identifier: Apache-2.0
// Policies out of files that were published: as they were written, and as the engine reads them.
import type { PublishedPolicy } from '../../app/published-sources.ts';
import { readPolicy } from '../../core/policy/annotations.ts';
import { type PolicyFile, splitPolicies } from '../../core/policy/source.ts';
import { builtInPolicies } from './builtin.ts';
import { lowerFiles, textDigestOf } from './conditions.ts';

/** @returns those that are in every set as well; nothing of a file that cannot be read any more */
export function publishedPolicies(files: readonly PolicyFile[]): readonly PublishedPolicy[] {
  // Names of conditions depend on the order, which is the one that they were compiled in.
  const lowered = lowerFiles([...files].sort((a, b) => (a.name < b.name ? -1 : 1)));
  const byFile = Map.groupBy(lowered.conditions, ({ file }) => file);
  return [builtInPolicies, ...lowered.files].flatMap((file) => {
    const split = splitPolicies(file);
    if (!split.ok) return [];
    return split.policies.flatMap((source): readonly PublishedPolicy[] => {
      const read = readPolicy(file, source, true);
      if (!read.ok) return [];
      const own = byFile.get(file) ?? [];
      return [
        {
          ...read.policy,
          textDigest: textDigestOf(read.policy.textDigest, own),
          text: lowered.written.get(file) ?? source.text,
          cedar: source.text,
          conditions: own.map(({ condition: { name, reachSeconds }, written }) => ({
            name,
            text: written,
            reachSeconds,
          })),
        },
      ];
    });
  });
}
