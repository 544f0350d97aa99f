// SPDX-License-Identifier: Apache-2.0
/**
 * Values that HTTP headers mirror out of a body: plain ASCII, or `=?base64?...?=` around UTF-8.
 *
 * Never trims or repairs: what is not exactly what the body says is a mismatch, since an intermediary
 * that routed on the header and a server that acted on the body would not mean the same.
 *
 * Source: MCP 2026-07-28, Streamable HTTP, "Value Encoding" and "Custom Headers from Tool Parameters".
 */
import { isObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from '../../core/json/value.ts';

const prefix = '=?base64?';
const suffix = '?=';
const canonicalBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decimal = /^-?\d+(?:\.\d+)?$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const plain = /^[\t\x20-\x7e]*$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns what the value says, or undefined where its wrapping is broken */
export function decodedHeader(value: string): string | undefined {
  if (!(value.startsWith(prefix) && value.endsWith(suffix))) return value;
  const inner = value.slice(prefix.length, value.length - suffix.length);
  if (!canonicalBase64.test(inner)) return undefined;
  try {
    return utf8.decode(Buffer.from(inner, 'base64'));
  } catch {
    return undefined;
  }
}

export function encodedHeader(value: string): string {
  const wraps = value === '' || value !== value.trim() || !plain.test(value);
  const misread = value.startsWith(prefix) && value.endsWith(suffix);
  return wraps || misread ? `${prefix}${Buffer.from(value, 'utf8').toString('base64')}${suffix}` : value;
}

/** One argument that a tool's schema wants mirrored as `Mcp-Param-<header>`. */
interface Mirrored {
  readonly path: readonly string[];
  readonly header: string;
  readonly numeric: boolean;
}

const maxMirrored = 64;
const maxMirroredDepth = 16;
const scanned = new WeakMap<JsonObject, readonly Mirrored[]>();

/** Along `properties` only: anywhere else the annotation means nothing. */
function mirroredBy(inputSchema: JsonObject): readonly Mirrored[] {
  const known = scanned.get(inputSchema);
  if (known !== undefined) return known;
  const found: Mirrored[] = [];
  const visit = (schema: JsonObject, path: readonly string[]): void => {
    if (path.length > maxMirroredDepth) return;
    const header = stringAt(schema, 'x-mcp-header');
    const type = stringAt(schema, 'type');
    if (header !== undefined && token.test(header) && path.length > 0 && found.length < maxMirrored) {
      if (type === 'string' || type === 'boolean' || type === 'integer' || type === 'number')
        found.push({ path, header, numeric: type === 'integer' || type === 'number' });
    }
    for (const [name, child] of Object.entries(objectAt(schema, 'properties') ?? {})) {
      if (isObject(child)) visit(child, [...path, name]);
    }
  };
  visit(inputSchema, []);
  scanned.set(inputSchema, found);
  return found;
}

/** @returns what disagrees between the headers and the arguments, or undefined */
export function mirrorFault(
  inputSchema: JsonObject,
  args: JsonObject,
  header: (name: string) => string | undefined,
): string | undefined {
  for (const { path, header: name, numeric } of mirroredBy(inputSchema)) {
    const value = at(args, path);
    const text = spelled(value);
    if (text === undefined) continue;
    const sent = header(`mcp-param-${name.toLowerCase()}`);
    if (sent === undefined) return `the header \`Mcp-Param-${name}\` is missing`;
    const decoded = decodedHeader(sent);
    if (decoded === undefined) return `the header \`Mcp-Param-${name}\` is not valid base64 of UTF-8`;
    const same =
      numeric && typeof value === 'number' && decimal.test(decoded)
        ? Number(decoded) === value
        : decoded === text;
    if (!same) return `the header \`Mcp-Param-${name}\` and the argument \`${path.join('.')}\` differ`;
  }
  return undefined;
}

/** The headers that our own canonical arguments are mirrored in, towards an upstream. */
export function mirrorHeaders(inputSchema: JsonObject, args: JsonObject): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const { path, header } of mirroredBy(inputSchema)) {
    const text = spelled(at(args, path));
    if (text !== undefined) headers[`Mcp-Param-${header}`] = encodedHeader(text);
  }
  return headers;
}

function at(args: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = args;
  for (const name of path) value = isObject(value) ? own(value, name) : undefined;
  return value;
}

function spelled(value: JsonValue | undefined): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
    case 'number':
      return String(value);
    default:
      return undefined;
  }
}
