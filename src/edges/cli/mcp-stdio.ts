// SPDX-License-Identifier: Apache-2.0
/**
 * `countersign mcp-stdio`: the gateway for clients that start a process.
 *
 * Standard output carries messages of the protocol and nothing else. A task begins with the first
 * request and ends with standard input; without a daemon every request is answered with how to start
 * one. Imports stay light: the client waits for this process to start.
 */

import { errorText, rpcCodes } from '../mcp/rpc.ts';
import { createLineReader } from '../mcp/upstream/lines.ts';
import type { Daemon } from './client.ts';
import { parseDurationMs } from './durations.ts';
import { CommandFailed, exit } from './exit.ts';
import { createExchange } from './relay/exchange.ts';
import { createRelay, maxLineBytes } from './relay/relay.ts';
import { createStanding, type Wanted } from './relay/standing.ts';

export interface StdioOptions {
  readonly task?: string;
  /** Only this upstream, under its own names. */
  readonly server?: string;
  readonly type: string;
  readonly agent: string;
  readonly param: readonly string[];
  readonly ttl: string;
  readonly onBehalfOf?: string;
  readonly purpose?: string;
}

export interface Pipes {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Rejects its promise never; resolves when the process is told to end. */
  readonly told: Promise<string>;
}

const patienceMs = 3_000;
/** Clients wait about two seconds for us after closing our input. */
const drainMs = 1_000;
/** Where an overlong line shows which request it is. */
const idAtHead = /^\{"jsonrpc":"2\.0","id":(\d{1,15}|"[^"\\]{1,100}"),/;
const idAtTail = /,"id":(\d{1,15}|"[^"\\]{1,100}")\}\s*$/;

/** Resolves when the client has gone. @throws {CommandFailed} for options that mean nothing */
export async function mcpStdio(daemon: Daemon, options: StdioOptions, pipes: Pipes): Promise<void> {
  const standing = createStanding(daemon, wantedBy(options), endpointOf(options.server), Date.now);
  const exchange = createExchange();
  const { input, output, told } = pipes;
  const write = (message: string): void => void output.write(`${message}\n`);
  const relay = createRelay({ standing, exchange, write, patienceMs });
  const lines = createLineReader({
    maxLineBytes,
    onLine: (line) => relay.take(line),
    onOversized(head, tail) {
      const id = idAtHead.exec(head.toString('latin1'))?.[1] ?? idAtTail.exec(tail.toString('latin1'))?.[1];
      const message = `a message has at most ${maxLineBytes} bytes`;
      write(errorText(id === undefined ? null : idOf(id), { code: rpcCodes.limit, message }));
    },
  });

  const gone = new Promise<string>((resolve) => {
    input.on('data', (chunk: Buffer) => lines.feed(chunk));
    input.once('end', () => resolve('the client closed the connection'));
    input.once('error', () => resolve('the client broke the connection off'));
    // Who does not listen any more gets nothing any more.
    output.once('error', () => resolve('the client broke the connection off'));
  });
  const why = await Promise.race([
    gone.then(async (reason) => {
      await relay.drain(drainMs);
      return reason;
    }),
    told,
  ]);
  relay.close();
  await standing.end(why);
  exchange.close();
}

function idOf(text: string): string | number {
  return text.startsWith('"') ? text.slice(1, -1) : Number(text);
}

function endpointOf(server: string | undefined): (url: string) => string {
  return server === undefined ? (url) => url : (url) => `${url}/${encodeURIComponent(server)}`;
}

function wantedBy({ task, type, agent, param, ttl, onBehalfOf, purpose }: StdioOptions): Wanted {
  if (task !== undefined) return { kind: 'under', task };
  const ttlMs = parseDurationMs(ttl);
  if (ttlMs === undefined)
    throw new CommandFailed(`--ttl \`${ttl}\` is no duration: write 90s, 15m, 2h`, exit.usage);
  const params: Record<string, string> = {};
  for (const pair of param) {
    const at = pair.indexOf('=');
    if (at < 1) throw new CommandFailed(`\`${pair}\` is not name=value: write --param ticket=42`, exit.usage);
    params[pair.slice(0, at)] = pair.slice(at + 1);
  }
  const order = {
    type,
    agent,
    params,
    ttlMs,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    ...(purpose === undefined ? {} : { purpose }),
  };
  return { kind: 'own', order };
}
