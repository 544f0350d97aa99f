// SPDX-License-Identifier: Apache-2.0
/**
 * A conversation with an upstream that is a process of ours: JSON-RPC, one message a line.
 *
 * The ids and progress tokens on the wire are ours, never a client's. A line that cannot be understood
 * is dropped, and fails the request that it seems to answer; it never becomes a result.
 *
 * Source: MCP 2025-11-25 and 2026-07-28, "Transports", "stdio".
 */
import type { JsonObject } from '../../../core/json/value.ts';
import { type Call, createCall } from './call.ts';
import type { Conversation } from './conversation.ts';
import {
  discoverParams,
  type Introduction,
  initializeParams,
  legacyFacts,
  modernFacts,
  whyNot,
} from './handshake.ts';
import { createInFlight } from './inflight.ts';
import type { UpstreamLimits } from './limits.ts';
import {
  type Era,
  type Outgoing,
  type UpstreamAnswer,
  type UpstreamFacts,
  UpstreamUnavailable,
} from './link.ts';
import { createListeners } from './listeners.ts';
import {
  answerFrame,
  cancelFrame,
  guessAnsweredId,
  notificationFrame,
  readMessage,
  requestFrame,
} from './message.ts';
import { type ChildCommand, ChildNotStarted, startChild } from './process.ts';
import { createQuestions } from './questions.ts';

export interface StdioOptions {
  readonly server: string;
  readonly command: ChildCommand;
  /** What to try, in this order, in this process: some servers settle on the era of the first message. */
  readonly eras: readonly Era[];
  readonly introduction: Introduction;
  /** Serves several tasks: of what it says of its own accord, they are told what cannot be another one's. */
  readonly shared: boolean;
  readonly limits: UpstreamLimits;
  readonly onStderr: (line: string) => void;
  /** Ends the process, even during the handshake. */
  readonly signal: AbortSignal;
}

export interface StdioConversation extends Conversation {
  readonly pid: number;
}

/** What names the request that it belongs to, and what is the same for everybody. */
const ATTRIBUTED =
  /^notifications\/(?:progress|subscriptions\/acknowledged|(?:tools|prompts|resources)\/list_changed)$/;
/** Who asks during the handshake. */
const US = '';
/** Where an oversized answer shows whose it is: before its result, or after it. */
const ID_AT_HEAD = /^\{"jsonrpc":"2\.0","id":(\d{1,15}),/;
const ID_AT_TAIL = /,"id":(\d{1,15})(?:,"jsonrpc":"2\.0")?\}\s*$/;

