// SPDX-License-Identifier: Apache-2.0
/**
 * What a shell command would do: each command in it classified, the worst wins.
 *
 * Knows what well-known commands do (`shell-commands.ts`) and no more. Whether a command runs at all, and with what in
 * its variables, is not asked: all of them count, and what is only made when it runs may be anything.
 *
 * Source: docs/adr/0022-programs.md.
 */
import { isAtLeastAsStrict } from '../catalogue/strictness.ts';
import type { ActionClass } from '../catalogue/taxonomy.ts';
import {
  emptyNotes,
  type Finding,
  findingOf,
  maxProgramDepth,
  type Notes,
  noteName,
  noteUnread,
} from './finding.ts';
import { builtins } from './shell-builtins.ts';
import {
  type CommandSpec,
  commandSpecs,
  harmlessVariables,
  impliedFiles,
  leadingVariables,
  shells,
  subcommands,
  type Wrapper,
  wrappers,
} from './shell-commands.ts';
import { notePath, paths } from './shell-paths.ts';
import { toolFor } from './shell-tools.ts';
import {
  anything,
  type Command,
  hasHole,
  isPattern,
  literal,
  mayBeOption,
  mayBeSeveral,
  type ParseShell,
  type Redirection,
  type Script,
  textOf,
  type Word,
  writtenOf,
} from './shell-tree.ts';
import { noteLinks } from './shell-web.ts';

/** Reads SQL out of what a client of a database is given. */
export type ReadSql = (text: string) => Finding;

/** All that one command is judged by. */
export interface Judging {
  readonly notes: Notes;
  readonly parse: ParseShell;
  readonly sql: ReadSql | undefined;
  /** Directories that the script may be in; `undefined`: it cannot be told. */
  readonly places: { known: string[] | undefined };
  readonly depth: number;
  /** Nothing else is run. */
  readonly alone: boolean;
}

export function shellFinding(text: string, parse: ParseShell, sql?: ReadSql): Finding {
  const notes = emptyNotes();
  const script = parse(text);
  const alone = script.commands.length === 1;
  judgeScript(script, { notes, parse, sql, places: { known: [''] }, depth: 0, alone });
  return findingOf(notes);
}

function judgeScript(script: Script, judging: Judging): void {
  const { notes } = judging;
  if (script.doubts.includes('unread')) noteUnread(notes);
  if (script.doubts.includes('computed')) {
    notes.classes.add('unknown');
    notes.whole = false;
  }
  for (const command of script.commands) judgeCommand(command, judging);
}

/** Text that is run as a script of its own. */
export function judgeText(text: string | undefined, judging: Judging): void {
  if (text === undefined || judging.depth >= maxProgramDepth) noteUnread(judging.notes);
  else judgeScript(judging.parse(text), { ...judging, depth: judging.depth + 1, alone: false });
}

function judgeCommand(command: Command, judging: Judging): void {
  const { notes } = judging;
  for (const one of command.redirections) judgeRedirection(one, judging);
  for (const { name, value } of command.sets) {
    // Before a command it is the environment of that one.
    const isHarmless =
      harmlessVariables.has(name) ||
      (!leadingVariables.test(name) && (command.words.length === 0 || /^[a-z_][a-z0-9_]*$/.test(name)));
    if (!isHarmless) notes.classes.add('execute');
    if (value?.environment === true) noteName(notes, 'reads', paths.environment);
  }
  if (command.words.some((word) => word.environment)) noteName(notes, 'reads', paths.environment);
  judgeWords(command.words, command.input === 'piped', judging);
}

function judgeRedirection({ does, target }: Redirection, judging: Judging): void {
  const { notes } = judging;
  const written = textOf(target);
  if (written !== undefined && /^\/dev\/(?:null|stdin|stdout|stderr|tty|zero|fd\/\d+)$/.test(written)) return;
  const [, host] = /^\/dev\/(?:tcp|udp)\/([^/]*)/.exec(writtenOf(target)) ?? [];
  if (host !== undefined) {
    notes.classes.add('send');
    if (host.includes('$')) notes.whole = false;
    else noteName(notes, 'hosts', host.toLowerCase());
    return;
  }
  if (does !== 'write') {
    notes.classes.add('read');
    notePath(judging, 'reads', target);
  }
  if (does !== 'read') {
    notes.classes.add('write');
    notePath(judging, 'writes', target);
  }
}

