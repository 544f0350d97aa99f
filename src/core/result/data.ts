// SPDX-License-Identifier: Apache-2.0
// The data in a result: what stands in `structuredContent`, and text blocks that are JSON themselves.
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import { arrayAt, isArray, isObject, type JsonObject, type JsonValue, own, stringAt } from '../json/value.ts';

const limits = { maxBytes: 16 << 20, maxDepth: 128, maxNodes: 500_000 };

/** @returns undefined for text that is no JSON object or list */
export function jsonIn(text: string): JsonValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const parsed = parseJson(Buffer.from(text, 'utf8'), limits);
  return parsed.ok ? parsed.value : undefined;
}

export function dataIn(result: JsonObject): readonly JsonValue[] {
  const structured = own(result, 'structuredContent');
  const texts = textsOf(result)
    .map(jsonIn)
    .filter((data) => data !== undefined);
  return structured === undefined ? texts : [structured, ...texts];
}

/** Whether nothing stands in it but data: what is taken out of that stands nowhere else. */
export function isAllData(result: JsonObject): boolean {
  const data = Object.keys(result).every(
    (key) =>
      key === 'structuredContent' ||
      key === 'content' ||
      key === '_meta' ||
      key === 'isError' ||
      key === 'resultType',
  );
  const blocks = arrayAt(result, 'content') ?? [];
  return (
    data &&
    (blocks.length > 0 || own(result, 'structuredContent') !== undefined) &&
    blocks.every(
      (block) =>
        isObject(block) &&
        stringAt(block, 'type') === 'text' &&
        jsonIn(stringAt(block, 'text') ?? '') !== undefined,
    )
  );
}

function textsOf(result: JsonObject): readonly string[] {
  return (arrayAt(result, 'content') ?? []).flatMap((block) =>
    isObject(block) ? (stringAt(block, 'text') ?? []) : [],
  );
}

/**
 * Changes the data of a result. Where the structure says something else afterwards, the blocks beside it say what it says and
 * nothing more.
 */
export function withData(result: JsonObject, change: (data: JsonValue) => JsonValue): JsonObject {
  const structured = own(result, 'structuredContent');
  if (structured !== undefined) {
    const after = change(structured);
    const text = canonicalJson(after);
    if (text === canonicalJson(structured)) return result;
    return { ...result, structuredContent: after, content: [{ type: 'text', text }] };
  }
  const blocks = arrayAt(result, 'content');
  if (blocks === undefined) return result;
  const content = blocks.map((block): JsonValue => {
    const text = isObject(block) ? stringAt(block, 'text') : undefined;
    const data = text === undefined ? undefined : jsonIn(text);
    if (!isObject(block) || data === undefined) return block;
    const after = change(data);
    const said = canonicalJson(after);
    return said === canonicalJson(data) ? block : { ...block, text: said };
  });
  return { ...result, content };
}

/** A list, or the longest list that stands at the top of an object. */
export function rowsOf(data: JsonValue): number | undefined {
  if (isArray(data)) return data.length;
  if (!isObject(data)) return undefined;
  const lengths = Object.values(data).flatMap((value) => (isArray(value) ? [value.length] : []));
  return lengths.length === 0 ? undefined : Math.max(...lengths);
}

export function firstRows(data: JsonValue, most: number): JsonValue {
  const cut = (value: JsonValue): JsonValue => (isArray(value) ? value.slice(0, most) : value);
  if (isArray(data) || !isObject(data)) return cut(data);
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, cut(value)]));
}

/** RFC 6901, with `*` for each item of a list. */
export function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function without(data: JsonValue, [step, ...rest]: readonly string[]): JsonValue {
  if (step === undefined) return data;
  if (isArray(data)) {
    const which = (i: number): boolean => step === '*' || step === String(i);
    return rest.length === 0
      ? data.filter((_, i) => !which(i))
      : data.map((item, i) => (which(i) ? without(item, rest) : item));
  }
  if (!isObject(data)) return data;
  if (rest.length === 0) return Object.fromEntries(Object.entries(data).filter(([key]) => key !== step));
  return Object.fromEntries(
    Object.entries(data).map(([key, item]) => [key, key === step ? without(item, rest) : item]),
  );
}

export function has(data: JsonValue, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (isArray(data)) return data.some((item, i) => (step === '*' || step === String(i)) && has(item, rest));
  if (!isObject(data)) return false;
  const item = own(data, step);
  return item !== undefined && has(item, rest);
}
