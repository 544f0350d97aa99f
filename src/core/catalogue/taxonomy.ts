// SPDX-License-Identifier: Apache-2.0
// The fixed taxonomy of action classes. A tool is one class; a class belongs to the groups that policies name.

/** Each class with the groups it is in. Policies say `action in Action::"egress"`. */
export const classes = {
  read: ['observe'],
  search: ['observe'],
  create: ['change'],
  write: ['change'],
  delete: ['change', 'destroy'],
  send: ['egress'],
  publish: ['egress'],
  fetch: ['observe', 'egress'],
  pay: ['change', 'value'],
  execute: ['change', 'egress', 'destroy'],
  deploy: ['change'],
  configure: ['change'],
  grant: ['change', 'authority'],
  credential: ['authority'],
  delegate: ['authority'],
  administer: ['authority'],
  unknown: ['change', 'egress', 'destroy', 'authority'],
} as const satisfies Record<string, readonly string[]>;

export type ActionClass = keyof typeof classes;

export const actionClasses = Object.keys(classes) as readonly ActionClass[];

export function isActionClass(name: string): name is ActionClass {
  return Object.hasOwn(classes, name);
}

/** Every group name, sorted: `authority change destroy egress observe value`. */
export const groups: readonly string[] = [...new Set(Object.values(classes).flat())].sort();

export const roles = [
  'destination',
  'selector',
  'content',
  'amount',
  'link',
  'code',
  'credential',
  'path',
  'query',
] as const;
export type Role = (typeof roles)[number];