const standardPlaces = /^\/(?:usr\/(?:local\/)?)?s?bin\/([^/]+)$/;

/** @param piped it is fed something that is not told here */
export function judgeWords(words: readonly Word[], piped: boolean, judging: Judging): void {
  const { notes } = judging;
  const [head, ...rest] = words;
  if (head === undefined) return;
  const written = textOf(head);
  if (written === undefined) {
    // Which command it is, is known only when it runs.
    notes.classes.add('unknown');
    notes.whole = false;
    return;
  }
  const name = standardPlaces.exec(written)?.[1] ?? written;
  for (const file of impliedFiles.get(name) ?? []) noteName(notes, 'runs', file);
  // A function may have the name as well, or only elsewhere, or later: its body counts, and so does this.
  if (shells.has(name)) {
    judgeShell(rest, judging);
    return;
  }
  const builtin = builtins.get(name);
  if (builtin !== undefined) {
    builtin(rest, judging);
    return;
  }
  const wrapper = wrappers.get(name);
  if (wrapper !== undefined) {
    judgeWrapped(name, wrapper, rest, piped, judging);
    return;
  }
  const tool = toolFor(name);
  if (tool !== undefined) {
    tool(rest, judging, piped);
    return;
  }
  const subcommand = subcommands.get(name);
  const spec = commandSpecs.get(name);
  if (subcommand === undefined && spec === undefined) {
    notes.classes.add('execute');
    noteLinks(rest, judging);
    for (const word of rest) notePath(judging, 'reads', word);
    if (written.includes('/')) notePath(judging, 'reads', head);
    return;
  }
  if (spec !== undefined) judgeSpec(spec, rest, judging);
}

/** `bash -c 'text' name`, `sh script`, `curl x | sh`. */
function judgeShell(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  for (const [i, word] of words.entries()) {
    const option = textOf(word);
    if (option !== undefined && /^-[euxlio]*c$/.test(option)) {
      const script = words[i + 1];
      judgeText(script === undefined ? undefined : textOf(script), judging);
      return;
    }
    if (option === undefined || !/^-[euxl]+$/.test(option)) break;
  }
  // A file, or whatever it is fed.
  notes.classes.add(words.length === 0 ? 'unknown' : 'execute');
  if (words.length === 0) notes.whole = false;
  for (const word of words) notePath(judging, 'reads', word);
}

function judgeWrapped(
  name: string,
  { options, valued, operands = 0, class: of, more }: Wrapper,
  words: readonly Word[],
  piped: boolean,
  judging: Judging,
): void {
  const { notes } = judging;
  if (of !== undefined) notes.classes.add(of);
  let at = 0;
  let placeholder: string | undefined;
  for (; at < words.length; at++) {
    const option = optionOf(words[at]);
    if (option === undefined) break;
    if (option === '--') {
      at += 1;
      break;
    }
    if (!options.test(option)) {
      if (name === 'command' && /^-[vV]$/.test(option)) return;
      // Which word is the command cannot be told.
      notes.classes.add('unknown');
      return;
    }
    if (name === 'xargs' && option.startsWith('-I'))
      placeholder = option.length > 2 ? option.slice(2) : textOf(words[at + 1] ?? anything);
    if (valued?.test(option) === true) at += 1;
  }
  if (words.slice(0, at + operands).some(mayBeSeveral)) notes.classes.add('unknown');
  const rest = words.slice(at + operands);
  const [head] = rest;
  if (head === undefined) {
    // `xargs` alone echoes; `sudo` and `exec` alone do nothing more.
    if (more !== true && (hasHole(words[at] ?? anything) || operands > 0)) notes.classes.add('execute');
    return;
  }
  if (more !== true) {
    judgeWords(rest, piped, judging);
    return;
  }
  notes.whole = false;
  const given =
    placeholder === undefined
      ? [...rest, anything]
      : rest.map((word) => (writtenOf(word).includes(placeholder) ? anything : word));
  judgeWords(given, false, judging);
}

