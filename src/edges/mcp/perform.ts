// SPDX-License-Identifier: Apache-2.0
// One request of a client that is not the era's own business: decided, listed, or denied by the table.
import type { JsonObject } from '../../core/json/value.ts';
import { call, denied } from './call.ts';
import type { Gate, Talk } from './gate.ts';
import { isListMethod, listed } from './listing.ts';
import { requestTreatment } from './methods.ts';
import { dressed } from './result.ts';
import { type Reply, rpcCodes } from './rpc.ts';

export async function perform(gate: Gate, talk: Talk, method: string, params: JsonObject): Promise<Reply> {
  const reply = await performed(gate, talk, method, params);
  // Refusals too: clients of the later era take no result without its type.
  return reply.ok ? { ok: true, result: dressed(talk.era, method, reply.result) } : reply;
}

function performed(gate: Gate, talk: Talk, method: string, params: JsonObject): Promise<Reply> {
  const treatment = requestTreatment('client', talk.era, method);
  if (treatment === 'decided') return call(gate, talk, method, params);
  if (treatment === 'listed' && isListMethod(method)) return listed(gate, talk, method, params);
  // Under no server, so that no catalogue can make an allow of it.
  return denied(gate, talk, { method, server: '', target: method, shown: method, args: {} }, true);
}

/** A defect of ours: the client learns that much and no more. */
export function defect(gate: Gate, method: string, error: unknown): Reply {
  gate.log('internal_error', { method, error: error instanceof Error ? error.name : 'thrown' });
  return {
    ok: false,
    error: { code: rpcCodes.internal, message: 'internal error', data: { code: 'internal' } },
  };
}
