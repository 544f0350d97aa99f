// SPDX-License-Identifier: Apache-2.0
/**
 * Calls of one tool that an agent made before, with their arguments as policy saw them: so many records back, and no
 * further. For people who consider what a pattern would have let through; nothing is decided by it.
 */
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonObject } from '../core/json/value.ts';
import type { Proposal } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import type { Ledger } from './ports.ts';
import { streamBack } from './read-records.ts';
import type { Road } from './road.ts';

export interface PastCalls {
  readonly calls: readonly { readonly args: JsonObject }[];
  /** How many of its calls of this tool were looked at. */
  readonly looked: number;
  /** Of these, whose arguments cannot be read any more. */
  readonly unread: number;
}

const limits = { sessions: 50, records: 2000, calls: 200 };
const prefix = 'session/';
const argLimits = { maxBytes: 1 << 20, maxDepth: 512, maxNodes: 100_000 };

export async function callsOf(
  { sequencer: { head }, vault }: Pick<Road, 'sequencer' | 'vault'>,
  ledger: Pick<Ledger, 'readStream'>,
  agent: string,
  { server, target }: Pick<Proposal, 'server' | 'target'>,
): Promise<PastCalls> {
  const sessions = [...head.facets()]
    .flatMap(([name]) => {
      const session = name.startsWith(prefix) ? name.slice(prefix.length) : '/';
      const state = session.includes('/') ? undefined : head.get(facets.session(session));
      return state?.agent === agent ? [{ stream: name, startedAt: state.startedAt }] : [];
    })
    .sort((a, b) => b.startedAt - a.startedAt)
    .slice(0, limits.sessions);
  const calls: { readonly args: JsonObject }[] = [];
  let [looked, unread, records] = [0, 0, 0];
  for (const { stream } of sessions) {
    for await (const { position, event } of streamBack(ledger, stream, Number.MAX_SAFE_INTEGER)) {
      if (records++ >= limits.records || looked >= limits.calls) return { calls, looked, unread };
      if (event.type !== 'decision' || event.request.server !== server || event.request.target !== target)
        continue;
      looked += 1;
      const { args } = event.request;
      const opened = args === undefined ? undefined : await vault.open(args.digest, position);
      const parsed =
        opened?.ok === true ? parseJson(Buffer.from(opened.content, 'utf8'), argLimits) : undefined;
      if (parsed?.ok === true && isObject(parsed.value)) calls.push({ args: parsed.value });
      else unread += 1;
    }
  }
  return { calls, looked, unread };
}
