// SPDX-License-Identifier: Apache-2.0
/**
 * Real clients that make one call which waits for people: both SDKs over HTTP or over `mcp-stdio`, in each way that they
 * can be asked, and the Inspector, which can be asked nothing. They say yes to whatever they are asked, unless told
 * otherwise, as an agent would that wants its call made.
 */
import {
  type ElicitRequest,
  StreamableHTTPClientTransport as HttpV2,
  Client as V2,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as StdioV2 } from '@modelcontextprotocol/client/stdio';
import { Client as V1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as HttpV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  CallToolResultSchema,
  ElicitationCompleteNotificationSchema,
  ElicitRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type Era, speaking } from '../builders/era.ts';
import type { Command, Way } from './eras/clients.fixture.ts';
import { connectInspector } from './eras/inspector.fixture.ts';

export interface Question {
  readonly mode?: string | undefined;
  readonly message: string;
  readonly url?: string | undefined;
  readonly elicitationId?: string | undefined;
}

export interface AskedClient extends AsyncDisposable {
  /** What it was asked, in order. */
  readonly asked: Question[];
  /** Elicitations that it heard to be complete. */
  readonly completed: string[];
  /** The text of the result, or of the error. */
  call(name: string, args: object): Promise<string>;
}

export type Action = 'accept' | 'decline' | 'cancel';
/** How it can be asked: by an address and forms, by forms only, or not. */
export type Can = 'url' | 'form' | 'nothing';
export type Kind = 'v1' | 'v2 2025-11-25' | 'v2 2026-07-28' | 'inspector' | 'inspector modern';

const me = { name: 'asked', version: '1.0.0' };
const declared = {
  url: { elicitation: { form: {}, url: {} } },
  form: { elicitation: {} },
  nothing: {},
} as const;
/** What a client would put in if an answer could approve. */
const content = { approve: true, person: 'ana', verdict: 'approve' };
const patienceMs = 50_000;

export function connectAsked(
  kind: Kind,
  can: Can,
  way: Way,
  action: Action = 'accept',
  command?: Command,
): Promise<AskedClient> {
  if (kind === 'v1') return v1(can, way, action, command);
  if (kind === 'v2 2025-11-25' || kind === 'v2 2026-07-28')
    return v2(kind === 'v2 2026-07-28' ? '2026-07-28' : '2025-11-25', can, way, action, command);
  return inspector(kind === 'inspector modern' ? 'modern' : 'legacy', way);
}

function answerTo(question: Question, action: Action) {
  return action === 'accept' && question.mode !== 'url' ? { action, content } : { action };
}

async function v1(can: Can, way: Way, action: Action, command?: Command): Promise<AskedClient> {
  const client = new V1(me, { capabilities: declared[can] });
  const asked: Question[] = [];
  const completed: string[] = [];
  if (can !== 'nothing') {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params);
      return answerTo(params, action);
    });
    client.setNotificationHandler(ElicitationCompleteNotificationSchema, ({ params }) => {
      completed.push(params.elicitationId);
    });
  }
  const requestInit = { headers: { authorization: `Bearer ${way.token}` } };
  const transport =
    command === undefined ? new HttpV1(new URL(way.url), { requestInit }) : new StdioV1(command);
  // Its own type of a transport does not allow for exact optional properties.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    asked,
    completed,
    call: (name, args) =>
      textOf(
        client.callTool({ name, arguments: { ...args } }, CallToolResultSchema, { timeout: patienceMs }),
      ),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function v2(era: Era, can: Can, way: Way, action: Action, command?: Command): Promise<AskedClient> {
  const client = new V2(me, { capabilities: declared[can], ...speaking(era) });
  const asked: Question[] = [];
  const completed: string[] = [];
  if (can !== 'nothing') {
    client.setRequestHandler('elicitation/create', ({ params }: ElicitRequest) => {
      asked.push(params);
      return answerTo(params, action);
    });
    if (era === '2025-11-25')
      client.setNotificationHandler('notifications/elicitation/complete', ({ params }) => {
        completed.push(params.elicitationId);
      });
  }
  const requestInit = { headers: { authorization: `Bearer ${way.token}` } };
  await client.connect(
    command === undefined ? new HttpV2(new URL(way.url), { requestInit }) : new StdioV2(command),
  );
  return {
    asked,
    completed,
    call: (name, args) => textOf(client.callTool({ name, arguments: { ...args } }, { timeout: patienceMs })),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function inspector(era: 'legacy' | 'modern', way: Way): Promise<AskedClient> {
  const client = await connectInspector(way, era, era);
  return {
    asked: [],
    completed: [],
    call: (name, args) => client.call(name, args).then(({ text }) => text),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

async function textOf(result: Promise<object>): Promise<string> {
  return JSON.stringify(await result);
}
