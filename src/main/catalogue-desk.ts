// SPDX-License-Identifier: Apache-2.0
// Where people's acceptances are kept and compared: the catalogue's directory beside the live upstreams.
import { acceptInto } from '../adapters/catalogue-files/accept.ts';
import { loadCatalogue } from '../adapters/catalogue-files/load.ts';
import type { Published } from '../app/ports.ts';
import type { ToolDefinition } from '../core/catalogue/entry.ts';
import type { CatalogueDesk } from '../edges/api/catalogue-routes.ts';
import type { Upstreams } from '../edges/mcp/upstream/link.ts';
import type { Reloader } from './reload.ts';
import { liveTools } from './upstream-tools.ts';

/** For starting a process, which may have to be fetched first, and for its list. */
const lookTimeoutMs = 45_000;

export function createCatalogueDesk(
  directory: string,
  upstreams: Upstreams,
  current: () => Published,
  reloader: Reloader,
): CatalogueDesk {
  return {
    servers: upstreams.names,
    live: (server) => liveTools(upstreams, server, lookTimeoutMs),
    accepted() {
      const loaded = loadCatalogue(directory);
      // Files that cannot be read accept nothing new: what is in force is what is left to compare with.
      return loaded.ok ? loaded.accepted : pinnedIn(current());
    },
    write(server, live, chosen) {
      const written = acceptInto(directory, server, live, chosen);
      return written.ok ? { ok: true } : written;
    },
    reload: (operator) => reloader.reload(operator, 'a tool was accepted'),
  };
}

function pinnedIn({ catalogue }: Published): ReadonlyMap<string, readonly ToolDefinition[]> {
  const byServer = new Map<string, ToolDefinition[]>();
  for (const { server, pinned } of catalogue.entries) {
    if (pinned === undefined) continue;
    const of = byServer.get(server) ?? [];
    byServer.set(server, of);
    of.push(pinned.definition);
  }
  return byServer;
}
