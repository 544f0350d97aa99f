// SPDX-License-Identifier: Apache-2.0
/**
 * The tools of the demo, the server that each belongs to, and the file that says how to start them.
 */
import { join } from 'node:path';

const SERVER_OF = {
  list_files: 'files',
  read_file: 'files',
  write_file: 'files',
  search_customers: 'crm',
  get_customer: 'crm',
  get_ticket: 'crm',
  export_customers: 'crm',
  refund: 'crm',
  list_inbox: 'mail',
  read_mail: 'mail',
  send_mail: 'mail',
  http_get: 'poster',
  http_post: 'poster',
} as const;

export type ToolName = keyof typeof SERVER_OF;
export type ServerName = (typeof SERVER_OF)[ToolName];

/** A tool as the gateway spells it: `crm__refund`. */
export function namespaced(tool: ToolName): string {
  return `${SERVER_OF[tool]}__${tool}`;
}

export interface StdioServer {
  readonly command: string;
  readonly args: readonly string[];
}

export interface McpConfig {
  readonly mcpServers: Readonly<Record<ServerName, StdioServer>>;
}

/** The `mcp.json` of the demo, for the world that `seed` wrote into `dir` and a sink at `sinkPort`. */
export function demoMcpConfig(dir: string, sinkPort: number): McpConfig {
  const server = (name: ServerName, ...args: string[]): StdioServer => ({
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'servers', `${name}.ts`),
      ...args,
    ],
  });
  const hosts = ['evil.example', 'status.example'].map((host) => `${host}=127.0.0.1:${sinkPort}`);
  return {
    mcpServers: {
      files: server('files', '--root', join(dir, 'files')),
      crm: server('crm', '--db', join(dir, 'crm.sqlite')),
      mail: server('mail', '--spool', join(dir, 'mail')),
      poster: server('poster', '--hosts', hosts.join(',')),
    },
  };
}
