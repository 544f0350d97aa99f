// SPDX-License-Identifier: Apache-2.0
// A plan made the plain way, one record after the other: the strict parser and the shape, every facet folded, nothing
// remembered and nothing left out. What src/app/plan.ts has to agree with.
import { type Change, createChanges, runs, saidOf } from '../../src/app/change.ts';
import { consider } from '../../src/app/consider.ts';
import { createPast } from '../../src/app/past.ts';
import type { Plan, PlanOptions } from '../../src/app/plan.ts';
import type { Entry } from '../../src/app/ports.ts';
import { underSet } from '../../src/app/under-set.ts';
import type { Vault } from '../../src/app/vault.ts';
import { parseJson } from '../../src/core/json/parse.ts';
import { isObject } from '../../src/core/json/value.ts';
import { originOf } from '../../src/core/origin/recorded.ts';
import type { DecisionEvent } from '../../src/core/record/event.ts';
import { strictEvent } from '../../src/core/record/read-event.ts';
import { createHead } from '../../src/core/state/head.ts';
import { changes } from '../../src/core/state/reduce.ts';

type Cannot = keyof Plan['cannot'];

export async function plainPlan(
  entries: readonly Entry[],
  vault: Pick<Vault, 'open'>,
  { sinceMs, next, pseudonym }: PlanOptions,
): Promise<Plan> {
  const head = createHead();
  const past = createPast(pseudonym);
  const differences = createChanges();
  const cannot: Partial<Record<Cannot, number>> = {};
  let [replayed, unchanged] = [0, 0];

  const again = async (event: DecisionEvent, position: number): Promise<Change['after'] | Cannot> => {
    const { who, request, versions, transforms, opinion } = event;
    if (!('session' in who)) throw new Error('an operator decides nothing that policy plans are about');
    if (hadNone.has(event.code)) return saidOf(event);
    if (request.args === undefined)
      return versions.catalogue === next.catalogue.digest ? saidOf(event) : 'other_catalogue';
    if (transforms.length > 0) return 'transformed';
    const opened = await vault.open(request.args.digest, position);
    if (!opened.ok) return opened.reason === 'digest_mismatch' ? 'unreadable' : opened.reason;
    const args = parseJson(Buffer.from(opened.content), { maxBytes: 1e7, maxDepth: 500, maxNodes: 1e6 });
    if (!args.ok || !isObject(args.value)) return 'unreadable';
    const { method, server, target, definition } = request;
    const considered = consider(
      {
        pseudonym,
        replayed: true,
        origins: () => originOf(event.facts),
        ...(opinion === undefined ? {} : { answers: () => undefined }),
      },
      next,
      underSet(head, next),
      { at: event.at, past },
      who,
      { method, server, target, args: args.value, ...(definition === undefined ? {} : { definition }) },
      new Set(['max_result_bytes']),
    );
    if (considered.unasked !== undefined) return 'second_opinion';
    const { outcome, code, verdicts } = considered;
    const policies = verdicts.flatMap(({ kind, policy: { id, effect } }) =>
      kind === 'satisfied' && (effect === 'permit') === runs(outcome) ? [id] : [],
    );
    return { outcome, code, policies: policies.sort() };
  };

  for (const { leaf, position } of entries) {
    const parsed = strictEvent(leaf);
    if (!parsed.ok) throw new Error(parsed.reason);
    const { event } = parsed;
    if (event.type === 'decision' && 'session' in event.who && event.at >= sinceMs) {
      const now = await again(event, position);
      if (typeof now === 'string') cannot[now] = (cannot[now] ?? 0) + 1;
      else {
        replayed += 1;
        if (!differences.note(event, saidOf(event), now)) unchanged += 1;
      }
    }
    head.move(changes(head, event, event.id, event.at, event.node), event.id);
    past.learn(event);
  }
  // Nothing of what these runs got back was decided, and no set here speaks of results.
  const results = { replayed: 0, unchanged: 0, changes: [], cannot: 0 };
  return { replayed, unchanged, changes: differences.ordered(), cannot, results, records: entries.length };
}

const hadNone = new Set([
  ...['unknown_agent', 'agent_revoked', 'unknown_task', 'task_ended', 'task_revoked', 'task_expired'],
  ...['parent_over', 'unknown_session', 'session_revoked', 'not_the_callers'],
]);
