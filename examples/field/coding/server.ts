// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of a git work tree: commits, checks signatures, pushes and merges, with the git of this machine.
 *
 * `server.ts REPO`. What is pushed is named by its full id, which means the same bytes for ever: a branch that was
 * checked could be another one when it is pushed. Whether it should be pushed is nobody's question here.
 */
import { argument, serveTools, text } from '../serve.ts';
import { git, gitAgrees } from './git.ts';

const repo = argument(1, 'server.ts REPO');
const commit = text('^[0-9a-f]{40}$');
const branch = text('^[a-z][a-z0-9/-]{0,60}$');
const message = text('^.{1,200}$');
const sign = text('^(yes|no)$');

serveTools('git', (tool) => {
  tool<{ message: string; sign: string }>('commit', 'Commit all changes', { message, sign }, (args) => {
    git(repo, 'add', '--all');
    const signing = args.sign === 'yes' ? '--gpg-sign' : '--no-gpg-sign';
    git(repo, 'commit', '--quiet', signing, '--allow-empty', '--message', args.message);
    const made = git(repo, 'rev-parse', 'HEAD');
    return { text: `committed ${made}`, structured: { commit: made } };
  });
  tool<{ commit: string }>(
    'check_signatures',
    'Verify the signatures of a commit and of all before it that the remote does not have',
    { commit },
    (args) => {
      git(repo, 'fetch', '--quiet', 'origin');
      const unpushed = git(repo, 'rev-list', args.commit, '--not', '--remotes=origin').split('\n');
      // The commit itself is verified even where the remote has it already.
      const all = new Set([args.commit, ...unpushed.filter((id) => id !== '')]);
      const unsigned = [...all].filter((id) => !gitAgrees(repo, 'verify-commit', id));
      return {
        text: unsigned.length === 0 ? 'all are signed' : `not signed: ${unsigned.join(', ')}`,
        structured: { signed: unsigned.length === 0, commits: all.size },
      };
    },
  );
  tool<{ commit: string; branch: string }>(
    'push',
    'Push a commit to a branch',
    { commit, branch },
    (args) => {
      git(repo, 'push', '--quiet', 'origin', `${args.commit}:refs/heads/${args.branch}`);
      return { text: `${args.branch} is at ${args.commit}` };
    },
  );
  tool<{ branch: string }>('merge', 'Merge a branch of the remote into main', { branch }, (args) => {
    git(repo, 'fetch', '--quiet', 'origin');
    git(repo, 'push', '--quiet', 'origin', `refs/remotes/origin/${args.branch}:refs/heads/main`);
    return { text: `${args.branch} is merged` };
  });
});
