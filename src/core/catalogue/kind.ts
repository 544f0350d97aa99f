// SPDX-License-Identifier: Apache-2.0
// What sort of value an argument is, so that it is read as one. A closed set: docs/catalogue.md, "Kinds".

export const kinds = [
  'email',
  'host',
  'iban',
  'money',
  'path',
  'phone',
  'shell',
  'sql',
  'url',
  'uuid',
] as const;
export type Kind = (typeof kinds)[number];

/** Grammars of SQL that can be read. */
export const dialects = ['postgresql'] as const;
export type Dialect = (typeof dialects)[number];

export const programKinds = ['shell', 'sql'] as const;
/** Kinds of text that is run as it stands. */
export type ProgramKind = (typeof programKinds)[number];

export function isProgramKind(kind: Kind | undefined): kind is ProgramKind {
  return kind === 'shell' || kind === 'sql';
}
