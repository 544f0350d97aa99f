// SPDX-License-Identifier: Apache-2.0
// JSON that is written as YAML: arguments of calls. Keys are keys, whatever they are called.
import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { fieldsOf, type Reading } from '../catalogue-files/yaml.ts';

const maxDepth = 32;

/** @returns undefined, with a problem, where JSON has no such value */
export function jsonOf(reading: Reading, node: Node | null, what: string, depth = 0): JsonValue | undefined {
  if (node === null) return null;
  if (depth > maxDepth) {
    reading.report(node, `${what} is nested more than ${maxDepth} deep`);
    return undefined;
  }
  if (isScalar(node)) {
    const { value } = node;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    reading.report(node, `${what} must be of what JSON knows`);
    return undefined;
  }
  if (isSeq(node))
    return node.items.map((item) => jsonOf(reading, isNode(item) ? item : null, what, depth + 1) ?? null);
  return isMap(node) ? objectOf(reading, node, what, depth) : undefined;
}

export function objectOf(reading: Reading, node: Node | null, what: string, depth = 0): JsonObject {
  const members: [string, JsonValue][] = [];
  for (const [name, { value }] of fieldsOf(reading, node, what) ?? [])
    members.push([name, jsonOf(reading, value, what, depth + 1) ?? null]);
  return Object.fromEntries(members);
}
