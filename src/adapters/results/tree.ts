// SPDX-License-Identifier: Apache-2.0
/**
 * The text of a result as a value, where it is one: JSON, or YAML as many tools print their records.
 *
 * Never throws, and errs to "it is prose": what cannot be read as a whole is not read in parts.
 */
import { parse } from 'yaml';
import { parseJson } from '../../core/json/parse.ts';
import type { JsonValue } from '../../core/json/value.ts';

/** Larger texts are prose: what stands in them is found all the same, as what somebody wrote. */
const maxText = 256 << 10;
const limits = { maxBytes: maxText, maxDepth: 64, maxNodes: 50_000 };
/** `key: value`, or a list of those: what YAML would make of any other text is not meant. */
const looksLikeYaml = /^(?:-\s+)?[\p{L}_][\p{L}\p{N}_ -]{0,63}:(?:\s|$)/u;
const looksLikeRepr = /^[[{][\s\S]*'/;
const maxCached = 64;

export function createTreeReader(): (text: string) => JsonValue | undefined {
  const read = new Map<string, JsonValue | undefined>();
  return (text) => {
    if (read.has(text)) return read.get(text);
    const tree = treeOf(text);
    read.set(text, tree);
    const [oldest] = read.keys();
    if (read.size > maxCached && oldest !== undefined) read.delete(oldest);
    return tree;
  };
}

function treeOf(written: string): JsonValue | undefined {
  const text = written.trim();
  if (text.length === 0 || text.length > maxText) return undefined;
  if (text.startsWith('{') || text.startsWith('[')) {
    const json = parseJson(Buffer.from(text, 'utf8'), limits);
    if (json.ok) return json.value;
    return looksLikeRepr.test(text) ? yamlOf(text) : undefined;
  }
  return looksLikeYaml.test(text) ? yamlOf(text) : undefined;
}

// Flow style reads what Python prints of a dictionary, for all but a few escapes.
function yamlOf(text: string): JsonValue | undefined {
  try {
    const value: unknown = parse(text, {
      schema: 'core',
      maxAliasCount: 0,
      prettyErrors: false,
      logLevel: 'silent',
    });
    const json = parseJson(Buffer.from(JSON.stringify(value) ?? '', 'utf8'), limits);
    return json.ok && typeof json.value === 'object' && json.value !== null ? json.value : undefined;
  } catch {
    return undefined;
  }
}
