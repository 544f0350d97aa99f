// SPDX-License-Identifier: Apache-2.0
/**
 * What servers, tools and actions may be called. Never repairs a name: two spellings of one name would
 * be two entries, or one decision with two meanings.
 *
 * Source: docs/catalogue.md, "Names".
 */
import { adminActions, canaryAction, continueAction } from '../policy/layout.ts';
import { classes, groups } from './taxonomy.ts';

/** The server under which the built-in targets are found; nobody else may take the name. */
export const builtinServer = 'countersign';

/** Longer names cannot be recorded (core/record/event.ts). */
const maxNameLength = 256;

/** A server of such a name would have tools whose default action is an MCP method. */
const methodFamilies: ReadonlySet<string> = new Set([
  'completion',
  'elicitation',
  'logging',
  'notifications',
  'prompts',
  'resources',
  'roots',
  'sampling',
  'server',
  'subscriptions',
  'tasks',
  'tools',
]);

/** Families of actions that Countersign decides about itself. */
const ownFamilies: ReadonlySet<string> = new Set([
  'agent',
  'approval',
  'catalogue',
  'countersign',
  'credential',
  'grant',
  'lease',
  'log',
  'policy',
  'session',
  'signal',
  'task',
  'tenant',
]);

const notActions: ReadonlySet<string> = new Set([...groups, ...Object.keys(classes)]);
const ownActions: ReadonlySet<string> = new Set([...adminActions, canaryAction, continueAction]);

/** @returns why the name is refused, or undefined */
export function serverNameFault(name: string): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name))
    return 'a server name is 1 to 64 letters, digits, `.`, `_` and `-`, and begins with a letter or digit';
  if (name === builtinServer) return `\`${builtinServer}\` is the server of the built-in targets`;
  if (methodFamilies.has(name)) return `\`${name}\` is a family of MCP methods: call the server otherwise`;
  return undefined;
}

/**
 * Tools and prompts. Invisible characters are refused: two names that look alike would be accepted as one.
 *
 * @returns why the name is refused, or undefined
 */
export function targetNameFault(name: string): string | undefined {
  if (name.length === 0 || name.length > maxNameLength) return `a name has 1 to ${maxNameLength} characters`;
  if (/[\p{C}\p{Z}]/u.test(name)) return 'a name has no spaces, control or invisible characters';
  return undefined;
}

/**
 * An action that a person chose. Without `/`, so that it never meets a default or an MCP method.
 *
 * @returns why the action is refused, or undefined
 */
export function actionFault(action: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9_.-]{0,127}$/.test(action))
    return 'an action is 1 to 128 letters, digits, `_`, `.` and `-`, and begins with a letter';
  if (notActions.has(action)) return `\`${action}\` is a group or class of actions, not an action`;
  const family = action.split('.')[0] ?? '';
  if (ownActions.has(action) || (action.includes('.') && ownFamilies.has(family)))
    return `\`${action}\` is a name for Countersign's own actions`;
  return undefined;
}
