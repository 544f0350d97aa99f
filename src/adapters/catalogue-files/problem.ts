// SPDX-License-Identifier: Apache-2.0
// What is wrong with a catalogue, and where.

export interface Problem {
  readonly file: string;
  /** From 1; 0 when it is about the file as a whole. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A file as somebody read it: the name without directories, the text whole. */
export interface CatalogueFile {
  readonly name: string;
  readonly text: string;
}

/** A thousand times the same mistake helps nobody. */
export const maxProblems = 100;

/** Text of others in a message: short, on one line, quoted. */
export function quoted(text: string): string {
  const plain = text.slice(0, 81).replaceAll(/[\p{C}`]/gu, '?');
  return plain.length > 80 ? `\`${plain.slice(0, 80)}...\`` : `\`${plain}\``;
}

/** A problem of a file as a whole. */
export function about(file: string, message: string): Problem {
  return { file, line: 0, column: 0, message };
}
