// SPDX-License-Identifier: Apache-2.0
/**
 * Results as the client's era and endpoint have them.
 *
 * Never changes what a result says: adds or takes the members of the era, writes URIs as this endpoint
 * shows them, and keeps upstreams from speaking in the gateway's name. Nothing may be cached past its
 * decision, so `ttlMs` is 0 and the scope private, whatever the upstream said.
 */
import {
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../core/json/value.ts';
import { questionsOf } from './asked.ts';
import { metaKeys } from './era.ts';
import { type Scope, shownUri } from './namespace.ts';
import type { Era } from './upstream/link.ts';

const cacheable: ReadonlySet<string> = new Set([
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'server/discover',
]);

const ownMeta = 'dev.countersign/';

/** Whether this is a result that somebody has thought about. */
export function isUnderstood(upstreamEra: Era, result: JsonObject): boolean {
  if (upstreamEra === 'legacy') return true;
  const type = result.resultType ?? 'complete';
  return type === 'complete' || (type === 'input_required' && questionsOf(result) !== undefined);
}

/** With the members that the era has on every result, refusals included. */
export function dressed(era: Era, method: string, result: JsonObject): JsonObject {
  if (era === 'legacy') return result;
  const marked = { ...result, resultType: result.resultType ?? 'complete' };
  return cacheable.has(method) && marked.resultType === 'complete'
    ? { ...marked, ttlMs: 0, cacheScope: 'private' }
    : marked;
}

/** What came from an upstream, as this endpoint shows it. */
export function translated(
  era: Era,
  scope: Scope,
  server: string,
  method: string,
  result: JsonObject,
): JsonObject {
  const shown: { [key: string]: JsonValue } = {};
  for (const [key, value] of Object.entries(result)) {
    if (key === 'ttlMs' || key === 'cacheScope') continue;
    if (key === 'resultType' && era === 'legacy') continue;
    if (key === '_meta') {
      const meta = metaShown(era, value);
      if (meta !== undefined) shown[key] = meta;
    } else shown[key] = value;
  }
  return scope.kind === 'all' ? withShownUris(scope, server, method, shown) : shown;
}

function metaShown(era: Era, meta: JsonValue): JsonObject | undefined {
  if (!isObject(meta)) return undefined;
  const kept = Object.entries(meta).filter(
    ([key]) => !key.startsWith(ownMeta) && !(era === 'legacy' && key === metaKeys.serverInfo),
  );
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function withShownUris(scope: Scope, server: string, method: string, result: JsonObject): JsonObject {
  const rename = (item: JsonValue): JsonValue => {
    if (!isObject(item)) return item;
    const uri = stringAt(item, 'uri');
    const inner = objectAt(item, 'resource');
    return {
      ...item,
      ...(uri === undefined ? {} : { uri: shownUri(scope, server, uri) }),
      ...(inner === undefined ? {} : { resource: rename(inner) }),
    };
  };
  const member = method === 'resources/read' ? 'contents' : method === 'tools/call' ? 'content' : 'messages';
  const items = result[member];
  if (!isArray(items)) return result;
  if (member !== 'messages') return { ...result, [member]: items.map(rename) };
  const messages = items.map((message) =>
    isObject(message) && isObject(message.content)
      ? { ...message, content: rename(message.content) }
      : message,
  );
  return { ...result, messages };
}
