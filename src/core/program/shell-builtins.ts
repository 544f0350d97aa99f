// SPDX-License-Identifier: Apache-2.0
// The builtins of a shell that do more than print: they run text, move, or set what comes after.
import { noteName } from './finding.ts';
import { type Judging, judgeText, judgeWords } from './shell.ts';
import { harmlessVariables, leadingVariables } from './shell-commands.ts';
import { moveTo, notePath, paths } from './shell-paths.ts';
import { prefixOf, textOf, type Word } from './shell-tree.ts';

type Builtin = (words: readonly Word[], judging: Judging) => void;

const identifier = /^[A-Za-z_]\w*$/;

/** Names and values that it sets: `export A=b`. An index would be evaluated, and run what is in it. */
const setting =
  (options: RegExp, exports: boolean): Builtin =>
  (words, { notes }) => {
    const given = words.filter((word) => !(textOf(word)?.startsWith('-') === true));
    // Alone it tells everything that is set.
    if (given.length === 0) noteName(notes, 'reads', paths.environment);
    for (const word of words) {
      const text = textOf(word);
      if (text?.startsWith('-') === true && !options.test(text)) notes.classes.add('unknown');
      else if (text?.startsWith('-') !== true) {
        const [, name = '', rest = ''] = /^([A-Za-z_]\w*)(.*)$/s.exec(prefixOf(word)) ?? [];
        if (name === '' || (rest !== '' && !/^\+?=/.test(rest)) || (rest === '' && text === undefined))
          notes.classes.add('unknown');
        else if (leadingVariables.test(name) || (exports && rest !== '' && !harmlessVariables.has(name)))
          notes.classes.add('execute');
      }
    }
  };

/** It takes names of variables. */
const naming =
  (options: RegExp, values: RegExp): Builtin =>
  (words, { notes }) => {
    for (let i = 0; i < words.length; i++) {
      const text = textOf(words[i] ?? { pieces: [], environment: false });
      if (text?.startsWith('-') === true) {
        if (!options.test(text)) notes.classes.add('unknown');
        if (values.test(text)) i += 1;
      } else if (text === undefined || !identifier.test(text)) notes.classes.add('unknown');
    }
  };

/** `-v` names a variable, the index of which would be evaluated. */
const printing: Builtin = (words, judging) => {
  if (words.some((word) => /^-v/.test(prefixOf(word)))) judging.notes.classes.add('unknown');
};

const unseen: Builtin = (_words, { notes }) => {
  notes.classes.add('unknown');
  notes.whole = false;
};

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [
    'cd',
    (words, judging) =>
      moveTo(
        words.find((word) => textOf(word)?.startsWith('-') !== true || textOf(word) === '-'),
        judging,
      ),
  ],
  [
    'pushd',
    (words, judging) => moveTo(words[0] ?? { pieces: [{ hole: 'value' }], environment: false }, judging),
  ],
  ['popd', (_words, judging) => moveTo({ pieces: [{ hole: 'value' }], environment: false }, judging)],
  ['eval', (words, judging) => judgeText(joinedText(words), judging)],
  [
    'trap',
    (words, judging) => {
      const [first] = words;
      const text = first === undefined ? '' : textOf(first);
      if (text !== '' && text !== '-') judgeText(text, judging);
    },
  ],
  [
    'source',
    (words, judging) => {
      judging.notes.classes.add('execute');
      for (const word of words) notePath(judging, 'reads', word);
    },
  ],
  [
    '.',
    (words, judging) => {
      judging.notes.classes.add('execute');
      for (const word of words) notePath(judging, 'reads', word);
    },
  ],
  ['export', setting(/^-p$/, true)],
  ['readonly', setting(/^-[ap]+$/, false)],
  ['declare', setting(/^-[agAprx]+$/, true)],
  ['typeset', setting(/^-[agAprx]+$/, true)],
  ['local', setting(/^-[agAprx]+$/, false)],
  ['unset', naming(/^-[fv]$/, /^$/)],
  ['read', naming(/^-[rsepdntu\d]+$/, /^-[pdntu]$/)],
  ['mapfile', naming(/^-[tn]$/, /^-n$/)],
  ['readarray', naming(/^-[tn]$/, /^-n$/)],
  ['printf', printing],
  ['test', printing],
  ['[', printing],
  [
    'set',
    (words, { notes }) => {
      if (words.length === 0) noteName(notes, 'reads', paths.environment);
      for (const word of words)
        if (!/^(?:[-+](?:[euxfv]+|[eux]*o)|pipefail|errexit|nounset|--)$/.test(textOf(word) ?? '')) {
          // Behind `--` stand words that take the place of what the script was given.
          notes.whole = false;
          if (textOf(word)?.startsWith('-') !== false) notes.classes.add('execute');
        }
    },
  ],
  ['getopts', (words, judging) => naming(/^$/, /^$/)(words.slice(1, 2), judging)],
  [
    'wait',
    (words, { notes }) =>
      void (words.some((word) => textOf(word)?.startsWith('-') !== false) && notes.classes.add('unknown')),
  ],
  ['shopt', (words, { notes }) => void (words.length > 0 && notes.classes.add('execute'))],
  ['let', unseen],
  ['alias', unseen],
  ['hash', (words, { notes }) => void (words.length > 0 && notes.classes.add('unknown'))],
  ['enable', unseen],
  ['fc', unseen],
  ['bind', unseen],
  ['complete', unseen],
  ['compgen', unseen],
  ['printenv', (_words, { notes }) => noteName(notes, 'reads', paths.environment)],
  ['env', environment],
]);

/** `env A=b command`: what it sets leads the command, and alone it tells everything. */
function environment(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  for (const [i, word] of words.entries()) {
    const text = textOf(word);
    const name = /^([A-Za-z_]\w*)=/.exec(prefixOf(word))?.[1];
    if (name !== undefined) {
      if (!harmlessVariables.has(name)) notes.classes.add('execute');
    } else if (text === '-i' || text === '-') continue;
    else if (text?.startsWith('-') === true) {
      notes.classes.add('unknown');
      return;
    } else {
      judgeWords(words.slice(i), false, judging);
      return;
    }
  }
  noteName(notes, 'reads', paths.environment);
}

function joinedText(words: readonly Word[]): string | undefined {
  const texts = words.map(textOf);
  return texts.some((text) => text === undefined) ? undefined : texts.join(' ');
}
