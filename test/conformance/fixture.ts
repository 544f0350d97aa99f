// SPDX-License-Identifier: Apache-2.0
/**
 * The server that the conformance suite expects behind whatever it is pointed at: the same tools,
 * resources and prompts in both eras and over every transport.
 *
 * A fixture is made per session (2025-11-25), per request (2026-07-28 over HTTP) or per process (stdio),
 * so it holds no state of its own and knows nothing of transports.
 */
import { randomBytes } from 'node:crypto';
import {
  createRequestStateCodec,
  fromJsonSchema,
  McpServer,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { addAnsweringTools } from './answering-tools.ts';
import { addAskingTools, type Round } from './asking-tools.ts';
import { addPrompts } from './prompts.ts';
import { addResources } from './resources.ts';
import { said } from './samples.ts';

/**
 * @param bus where listeners of other requests hear of a changed list; a session and a pipe hear of it on
 *   their own connection
 * @returns a maker of servers that share one key, since a later round may meet another instance
 */
export function fixtureFactory(bus: ServerEventBus): () => McpServer {
  const state = createRequestStateCodec<Round>({ key: randomBytes(32) });

  return () => {
    const server = new McpServer(
      { name: 'countersign-conformance', version: '1.0.0' },
      {
        capabilities: {
          tools: { listChanged: true },
          resources: { subscribe: true, listChanged: true },
          prompts: { listChanged: true },
          completions: {},
          logging: {},
        },
        requestState: { verify: state.verify },
      },
    );
    addAnsweringTools(server);
    addAskingTools(server, state);
    addTriggers(server, bus);
    addResources(server);
    addPrompts(server);
    return server;
  };
}

/** The lists never change; only the news of it travels, which is what `server-stateless` listens for. */
function addTriggers(server: McpServer, bus: ServerEventBus): void {
  const inputSchema = fromJsonSchema({ type: 'object' });

  server.registerTool(
    'test_trigger_tool_change',
    { description: 'Says that tools changed', inputSchema },
    () => {
      server.sendToolListChanged();
      bus.publish({ kind: 'tools_list_changed' });
      return said('announced');
    },
  );

  server.registerTool(
    'test_trigger_prompt_change',
    { description: 'Says that prompts changed', inputSchema },
    () => {
      server.sendPromptListChanged();
      bus.publish({ kind: 'prompts_list_changed' });
      return said('announced');
    },
  );
}
