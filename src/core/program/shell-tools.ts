// SPDX-License-Identifier: Apache-2.0
// Commands with a language of their own in their words: predicates, editing scripts, subcommands.
import { type Notes, noteName } from './finding.ts';
import { type Judging, judgeSent, judgeWords } from './shell.ts';
import { cloudVerbs, type Subcommands, subcommands } from './shell-commands.ts';
import { judgeGit } from './shell-git.ts';
import { notePath, paths } from './shell-paths.ts';
import {
  anything,
  hasHole,
  literal,
  mayBeOption,
  mayBeSeveral,
  textOf,
  type Word,
  writtenOf,
} from './shell-tree.ts';
import { noteHosts, noteLinks, webTools } from './shell-web.ts';

type Tool = (words: readonly Word[], judging: Judging, piped: boolean) => void;

export function toolFor(name: string): Tool | undefined {
  const tool = tools.get(name) ?? webTools.get(name);
  if (tool !== undefined) return tool;
  const known = subcommands.get(name);
  return known === undefined ? undefined : (words, judging) => judgeSubcommand(name, known, words, judging);
}

const tools: ReadonlyMap<string, Tool> = new Map<string, Tool>([
  ['git', (words, judging) => judgeGit(words, judging)],
  ['find', (words, judging) => judgeFind(words, judging)],
  ['sed', (words, judging) => judgeSed(words, judging)],
  ['awk', (words, judging) => judgeAwk(words, judging)],
  ['gawk', (words, judging) => judgeAwk(words, judging)],
  ['mawk', (words, judging) => judgeAwk(words, judging)],
  ['tar', (words, judging) => judgeTar(words, judging)],
  ['dd', (words, judging) => judgeDd(words, judging)],
  ['psql', (words, judging, piped) => judgePsql(words, judging, piped)],
  ['aws', (words, judging) => judgeCloud(words, judging)],
  ['gcloud', (words, judging) => judgeCloud(words, judging)],
  ['az', (words, judging) => judgeCloud(words, judging)],
  ['ping', (words, judging) => judgeResolving(words, judging)],
  ['ping6', (words, judging) => judgeResolving(words, judging)],
  ['dig', (words, judging) => judgeResolving(words, judging)],
  ['nslookup', (words, judging) => judgeResolving(words, judging)],
  ['host', (words, judging) => judgeResolving(words, judging)],
]);

function judgeResolving(words: readonly Word[], judging: Judging): void {
  judging.notes.classes.add('fetch');
  noteHosts(words, 'fetch', judging);
  for (const word of words)
    if (/^-/.test(writtenOf(word)) && !/^-[0-9acnqtvwWiIx]+$/.test(writtenOf(word)))
      judging.notes.classes.add('execute');
}

const predicates =
  /^(?:[()!,]|-(?:name|iname|path|ipath|wholename|regex|iregex|regextype|type|xtype|maxdepth|mindepth|size|mtime|mmin|atime|amin|ctime|cmin|newer|newermt|anewer|cnewer|perm|user|group|uid|gid|links|inum|samefile|empty|readable|writable|executable|true|false|print|print0|ls|printf|prune|quit|o|or|a|and|not|follow|xdev|mount|depth|d|H|L|P|E|noleaf|daystart|nouser|nogroup))$/;
const valuedPredicates =
  /^-(?:name|iname|path|ipath|wholename|regex|iregex|regextype|type|xtype|maxdepth|mindepth|size|mtime|mmin|atime|amin|ctime|cmin|newer|newermt|anewer|cnewer|perm|user|group|uid|gid|links|inum|samefile|printf)$/;

function judgeFind(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  let isStart = true;
  notePath(judging, 'reads', literal('.'));
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? anything;
    const text = textOf(word);
    if (text !== undefined && /^[-(!,)]/.test(text)) isStart = false;
    if (isStart) {
      notePath(judging, 'reads', word);
      if (mayBeOption(word)) notes.classes.add('execute');
    } else if (text !== undefined && /^-(?:exec|execdir|ok|okdir)$/.test(text)) {
      const end = words.findIndex((one, at) => at > i && /^[;+]$/.test(writtenOf(one)));
      const command = words.slice(i + 1, end < 0 ? words.length : end);
      notes.whole = false;
      judgeWords(
        command.map((one) => (writtenOf(one).includes('{}') ? found : one)),
        false,
        judging,
      );
      i = end < 0 ? words.length : end;
    } else if (text === '-delete') notes.classes.add('delete');
    else if (text !== undefined && /^-f(?:print0?|printf|ls)$/.test(text)) {
      notes.classes.add('write');
      if (words[i + 1] !== undefined) notePath(judging, 'writes', words[i + 1] ?? anything);
      i += text === '-fprintf' ? 2 : 1;
    } else if (text === undefined || !predicates.test(text)) notes.classes.add('execute');
    else if (valuedPredicates.test(text)) {
      i += 1;
      if (mayBeSeveral(words[i] ?? literal(''))) notes.classes.add('execute');
    }
  }
}

