// SPDX-License-Identifier: Apache-2.0
/**
 * What a person makes of the arguments of a call: which of them are set to something else, and which are left out.
 *
 * By whole arguments, since what a person is shown has its secrets hidden: one with a secret in it is left as it is, or
 * replaced whole. Kept as changes and not as arguments, so that nothing of what the agent sends lies anywhere else.
 *
 * Source: docs/adr/0032-edits-patterns-glass.md.
 */
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import { arrayAt, isObject, type JsonObject, objectAt, own } from '../json/value.ts';
import { hasSecret } from '../record/secret.ts';

export interface Changes {
  readonly set: JsonObject;
  readonly without: readonly string[];
}

export const editLimits = { changed: 16, name: 100, bytes: 64 << 10 } as const;

export type Edited =
  | { readonly ok: true; readonly changes: Changes }
  | { readonly ok: false; readonly reason: string };

/** What stands where a secret was (core/record/secret.ts). */
const placeholder = /secret\([a-z_]+, [0-9a-f]{32}\)/;

/** @param shown as the card has them @param wanted as they are to be, whole */
export function changesBetween(shown: JsonObject, wanted: JsonObject): Edited {
  const set: [string, JsonObject[string]][] = [];
  const without: string[] = [];
  for (const name of [...new Set([...Object.keys(shown), ...Object.keys(wanted)])].sort()) {
    const before = own(shown, name);
    const after = own(wanted, name);
    if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after))
      continue;
    if (placeholder.test(name))
      return no(
        'an argument whose name is hidden cannot be changed: it is left as it is, or the call refused',
      );
    if (name.length > editLimits.name || hasSecret(name))
      return no(
        `the name of an argument must be no secret, and no longer than ${editLimits.name} characters`,
      );
    if (after === undefined) without.push(name);
    else if (placeholder.test(canonicalJson(after)))
      return no(
        `\`${name}\` has a secret in it that nobody is shown: leave it as it is, or replace all of it`,
      );
    else set.push([name, after]);
  }
  const changes = { set: Object.fromEntries(set), without };
  const count = set.length + without.length;
  if (count === 0) return no('nothing is changed: say yes to it as it is');
  if (count > editLimits.changed) return no(`at most ${editLimits.changed} arguments are changed at once`);
  return Buffer.byteLength(changesText(changes)) > editLimits.bytes
    ? no(`what is changed must not be longer than ${editLimits.bytes} bytes`)
    : { ok: true, changes };
}

export function withChanges(args: JsonObject, { set, without }: Changes): JsonObject {
  const kept = Object.entries(args).filter(([name]) => !without.includes(name) && !Object.hasOwn(set, name));
  return Object.fromEntries([...kept, ...Object.entries(set)]);
}

/** What the later one changes, it changes; the rest stays as it was changed before. */
export function changesAfter(before: Changes, later: Changes): Changes {
  const kept = Object.entries(before.set).filter(([name]) => !later.without.includes(name));
  const set = Object.fromEntries([...kept, ...Object.entries(later.set)]);
  const without = [...before.without, ...later.without].filter((name) => !Object.hasOwn(later.set, name));
  return { set, without: [...new Set(without)].sort() };
}

export function changedNames({ set, without }: Changes): readonly string[] {
  return [...Object.keys(set), ...without].sort();
}

export function changesText({ set, without }: Changes): string {
  return canonicalJson({ v: 1, set, without });
}

/** @returns undefined where it is no such text */
export function changesFrom(text: string): Changes | undefined {
  const parsed = parseJson(Buffer.from(text, 'utf8'), {
    maxBytes: 2 * editLimits.bytes,
    maxDepth: 512,
    maxNodes: 100_000,
  });
  if (!parsed.ok || !isObject(parsed.value) || own(parsed.value, 'v') !== 1) return undefined;
  const set = objectAt(parsed.value, 'set');
  const without = arrayAt(parsed.value, 'without')?.filter((name) => typeof name === 'string');
  return set === undefined || without === undefined ? undefined : { set, without };
}

function no(reason: string): Edited {
  return { ok: false, reason };
}
