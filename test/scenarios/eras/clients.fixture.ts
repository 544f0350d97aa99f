// SPDX-License-Identifier: Apache-2.0
/**
 * The clients of the matrix behind one face. Each can be asked by servers: it samples, fills in forms and
 * has roots. What each SDK says in its own way is said here once; nothing else is smoothed over.
 */
import {
  StreamableHTTPClientTransport as HttpV2,
  type Transport as TransportV2,
  Client as V2,
  type ClientOptions as V2Options,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as V1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';

export interface Told {
  readonly text: string;
  readonly isError: boolean;
  readonly content: readonly { readonly type: string; readonly uri?: string }[];
}

export interface TriedClient extends AsyncDisposable {
  readonly version: string | undefined;
  readonly logs: readonly string[];
  /** How often it was told that tools changed. */
  changes(): number;
  tools(): Promise<readonly string[]>;
  resources(): Promise<readonly string[]>;
  prompts(): Promise<readonly string[]>;
  call(name: string, args?: object, onProgress?: (progress: number) => void): Promise<Told>;
  read(uri: string): Promise<string>;
  prompt(name: string, args: Readonly<Record<string, string>>): Promise<string>;
  complete(prompt: string, argument: string, value: string): Promise<readonly string[]>;
}

/** Where a client finds the gateway. */
export interface Way {
  readonly url: string;
  readonly token: string;
  /** What the client answers when it is asked for its roots: a folder. */
  readonly folder: string;
}

/** A command that speaks MCP on its pipes, in the place of the URL. */
export interface Command {
  readonly command: string;
  readonly args: string[];
}

const capabilities = { sampling: {}, elicitation: {}, roots: {} };
const form = { username: 'ada', email: 'ada@example.com', name: 'ada', user_name: 'ada' };
const message = {
  role: 'assistant' as const,
  model: 'none',
  content: { type: 'text' as const, text: 'a model said so' },
};
const me = { name: 'eras', version: '1.0.0' };

export async function connectV1(way: Way, command?: Command): Promise<TriedClient> {
  const client = new V1(me, { capabilities });
  const logs: string[] = [];
  let changes = 0;
  client.setRequestHandler(CreateMessageRequestSchema, () => message);
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: form }));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [rootOf(way)] }));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
    logs.push(String(params.data));
  });
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes++;
  });
  const transport =
    command === undefined
      ? new HttpV1(new URL(way.url), { requestInit: { headers: { authorization: `Bearer ${way.token}` } } })
      : new StdioV1(command);
  // Its own type of a transport does not allow for exact optional properties.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    version: '2025-11-25',
    logs,
    changes: () => changes,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async call(name, args = {}, onProgress) {
      const options = onProgress && { onprogress: ({ progress }: Progress) => onProgress(progress) };
      return told(await client.callTool({ name, arguments: { ...args } }, CallToolResultSchema, options));
    },
    read: async (uri) => JSON.stringify((await client.readResource({ uri })).contents),
    prompt: async (name, args) =>
      JSON.stringify((await client.getPrompt({ name, arguments: args })).messages),
    complete: async (prompt, argument, value) =>
      (
        await client.complete({
          ref: { type: 'ref/prompt', name: prompt },
          argument: { name: argument, value },
        })
      ).completion.values,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

export async function connectV2(way: Way, options: V2Options, command?: Command): Promise<TriedClient> {
  const client = new V2(me, { capabilities, ...options });
  const logs: string[] = [];
  let changes = 0;
  client.setRequestHandler('sampling/createMessage', () => message);
  client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: form }));
  client.setRequestHandler('roots/list', () => ({ roots: [rootOf(way)] }));
  client.setNotificationHandler('notifications/message', ({ params }) => {
    logs.push(String(params.data));
  });
  client.setNotificationHandler('notifications/tools/list_changed', () => {
    changes++;
  });
  const transport: TransportV2 =
    command === undefined
      ? new HttpV2(new URL(way.url), { requestInit: { headers: { authorization: `Bearer ${way.token}` } } })
      : new StdioV2(command);
  await client.connect(transport);
  const version = client.getNegotiatedProtocolVersion();
  const isModern = version === '2026-07-28';
  // The later era has no stream beside the requests, and log text only for the request that asks for it.
  if (isModern) await client.listen({ toolsListChanged: true });
  const meta = isModern ? { _meta: { 'io.modelcontextprotocol/logLevel': 'debug' } } : {};
  return {
    version,
    logs,
    changes: () => changes,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async call(name, args = {}, onProgress) {
      const more = onProgress && { onprogress: ({ progress }: Progress) => onProgress(progress) };
      return told(await client.callTool({ name, arguments: { ...args }, ...meta }, more));
    },
    read: async (uri) => JSON.stringify((await client.readResource({ uri })).contents),
    prompt: async (name, args) =>
      JSON.stringify((await client.getPrompt({ name, arguments: args })).messages),
    complete: async (prompt, argument, value) =>
      (
        await client.complete({
          ref: { type: 'ref/prompt', name: prompt },
          argument: { name: argument, value },
        })
      ).completion.values,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

interface Progress {
  readonly progress: number;
}

function rootOf({ folder }: Way) {
  return { uri: `file://${folder}`, name: 'shared' };
}

function told(result: object): Told {
  const { content, isError } = result as {
    readonly content: readonly { readonly type: string; readonly text?: string; readonly uri?: string }[];
    readonly isError?: boolean;
  };
  return { text: content.map(({ text }) => text ?? '').join('\n'), isError: isError === true, content };
}