/** A file that was found: it begins with where it was looked for, so it is no option. */
const found: Word = { pieces: ['./', { hole: 'value' }], environment: false };

const sedOptions = /^(?:-[nEruszl]+|-e|--(?:quiet|silent|regexp-extended|expression|posix|null-data))$/;

function judgeSed(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const scripts: (string | undefined)[] = [];
  const files: Word[] = [];
  let inPlace = false;
  let hasScript = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? anything;
    const text = textOf(word);
    if (text !== undefined && /^(?:-[nErsuz]*i.{0,16}|--in-place.*)$/.test(text)) inPlace = true;
    else if (text === '-e' || text === '--expression' || (text !== undefined && /^-[nErsuz]+e$/.test(text))) {
      hasScript = true;
      i += 1;
      scripts.push(words[i] === undefined ? undefined : textOf(words[i] ?? anything));
    } else if (text?.startsWith('-') === true && text !== '-') {
      if (!sedOptions.test(text)) notes.classes.add('execute');
    } else if (mayBeOption(word)) notes.classes.add('execute');
    else files.push(word);
  }
  if (!hasScript) {
    const [script] = files.splice(0, 1);
    scripts.push(script === undefined ? undefined : textOf(script));
  }
  if (!scripts.every((script) => script !== undefined && isPlainSed(script))) notes.classes.add('execute');
  for (const file of files) notePath(judging, 'reads', file);
  if (!inPlace) return;
  notes.classes.add('write');
  for (const file of files) notePath(judging, 'writes', file);
}

/** Addresses, and commands that print, leave out, or replace: none that writes, reads or runs. */
function isPlainSed(script: string): boolean {
  let rest = script;
  for (let left = 64; left > 0; left--) {
    rest = rest.replace(/^[\s;]+/, '');
    if (rest === '') return true;
    rest = rest.replace(
      /^(?:\d+(?:~\d+)?|\$|\/(?:[^/\\\n]|\\[^\n])*\/I?)(?:,[+~]?(?:\d+|\$|\/(?:[^/\\\n]|\\[^\n])*\/I?))?\s*!?\s*/,
      '',
    );
    const command =
      /^(?:[pdqDPNnGgHhxl=]|s([^\w\s\\])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gpiI\d]*)(?=[\s;]|$)/.exec(
        rest,
      );
    if (command === null) return false;
    rest = rest.slice(command[0].length);
  }
  return false;
}

