// SPDX-License-Identifier: Apache-2.0
/**
 * Which commits come new, who signed each, and what they touch: worked out in a repository of our own, from objects that
 * were named anew by what is in them.
 *
 * What the adversary's repository says of its history (grafts, replaced objects, a graph of commits, shallow ends) is not
 * there. More than can be looked at is `too_much`, never a part of it.
 */
import type { GitCommit } from '../../core/operand/git.ts';
import type { Scratch } from './run.ts';
import { type Surveyed, Untold } from './survey.ts';

const depth = 256;
const maxCommits = 100;

export interface Inspected {
  readonly commits: readonly GitCommit[];
  readonly paths: readonly string[];
  /** What was there is not in what would be there. */
  readonly rewinds: boolean;
}

/** @throws {Untold} */
export async function inspect(scratch: Scratch, surveyed: Surveyed): Promise<Inspected> {
  const { git } = scratch;
  const { repository, there, updates } = surveyed;
  const tips = [...new Set(updates.map(({ commit }) => commit).filter((id) => id !== ''))];
  const format = (tips[0] ?? surveyed.bases[0] ?? '').length === 64 ? 'sha256' : 'sha1';
  await scratch.point({ here: repository, ...(there === undefined ? {} : { there }) }, format);
  for (const tip of tips) if (!(await fetched(git, 'here', tip))) throw new Untold('failed');
  const bases: string[] = [];
  for (const base of surveyed.bases) {
    // One that is nowhere to be had takes nothing away from what is new.
    const isHere = await isThere(git, base);
    if (isHere || (await fetched(git, there === undefined ? 'here' : 'there', base))) bases.push(base);
  }
  const commits = await ids(git, [...tips, '--not', ...bases], tips.length === 0);
  if (commits.length > maxCommits) throw new Untold('too_much');
  const ends = new Set((await said(git, ['rev-list', '--max-parents=0', '--all'])).split('\n'));
  await refuseCutOff(git, commits, ends);
  return {
    commits: await told(git, commits),
    paths: await touched(git, commits),
    rewinds: await anyRewinds(git, surveyed),
  };
}

async function fetched(git: Scratch['git'], remote: string, id: string): Promise<boolean> {
  const how = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-gc'];
  const { code } = await git(['fetch', ...how, `--depth=${depth}`, remote, `${id}:refs/seen/${id}`]);
  return code === 0;
}

async function isThere(git: Scratch['git'], id: string): Promise<boolean> {
  return (await git(['cat-file', '-e', `${id}^{commit}`])).code === 0;
}

async function said(git: Scratch['git'], args: readonly string[], input?: string): Promise<string> {
  const { code, stdout } = await git(args, input);
  if (code !== 0) throw new Untold('failed');
  return stdout.toString('utf8');
}

async function ids(
  git: Scratch['git'],
  range: readonly string[],
  isEmpty: boolean,
): Promise<readonly string[]> {
  if (isEmpty) return [];
  const most = `--max-count=${maxCommits + 1}`;
  return lines(await said(git, ['rev-list', '--topo-order', most, ...range]));
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** History is fetched to a depth: behind a commit where it was cut off there may be others that are new. */
async function refuseCutOff(
  git: Scratch['git'],
  commits: readonly string[],
  ends: ReadonlySet<string>,
): Promise<void> {
  for (const id of commits.filter((one) => ends.has(one))) {
    const text = await said(git, ['cat-file', 'commit', id]);
    if (/^parent /m.test(text.split('\n\n')[0] ?? '')) throw new Untold('too_much');
  }
}

/** `G`: a good signature by a key of the list. Anything else is nobody's. */
async function told(git: Scratch['git'], commits: readonly string[]): Promise<readonly GitCommit[]> {
  if (commits.length === 0) return [];
  const format = '--format=%H%x00%G?%x00%GS%x00%s%x00';
  const text = await said(
    git,
    ['log', '--no-walk=unsorted', '--stdin', '--encoding=UTF-8', format],
    commits.join('\n'),
  );
  const fields = text.split('\0');
  const read: GitCommit[] = [];
  for (let i = 0; i + 3 < fields.length; i += 4) {
    const [id = '', is, signer = '', subject = ''] = fields.slice(i, i + 4);
    read.push({
      id: id.trim(),
      subject: subject.slice(0, 200).toWellFormed(),
      ...(is === 'G' && signer !== '' ? { signer } : {}),
    });
  }
  if (read.map(({ id }) => id).join() !== commits.join()) throw new Untold('failed');
  return read;
}

async function touched(git: Scratch['git'], commits: readonly string[]): Promise<readonly string[]> {
  if (commits.length === 0) return [];
  const args = ['diff-tree', '--stdin', '-r', '-m', '--root', '--no-renames', '--name-only', '-z'];
  const text = await said(git, [...args, '--no-commit-id', '--no-ext-diff'], `${commits.join('\n')}\n`);
  return [...new Set(text.split('\0').filter((path) => path !== ''))];
}

async function anyRewinds(git: Scratch['git'], { updates }: Surveyed): Promise<boolean> {
  for (const { commit, was } of updates) {
    if (was === '') continue;
    if (commit === '') return true;
    const { code } = await git(['merge-base', '--is-ancestor', was, commit]);
    if (code !== 0) return true;
  }
  return false;
}
