// SPDX-License-Identifier: Apache-2.0
/**
 * A model that reads prompts, behind a server that speaks the protocol of OpenAI's chat completions.
 *
 * Never follows a redirect, never reads more than a bound, never waits longer than it was told, and asks once. What
 * comes back is text of a stranger: what of it counts is said elsewhere (core/origin/intent.ts).
 *
 * Source: OpenAI, "Chat completions", "Structured outputs"; docs/adr/0025-intent-model.md.
 */
import { Pool } from 'undici';
import type { IntentAnswer, IntentFault, IntentModel } from '../../app/intent.ts';
import { parseJson } from '../../core/json/parse.ts';
import { isArray, isObject, objectAt, own, stringAt } from '../../core/json/value.ts';

export interface ChatServer {
  /** Of its completions: `http://127.0.0.1:11434/v1/chat/completions`. */
  readonly url: URL;
  readonly model: string;
  /** A bearer token. */
  readonly key?: string;
}

export interface ChatModel extends IntentModel {
  close(): Promise<void>;
}

const maxAnswerBytes = 1 << 18;
const maxContentBytes = 1 << 16;
const answerLimits = { maxBytes: maxAnswerBytes, maxDepth: 32, maxNodes: 10_000 };
const contentLimits = { maxBytes: maxContentBytes, maxDepth: 8, maxNodes: 1000 };
const maxConnections = 8;

export function openChatModel({ url, model, key }: ChatServer): ChatModel {
  const pool = new Pool(url.origin, { connections: maxConnections, pipelining: 1, allowH2: false });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'countersign',
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  return {
    provider: url.host,
    model,
    async ask(question, timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const path = `${url.pathname}${url.search}`;
        const answer = await pool.request({ method: 'POST', path, headers, body: question, signal });
        if (answer.statusCode !== 200) {
          answer.body.on('error', () => undefined).destroy();
          return fault('failed');
        }
        const chunks: Buffer[] = [];
        let size = 0;
        for await (const chunk of answer.body) {
          size += chunk.length;
          // Leaving the loop ends the connection.
          if (size > maxAnswerBytes) return fault('too_large');
          chunks.push(chunk);
        }
        return read(Buffer.concat(chunks));
      } catch {
        return fault(signal.aborted ? 'timeout' : 'unreachable');
      }
    },
    close: () => pool.destroy(),
  };
}

function read(bytes: Uint8Array): IntentAnswer {
  const parsed = parseJson(bytes, answerLimits);
  const choices = parsed.ok && isObject(parsed.value) ? own(parsed.value, 'choices') : undefined;
  const first = isArray(choices) ? choices[0] : undefined;
  const message = isObject(first) ? objectAt(first, 'message') : undefined;
  const content = message === undefined ? undefined : stringAt(message, 'content');
  if (content === undefined) return fault('malformed');
  const inner = parseJson(Buffer.from(content, 'utf8'), contentLimits);
  return inner.ok ? { ok: true, value: inner.value } : fault('malformed');
}

function fault(code: IntentFault): IntentAnswer {
  return { ok: false, code };
}
