// SPDX-License-Identifier: Apache-2.0
// What a call names and others can change, as lines of a card: files with their texts, commits with who signed them.
import type { CardFile, CardGit, CardOperands } from '../../core/approval/card-operands.ts';

type Line = string | readonly [hue: 'bold' | 'red', text: string];

export function operandLines({ directory, files, git, whole }: CardOperands): readonly Line[] {
  return [
    '',
    ['bold', 'what can change meanwhile, as it is now'],
    ...(directory === undefined
      ? ['  it runs where nobody here can look: what its files hold is no part of what is approved']
      : [`  in ${directory}`]),
    ...files.flatMap(fileLines),
    ...git.flatMap(gitLines),
    ...(whole || directory === undefined
      ? []
      : [
          [
            'red',
            '  it may read or run more than is named here: that is no part of what is approved',
          ] as const,
        ]),
  ];
}

function fileLines({ path, real, is, sizeBytes, digest, text, left }: CardFile): readonly Line[] {
  const leads = real === undefined ? '' : ` -> ${real}`;
  if (is === 'absent') return [`  ${path}${leads}: not there`];
  const told = [is, `${sizeBytes ?? 0} bytes`, digest ?? 'too much to look through'].join(', ');
  return [
    `  ${path}${leads}: ${told}`,
    ...(text === undefined || text === '' ? [] : text.split('\n').map((line) => `    | ${line}`)),
    ...(left === undefined ? [] : [`    (${left} more characters are not shown)`]),
  ];
}

function gitLines(one: CardGit): readonly Line[] {
  const { does, repository, remote, base, updates, commits, left, touches, forced, hooks } = one;
  return [
    `  git ${does} of ${repository}${remote === '' ? '' : ` to ${remote}`}`,
    ...(base === 'tracking'
      ? [['red', '  what is there already is what the repository says, which the agent can change'] as const]
      : []),
    ...updates.map((line) => `    ${line}`),
    ...(forced ? [['red', '    takes away what is there'] as const] : []),
    ...(one.protected ? ['    a protected branch'] : []),
    ...(touches.length === 0 ? [] : [`    touches ${touches.join(', ')}`]),
    ...commits.map(
      ({ id, signer, subject }) => `    ${id.slice(0, 12)} ${signer ?? 'NOT SIGNED'}: ${subject}`,
    ),
    ...(left === 0 ? [] : [`    (${left} more commits are not shown)`]),
    ...hooks.map((hook) => `    runs ${hook}`),
  ];
}
