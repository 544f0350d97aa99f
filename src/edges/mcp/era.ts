// SPDX-License-Identifier: Apache-2.0
/**
 * Which era of MCP a POST belongs to, and whether its headers say what its body says.
 *
 * The body decides; headers are only compared with it. Never serves a request of one era by the rules
 * of the other: what claims 2026-07-28 and is malformed is an error, not a request of 2025.
 *
 * Source: MCP 2026-07-28, Streamable HTTP, "Request Metadata Headers" and "Protocol Version Header".
 */
import { isObject, type JsonObject, objectAt, own, stringAt } from '../../core/json/value.ts';
import { decodedHeader } from './header-value.ts';
import type { Message } from './message.ts';
import { type RpcError, rpcCodes } from './rpc.ts';

export const modernVersion = '2026-07-28';
/** Newest first: the first is offered to who asks for something else. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

export const metaKeys = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;

export const logLevels = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const;
export type LogLevel = (typeof logLevels)[number];

export function logLevel(text: string | undefined): LogLevel | undefined {
  return logLevels.find((level) => level === text);
}

/** What a 2026-07-28 request says of its client. */
export interface Envelope {
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject;
  readonly logLevel?: LogLevel;
}

/** A header by its lower-case name, without surrounding space; a repeated one counts as unreadable. */
export type HeaderOf = (name: string) => string | undefined;

export type Classified =
  | { readonly era: 'legacy'; readonly version: string | undefined }
  | { readonly era: 'modern'; readonly envelope: Envelope }
  | { readonly era: 'none'; readonly status: number; readonly error: RpcError };

/** The body member that `Mcp-Name` mirrors, by method. */
const mirroredMember: Readonly<Record<string, 'name' | 'uri'>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

export function classify(message: Message, header: HeaderOf): Classified {
  const version = header('mcp-protocol-version');
  if (message.kind === 'response') {
    return version === modernVersion
      ? none(rpcCodes.invalidRequest, '2026-07-28 has no responses of clients: answer by `inputResponses`')
      : { era: 'legacy', version };
  }
  const meta = message.params === undefined ? undefined : objectAt(message.params, '_meta');
  const claim = meta === undefined ? undefined : own(meta, metaKeys.protocolVersion);
  if (claim === undefined) {
    if (version === undefined || isLegacy(version)) return { era: 'legacy', version };
    return message.kind === 'request'
      ? unclaimed(message.method, version)
      : notification(message.method, version, header);
  }
  if (typeof claim !== 'string') return malformed(metaKeys.protocolVersion, 'must be a string');
  if (message.kind === 'notification') {
    if (version !== undefined && version !== claim)
      return mismatch('the protocol versions in header and body differ');
    return notification(message.method, claim, header);
  }
  // The handshake of 2025 with an odd `_meta` is still that handshake.
  if (message.method === 'initialize' && isLegacy(claim)) return { era: 'legacy', version };
  return request(message.method, message.params ?? {}, meta ?? {}, claim, version, header);
}

function isLegacy(version: string): boolean {
  return legacyVersions.some((known) => known === version) || version.startsWith('2024-');
}

function unclaimed(method: string, version: string): Classified {
  if (version !== modernVersion) return unsupported(version);
  if (method === 'initialize')
    return mismatch('`initialize` does not exist in the version that the header names');
  return none(rpcCodes.invalidParams, `\`params._meta\` must carry \`${metaKeys.protocolVersion}\``, {
    missing: [metaKeys.protocolVersion, metaKeys.clientCapabilities],
  });
}

function notification(method: string, version: string, header: HeaderOf): Classified {
  if (version !== modernVersion) return unsupported(version);
  const named = header('mcp-method');
  if (named !== undefined && named !== method)
    return mismatch('the header `Mcp-Method` and the method in the body differ');
  return { era: 'modern', envelope: { clientCapabilities: {}, clientInfo: {} } };
}

function request(
  method: string,
  params: JsonObject,
  meta: JsonObject,
  claim: string,
  version: string | undefined,
  header: HeaderOf,
): Classified {
  const envelope = readEnvelope(meta);
  if ('era' in envelope) return envelope;
  if (version !== undefined && version !== claim)
    return mismatch('the protocol versions in header and body differ');
  const named = header('mcp-method');
  if (named !== undefined && named !== method)
    return mismatch('the header `Mcp-Method` and the method in the body differ');
  if (claim !== modernVersion) return unsupported(claim);
  // Policy in front of us may have relied on these, so an absent one is refused like a wrong one.
  if (version === undefined) return mismatch('the header `MCP-Protocol-Version` is missing');
  if (named === undefined) return mismatch('the header `Mcp-Method` is missing');

  const member = Object.hasOwn(mirroredMember, method) ? mirroredMember[method] : undefined;
  const said = member === undefined ? undefined : stringAt(params, member);
  if (said === undefined) return { era: 'modern', envelope };
  const name = header('mcp-name');
  if (name === undefined) return mismatch('the header `Mcp-Name` is missing');
  const decoded = decodedHeader(name);
  if (decoded === undefined) return mismatch('the header `Mcp-Name` is not valid base64 of UTF-8');
  if (decoded !== said) return mismatch(`the header \`Mcp-Name\` and \`params.${member}\` differ`);
  return { era: 'modern', envelope };
}

function readEnvelope(meta: JsonObject): Envelope | (Classified & { era: 'none' }) {
  const clientCapabilities = objectAt(meta, metaKeys.clientCapabilities);
  if (clientCapabilities === undefined) return malformed(metaKeys.clientCapabilities, 'must be an object');
  const info = own(meta, metaKeys.clientInfo);
  if (info !== undefined && !isObject(info)) return malformed(metaKeys.clientInfo, 'must be an object');
  const level = own(meta, metaKeys.logLevel);
  if (level === undefined) return { clientCapabilities, clientInfo: info ?? {} };
  const known = typeof level === 'string' ? logLevel(level) : undefined;
  if (known === undefined) return malformed(metaKeys.logLevel, `must be one of ${logLevels.join(', ')}`);
  return { clientCapabilities, clientInfo: info ?? {}, logLevel: known };
}

function none(code: number, message: string, data?: JsonObject): Classified & { era: 'none' } {
  return { era: 'none', status: 400, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

function malformed(key: string, problem: string): Classified & { era: 'none' } {
  return none(rpcCodes.invalidParams, `\`params._meta\`: \`${key}\` ${problem}`, { key });
}

function mismatch(message: string): Classified {
  return none(rpcCodes.headerMismatch, message);
}

function unsupported(requested: string): Classified {
  return none(rpcCodes.unsupportedVersion, `this endpoint speaks ${modernVersion}`, {
    supported: [modernVersion],
    requested,
  });
}
