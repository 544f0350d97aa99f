// SPDX-License-Identifier: Apache-2.0
/**
 * What an upstream declares now against what was accepted.
 *
 * Only `same` may be listed or called. A name that is declared twice is in nobody's favour: which of
 * the two an upstream would run is its own secret, so neither is `same`.
 *
 * Source: docs/catalogue.md, "What counts as changed".
 */
import { canonicalJson } from '../json/canonical.ts';
import { isArray, isObject, type JsonValue, own } from '../json/value.ts';
import type { ToolDefinition } from './entry.ts';
import { bodyDigest, definitionDigest, definitionJson } from './pin.ts';

/** At most this many places of one tool are told; the last one then is `...`. */
const maxPointers = 32;

export type DefinitionPart = 'title' | 'description' | 'inputSchema' | 'outputSchema' | 'annotations';

export interface ChangedTool {
  readonly name: string;
  readonly accepted: ToolDefinition;
  readonly live: ToolDefinition;
  readonly parts: readonly DefinitionPart[];
  /** JSON pointers (RFC 6901) into the definition, at the deepest place that differs. */
  readonly pointers: readonly string[];
}

export interface RenamedTool {
  readonly from: string;
  readonly to: string;
  readonly live: ToolDefinition;
}

export interface ToolsDiff {
  readonly same: readonly string[];
  readonly new: readonly ToolDefinition[];
  readonly changed: readonly ChangedTool[];
  readonly removed: readonly string[];
  readonly renamed: readonly RenamedTool[];
  /** Names that the upstream declares more than once. */
  readonly duplicate: readonly string[];
}

/** Each name occurs in exactly one of the lists (a renamed tool with both of its names); lists are sorted. */
export function diffTools(accepted: readonly ToolDefinition[], live: readonly ToolDefinition[]): ToolsDiff {
  const before = new Map(accepted.map((tool) => [tool.name, tool]));
  const now = new Map<string, ToolDefinition>();
  const duplicate = new Set<string>();
  for (const tool of live) {
    if (now.has(tool.name)) duplicate.add(tool.name);
    now.set(tool.name, tool);
  }

  const same: string[] = [];
  const changed: ChangedTool[] = [];
  const unknown: ToolDefinition[] = [];
  for (const tool of now.values()) {
    if (duplicate.has(tool.name)) continue;
    const old = before.get(tool.name);
    if (old === undefined) unknown.push(tool);
    else if (definitionDigest(old) === definitionDigest(tool)) same.push(tool.name);
    else changed.push(changeOf(old, tool));
  }

  const gone = new Map(accepted.filter((tool) => !now.has(tool.name)).map((t) => [t.name, bodyDigest(t)]));
  const renamed: RenamedTool[] = [];
  const added: ToolDefinition[] = [];
  for (const tool of unknown) {
    const body = bodyDigest(tool);
    const from = [...gone].find(([, digest]) => digest === body)?.[0];
    if (from === undefined) {
      added.push(tool);
    } else {
      gone.delete(from);
      renamed.push({ from, to: tool.name, live: tool });
    }
  }
  return {
    same: same.sort(),
    new: added.sort(byName),
    changed: changed.sort(byName),
    removed: [...gone.keys()].sort(),
    renamed: renamed.sort((a, b) => order(a.to, b.to)),
    duplicate: [...duplicate].sort(),
  };
}

function changeOf(accepted: ToolDefinition, live: ToolDefinition): ChangedTool {
  const pointers = differences(definitionJson(accepted), definitionJson(live));
  const parts = new Set<DefinitionPart>();
  for (const part of ['title', 'description', 'inputSchema', 'outputSchema', 'annotations'] as const) {
    if (text(accepted[part]) !== text(live[part])) parts.add(part);
  }
  return { name: live.name, accepted, live, parts: [...parts], pointers };
}

/** The deepest places where two values differ, as JSON pointers, in order, at most 32. */
export function differences(a: JsonValue, b: JsonValue): readonly string[] {
  const found: string[] = [];
  collect(a, b, '', found);
  return found.length <= maxPointers ? found : [...found.slice(0, maxPointers - 1), '...'];
}

function collect(a: JsonValue | undefined, b: JsonValue | undefined, at: string, found: string[]): void {
  if (found.length > maxPointers || text(a) === text(b)) return;
  if (isObject(a) && isObject(b)) {
    for (const key of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort())
      collect(own(a, key), own(b, key), `${at}/${escaped(key)}`, found);
  } else if (isArray(a) && isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) collect(a[i], b[i], `${at}/${i}`, found);
  } else {
    found.push(at);
  }
}

function text(value: JsonValue | undefined): string | undefined {
  return value === undefined ? undefined : canonicalJson(value);
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return order(a.name, b.name);
}

// Not localeCompare: the order must be the same on every machine.
function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
