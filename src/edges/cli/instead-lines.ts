// SPDX-License-Identifier: Apache-2.0
// What a person made of a call, as lines for people: before it is asked, and on its card.
import type { CardEdit, CardStanding } from '../../core/approval/card.ts';

export function editLines(changed: CardEdit['changed']): readonly string[] {
  return changed.map(
    ({ argument, before = '(not there)', after = '(left out)' }) => `  ${argument}: ${before} -> ${after}`,
  );
}

export function standingLines({ count, until, free, atMost, past }: CardStanding): readonly string[] {
  const read = `${atMost.level}${atMost.untrusted ? ', text from outside' : ''}${atMost.sources.length === 0 ? '' : ` (${atMost.sources.join(', ')})`}`;
  const gone = past.unread === 0 ? '' : `; ${past.unread} cannot be read any more`;
  return [
    `  ${count} calls like it, until ${new Date(until).toISOString()} or the task's end`,
    ...(free.length === 0 ? ['  with exactly these arguments'] : free.map((one) => `  ${one}`)),
    `  while the task has read at most: ${read}`,
    `  of the last ${past.looked} calls of this tool by this agent it would have let through ${past.matched}${gone}`,
  ];
}
