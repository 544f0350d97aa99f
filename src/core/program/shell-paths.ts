// SPDX-License-Identifier: Apache-2.0
/**
 * The paths that a script names, as they may be meant: relative to each directory that it may be in by then.
 */
import { noteName } from './finding.ts';
import type { Judging } from './shell.ts';
import { hasHole, isPattern, isTold, type Word, writtenOf } from './shell-tree.ts';

export const paths = {
  /** What a process is started with: the place where secrets are handed over. */
  environment: '/proc/self/environ',
  /** What a command reads from a server, by the name of the command. */
  elsewhere: '/net',
} as const;

/** Directories that a script may be in at once. */
const maxPlaces = 4;

/** A word that may be the name of a file. What is computed is not told. */
export function notePath({ notes, places }: Judging, list: 'reads' | 'writes', word: Word): void {
  if (isTold(word)) {
    // What a loop goes over is named there, as something that is read.
    if (list === 'writes') notes.whole = false;
    return;
  }
  const path = writtenOf(word);
  if (path === '' || path === '-') return;
  if (!isPattern(word)) notes.whole = false;
  // Up to where it is known, for those who ask where it leads.
  const known = isPattern(word) ? path : path.slice(0, path.indexOf('$'));
  if (known === '') return;
  if (isAnchored(known) || places.known === undefined) {
    if (!isAnchored(known)) notes.whole = false;
    noteName(notes, list, known);
    return;
  }
  for (const place of places.known) noteName(notes, list, place === '' ? known : `${place}/${known}`);
}

/** `cd`: what follows may be there, or still where it was. */
export function moveTo(word: Word | undefined, { notes, places }: Judging): void {
  const to = word === undefined ? '~' : writtenOf(word);
  if ((word !== undefined && hasHole(word)) || to === '-' || places.known === undefined) {
    places.known = undefined;
    notes.whole = false;
    return;
  }
  const bases = isAnchored(to) ? [to] : places.known.map((place) => (place === '' ? to : `${place}/${to}`));
  const all = [...new Set([...places.known, ...bases])];
  places.known = all.length > maxPlaces ? undefined : all;
  if (all.length > maxPlaces) notes.whole = false;
}

/** Whether it has left, or may have left, where it began. */
export function hasMoved({ places }: Judging): boolean {
  return places.known === undefined || places.known.length > 1;
}

function isAnchored(path: string): boolean {
  return path.startsWith('/') || path.startsWith('~');
}
