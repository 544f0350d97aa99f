// SPDX-License-Identifier: Apache-2.0
// What `init` needs of the other rooms: upstreams to ask, proposals for the catalogue, the starter policy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proposeFor } from '../adapters/catalogue-files/propose.ts';
import { type JsonObject, own } from '../core/json/value.ts';
import type { LiveTools } from '../edges/api/catalogue-routes.ts';
import type { Surroundings } from '../edges/cli/adopt/client-files.ts';
import { askOnTerminal } from '../edges/cli/ask.ts';
import type { InitParts } from '../edges/cli/init.ts';
import { parseMcpServers } from '../edges/mcp/upstream/config.ts';
import { DEFAULT_LIMITS } from '../edges/mcp/upstream/limits.ts';
import { createUpstreams } from '../edges/mcp/upstream/upstreams.ts';
import { command, starterDir } from './options.ts';
import { liveTools } from './upstream-tools.ts';

const starterName = 'starter.cedar';
/** A server that comes from a registry has to be fetched before it can answer. */
const startTimeoutMs = 60_000;
/** Started at the same time: their installers would get in one another's way. */
const maxAtOnce = 4;

export function adoptionParts(dataDir: string, surroundings: Surroundings): InitParts {
  return {
    surroundings,
    dataDir,
    command,
    starter: { name: starterName, text: readFileSync(join(starterDir, starterName), 'utf8') },
    listTools,
    propose(server, tools, before, chosen) {
      const proposal = proposeFor(server, tools, before, chosen);
      if (!proposal.ok) return proposal;
      const unknown = proposal.entries
        .filter((entry) => entry.class.value === 'unknown')
        .map(({ tool }) => tool);
      return { ok: true, yaml: proposal.yaml, lock: proposal.lock, unknown };
    },
    now: () => new Date(),
    ask: askOnTerminal(),
  };
}

async function listTools(
  servers: JsonObject,
  onAnswer: (server: string, live: LiveTools, tookMs: number) => void,
): Promise<ReadonlyMap<string, LiveTools>> {
  const parsed = parseMcpServers({ mcpServers: servers }, process.env);
  const upstreams = createUpstreams({
    servers: parsed.ok ? parsed.servers : [],
    stateless: () => true,
    limits: { ...DEFAULT_LIMITS, startTimeoutMs },
    onStderr: () => undefined,
  });
  const found = new Map<string, LiveTools>();
  const waiting = upstreams.names.filter((name) => own(servers, name) !== undefined);
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const startedMs = performance.now();
      const live = await liveTools(upstreams, name, startTimeoutMs);
      found.set(name, live);
      onAnswer(name, live, performance.now() - startedMs);
    }
  };
  try {
    await Promise.all(Array.from({ length: maxAtOnce }, worker));
  } finally {
    await upstreams.close();
  }
  return found;
}
