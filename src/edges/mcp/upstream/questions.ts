// SPDX-License-Identifier: Apache-2.0
/**
 * What a legacy upstream asks the client (sampling, elicitation, roots), from the question to its answer.
 *
 * A question is put through a request that waits, since only there is a client that can be named. One
 * that comes when none waits is held for a moment: servers ask for roots right after the handshake,
 * just before the request that the link was opened for.
 *
 * Source: MCP 2025-11-25, "Client Features", "Ping".
 */
import type { Call } from './call.ts';
import type { PeerAnswer } from './link.ts';
import { answerFrame, type Message, type RpcId } from './message.ts';

export interface Questions {
  /** @param call the request on whose stream it came, when there is such a thing */
  ask(question: Extract<Message, { kind: 'request' }>, call?: Call): void;
  /** A request has been sent: what was held can be put through it. */
  retry(): void;
  close(): void;
}

export interface QuestionOptions {
  readonly callFor: () => Call | undefined;
  readonly reply: (frame: string) => void;
  /** A process that serves several tasks must not ask one of them what another one's call made it want. */
  readonly refuseAll: boolean;
}

const MAX_OPEN = 16;
const HOLD_MS = 1_000;
const NOBODY: PeerAnswer = { error: { code: -32601, message: 'there is no client to ask this' } };
const TOO_MANY: PeerAnswer = { error: { code: -32000, message: 'too many questions are open' } };
const FAILED: PeerAnswer = { error: { code: -32603, message: 'the question could not be put' } };

export function createQuestions(options: QuestionOptions): Questions {
  const held = new Set<{ readonly put: (call: Call) => void; readonly timer: NodeJS.Timeout }>();
  let open = 0;
  let closed = false;

  function answer(id: RpcId, said: PeerAnswer): void {
    open -= 1;
    if (closed) return;
    let frame: string;
    try {
      frame = answerFrame(id, said);
    } catch {
      // What the client said cannot be written as JSON; the upstream waits all the same.
      frame = answerFrame(id, FAILED);
    }
    options.reply(frame);
  }

  return {
    ask(question, call) {
      if (closed) return;
      open += 1;
      const { id, method, params } = question;
      if (method === 'ping') return answer(id, { result: {} });
      if (options.refuseAll) return answer(id, NOBODY);
      if (open > MAX_OPEN) return answer(id, TOO_MANY);
      const put = (through: Call): void => {
        through.ask(method, params).then(
          (said) => answer(id, said),
          () => answer(id, FAILED),
        );
      };
      const through = call === undefined || call.isOwn ? options.callFor() : call;
      if (through !== undefined) return put(through);
      const waiting = {
        put,
        timer: setTimeout(() => {
          held.delete(waiting);
          answer(id, NOBODY);
        }, HOLD_MS),
      };
      held.add(waiting);
    },
    retry() {
      if (held.size === 0) return;
      const through = options.callFor();
      if (through === undefined) return;
      for (const { put, timer } of held) {
        clearTimeout(timer);
        put(through);
      }
      held.clear();
    },
    close() {
      closed = true;
      for (const { timer } of held) clearTimeout(timer);
      held.clear();
    },
  };
}
