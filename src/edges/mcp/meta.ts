// SPDX-License-Identifier: Apache-2.0
// `_meta` of requests that go upstream, built anew for the era that the upstream speaks.
// Members that are not named here stay behind.
import { type JsonObject, type JsonValue, own } from '../../core/json/value.ts';
import { type LogLevel, metaKeys, modernVersion } from './era.ts';
import type { Era } from './upstream/link.ts';

/** What the client said of itself and of this request. */
export interface ClientSide {
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject;
  readonly logLevel?: LogLevel | undefined;
}

/** As an upstream of the era before wants it at its handshake: a client of the later one need not say. */
export function introduced(clientInfo: JsonObject): JsonObject {
  const { name, version } = clientInfo;
  return {
    ...clientInfo,
    name: typeof name === 'string' ? name : 'unknown',
    version: typeof version === 'string' ? version : '0',
  };
}

const carried = ['progressToken', 'traceparent', 'tracestate', 'baggage'] as const;
const maxTokenLength = 1024;

export function metaFor(era: Era, client: ClientSide, asked: JsonObject | undefined): JsonObject {
  const meta: { [key: string]: JsonValue } = {};
  if (asked !== undefined) {
    for (const key of carried) {
      const value = own(asked, key);
      const isShort = typeof value === 'string' && value.length <= maxTokenLength;
      if (isShort || (key === 'progressToken' && Number.isSafeInteger(value) && value !== undefined))
        meta[key] = value;
    }
  }
  if (era === 'legacy') return meta;
  meta[metaKeys.protocolVersion] = modernVersion;
  meta[metaKeys.clientCapabilities] = client.clientCapabilities;
  if (typeof own(client.clientInfo, 'name') === 'string') meta[metaKeys.clientInfo] = client.clientInfo;
  if (client.logLevel !== undefined) meta[metaKeys.logLevel] = client.logLevel;
  return meta;
}
