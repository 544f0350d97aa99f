// SPDX-License-Identifier: Apache-2.0
/**
 * The run without Countersign: the agent's MCP clients talk to the servers directly, as they do
 * today. Nothing decides here; it is what the gated run is compared with.
 */
import { type CallToolResult, Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type AgentEvent, runAgent, type Toolbox } from './agent.ts';
import type { McpConfig } from './tools.ts';
import type { Leaked, World } from './world.ts';

const CALL_TIMEOUT_MS = 10_000;

export interface UngatedRun {
  readonly events: readonly AgentEvent[];
  readonly leaked: Leaked;
}

export async function runUngated(
  world: World,
  onEvent: (event: AgentEvent) => void = () => {},
): Promise<UngatedRun> {
  await using servers = await startServers(world.mcp);
  const events = await runAgent(servers, { spell: (tool) => tool, onEvent });
  return { events, leaked: await world.leaked() };
}

/** Starts each server, and sends each call to the server that lists the tool. */
export async function startServers(config: McpConfig): Promise<Toolbox & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  const clientOf = new Map<string, Client>();
  await Promise.all(
    Object.values(config.mcpServers).map(async ({ command, args }) => {
      const client = new Client({ name: 'demo-agent', version: '1.0.0' });
      starting.defer(() => client.close());
      await client.connect(new StdioClientTransport({ command, args: [...args] }), {
        timeout: CALL_TIMEOUT_MS,
      });
      const { tools } = await client.listTools();
      for (const tool of tools) clientOf.set(tool.name, client);
    }),
  );

  const started = starting.move();
  return {
    async callTool(name, args) {
      const client = clientOf.get(name);
      if (client === undefined) return { outcome: 'error', text: `no server has the tool \`${name}\`` };
      const result = await client.callTool({ name, arguments: args }, { timeout: CALL_TIMEOUT_MS });
      return { outcome: result.isError ? 'error' : 'ran', text: textOf(result) };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** The text that a model would read from a result. */
export function textOf({ content }: CallToolResult): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
}