function judgeAwk(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  let program: Word | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? anything;
    const text = textOf(word);
    if (program !== undefined) {
      // Names, and `name=value`; a name that is computed may be one of these.
      notePath(judging, 'reads', word);
    } else if (text === '-F' || text === '-v') {
      i += 1;
      if (mayBeSeveral(words[i] ?? literal(''))) notes.classes.add('execute');
    } else if (text !== undefined && /^-[Fv]./s.test(text)) continue;
    else if (mayBeOption(word)) {
      notes.classes.add('execute');
      return;
    } else program = word;
  }
  const text = program === undefined ? undefined : textOf(program);
  // Pipes, files and other programs: anything but printing what it reads. ENVIRON is where secrets are.
  if (text === undefined || /system|getline|[|>@`]|ENVIRON|close|fflush|ARGV|SYMTAB|PROCINFO/.test(text))
    notes.classes.add('execute');
}

function judgeTar(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  const [first, ...rest] = words;
  const mode = textOf(first ?? anything)?.replace(/^-/, '') ?? '';
  const isPlain = /^[tcxzjJvfpkOUhm]+$/.test(mode);
  if (!isPlain || rest.some((word) => !isTarWord(word))) notes.classes.add('execute');
  const lists = isPlain && mode.includes('t') && !/[cx]/.test(mode);
  notes.classes.add(lists ? 'read' : 'write');
  for (const [i, word] of rest.entries())
    notePath(judging, lists || (i > 0 && mode.includes('c')) ? 'reads' : 'writes', word);
}

/** An archive with a colon is on another machine. */
function isTarWord(word: Word): boolean {
  const written = writtenOf(word);
  if (written.includes(':')) return false;
  if (/^(?:-C|--directory|--strip-components=\d+|--exclude=.*|--exclude)$/.test(written)) return true;
  return !mayBeOption(word);
}

function judgeDd(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  for (const word of words) {
    const written = writtenOf(word);
    const [, name, value = ''] = /^(\w+)=(.*)$/s.exec(written) ?? [];
    const file: Word = { pieces: hasHole(word) ? [value, { hole: 'value' }] : [value], environment: false };
    if (name === 'if') notePath(judging, 'reads', file);
    else if (name === 'of') {
      notes.classes.add('delete');
      notePath(judging, 'writes', file);
    } else if (name === undefined || !/^(?:bs|ibs|obs|count|skip|seek|status|conv|iflag|oflag)$/.test(name))
      notes.classes.add('execute');
  }
}

function judgePsql(words: readonly Word[], judging: Judging, piped: boolean): void {
  const { notes, sql } = judging;
  noteName(notes, 'reads', `${paths.elsewhere}/psql`);
  let asked = 0;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? anything;
    const text = textOf(word);
    const [, glued] = /^(?:-[AtXqx]*c|--command=)(.+)$/s.exec(text ?? '') ?? [];
    if (text !== undefined && (/^-[AtXqx]*c$|^--command$/.test(text) || glued !== undefined)) {
      asked += 1;
      const given = glued ?? textOf(words[i + 1] ?? anything);
      if (glued === undefined) i += 1;
      if (given === undefined || sql === undefined || /^\s*\\/.test(given)) notes.classes.add('unknown');
      else noteSql(sql(given), notes);
    } else if (text !== undefined && /^-[hpUd]$|^--(?:host|port|username|dbname)$/.test(text)) {
      const value = words[i + 1];
      if (/h/.test(text) && value !== undefined) noteHosts([literal(`${writtenOf(value)}`)], 'read', judging);
      if (value !== undefined && hasHole(value)) notes.whole = false;
      i += 1;
    } else if (
      text === undefined ||
      (text.startsWith('-') &&
        !/^-[AtXqxlVwn]+$|^--(?:no-psqlrc|csv|tuples-only|no-align|quiet|version|list)$/.test(text))
    )
      notes.classes.add('execute');
    else noteLinks([word], judging);
  }
  if (asked === 0 || piped) notes.classes.add(piped || asked === 0 ? 'execute' : 'read');
}

function noteSql(found: ReturnType<NonNullable<Judging['sql']>>, notes: Notes): void {
  for (const one of found.classes) notes.classes.add(one);
  for (const list of ['reads', 'writes'] as const)
    for (const name of found[list]) noteName(notes, list, name);
  notes.parsed &&= found.parsed;
  notes.whole &&= found.whole;
}

function judgeCloud(words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  noteName(notes, 'reads', `${paths.elsewhere}/cloud`);
  const said = words.filter((word) => !writtenOf(word).startsWith('-')).map((word) => textOf(word) ?? '');
  const [service = '', ...rest] = said;
  const classOf = (word: string) => cloudVerbs.find(([pattern]) => pattern.test(word))?.[1];
  const isSecret = said.slice(0, 3).some((word) => classOf(word) === 'credential');
  const of = isSecret
    ? 'credential'
    : rest
        .slice(0, 3)
        .map(classOf)
        .find((one) => one !== undefined);
  notes.classes.add(of ?? (/^(?:version|help|info)$/.test(service) ? 'read' : 'execute'));
  if (
    words.some((word) =>
      /^--(?:endpoint|profile|cli|ca-|impersonate|account|flags-file)/.test(writtenOf(word)),
    )
  )
    notes.classes.add('execute');
  judgeSent(words, 'read', judging);
  noteLinks(words, judging);
}

function judgeSubcommand(name: string, known: Subcommands, words: readonly Word[], judging: Judging): void {
  const { notes } = judging;
  if (known.elsewhere === true) noteName(notes, 'reads', `${paths.elsewhere}/${name}`);
  let at = 0;
  while (at < words.length && writtenOf(words[at] ?? anything).startsWith('-')) {
    const option = writtenOf(words[at] ?? anything);
    if (/^--?(?:version|help)$/.test(option)) return;
    if (!known.globals.test(option)) notes.classes.add('execute');
    at += known.valuedGlobals?.test(option) === true ? 2 : 1;
  }
  const verb = textOf(words[at] ?? anything) ?? '';
  const next = textOf(words[at + 1] ?? anything) ?? '';
  const of = known.of.get(`${verb} ${next}`) ?? known.of.get(verb) ?? known.otherwise;
  notes.classes.add(of);
  const rest = words.slice(at + 1);
  if (of === 'read' || of === 'fetch') {
    for (const word of rest)
      if (mayBeOption(word) && (hasHole(word) || !known.options.test(writtenOf(word))))
        notes.classes.add('execute');
    // What a cluster keeps secret is told by the same verbs.
    if (rest.some((word) => /(?:^|,)secrets?(?:$|[/,.])/.test(writtenOf(word))))
      notes.classes.add('credential');
  }
  if (known.network === true || of === 'fetch') judgeSent(rest, of, judging);
  else if (rest.some(hasHole)) notes.whole = false;
  noteLinks(rest, judging);
}
