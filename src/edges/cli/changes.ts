// SPDX-License-Identifier: Apache-2.0
// Decisions that other policies would make otherwise, as lines for people.
import type { Change, Said } from '../../app/change.ts';
import { printable } from './printable.ts';

const titles: Readonly<Record<Change['kind'], string>> = {
  newly_allowed: 'newly allowed',
  newly_asked: 'newly asked or deferred',
  newly_refused: 'newly refused',
  otherwise: 'refused for another reason',
};

export function changeLines(changes: readonly Change[]): readonly string[] {
  return changes.flatMap(({ kind, before, after, count, targets, examples }) => [
    `${titles[kind]}: ${count} decision${count === 1 ? '' : 's'}`,
    `  was ${saidLine(before)}`,
    `  now ${saidLine(after)}`,
    ...targets.map(({ target, count: of }) => `    ${of} x ${printable(target)}`),
    `    as in ${examples.map(printable).join(', ')}`,
  ]);
}

export function saidLine({ outcome, code, policies }: Omit<Said, 'outcome'> & { outcome: string }): string {
  const by = policies.length === 0 ? '' : ` by ${policies.map(printable).join(', ')}`;
  return `${outcome} (${code})${by}`;
}
