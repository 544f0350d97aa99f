// SPDX-License-Identifier: Apache-2.0
/**
 * `<server>.lock.json`: the definitions that a person accepted, each with its digest.
 *
 * Written by `accept` only. A definition whose digest does not fit was edited by hand, which is no
 * acceptance: the file is refused.
 *
 * Source: docs/catalogue.md, "The lock".
 */
import type { ToolDefinition } from '../../core/catalogue/entry.ts';
import { definitionDigest, definitionJson, parseToolDefinition } from '../../core/catalogue/pin.ts';
import { canonicalJson } from '../../core/json/canonical.ts';
import { parseJson } from '../../core/json/parse.ts';
import { arrayAt, isObject, stringAt } from '../../core/json/value.ts';
import { type CatalogueFile, type Problem, quoted } from './problem.ts';

const lockFormat = 'countersign-catalogue-lock/1';
const limits = { maxBytes: 16 * 1024 * 1024, maxDepth: 80, maxNodes: 2_000_000 };
const maxTools = 2000;

const lockKeys: readonly string[] = ['format', 'server', 'tools'];
const toolKeys: readonly string[] = [
  'annotations',
  'description',
  'digest',
  'inputSchema',
  'name',
  'outputSchema',
  'title',
];

export type LockRead =
  | { readonly ok: true; readonly definitions: readonly ToolDefinition[] }
  | { readonly ok: false; readonly problem: Problem };

export function readLock(file: CatalogueFile, server: string): LockRead {
  const refuse = (message: string, line = 0, column = 0): LockRead => ({
    ok: false,
    problem: { file: file.name, line, column, message },
  });
  const bytes = new TextEncoder().encode(file.text);
  const parsed = parseJson(bytes, limits);
  if (!parsed.ok) {
    const lines = new TextDecoder().decode(bytes.subarray(0, parsed.at)).split('\n');
    return refuse(parsed.message, lines.length, (lines.at(-1)?.length ?? 0) + 1);
  }
  const lock = parsed.value;
  if (!isObject(lock) || stringAt(lock, 'format') !== lockFormat)
    return refuse(`a lock must have the \`format\` \`${lockFormat}\``);
  if (stringAt(lock, 'server') !== server)
    return refuse(`the \`server\` of this lock must be ${quoted(server)}`);
  const stranger = Object.keys(lock).find((key) => !lockKeys.includes(key));
  if (stranger !== undefined) return refuse(`a lock has no ${quoted(stranger)}`);
  const tools = arrayAt(lock, 'tools');
  if (tools === undefined || tools.length > maxTools)
    return refuse(`a lock must have \`tools\`, a list of at most ${maxTools}`);

  const definitions = new Map<string, ToolDefinition>();
  for (const tool of tools) {
    const read = parseToolDefinition(tool);
    if (!read.ok) return refuse(read.reason);
    const { definition } = read;
    const what = quoted(definition.name);
    if (definitions.has(definition.name)) return refuse(`${what} stands twice`);
    const extra = isObject(tool) ? Object.keys(tool).find((key) => !toolKeys.includes(key)) : undefined;
    if (extra !== undefined) return refuse(`${what} has no ${quoted(extra)}`);
    if (!isObject(tool) || stringAt(tool, 'digest') !== definitionDigest(definition))
      return refuse(`the definition of ${what} does not fit its digest: accept it again`);
    definitions.set(definition.name, definition);
  }
  return { ok: true, definitions: [...definitions.values()] };
}

/** Keys and tools sorted and indented, so that two locks differ in text only where they differ in meaning. */
export function writeLock(server: string, definitions: readonly ToolDefinition[]): string {
  const tools = definitions
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((definition) => ({ ...definitionJson(definition), digest: definitionDigest(definition) }));
  const sorted: unknown = JSON.parse(canonicalJson({ format: lockFormat, server, tools }));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
