// SPDX-License-Identifier: Apache-2.0
/**
 * A text for people, read as what it is laid out as: tables of Markdown, and lines such as `Total: 12.50` under headings.
 *
 * Unlike JSON (read-result.ts) nothing here keeps apart what a program wrote and what stands in its fields: whoever
 * writes a field can write a row. So what is read says which things there are, and never who wrote them or where
 * something may go. Never throws, and takes time linear in the text.
 */
import type { JsonObject, JsonValue } from '../json/value.ts';

const maxLines = 5000;
const maxCells = 64;

/** @returns things, one after the other; undefined where the text is laid out as nothing but prose */
export function readLines(text: string): JsonValue | undefined {
  const lines = text.split('\n', maxLines + 1);
  if (lines.length > maxLines) return undefined;
  const things: JsonObject[] = [];
  let thing = blank();
  let rows = 0;
  let fields = 0;
  const close = (): void => {
    const { members, prose } = thing;
    if (prose.length > 0) members.set('text', prose.join('\n'));
    if (members.size > 0) things.push(Object.fromEntries(members));
    thing = blank();
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const header = cellsOf(line);
    if (header !== undefined && isRule(lines[at + 1] ?? '', header.length)) {
      close();
      for (at += 2; at < lines.length; at++) {
        const cells = cellsOf(lines[at] ?? '');
        if (cells === undefined || cells.length !== header.length) break;
        things.push(Object.fromEntries(header.map((name, i) => [name || `column ${i + 1}`, cells[i] ?? ''])));
        rows += 1;
      }
      at -= 1;
      continue;
    }
    const heading = /^#{1,6}\s+(\S.{0,200})$/.exec(line)?.[1];
    if (heading !== undefined) {
      close();
      thing.members.set('title', plain(heading));
      continue;
    }
    const [name, value] = fieldOf(line) ?? [];
    if (name !== undefined && value !== undefined && !thing.members.has(name)) {
      thing.members.set(name, value);
      fields += 1;
    } else if (line.trim() !== '') thing.prose.push(line.trim());
  }
  close();
  return rows > 0 || fields >= 2 ? things : undefined;
}

function blank(): { members: Map<string, string>; prose: string[] } {
  return { members: new Map(), prose: [] };
}

function cellsOf(line: string): readonly string[] | undefined {
  const trimmed = line.trim();
  if (trimmed.length < 3 || !trimmed.startsWith('|') || !trimmed.endsWith('|')) return undefined;
  const cells = trimmed
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => plain(cell.replaceAll('\\|', '|')));
  return cells.length > maxCells ? undefined : cells;
}

function isRule(line: string, cells: number): boolean {
  const rule = cellsOf(line);
  return rule !== undefined && rule.length === cells && rule.every((cell) => /^:?-{1,200}:?$/.test(cell));
}

/** `Total: 12.50`, `- **Total:** 12.50`. A sentence with a colon in it is none. */
function fieldOf(line: string): readonly [string, string] | undefined {
  const [, name, value] =
    /^\s{0,8}(?:[-*]\s{1,4})?\*{0,2}(\p{L}[\p{L}\p{N}_/-]{0,24}(?: [\p{L}\p{N}_/-]{1,24}){0,2})\*{0,2}:\*{0,2}\s{1,8}(\S.{0,2000})$/u.exec(
      line,
    ) ?? [];
  return name === undefined || value === undefined ? undefined : [name, plain(value)];
}

function plain(text: string): string {
  return text.trim().replace(/^(\*{1,2}|`)(.*)\1$/, '$2');
}
