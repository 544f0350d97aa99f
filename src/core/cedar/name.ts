// SPDX-License-Identifier: Apache-2.0
// What Cedar takes for the name of a type of entities: identifiers, none of them reserved, joined by `::`.
const reserved: ReadonlySet<string> = new Set('true false if then else in is like has __cedar'.split(' '));

export function isTypeName(text: string): boolean {
  if (!/^[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*$/.test(text)) return false;
  return !text.split('::').some((part) => reserved.has(part));
}

export function isActionType(type: string): boolean {
  return type === 'Action' || type.endsWith('::Action');
}
