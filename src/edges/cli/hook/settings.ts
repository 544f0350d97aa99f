// SPDX-License-Identifier: Apache-2.0
/**
 * The hooks in a settings file of Claude Code: which are ours, and the file with them or without. Reads and edits text;
 * every other byte of it stays.
 *
 * Source: docs/coding-agents.md; the client's own reference of its settings, as of autumn 2026.
 */
import { join } from 'node:path';
import {
  arrayAt,
  integerAt,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../../core/json/value.ts';
import { type HookEvent, hookEvents } from '../../hooks/claude-answer.ts';
import { readText, withMember } from '../adopt/json-text.ts';

/** The client waits for so long; the hook has given up by then (src/main/hook.ts). */
export const hookTimeoutSeconds = 30;

/** What is asked before something happens, and of what came back: without one of these, something goes around. */
export const neededEvents: readonly HookEvent[] = ['UserPromptSubmit', 'PreToolUse', 'PostToolUse'];

export interface HookCommand {
  /** `bin/countersign-hook`, absolute. */
  readonly program: string;
  readonly dataDir: string;
}

export interface OurHook {
  readonly event: HookEvent;
  readonly command: string;
  readonly blocks: boolean;
  readonly timeoutSeconds: number | undefined;
  /** It is for all tools. */
  readonly forAll: boolean;
}

export function settingsFiles(cwd: string, home: string, configDir: string | undefined): readonly string[] {
  const user = configDir ?? join(home, '.claude');
  return [
    join(cwd, '.claude', 'settings.json'),
    join(cwd, '.claude', 'settings.local.json'),
    join(user, 'settings.json'),
  ];
}

/** The client runs it in a shell. */
export function commandOf({ program, dataDir }: HookCommand, event: HookEvent): string {
  return `${quoted(program)} claude ${event} --data ${quoted(dataDir)}`;
}

export function oursIn(settings: JsonObject): readonly OurHook[] {
  return hookEvents.flatMap((event) =>
    groupsOf(settings, event).flatMap((group) =>
      handlersOf(group)
        .filter(isOurs)
        .map((handler) => ({
          event,
          command: stringAt(handler, 'command') ?? '',
          blocks: stringAt(handler, 'onFailure') === 'block',
          timeoutSeconds: integerAt(handler, 'timeout'),
          forAll: ['*', '', undefined].includes(stringAt(group, 'matcher')),
        })),
    ),
  );
}

/** @returns undefined where `hooks` is something else than the client takes */
export function withOurs(text: string, command: HookCommand): string | undefined {
  return edited(text, (settings, event) => [
    ...othersOf(settings, event),
    {
      ...(event.includes('ToolUse') ? { matcher: '*' } : {}),
      hooks: [
        {
          type: 'command',
          command: commandOf(command, event),
          timeout: hookTimeoutSeconds,
          onFailure: 'block',
        },
      ],
    },
  ]);
}

export function withoutOurs(text: string): string | undefined {
  return edited(text, (settings, event) =>
    groupsOf(settings, event).some((group) => handlersOf(group).some(isOurs))
      ? othersOf(settings, event)
      : undefined,
  );
}

/** @param listOf what stands under an event from now on; undefined leaves it as it is */
function edited(
  text: string,
  listOf: (settings: JsonObject, event: HookEvent) => readonly JsonValue[] | undefined,
): string | undefined {
  let after: string | undefined = text;
  for (const event of hookEvents) {
    const read = readText(after);
    if (!read.ok) return undefined;
    const list = listOf(read.value, event);
    if (list !== undefined) after = withMember(after, ['hooks', event], list);
    if (after === undefined) return undefined;
  }
  return after;
}

/** Groups as they are, without our handlers; a group of ours alone is gone. */
function othersOf(settings: JsonObject, event: HookEvent): readonly JsonValue[] {
  return (arrayAt(objectAt(settings, 'hooks') ?? {}, event) ?? []).flatMap((group): readonly JsonValue[] => {
    if (!isObject(group)) return [group];
    const all = arrayAt(group, 'hooks') ?? [];
    const others = all.filter((handler) => !isObject(handler) || !isOurs(handler));
    if (others.length === all.length) return [group];
    return others.length === 0 ? [] : [{ ...group, hooks: others }];
  });
}

function groupsOf(settings: JsonObject, event: HookEvent): readonly JsonObject[] {
  return (arrayAt(objectAt(settings, 'hooks') ?? {}, event) ?? []).filter(isObject);
}

function handlersOf(group: JsonObject): readonly JsonObject[] {
  return (arrayAt(group, 'hooks') ?? []).filter(isObject);
}

/** As `hook install` writes it, or a person by hand. */
function isOurs(handler: JsonObject): boolean {
  return /countersign-hook['"]? claude\b|countersign['"]? hook\b/.test(stringAt(handler, 'command') ?? '');
}

function quoted(text: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
