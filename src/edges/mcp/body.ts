// SPDX-License-Identifier: Apache-2.0
// Reads one request body, bounded, into one JSON-RPC message. Everything that two readers might
// understand differently is refused by name (core/json/parse.ts).
import type { IncomingMessage } from 'node:http';
import { type JsonFault, parseJson } from '../../core/json/parse.ts';
import type { GatewayLimits } from './limits.ts';
import { type Message, readMessage } from './message.ts';
import { type RequestId, type RpcError, rpcCodes } from './rpc.ts';

export type BodyRead =
  | { readonly ok: true; readonly message: Message; readonly sizeBytes: number }
  | { readonly ok: false; readonly status: number; readonly id: RequestId | null; readonly error: RpcError }
  /** The client went away; nobody is left to answer. */
  | 'gone';

/** Faults of the text itself, against faults of what a well-formed text says. */
const parseFaults: ReadonlySet<JsonFault> = new Set(['syntax', 'invalid_utf8', 'lone_surrogate']);

export async function readBody(req: IncomingMessage, limits: GatewayLimits): Promise<BodyRead> {
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > limits.maxBodyBytes) return tooLarge(limits);
  const bytes = await collected(req, limits.maxBodyBytes);
  if (bytes === 'gone') return 'gone';
  if (bytes === 'too_large') return tooLarge(limits);

  const parsed = parseJson(bytes, {
    maxBytes: limits.maxBodyBytes,
    maxDepth: limits.maxBodyDepth,
    maxNodes: limits.maxBodyNodes,
    refuseCedarEscapes: true,
  });
  if (!parsed.ok) {
    const code = parseFaults.has(parsed.code) ? rpcCodes.parse : rpcCodes.invalidRequest;
    const data = { code: parsed.code, at: parsed.at };
    return { ok: false, status: 400, id: null, error: { code, message: parsed.message, data } };
  }
  const read = readMessage(parsed.value);
  return read.ok
    ? { ok: true, message: read.message, sizeBytes: bytes.length }
    : { ok: false, status: 400, id: read.id, error: read.error };
}

function collected(req: IncomingMessage, maxBytes: number): Promise<Buffer | 'too_large' | 'gone'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    req.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) {
        req.pause();
        resolve('too_large');
      } else chunks.push(chunk);
    });
    req.on('end', () => {
      const [only] = chunks;
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks));
    });
    req.on('close', () => resolve('gone'));
    req.on('error', () => resolve('gone'));
  });
}

function tooLarge(limits: GatewayLimits): BodyRead {
  const message = `a body has at most ${limits.maxBodyBytes} bytes`;
  const error = { code: rpcCodes.invalidRequest, message, data: { code: 'too_large' } };
  return { ok: false, status: 413, id: null, error };
}
