// SPDX-License-Identifier: Apache-2.0
/**
 * Shell text as the list of commands in it, read by `unbash` (GNU Bash 5.3).
 *
 * Translates and judges nothing. The text is the agent's: what the parser only recovered from, what it has no node
 * for, and what a shell could read otherwise is a doubt. Another shell than bash may read a text in its own way; what is
 * known to differ (glob qualifiers of zsh, which run code) is a doubt as well.
 */
import {
  type Assignment as AssignmentNode,
  type Command as CommandNode,
  forEachChild,
  type ParsedScript,
  parse,
  type Redirection as RedirectionNode,
  type SyntaxNode,
  type Word as WordNode,
  type WordPart,
} from 'unbash';
import { maxProgramLength } from '../../core/program/finding.ts';
import {
  type Assignment,
  type Command,
  type Doubt,
  type Hole,
  literal,
  nowhere,
  type Redirection,
  type Script,
  type Word,
} from '../../core/program/shell-tree.ts';
import { arithmeticEvaluates, isPlainIndex, parameterEvaluates, testEvaluates } from './evaluates.ts';

const maxNodes = 4000;
const maxDepth = 64;

/** Control characters and everything that is not seen, or seen as a space: no two readers take those alike. */
const unclear = /[^\P{C}\n\t]|[\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;

interface Reading {
  readonly commands: Command[];
  readonly doubts: Set<Doubt>;
  /** Names that the script gives a value to, and how often. */
  readonly set: Map<string, number>;
  /** Of those, the ones that a loop goes over what stands there. */
  readonly loops: Set<string>;
  nodesLeft: number;
}

/** Never throws. */
export function parseShell(text: string): Script {
  if (text.length > maxProgramLength || unclear.test(text) || !text.isWellFormed()) return nowhere;
  const reading: Reading = {
    commands: [],
    doubts: new Set(),
    set: new Map(),
    loops: new Set(),
    nodesLeft: maxNodes,
  };
  try {
    const script = parse(text);
    // First: a variable may be set behind where it is used, in a loop.
    collect(script, reading, 0);
    reading.nodesLeft = maxNodes;
    visitScript(script, reading, 'none', 0);
  } catch {
    return nowhere;
  }
  const { commands, doubts } = reading;
  return { commands, doubts: [...doubts] };
}

function collect(node: SyntaxNode, reading: Reading, depth: number): void {
  if (depth > maxDepth || reading.nodesLeft-- <= 0) return;
  if (node.type === 'Assignment') setOnce(node.name, reading);
  if ((node.type === 'For' || node.type === 'Select') && node.name.parts === undefined) {
    setOnce(node.name.value, reading);
    if (node.type === 'For' && node.wordlist?.every(isPlainPattern) === true)
      reading.loops.add(node.name.value);
  }
  if (node.type === 'Command' && node.name?.value === 'read')
    for (const word of node.suffix) if (word.type === 'Word') setOnce(word.value, reading);
  forEachChild(node, (child) => collect(child, reading, depth + 1));
}

function setOnce(name: string, { set }: Reading): void {
  set.set(name, (set.get(name) ?? 0) + 1);
}

function isPlainPattern({ parts }: WordNode): boolean {
  return parts === undefined || parts.every(({ type }) => /^(?:Literal|SingleQuoted|Glob)$/.test(type));
}

function visitScript(
  script: ParsedScript | undefined,
  reading: Reading,
  input: Command['input'],
  depth: number,
): void {
  if (script === undefined || (script.errors?.length ?? 0) > 0) reading.doubts.add('unread');
  if (script !== undefined) visitChildren(script, reading, input, depth);
}

function visitChildren(node: SyntaxNode, reading: Reading, input: Command['input'], depth: number): void {
  forEachChild(node, (child) => visit(child, reading, input, depth + 1));
}

function visit(node: SyntaxNode, reading: Reading, input: Command['input'], depth: number): void {
  if (depth > maxDepth || reading.nodesLeft-- <= 0) {
    reading.doubts.add('unread');
    return;
  }
  switch (node.type) {
    case 'Script':
      visitScript(node, reading, input, depth);
      return;
    case 'Command': {
      const command = commandOf(node, reading, input);
      reading.commands.push(command);
      // A substitution reads what the command is fed.
      visitChildren(node, reading, command.input, depth);
      return;
    }
    case 'HereString':
      if (node.target !== undefined) reading.commands.push(said([wordOf(node.target, reading)]));
      visitChildren(node, reading, input, depth);
      return;
    case 'HereDoc': {
      const word = { environment: false };
      const pieces = (node.body.parts ?? []).flatMap((part) => piecesOf(part, reading, word, true));
      if (pieces.length > 0) reading.commands.push(said([{ pieces, ...word }]));
      visitChildren(node, reading, input, depth);
      return;
    }
    case 'Pipeline':
      for (const [i, command] of node.commands.entries())
        visit(command, reading, i === 0 ? input : 'piped', depth + 1);
      return;
    case 'Redirected': {
      const redirections = node.redirects.flatMap((one) => redirectionOf(one, reading));
      reading.commands.push({ ...said([]), redirections });
      const fed = node.redirects.some(feeds) ? 'piped' : input;
      visit(node.command, reading, fed, depth + 1);
      for (const one of node.redirects) visit(one, reading, input, depth + 1);
      return;
    }
    case 'For':
    case 'Select':
      // What the loop goes over is looked at for what it names.
      reading.commands.push(
        said(
          (node.wordlist ?? []).map((word) => wordOf(word, reading)),
          'cat',
        ),
      );
      visitChildren(node, reading, input, depth);
      return;
    case 'Coproc':
    case 'Function':
      visitChildren(node, reading, 'piped', depth);
      return;
    case 'TestCommand':
      if (testEvaluates(node.expression)) reading.doubts.add('computed');
      visitChildren(node, reading, input, depth);
      return;
    case 'ArithmeticFor':
      if ([node.initialize, node.test, node.update].some(arithmeticEvaluates)) reading.doubts.add('computed');
      visitChildren(node, reading, input, depth);
      return;
    case 'ArithmeticCommand':
    case 'ArithmeticExpansion':
      if (node.expression === undefined || arithmeticEvaluates(node.expression))
        reading.doubts.add('computed');
      visitChildren(node, reading, input, depth);
      return;
    case 'CommandExpansion':
    case 'ProcessSubstitution':
    case 'ArithmeticCommandExpansion':
      visitScript(node.script, reading, input, depth);
      return;
    case 'ParameterExpansion':
      if (parameterEvaluates(node)) reading.doubts.add('computed');
      visitChildren(node, reading, input, depth);
      return;
    case 'ExtendedGlob':
      // zsh runs code out of what follows a pattern in parentheses.
      reading.doubts.add('computed');
      visitChildren(node, reading, input, depth);
      return;
    case 'Assignment':
      if (node.index !== undefined && !isPlainIndex(node.index)) reading.doubts.add('computed');
      visitChildren(node, reading, input, depth);
      return;
    default:
      visitChildren(node, reading, input, depth);
      return;
  }
}

/** Words that are only looked at. */
function said(words: readonly Word[], how: 'echo' | 'cat' = 'echo'): Command {
  // Behind `--`: none of them is an option.
  return { words: [literal(how), literal('--'), ...words], sets: [], redirections: [], input: 'none' };
}

function commandOf(node: CommandNode, reading: Reading, input: Command['input']): Command {
  const words: Word[] = node.name === undefined ? [] : [wordOf(node.name, reading)];
  const sets: Assignment[] = [];
  const redirections: Redirection[] = [];
  let fed = input;
  for (const one of [...node.prefix, ...node.suffix]) {
    if (one.type === 'Word') words.push(wordOf(one, reading));
    else if (one.type === 'Assignment') {
      // Behind a name it is an argument as well: `export A=b`, `dd of=x`.
      if (node.prefix.includes(one)) sets.push(assignmentOf(one, reading));
      else words.push(argumentOf(one, reading));
    } else {
      if (feeds(one)) fed = 'piped';
      redirections.push(...redirectionOf(one, reading));
    }
  }
  return { words, sets, redirections, input: fed };
}

function assignmentOf({ name, value }: AssignmentNode, reading: Reading): Assignment {
  return { name, value: value.type === 'Word' ? wordOf(value, reading) : undefined };
}

function argumentOf(node: AssignmentNode, reading: Reading): Word {
  const { name, append, value } = node;
  if (node.index !== undefined || value.type !== 'Word')
    return { pieces: [`${name}=`, { hole: 'value' }], environment: false };
  const word = wordOf(value, reading);
  return { ...word, pieces: [`${name}${append === true ? '+' : ''}=`, ...word.pieces] };
}

function feeds(node: RedirectionNode): boolean {
  return (
    node.type !== 'Redirect' || node.operator === '<' || node.operator === '<>' || node.operator === '<&'
  );
}

function redirectionOf(node: RedirectionNode, reading: Reading): readonly Redirection[] {
  if (node.type !== 'Redirect') return [];
  if (node.target === undefined) {
    reading.doubts.add('unread');
    return [];
  }
  const target = wordOf(node.target, reading);
  const isNumber = /^(?:\d{1,4}-?|-)$/.test(node.target.text);
  switch (node.operator) {
    case '<':
      return [{ does: 'read', target }];
    case '<>':
      return [{ does: 'read_write', target }];
    case '<&':
    case '>&':
      return isNumber ? [] : [{ does: 'write', target }];
    default:
      return [{ does: 'write', target }];
  }
}

function wordOf(node: WordNode, reading: Reading): Word {
  const pieces: (string | Hole)[] = [];
  const word = { environment: false };
  if (node.parts === undefined) pieces.push(node.value);
  else for (const part of node.parts) pieces.push(...piecesOf(part, reading, word, false));
  return { pieces: merged(pieces), environment: word.environment };
}

function piecesOf(
  part: WordPart,
  reading: Reading,
  word: { environment: boolean },
  quoted: boolean,
): readonly (string | Hole)[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [part.value];
    case 'DoubleQuoted':
    case 'LocaleString':
      return part.parts.flatMap((one) => piecesOf(one, reading, word, true));
    case 'Glob':
      return [{ hole: 'glob', text: part.text }];
    case 'SimpleExpansion':
      if (isEnvironment(part.text.slice(1), reading)) word.environment = true;
      return [told(hole(quoted && part.text !== '$@'), part.text.slice(1), reading)];
    case 'ParameterExpansion':
      if (isEnvironment(part.parameter, reading)) word.environment = true;
      return [
        part.text === `\${${part.parameter}}`
          ? told(hole(quoted), part.parameter, reading)
          : hole(quoted && !/[@*]/.test(part.text)),
      ];
    case 'ProcessSubstitution':
      return [{ hole: 'value' }];
    case 'BraceExpansion':
      return [{ hole: 'words' }];
    default:
      return [hole(quoted)];
  }
}

function hole(quoted: boolean): Hole {
  return { hole: quoted ? 'value' : 'words' };
}

function told(hole: Hole, name: string, { set, loops }: Reading): Hole {
  return hole.hole !== 'glob' && loops.has(name) && set.get(name) === 1 ? { ...hole, told: true } : hole;
}

function merged(pieces: readonly (string | Hole)[]): readonly (string | Hole)[] {
  const out: (string | Hole)[] = [];
  for (const piece of pieces) {
    const last = out.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') out[out.length - 1] = last + piece;
    else out.push(piece);
  }
  return out;
}

/** Variables that a shell has of itself, and that nobody keeps a secret in. */
const known: ReadonlySet<string> = new Set(
  'HOME PWD OLDPWD USER LOGNAME SHELL PATH LANG TERM TMPDIR HOSTNAME RANDOM SECONDS LINENO UID EUID PPID OSTYPE HOSTTYPE'.split(
    ' ',
  ),
);

/** A name in capitals may be both the script's and the environment's. */
function isEnvironment(name: string, { set }: Reading): boolean {
  if (!/^[A-Za-z_]\w*$/.test(name) || known.has(name)) return false;
  return !set.has(name) || !/[a-z]/.test(name);
}
