// SPDX-License-Identifier: Apache-2.0
/**
 * What a `git` command would do to commits: push some, or merge some. Read off its words alone; which commits those are
 * is found out elsewhere.
 *
 * Closed: an option that is not listed, a word that is only made when it runs, or a directory that is not told makes it an
 * act of which nobody can say what it does.
 *
 * Source: docs/adr/0031-operands.md; git-push(1), git-merge(1).
 */
import { hasHole, textOf, type Word } from './shell-tree.ts';

export interface GitAct {
  readonly does: 'push' | 'merge';
  /** All of it was understood. */
  readonly plain: boolean;
  /** As it is named; absent: the usual one. */
  readonly remote?: string;
  /** Empty: the usual one, of the branch that is checked out. */
  readonly refs: readonly GitRef[];
  /** What is there may be lost. */
  readonly forced: boolean;
  /** Nothing else is run that could change what it does. */
  readonly alone: boolean;
}

export interface GitRef {
  /** A ref or a commit here; empty: what is named `to` is deleted. */
  readonly from: string;
  /** The ref there; absent: of the same name. */
  readonly to?: string;
  readonly forced: boolean;
}

const pushOptions =
  /^(?:-[ufqvnd]+|--(?:set-upstream|force|force-with-lease(?:=[\w./:-]*)?|force-if-includes|quiet|verbose|progress|no-progress|porcelain|dry-run|atomic|delete|verify|no-verify|thin|no-thin|ipv4|ipv6))$/;
const forcing = /^(?:-[uqvnd]*f[ufqvnd]*|--force(?:-with-lease(?:=.*)?)?)$/;
const deleting = /^(?:-[ufqvn]*d[ufqvnd]*|--delete)$/;
const mergeOptions =
  /^(?:-[qvnS]+|--(?:ff|no-ff|ff-only|squash|no-squash|commit|no-commit|edit|no-edit|stat|no-stat|quiet|verbose|progress|gpg-sign|verify|no-verify|verify-signatures|signoff))$/;
const valued = /^(?:-m|--message)$/;
/** A name that git reads as nothing but a name. */
const refName = /^(?!.*(?:\.\.|\/\/|@\{|\.lock$|\.$|\/$))[A-Za-z0-9_][A-Za-z0-9._/-]*$/;
const commitish = /^(?:HEAD|@)$|^(?!.*(?:\.\.|\/\/))[A-Za-z0-9_][A-Za-z0-9._/-]*$/;
const remoteName = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

type Read = Omit<GitAct, 'alone'>;

/** @param moved whether it may run elsewhere than where the script began */
export function gitActOf(words: readonly Word[], moved: boolean): Read | undefined {
  let plain = !moved;
  let at = 0;
  for (; at < words.length; at++) {
    const word = wordAt(words, at);
    if (word === '--no-pager' || word === '-P' || word === '--no-optional-locks') continue;
    if (word !== undefined && !word.startsWith('-')) break;
    plain = false;
  }
  const rest = words.slice(at + 1);
  const name = wordAt(words, at);
  const unread = (does: GitAct['does']): Read => ({ does, plain: false, refs: [], forced: true });
  if (name === 'push' || name === 'merge') {
    if (!plain || rest.some(hasHole)) return unread(name);
    return (name === 'push' ? pushOf(rest) : mergeOf(rest)) ?? unread(name);
  }
  // Behind options that take values it may stand anywhere.
  if (plain) return undefined;
  const later = words.map(textOf).find((word) => word === 'push' || word === 'merge');
  return later === 'push' || later === 'merge' ? unread(later) : undefined;
}

function pushOf(words: readonly Word[]): Read | undefined {
  const { options, names } = sorted(words, /^$/);
  if (!options.every((option) => pushOptions.test(option))) return undefined;
  const [remote, ...specs] = names;
  const forced = options.some((option) => forcing.test(option));
  const deletes = options.some((option) => deleting.test(option));
  // A path or an address is a remote of which the configuration says nothing.
  if (remote !== undefined && !remoteName.test(remote)) return undefined;
  const refs = specs.map((spec) => refOf(spec, forced, deletes));
  if (refs.some((ref) => ref === undefined) || (deletes && refs.length === 0)) return undefined;
  return {
    ...{ does: 'push', plain: true, forced: forced || refs.some((ref) => ref?.forced) },
    ...(remote === undefined ? {} : { remote }),
    refs: refs.filter((ref) => ref !== undefined),
  };
}

/** `[+]from[:to]`, `:to`. */
function refOf(spec: string, forced: boolean, deletes: boolean): GitRef | undefined {
  const [, plus, from = '', , to] = /^(\+?)([^:]*)(:(.*))?$/s.exec(spec) ?? [];
  const isForced = forced || plus === '+';
  if (deletes) return refName.test(spec) ? { from: '', to: spec, forced: true } : undefined;
  if (to !== undefined && !refName.test(to)) return undefined;
  if (from === '') return to === undefined ? undefined : { from: '', to, forced: true };
  if (!commitish.test(from)) return undefined;
  return { from, ...(to === undefined ? {} : { to }), forced: isForced };
}

function mergeOf(words: readonly Word[]): Read | undefined {
  const { options, names } = sorted(words, valued);
  if (!options.every((option) => mergeOptions.test(option)) || names.length === 0) return undefined;
  if (!names.every((name) => commitish.test(name))) return undefined;
  const refs = names.map((from) => ({ from, forced: false }));
  return { does: 'merge', plain: true, refs, forced: false };
}

/** Options with a value of their own stand apart from it; the value is nobody's name. */
function sorted(words: readonly Word[], withValue: RegExp) {
  const options: string[] = [];
  const names: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = wordAt(words, i) ?? '';
    if (withValue.test(word)) i += 1;
    else if (word.startsWith('-')) options.push(word);
    else names.push(word);
  }
  return { options, names };
}

function wordAt(words: readonly Word[], at: number): string | undefined {
  const word = words[at];
  return word === undefined ? undefined : textOf(word);
}
