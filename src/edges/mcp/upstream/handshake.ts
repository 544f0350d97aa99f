// SPDX-License-Identifier: Apache-2.0
/**
 * What is said at the start of a conversation in each era, and what may be understood from the answer.
 *
 * Source: MCP 2026-07-28, "server/discover"; MCP 2025-11-25, "Lifecycle", "Initialization".
 */
import { canonicalJson } from '../../../core/json/canonical.ts';
import { type JsonObject, objectAt, stringAt, stringsAt } from '../../../core/json/value.ts';
import type { UpstreamAnswer, UpstreamFacts } from './link.ts';

export const MODERN_VERSION = '2026-07-28';
/** Newest first. The oldest has no Streamable HTTP, and servers that start as a process still speak it. */
const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

/** What a client says of itself; a process that serves several tasks is told nothing of any of them. */
export interface Introduction {
  readonly clientInfo: JsonObject;
  readonly clientCapabilities: JsonObject;
  readonly protocolVersion: string;
}

export const NOBODY_IN_PARTICULAR: Introduction = {
  clientInfo: { name: 'countersign', version: '0.1.0' },
  clientCapabilities: {},
  protocolVersion: LEGACY_VERSIONS[0] ?? '',
};

export function discoverParams(): string {
  return canonicalJson({
    _meta: {
      'io.modelcontextprotocol/protocolVersion': MODERN_VERSION,
      'io.modelcontextprotocol/clientCapabilities': NOBODY_IN_PARTICULAR.clientCapabilities,
      'io.modelcontextprotocol/clientInfo': NOBODY_IN_PARTICULAR.clientInfo,
    },
  });
}

export function initializeParams(who: Introduction): string {
  const protocolVersion = LEGACY_VERSIONS.includes(who.protocolVersion)
    ? who.protocolVersion
    : NOBODY_IN_PARTICULAR.protocolVersion;
  return canonicalJson({ protocolVersion, capabilities: who.clientCapabilities, clientInfo: who.clientInfo });
}

/** @returns undefined when the answer does not offer this revision */
export function modernFacts(result: JsonObject): UpstreamFacts | undefined {
  if (stringsAt(result, 'supportedVersions')?.includes(MODERN_VERSION) !== true) return undefined;
  const meta = objectAt(result, '_meta') ?? {};
  return facts('modern', MODERN_VERSION, result, objectAt(meta, 'io.modelcontextprotocol/serverInfo'));
}

/** @returns undefined when it answers with a version that we do not speak */
export function legacyFacts(result: JsonObject): UpstreamFacts | undefined {
  const version = stringAt(result, 'protocolVersion');
  if (version === undefined || !LEGACY_VERSIONS.includes(version)) return undefined;
  return facts('legacy', version, result, objectAt(result, 'serverInfo'));
}

/** For a person to read; nothing of it is the upstream's own words. */
export function whyNot(answer: Exclude<UpstreamAnswer, { kind: 'result' }>): string {
  if (answer.kind === 'failed') return answer.reason;
  return answer.httpStatus === undefined ? `error ${answer.error.code}` : `HTTP ${answer.httpStatus}`;
}

function facts(
  era: UpstreamFacts['era'],
  protocolVersion: string,
  result: JsonObject,
  serverInfo: JsonObject | undefined,
): UpstreamFacts {
  const instructions = stringAt(result, 'instructions');
  return {
    era,
    protocolVersion,
    capabilities: objectAt(result, 'capabilities') ?? {},
    serverInfo: serverInfo ?? {},
    ...(instructions === undefined ? {} : { instructions }),
  };
}
