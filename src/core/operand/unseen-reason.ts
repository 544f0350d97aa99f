// SPDX-License-Identifier: Apache-2.0
// Why nobody can be asked about a call, in one sentence for the model: what could not be looked at, and what would be right.
import type { GitUnseen } from './git.ts';
import type { Sighting, Unseen } from './operand.ts';

const ofFiles: Readonly<Record<Unseen, string>> = {
  elsewhere: 'lies where nobody here can look',
  outside: 'leads out of the directory of its server',
  too_large: 'is too large to be looked at',
  too_many: 'is one of too many files: name fewer',
  slow: 'could not be looked at in time: try again',
  not_a_file: 'is neither a file nor a directory',
  unreadable: 'cannot be read',
};

const ofGit: Readonly<Record<GitUnseen, string>> = {
  not_seen: 'nobody here can look at that repository',
  not_plain:
    'run it by itself, in the repository, with the remote and the branch by name: `git push origin fix`',
  no_repository: 'there is no repository where it would run',
  configured:
    'the configuration of the repository changes what it means: name the remote and the branch, and keep to plain addresses',
  no_ref: 'it names a branch or a commit that is not there',
  too_much: 'it is too much to be looked through: push fewer commits at once',
  failed: 'the repository could not be read',
};

export function unseenReason({ operands, git }: Sighting): string {
  for (const { path, state } of operands)
    if (state.is === 'unknown') return `nobody can approve it: \`${path}\` ${ofFiles[state.why]}`;
  for (const one of git)
    if (!one.known)
      return `nobody can approve it: what \`git ${one.does}\` would do cannot be told, ${ofGit[one.why]}`;
  return 'nobody can approve it: what it names cannot be looked at';
}