function optionOf(word: Word | undefined): string | undefined {
  const text = word === undefined ? undefined : textOf(word);
  return text?.startsWith('-') === true && text !== '-' ? text : undefined;
}

/** A command whose words are options and names. */
export function judgeSpec(spec: CommandSpec, words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const { options, valued, network } = spec;
  notes.classes.add(spec.class);
  if (network === true) judgeSent(words, spec.class, judging);
  if (words.some((word) => spec.environment?.test(writtenOf(word)) === true))
    noteName(notes, 'reads', paths.environment);
  const names: Word[] = [];
  let isOver = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? anything;
    const option = isOver ? undefined : optionOf(word);
    if (option === '--') isOver = true;
    else if (option !== undefined) {
      if (options?.test(option) === false) notes.classes.add('execute');
      if (valued?.test(option) === true) {
        i += 1;
        // It may become several words, and those options.
        if (options !== undefined && mayBeSeveral(words[i] ?? literal(''))) notes.classes.add('execute');
      } else notePathIn(option, judging);
    } else {
      if (!isOver && options !== undefined && mayBeOption(word)) notes.classes.add('execute');
      if (spec.orders?.test(writtenOf(word)) === true) notes.classes.add('execute');
      names.push(word);
    }
  }
  // `grep -e pattern file`: then the first word is a file.
  const givesPattern = words.some((word) =>
    /^(?:-[A-Za-z]*[ef]|--(?:regexp|file|from-file))/.test(writtenOf(word)),
  );
  const named = spec.first === 'skipped' && !givesPattern && !hasWords(names[0]) ? names.slice(1) : names;
  noteNames(spec, named, judging);
  if (spec.walks !== undefined && walks(spec.walks, words)) {
    for (const word of named) notePath(judging, 'reads', below(word));
    if (named.length === 0) notePath(judging, 'reads', below(literal('.')));
  }
}

/** Some option says so, or it needs none. */
function walks(options: RegExp, words: readonly Word[]): boolean {
  return options.test('') || words.some((word) => options.test(writtenOf(word)));
}

/** All that lies below. */
function below(word: Word): Word {
  return { ...word, pieces: [...word.pieces, '/', { hole: 'glob', text: '**' }] };
}

function hasWords(word: Word | undefined): boolean {
  return word?.pieces.some((piece) => typeof piece !== 'string' && piece.hole === 'words') === true;
}

function noteNames({ names, writesFrom }: CommandSpec, named: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const isUnsure = named.some((word) => hasWords(word) || (!isPattern(word) && hasHole(word)));
  const isPlural = named.some((word) => hasHole(word));
  for (const [i, word] of named.entries()) {
    const isLast = i === named.length - 1;
    if (names === 'nothing') continue;
    if (names === 'writes' || (names === 'source_target' && (isLast || isUnsure)))
      notePath(judging, 'writes', word);
    if (names !== 'writes') notePath(judging, 'reads', word);
  }
  if (writesFrom !== undefined && (named.length >= writesFrom || (isPlural && named.length > 0))) {
    notes.classes.add('write');
    const last = named.at(-1);
    if (last !== undefined) notePath(judging, 'writes', last);
  }
}

/** `--file=/etc/passwd`, `-f/etc/passwd`: a path that stands in an option is one all the same. */
function notePathIn(option: string, judging: Judging): void {
  const value =
    /^--[A-Za-z-]+=(.+)$/s.exec(option)?.[1] ?? /^-[A-Za-z]+((?:~|\.{0,2}\/).*)$/s.exec(option)?.[1];
  if (value !== undefined && /[/~]|^\./.test(value))
    notePath(judging, 'reads', { pieces: [value], environment: false });
}

/** What a command that speaks to a server is given leaves for it: what is only made when it runs may be anything. */
export function judgeSent(words: readonly Word[], of: ActionClass, { notes }: Judging): void {
  if (!words.some(hasHole)) return;
  notes.whole = false;
  if (!isAtLeastAsStrict(of, 'send')) notes.classes.add('send');
  else if (of === 'fetch') notes.classes.add('send');
}
