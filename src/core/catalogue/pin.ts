// SPDX-License-Identifier: Apache-2.0
/**
 * What an upstream declares of a tool, read once, and the digest that an acceptance pins.
 *
 * Everything that an agent is shown is under the digest: name, title, description, both schemas,
 * annotations. What is not (icons, `_meta`) must not be shown. Bounded: upstreams are not trusted.
 *
 * Source: docs/catalogue.md, "Pins".
 */
import { canonicalJson, digestJson } from '../json/canonical.ts';
import { isArray, isObject, type JsonObject, type JsonValue, own, stringAt } from '../json/value.ts';
import type { ToolDefinition } from './entry.ts';
import { targetNameFault } from './names.ts';

export const maxDefinitionBytes = 256 * 1024;
const maxTitleLength = 512;
const maxDescriptionLength = 64 * 1024;
const maxDepth = 64;

export type DefinitionParsed =
  | { readonly ok: true; readonly definition: ToolDefinition }
  | { readonly ok: false; readonly reason: string };

/** `sha256:<hex>` over the canonical JSON of the definition; independent of the order of keys. */
export function definitionDigest(definition: ToolDefinition): string {
  return digestJson(definitionJson(definition));
}

/** The digest of all but the name and title: what stays the same when a tool is only renamed. */
export function bodyDigest(definition: ToolDefinition): string {
  const { description, inputSchema, outputSchema } = definition;
  return digestJson({
    ...(description === undefined ? {} : { description }),
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
  });
}

export function definitionJson(definition: ToolDefinition): JsonObject {
  const { name, title, description, inputSchema, outputSchema, annotations } = definition;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** One tool of a `tools/list` answer. Keys that are not pinned are left out, null counts as absent. */
export function parseToolDefinition(value: JsonValue): DefinitionParsed {
  if (!isObject(value)) return { ok: false, reason: 'a tool must be an object' };
  const name = stringAt(value, 'name');
  if (name === undefined) return { ok: false, reason: 'a tool must have a `name` that is a string' };
  const fault = targetNameFault(name);
  if (fault !== undefined) return { ok: false, reason: fault };

  const title = optional(value, 'title', isText(maxTitleLength));
  const description = optional(value, 'description', isText(maxDescriptionLength));
  const inputSchema = optional(value, 'inputSchema', isObject);
  const outputSchema = optional(value, 'outputSchema', isObject);
  const annotations = optional(value, 'annotations', isObject);
  if (!title.ok) return { ok: false, reason: `\`title\` must be a string of at most ${maxTitleLength}` };
  if (!description.ok)
    return { ok: false, reason: `\`description\` must be a string of at most ${maxDescriptionLength}` };
  if (!inputSchema.ok || inputSchema.value === undefined)
    return { ok: false, reason: '`inputSchema` must be an object' };
  if (!outputSchema.ok) return { ok: false, reason: '`outputSchema` must be an object' };
  if (!annotations.ok) return { ok: false, reason: '`annotations` must be an object' };

  const definition: ToolDefinition = {
    name,
    inputSchema: inputSchema.value,
    ...(title.value === undefined ? {} : { title: title.value }),
    ...(description.value === undefined ? {} : { description: description.value }),
    ...(outputSchema.value === undefined ? {} : { outputSchema: outputSchema.value }),
    ...(annotations.value === undefined ? {} : { annotations: annotations.value }),
  };
  const json = definitionJson(definition);
  if (isDeeper(json, maxDepth)) return { ok: false, reason: `a definition nests at most ${maxDepth} deep` };
  // Not every reader of JSON refuses it, and the schema's own checks would pass it by.
  if (hasPrototypeKey(json)) return { ok: false, reason: 'the key `__proto__` is refused' };
  const bytes = Buffer.byteLength(canonicalJson(json));
  if (bytes > maxDefinitionBytes)
    return { ok: false, reason: `a definition has at most ${maxDefinitionBytes} bytes, not ${bytes}` };
  return { ok: true, definition };
}

type Optional<T> =
  | { readonly ok: true; readonly value: T | undefined }
  | { readonly ok: false; readonly value?: undefined };

function optional<T extends JsonValue>(
  object: JsonObject,
  key: string,
  is: (value: JsonValue | undefined) => value is T,
): Optional<T> {
  const value = own(object, key);
  if (value === undefined || value === null) return { ok: true, value: undefined };
  return is(value) ? { ok: true, value } : { ok: false };
}

function isText(maxLength: number): (value: JsonValue | undefined) => value is string {
  return (value): value is string => typeof value === 'string' && value.length <= maxLength;
}

function isDeeper(value: JsonValue, levelsLeft: number): boolean {
  if (!isObject(value) && !isArray(value)) return false;
  if (levelsLeft === 0) return true;
  return childrenOf(value).some((child) => isDeeper(child, levelsLeft - 1));
}

function hasPrototypeKey(value: JsonValue): boolean {
  if (!isObject(value) && !isArray(value)) return false;
  return Object.hasOwn(value, '__proto__') || childrenOf(value).some(hasPrototypeKey);
}

function childrenOf(value: JsonObject | readonly JsonValue[]): readonly JsonValue[] {
  return isArray(value) ? value : Object.values(value);
}
