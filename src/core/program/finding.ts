// SPDX-License-Identifier: Apache-2.0
/**
 * What a program would do: the class of each of its parts, the strictest of them, and what it names.
 *
 * A program is text in an argument that is run as it stands: a shell command, SQL. What cannot be read is `unknown`,
 * and what is read only adds: nothing in a text takes away what another part of it does. Bounded, since the text is the
 * agent's: what does not fit makes the list not whole, which nobody may take for less.
 *
 * Source: docs/adr/0022-programs.md.
 */
import { stricter } from '../catalogue/strictness.ts';
import { type ActionClass, classes, groups } from '../catalogue/taxonomy.ts';
import type { GitAct } from './git-act.ts';

export interface Finding {
  /** At least as strict as each of `classes`. */
  readonly class: ActionClass;
  /** Of each part that does something, sorted. */
  readonly classes: readonly ActionClass[];
  /** Every part was understood. */
  readonly parsed: boolean;
  /** Nothing else is named: no name is made only when it runs, and none was left out. */
  readonly whole: boolean;
  /** Where it connects to. */
  readonly hosts: readonly string[];
  readonly links: readonly string[];
  /** Files of a shell command, tables of SQL. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Files that say what is run, though no word names them: `Makefile` of `make`. */
  readonly runs: readonly string[];
  /** What it would do to commits: `git push`, `git merge`. */
  readonly git: readonly GitAct[];
}

/** Longer texts are not looked into. */
export const maxProgramLength = 16_384;
/** Programs within programs: `sh -c "sh -c ..."`. */
export const maxProgramDepth = 8;

const maxNames = 32;
const maxNameLength = 256;

/** What has been found so far. */
export interface Notes {
  readonly classes: Set<ActionClass>;
  readonly hosts: Set<string>;
  readonly links: Set<string>;
  readonly reads: Set<string>;
  readonly writes: Set<string>;
  readonly runs: Set<string>;
  readonly git: GitAct[];
  parsed: boolean;
  whole: boolean;
}

export function emptyNotes(): Notes {
  return {
    ...{ classes: new Set(), hosts: new Set(), links: new Set(), reads: new Set(), writes: new Set() },
    ...{ runs: new Set(), git: [] },
    ...{ parsed: true, whole: true },
  };
}

/** Something of which nobody can tell what it does. */
export function noteUnread(notes: Notes): void {
  notes.classes.add('unknown');
  notes.parsed = false;
  notes.whole = false;
}

type NameList = 'hosts' | 'links' | 'reads' | 'writes' | 'runs';

export function noteName(notes: Notes, list: NameList, name: string): void {
  if (name === '') return;
  if (name.length > maxNameLength || (notes[list].size >= maxNames && !notes[list].has(name)))
    notes.whole = false;
  else notes[list].add(name);
}

export function findingOf(notes: Notes): Finding {
  const all: ActionClass[] = notes.classes.size === 0 ? ['read'] : [...notes.classes].sort();
  return {
    class: strictestOf(all),
    classes: all,
    parsed: notes.parsed,
    whole: notes.whole,
    hosts: [...notes.hosts].sort(),
    links: [...notes.links].sort(),
    reads: [...notes.reads].sort(),
    writes: [...notes.writes].sort(),
    runs: [...notes.runs].sort(),
    git: notes.git,
  };
}

/** Of what was not looked into at all. */
export const unread: Finding = {
  ...{ class: 'unknown', classes: ['unknown'], parsed: false, whole: false },
  ...{ hosts: [], links: [], reads: [], writes: [], runs: [], git: [] },
};

/** Of all programs of one call. */
export function joined(findings: readonly [Finding, ...Finding[]]): Finding {
  const notes = emptyNotes();
  for (const one of findings) {
    for (const of of one.classes) notes.classes.add(of);
    for (const list of ['hosts', 'links', 'reads', 'writes', 'runs'] as const)
      for (const name of one[list]) noteName(notes, list, name);
    notes.git.push(...one.git);
    notes.parsed &&= one.parsed;
    notes.whole &&= one.whole;
  }
  return findingOf(notes);
}

/** @returns a class that is at least as strict as each; `read` for none */
export function strictestOf(all: readonly ActionClass[]): ActionClass {
  // Of two that are as strict the one that does not only look: `send` before `fetch`.
  const [first = 'read', ...rest] = all.toSorted((a, b) => Number(observes(a)) - Number(observes(b)));
  return rest.reduce((worst, one) => stricter(worst, one), first);
}

function observes(one: ActionClass): boolean {
  return (classes[one] as readonly string[]).includes('observe');
}

/** The groups of all its parts, sorted; of `unknown` every group. */
export function groupsOf(all: readonly ActionClass[]): readonly string[] {
  const held = new Set<string>(all.flatMap((one) => (one === 'unknown' ? groups : classes[one])));
  return groups.filter((group) => held.has(group));
}