/** @throws {UpstreamUnavailable} it cannot be started, or does not speak this era */
export async function openStdio(options: StdioOptions): Promise<StdioConversation> {
  const { limits } = options;
  const inFlight = createInFlight(limits);
  const listeners = createListeners();
  let nextId = 1;
  let over = false;
  let era: Era = 'modern';
  let firstClient: string | undefined;
  let severalClients = false;

  const child = await startChild(
    options.command,
    { maxLineBytes: limits.maxMessageBytes, onLine, onOversized },
    options.onStderr,
  ).catch((error: unknown) => {
    if (!(error instanceof ChildNotStarted)) throw error;
    throw new UpstreamUnavailable(`\`${options.server}\` cannot be started: ${error.code}`);
  });

  const onAbort = (): void => void child.stop();
  if (options.signal.aborted) onAbort();
  else options.signal.addEventListener('abort', onAbort);

  const questions = createQuestions({
    callFor: inFlight.sole,
    reply: write,
    refuseAll: options.shared,
  });
  const closed = child.ended.then(() => {
    over = true;
    options.signal.removeEventListener('abort', onAbort);
    questions.close();
    inFlight.failAll('closed');
  });

  function write(frame: string): void {
    if (!over) child.write(frame);
  }

  function onLine(line: Buffer): void {
    if (line.length === 0) return;
    const message = readMessage(line, limits);
    if (message === undefined) {
      const id = guessAnsweredId(line);
      if (id !== undefined) inFlight.fail(id, 'invalid');
      return;
    }
    switch (message.kind) {
      case 'result':
      case 'error':
      case 'faulty':
        inFlight.answer(message, line.length);
        return;
      case 'notification':
        onNotification(message.method, message.params);
        return;
      case 'request':
        // The modern era has none: there, questions come inside of results.
        if (era === 'legacy') questions.ask(message);
        else write(answerFrame(message.id, { error: { code: -32601, message: 'servers do not ask' } }));
    }
  }

  function onNotification(method: string, params: JsonObject): void {
    // It names a question of theirs, and the client knows that by another id.
    if (method === 'notifications/cancelled') return;
    const isTold = !(options.shared && severalClients) || ATTRIBUTED.test(method);
    if (isTold && !inFlight.notify(method, params)) listeners.tell(method, params);
  }

  function onOversized(head: Buffer, tail: Buffer): void {
    const id = ID_AT_HEAD.exec(head.toString('latin1')) ?? ID_AT_TAIL.exec(tail.toString('latin1'));
    if (id?.[1] !== undefined) inFlight.fail(Number(id[1]), 'too_large');
  }

  function onGivenUp(call: Call): void {
    // `initialize` is the one request that must not be cancelled.
    if (call.method !== 'initialize') write(cancelFrame(call.id));
  }

  async function request(outgoing: Outgoing, from: string): Promise<UpstreamAnswer> {
    // A line break would let what was decided as one message be read as two.
    if (outgoing.params?.includes('\n')) return { kind: 'failed', reason: 'invalid', sent: false };
    if (over) return { kind: 'failed', reason: 'closed', sent: false };
    if (inFlight.isFull(from) || child.unreadBytes() > limits.maxUnreadBytes)
      return { kind: 'failed', reason: 'unreachable', sent: false };
    if (from !== US) firstClient ??= from;
    if (from !== US && from !== firstClient) severalClients = true;
    const call = createCall(outgoing, {
      id: nextId++,
      from,
      onGivenUp,
      onSettled: inFlight.remove,
    });
    if (call.release()) {
      inFlight.add(call);
      child.write(requestFrame(call.id, call.method, call.params));
      questions.retry();
    }
    return call.answer;
  }

  async function handshake(method: string, params: string, timeoutMs: number): Promise<JsonObject> {
    const answer = await request(
      {
        method,
        params,
        timeoutMs,
        signal: options.signal,
        maxResultBytes: limits.maxMessageBytes,
        release: () => true,
        onNotification: () => {},
        onRequest: async () => ({ error: { code: -32601, message: 'not yet' } }),
      },
      US,
    );
    if (answer.kind === 'result') return answer.result;
    throw new UpstreamUnavailable(`\`${options.server}\` does not answer \`${method}\`: ${whyNot(answer)}`);
  }

  async function agreeOn(wanted: Era): Promise<UpstreamFacts> {
    era = wanted;
    const facts =
      wanted === 'modern'
        ? modernFacts(await handshake('server/discover', discoverParams(), limits.probeTimeoutMs))
        : legacyFacts(
            await handshake('initialize', initializeParams(options.introduction), limits.startTimeoutMs),
          );
    if (facts === undefined)
      throw new UpstreamUnavailable(`\`${options.server}\` speaks no version of MCP that is spoken here`);
    if (wanted === 'legacy') write(notificationFrame('notifications/initialized', undefined));
    return facts;
  }

  async function agree(): Promise<UpstreamFacts> {
    let last: unknown;
    for (const wanted of options.eras) {
      try {
        return await agreeOn(wanted);
      } catch (error) {
        last = error;
        if (over) break;
      }
    }
    throw last;
  }

  let facts: UpstreamFacts;
  try {
    facts = await agree();
  } catch (error) {
    await child.stop();
    throw error;
  }

  return {
    facts,
    closed,
    pid: child.pid,
    request,
    abandon: inFlight.abandon,
    inFlight: inFlight.size,
    listen: listeners.add,
    speaksUnasked: true,
    isHeard: () => listeners.clients() > 0,
    async notify(method, params) {
      if (params?.includes('\n') || child.unreadBytes() > limits.maxUnreadBytes) return;
      write(notificationFrame(method, params));
    },
    close: () => child.stop(),
  };
}
