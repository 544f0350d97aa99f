// SPDX-License-Identifier: Apache-2.0
/**
 * `git`, which runs what its configuration says: a pager, an alias, a helper. What sets one of those, or leads it to
 * another repository with another configuration, runs something of which nothing is known.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';
import { gitActOf } from './git-act.ts';
import type { Judging } from './shell.ts';
import { hasMoved, notePath } from './shell-paths.ts';
import { anything, hasHole, mayBeOption, textOf, type Word, writtenOf } from './shell-tree.ts';
import { noteLinks } from './shell-web.ts';

const classOf: ReadonlyMap<string, readonly ActionClass[]> = new Map(
  (
    [
      [
        ['read'],
        'status log show diff ls-files ls-tree rev-parse rev-list blame describe shortlog grep cat-file',
      ],
      [
        ['read'],
        'name-rev merge-base diff-tree diff-index whatchanged cherry count-objects show-ref for-each-ref version',
      ],
      [['read'], 'check-ignore'],
      [['write'], 'add commit mv apply am merge rebase cherry-pick revert switch init notes update-index'],
      [['delete'], 'rm clean reset checkout restore gc prune filter-branch'],
      [['fetch'], 'fetch ls-remote'],
      [['fetch', 'write'], 'pull clone'],
      [['publish'], 'push send-email'],
      [['configure'], 'remote submodule sparse-checkout lfs worktree'],
    ] as const
  ).flatMap(([of, names]) => names.split(' ').map((name) => [name, of] as const)),
);

/** Of commands that observe: output, helpers, pagers and orders of others are not among them. */
const observing =
  /^(?:-[abcdefghiklmnopqrstuvwxzCGLMSUW0-9.,+:/A-Z]+|--(?:oneline|stat(?:=.*)?|shortstat|numstat|name-only|name-status|graph|all|decorate(?:=\w*)?|since=.*|until=.*|after=.*|before=.*|author=.*|grep=.*|format=.*|pretty(?:=.*)?|no-color|color(?:=\w*)?|cached|staged|porcelain(?:=v?\d)?|short|branch|branches|tags|remotes|abbrev-ref|abbrev-commit|show-toplevel|verify|quiet|max-count=\d+|first-parent|merges|no-merges|follow|patch|no-patch|diff-filter=\w+|word-diff|unified=\d+|minimal|ignore-all-space|ignore-space-change|ignore-blank-lines|ignored|untracked-files(?:=\w+)?|reverse|date=.*|count|left-right|others|exclude-standard|modified|deleted|stage|full-name|is-inside-work-tree|list|show-current|sort=[\w:-]+|points-at|contains|merged|no-merged|line-number|ignore-case|files-with-matches|heading|break|function-context|show-function|extended-regexp|perl-regexp|fixed-strings|word-regexp|no-ext-diff|no-textconv|verbose|long|always|dirty|name|summary|numbered|email|version|get|get-all|get-regexp|show-origin))$/;

export function judgeGit(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const act = gitActOf(words, hasMoved(judging));
  if (act !== undefined) notes.git.push({ ...act, alone: judging.alone });
  const at = words.findIndex(
    (word) => !/^(?:--no-pager|-P|--no-optional-locks|--literal-pathspecs|--version)$/.test(writtenOf(word)),
  );
  if (at < 0) return;
  const name = textOf(words[at] ?? anything) ?? '';
  const rest = words.slice(at + 1);
  const of = subcommand(name, rest);
  // An option before it, an alias, or a repository that something else has set up.
  if (of === undefined || hasMoved(judging)) notes.classes.add('execute');
  for (const one of of ?? []) notes.classes.add(one);
  noteLinks(rest, judging);
  if (of?.every((one) => one === 'read') === true) {
    for (const word of rest) {
      const written = writtenOf(word);
      const isOption = written.startsWith('-') && written !== '--' && written !== '-';
      // `-O` of grep opens a pager; of the others it reads an order.
      const isHarmless =
        observing.test(written) && !(/^-[A-Za-z]*O/.test(written) && !written.startsWith('--'));
      if ((isOption && (!isHarmless || hasHole(word))) || (!isOption && mayBeOption(word) && hasHole(word)))
        notes.classes.add('execute');
      if (isOption || written === '--') continue;
      notePath(judging, 'reads', word);
      // `HEAD:path`
      const behind = /^[^:]*:(.+)$/s.exec(written)?.[1];
      if (behind !== undefined) notePath(judging, 'reads', { pieces: [behind], environment: false });
    }
    return;
  }
  for (const word of rest) {
    const written = writtenOf(word);
    // A transport that runs a program, or an option that names one.
    if (
      /::/.test(written) ||
      /^(?:--upload-pack|--receive-pack|--exec|-u$|-c|--config|--template|-x$|--strategy|-X)/.test(written)
    )
      notes.classes.add('execute');
    if (hasHole(word)) notes.whole = false;
    if (!written.startsWith('-'))
      notePath(judging, of?.includes('publish') === true ? 'reads' : 'writes', word);
  }
}

function subcommand(name: string, rest: readonly Word[]): readonly ActionClass[] | undefined {
  const words = rest.map(writtenOf);
  const operands = words.filter((word) => !word.startsWith('-'));
  const first = operands[0] ?? '';
  const has = (pattern: RegExp) => words.some((word) => pattern.test(word));
  const isUnsure = rest.some((word) => mayBeOption(word) && hasHole(word));
  switch (name) {
    case 'branch':
    case 'tag': {
      if (has(/^(?:-[dDmMcC]+|--(?:delete|move|copy|force))$/)) return ['delete'];
      const lists =
        operands.length === 0 || has(/^(?:-l|--list|--contains|--merged|--no-merged|--points-at)$/);
      const plain = words.every(
        (word) =>
          !word.startsWith('-') ||
          /^(?:-[alrvn0-9]+|--(?:list|all|remotes|show-current|contains|merged|no-merged|sort=\S*|points-at))$/.test(
            word,
          ),
      );
      return lists && plain && !isUnsure ? ['read'] : ['write'];
    }
    case 'stash':
      if (first === 'list' || first === 'show') return ['read'];
      return first === 'drop' || first === 'clear' ? ['delete'] : ['write'];
    case 'remote':
      if (operands.length === 0 || (first === 'get-url' && !isUnsure)) return ['read'];
      return first === 'show' || first === 'update' || first === 'prune' ? ['fetch'] : ['configure'];
    case 'worktree':
    case 'submodule':
      return first === 'list' || first === 'status' ? ['read'] : ['configure', 'execute'];
    case 'reflog':
      return first === '' || first === 'show' ? ['read'] : ['delete'];
    case 'config':
      // Aliases, hooks and helpers are configuration: whoever sets it decides what runs next.
      if (first === 'get' || first === 'list' || has(/^(?:--get|--get-all|--get-regexp|--list|-l)$/))
        return isUnsure ? undefined : ['read'];
      return ['administer'];
    case 'rebase':
    case 'bisect':
      return has(/^(?:-x|--exec)/) || name === 'bisect' ? ['execute'] : ['write'];
    case 'push':
      return has(/^(?:-[a-z]*[fd][a-z]*|--(?:force.*|delete|mirror|prune))$|^[:+]/)
        ? ['publish', 'delete']
        : ['publish'];
    default:
      return classOf.get(name);
  }
}
