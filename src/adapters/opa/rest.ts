// SPDX-License-Identifier: Apache-2.0
/**
 * A second opinion from a running Open Policy Agent, through its REST API.
 *
 * Asks one document of its data API over connections that are kept. Never follows a redirect, never reads more
 * than a bound, never waits longer than it was told; what is not an opinion to the last member is a fault.
 *
 * Source: OPA, "REST API", "Data API": `POST /v1/data/<path>` with `{"input": ...}`; a document that is undefined
 * has no `result`.
 */
import { Pool } from 'undici';
import type { SecondOpinion } from '../../app/ports.ts';
import { type OpinionAnswer, type OpinionFault, readOpinion } from '../../core/decision/opinion.ts';
import { parseJson } from '../../core/json/parse.ts';
import { isObject, own, stringAt } from '../../core/json/value.ts';
import { maxOpinionBytes } from './protocol.ts';

export interface OpaServer {
  /** Of the document: `http://127.0.0.1:8181/v1/data/countersign/decision`. */
  readonly url: URL;
  /** A bearer token. */
  readonly token?: string;
}

export interface OpaClient extends SecondOpinion {
  close(): Promise<void>;
}

const answerLimits = { maxBytes: maxOpinionBytes, maxDepth: 32, maxNodes: 10_000 };
const maxConnections = 64;

export function openOpa({ url, token }: OpaServer): OpaClient {
  const pool = new Pool(url.origin, { connections: maxConnections, pipelining: 1, allowH2: false });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    'user-agent': 'countersign',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };

  async function post(body: string, signal: AbortSignal): Promise<OpinionAnswer> {
    const answer = await pool.request({ method: 'POST', path: url.pathname, headers, body, signal });
    if (answer.statusCode !== 200) {
      // Whatever it says, a redirect included: its connection is not worth reading to the end for.
      answer.body.on('error', () => undefined).destroy();
      return fault('opa_failed');
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      // Leaving the loop ends the connection.
      if (size > maxOpinionBytes) return fault('opa_malformed');
      chunks.push(chunk);
    }
    return read(Buffer.concat(chunks));
  }

  return {
    async ask(input, timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      const body = `{"input":${input}}`;
      try {
        return await post(body, signal).catch((error: unknown) => {
          // A kept connection may have been closed meanwhile. To ask again changes nothing there.
          if (!signal.aborted && wasCut(error)) return post(body, signal);
          throw error;
        });
      } catch {
        return fault(signal.aborted ? 'opa_timeout' : 'opa_unreachable');
      }
    },
    close: () => pool.destroy(),
  };
}

function read(bytes: Uint8Array): OpinionAnswer {
  const parsed = parseJson(bytes, answerLimits);
  if (!parsed.ok || !isObject(parsed.value)) return fault('opa_malformed');
  const result = own(parsed.value, 'result');
  if (result === undefined) return fault('opa_undefined');
  const opinion = readOpinion(result);
  if (opinion === undefined) return fault('opa_malformed');
  const id = stringAt(parsed.value, 'decision_id');
  return {
    ok: true,
    opinion,
    ...(id !== undefined && /^[A-Za-z0-9-]{1,64}$/.test(id) ? { decisionId: id } : {}),
  };
}

function fault(code: OpinionFault): OpinionAnswer {
  return { ok: false, code };
}

function wasCut(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
}
