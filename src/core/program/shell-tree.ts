// SPDX-License-Identifier: Apache-2.0
/**
 * A shell script as a list of the commands that it may run, wherever they stand: in pipelines, loops, functions,
 * substitutions. Which of them run is nobody's guess: all of them count.
 *
 * The parser is an adapter; what it did not understand is a `doubt`, never left out.
 */

/** A part of a word that is not known before it runs. */
export type Hole =
  /** Names of files, by a pattern. */
  | { readonly hole: 'glob'; readonly text: string }
  /** One piece of text: a variable or a substitution in quotes. `told`: what it can be stands in a loop of the script. */
  | { readonly hole: 'value'; readonly told?: true }
  /** Any number of words. */
  | { readonly hole: 'words'; readonly told?: true };

export interface Word {
  /** Text with its quotes and escapes taken away, and holes. */
  readonly pieces: readonly (string | Hole)[];
  /** It takes the value of a variable that the script does not set: the environment, which may hold secrets. */
  readonly environment: boolean;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word | undefined;
}

export interface Redirection {
  readonly does: 'read' | 'write' | 'read_write';
  readonly target: Word;
}

export interface Command {
  readonly words: readonly Word[];
  readonly sets: readonly Assignment[];
  readonly redirections: readonly Redirection[];
  /** What it is fed: from a pipe, a file, a text, or nothing but what the shell was given itself. */
  readonly input: 'none' | 'piped';
}

/** `unread`: it is not known what this runs. `computed`: it may run something while it is expanded. */
export type Doubt = 'unread' | 'computed';

export interface Script {
  readonly commands: readonly Command[];
  readonly doubts: readonly Doubt[];
}

/** Never throws; what is no script is a doubt. */
export type ParseShell = (text: string) => Script;

export const nowhere: Script = { commands: [], doubts: ['unread'] };

/** The text of a word that is nothing but text. */
export function textOf({ pieces }: Word): string | undefined {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece !== 'string') return undefined;
    text += piece;
  }
  return text;
}

/** What it certainly begins with. */
export function prefixOf({ pieces }: Word): string {
  let text = '';
  for (const piece of pieces) {
    if (typeof piece !== 'string') break;
    text += piece;
  }
  return text;
}

export function hasHole({ pieces }: Word): boolean {
  return pieces.some((piece) => typeof piece !== 'string');
}

/** Only a pattern for names of files, if anything. */
export function isPattern({ pieces }: Word): boolean {
  return pieces.every((piece) => typeof piece === 'string' || piece.hole === 'glob');
}

/** Nothing but a name that stands elsewhere in the script, and is named there. */
export function isTold({ pieces }: Word): boolean {
  const [only, ...rest] = pieces;
  return (
    only !== undefined &&
    typeof only !== 'string' &&
    only.hole !== 'glob' &&
    only.told === true &&
    rest.length === 0
  );
}

/** Text and patterns as they are written. */
export function writtenOf({ pieces }: Word): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? piece : piece.hole === 'glob' ? piece.text : '$'))
    .join('');
}

/** Whether it may be read as an option, or become words that are. */
export function mayBeOption(word: Word): boolean {
  const start = prefixOf(word);
  if (start.startsWith('-')) return true;
  if (word.pieces.some((piece) => typeof piece !== 'string' && piece.hole === 'words')) return true;
  return start === '' && hasHole(word);
}

/** Whether it may become more than one word. */
export function mayBeSeveral({ pieces }: Word): boolean {
  return pieces.some((piece) => typeof piece !== 'string' && piece.hole !== 'value');
}

export function literal(text: string): Word {
  return { pieces: [text], environment: false };
}

/** A word of which nothing is known. */
export const anything: Word = { pieces: [{ hole: 'words' }], environment: false };
