// SPDX-License-Identifier: Apache-2.0
/**
 * Which things a call names that somebody else can change: by the catalogue (`operand: file`), and by what a shell command
 * says that it runs and reads.
 *
 * A command that only reads has no operands: what it finds is its result, and that is looked at as one. Where a server
 * works on another machine, or says nowhere in which directory, nobody here can look: no name is taken for a file here, and what is named is not `whole`.
 *
 * Source: docs/approvals.md, "What can change meanwhile".
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { isArray, type JsonObject, own } from '../json/value.ts';
import { type Finding, groupsOf } from '../program/finding.ts';
import type { GitAct } from '../program/git-act.ts';
import { maxOperands, type Named } from './operand.ts';

/** What stands for no file: what a server told, and what the system makes up. */
const noFile = /^\/(?:net|proc|dev|sys)(?:\/|$)/;

/** @returns undefined where it names nothing of the kind */
export function namedBy(
  entry: Pick<CatalogueEntry, 'args' | 'root'>,
  args: JsonObject,
  program: Finding | undefined,
  standsIn: string | undefined,
): Named | undefined {
  const directory = entry.root ?? standsIn;
  const said = Object.entries(entry.args).flatMap(([argument, rule]) =>
    rule.operand === 'file' ? textsOf(args, argument) : [],
  );
  const run = program === undefined || onlyReads(program) ? undefined : program;
  const isShell = Object.values(entry.args).some(({ kind }) => kind === 'shell');
  const told =
    run === undefined || !isShell ? [] : [...run.reads, ...run.runs].filter((name) => !noFile.test(name));
  const git = run?.git ?? [];
  const files = [...new Set([...said, ...(directory === undefined ? [] : told)])];
  const isBlind = directory === undefined && told.length > 0;
  if (files.length === 0 && git.length === 0 && !isBlind) return undefined;
  return {
    ...(directory === undefined ? {} : { directory }),
    ...(entry.root === undefined ? {} : { root: entry.root }),
    files,
    git: git.map((act) => (run !== undefined && isSettled(act, run) ? act : { ...act, plain: false })),
    whole: !isBlind && (run?.whole ?? true) && files.length <= maxOperands,
  };
}

/** Nothing in the command could change what the act does before it does it. */
function isSettled({ plain, alone, forced, does }: GitAct, { classes, parsed, git }: Finding): boolean {
  if (!plain || !parsed || git.length > 1) return false;
  if (alone) return !classes.includes('execute') && !classes.includes('unknown');
  return does === 'push' && !forced && classes.every((one) => one === 'publish' || one === 'read');
}

function onlyReads({ classes, parsed }: Finding): boolean {
  return parsed && groupsOf(classes).every((group) => group === 'observe');
}

/** A value that is no text names nothing that could be looked at, and is told so. */
function textsOf(args: JsonObject, argument: string): readonly string[] {
  const value = own(args, argument);
  if (value === undefined || value === null) return [];
  const all = isArray(value) ? value : [value];
  return all.map((one) => (typeof one === 'string' ? one : ''));
}
