// SPDX-License-Identifier: Apache-2.0
/**
 * What the tools of an upstream are now, for people who accept them.
 *
 * Asked on nobody's behalf, in a conversation of its own that ends with the answer: no task's process is
 * touched, and nothing but `tools/list` is ever called.
 */
import { randomUUID } from 'node:crypto';
import type { ToolDefinition } from '../core/catalogue/entry.ts';
import { parseToolDefinition } from '../core/catalogue/pin.ts';
import type { LiveTools } from '../edges/api/catalogue-routes.ts';
import { createDeclared, isOffered, ListUnavailable } from '../edges/mcp/declared.ts';
import { defaultLimits } from '../edges/mcp/limits.ts';
import { NOBODY_IN_PARTICULAR } from '../edges/mcp/upstream/handshake.ts';
import { type LinkOwner, type Upstreams, UpstreamUnavailable } from '../edges/mcp/upstream/link.ts';

/** Some servers declare a tool only to clients that it could ask something of; whoever accepts must see it too. */
const clientCapabilities = { sampling: {}, elicitation: {}, roots: {} };

/** Never rejects for what an upstream does. */
export async function liveTools(upstreams: Upstreams, server: string, timeoutMs: number): Promise<LiveTools> {
  const name = `countersign-look-${randomUUID()}`;
  const owner: LinkOwner = { task: name, session: name, ...NOBODY_IN_PARTICULAR, clientCapabilities };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LiveTools>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, {
      ok: false,
      reason: `it did not list its tools within ${timeoutMs / 1000} s`,
    });
  });
  try {
    return await Promise.race([listed(upstreams, server, owner), late]);
  } finally {
    clearTimeout(timer);
    await upstreams.release((other) => other.task === name);
  }
}

async function listed(upstreams: Upstreams, server: string, owner: LinkOwner): Promise<LiveTools> {
  try {
    const link = await upstreams.link(server, 'modern', owner);
    if (!isOffered(link, 'tools/list')) return { ok: true, tools: [], refused: [] };
    const declared = createDeclared(defaultLimits, () => performance.now());
    const tools: ToolDefinition[] = [];
    const refused: string[] = [];
    for (const item of await declared.list(link, 'tools/list')) {
      const parsed = parseToolDefinition(item);
      if (parsed.ok) tools.push(parsed.definition);
      else refused.push(parsed.reason);
    }
    return { ok: true, tools, refused };
  } catch (error) {
    if (error instanceof UpstreamUnavailable) return { ok: false, reason: error.message };
    if (error instanceof ListUnavailable)
      return { ok: false, reason: `it does not list its tools: ${error.message}` };
    throw error;
  }
}
