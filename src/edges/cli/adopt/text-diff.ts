// SPDX-License-Identifier: Apache-2.0
/**
 * What would change in a file, for a person to read on a terminal, with secrets masked.
 *
 * Values of environments and headers are masked wherever they stand in the text, also where a client
 * wrote them into arguments or a URL; so are query strings and arguments that look like credentials.
 */
import {
  isObject,
  isString,
  type JsonObject,
  type JsonValue,
  objectAt,
  own,
} from '../../../core/json/value.ts';

const context = 2;
/** Longer files are compared by their ends, and the middle is told as replaced. */
const maxCells = 4_000_000;
const mask = '********';

export interface Change {
  readonly file: string;
  /** Undefined where there is no file yet. */
  readonly before: string | undefined;
  readonly after: string;
  readonly mode: number;
  /** Shown in place of a new file that nobody would read line by line. */
  readonly summary?: string;
}

/** @returns lines without a line end: those of a unified diff, a bit less formal */
export function diffLines(
  { file, before, after, mode, summary }: Change,
  secrets: readonly string[],
): readonly string[] {
  const said = before === undefined ? `new file, mode ${mode.toString(8)}` : 'changed';
  if (before === undefined && summary !== undefined) return [`${file} (${said}): ${summary}`];
  const old = before === undefined ? [] : linesOf(before);
  const edits = editsOf(old, linesOf(after));
  const near = edits.map((_, i) =>
    edits.slice(Math.max(0, i - context), i + context + 1).some(([sign]) => sign !== ' '),
  );
  const out: string[] = [`${file} (${said})`];
  let skipped = false;
  for (const [i, [sign, line]] of edits.entries()) {
    if (near[i] !== true) {
      skipped = true;
      continue;
    }
    if (skipped && out.length > 1) out.push('  ...');
    skipped = false;
    out.push(`  ${sign} ${masked(line, secrets)}`);
  }
  return out;
}

type Edit = readonly [sign: ' ' | '+' | '-', line: string];

function editsOf(before: readonly string[], after: readonly string[]): readonly Edit[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const same = (lines: readonly string[]) => lines.map((line): Edit => [' ', line]);
  return [
    ...same(before.slice(0, head)),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(after.slice(after.length - tail)),
  ];
}

/** The longest common subsequence, by the table. */
function middle(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const gone = (line: string): Edit => ['-', line];
  const come = (line: string): Edit => ['+', line];
  if (before.length * after.length > maxCells) return [...before.map(gone), ...after.map(come)];
  const width = after.length + 1;
  const table = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      table[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const edits: Edit[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, fresh] = [before[i], after[j]];
    if (old !== undefined && old === fresh) {
      edits.push([' ', old]);
      i++;
      j++;
    } else if (fresh === undefined || (old !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      edits.push(gone(old ?? ''));
      i++;
    } else {
      edits.push(come(fresh));
      j++;
    }
  }
  return edits;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Everything in definitions of servers that may be secret, longest first. */
export function secretsIn(definitions: Iterable<JsonValue>): readonly string[] {
  const found = new Set<string>();
  for (const definition of definitions) {
    if (!isObject(definition)) continue;
    for (const key of ['env', 'headers'])
      for (const value of Object.values(objectAt(definition, key) ?? {})) add(found, value);
    credentials(definition, found);
    const query = String(own(definition, 'url') ?? own(definition, 'httpUrl') ?? '').split('?')[1];
    if (query !== undefined) for (const pair of query.split('&')) add(found, pair.split('=')[1]);
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function credentials(definition: JsonObject, found: Set<string>): void {
  const args = own(definition, 'args');
  if (!Array.isArray(args)) return;
  let named = false;
  for (const arg of args.filter(isString)) {
    const [, value] = /^--?[\w-]*(?:token|key|secret|password|auth|header)[\w-]*=(.+)$/is.exec(arg) ?? [];
    if (named || /^(?:sk-|gh[pousr]_|github_pat_|xox[abp]-|glpat-|AKIA|eyJ)[\w.-]{8,}/.test(arg))
      add(found, arg);
    else if (value !== undefined) add(found, value);
    else if (/:\/\/[^/@\s]+:[^/@\s]+@/.test(arg)) add(found, /:\/\/[^/@\s]+:([^/@\s]+)@/.exec(arg)?.[1]);
    named = /^--?[\w-]*(?:token|key|secret|password|auth|header)[\w-]*$/i.test(arg);
  }
}

function add(found: Set<string>, value: JsonValue | undefined): void {
  // What only refers to the environment is none, and hiding very short ones would hide the text.
  if (typeof value === 'string' && value.length > 3 && !/^\$\{[^}]*\}$/.test(value)) found.add(value);
}

export function masked(line: string, secrets: readonly string[]): string {
  let out = line;
  for (const secret of secrets) {
    const written = JSON.stringify(secret).slice(1, -1);
    out = out.replaceAll(written, mask).replaceAll(secret, mask);
  }
  return out;
}
