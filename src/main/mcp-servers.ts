// SPDX-License-Identifier: Apache-2.0
// Reads the `mcpServers` file that names the upstreams.
import { readFileSync } from 'node:fs';
import { parseJson } from '../core/json/parse.ts';
import { type Environment, parseMcpServers, type UpstreamServer } from '../edges/mcp/upstream/config.ts';

export type McpServersRead =
  | { readonly ok: true; readonly servers: readonly UpstreamServer[]; readonly ignored: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

export function readMcpServers(file: string, env: Environment): McpServersRead {
  const text = bytesOf(file);
  if (text === undefined) return { ok: false, problems: [`\`${file}\` cannot be read`] };
  const json = parseJson(text, { maxBytes: 1 << 20, maxDepth: 16, maxNodes: 20_000 });
  if (!json.ok)
    return { ok: false, problems: [`\`${file}\` is not JSON: ${json.message} at byte ${json.at}`] };
  return parseMcpServers(json.value, env);
}

function bytesOf(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}
