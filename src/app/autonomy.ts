// SPDX-License-Identifier: Apache-2.0
/**
 * An agent's level, set by people and lowered by rules. To lower and to raise are two acts, so that policy can say who may do
 * which. A rule lowers in the very commit of the decision that it stood against.
 *
 * Source: docs/adr/0037-autonomy.md.
 */
import { type Autonomy, isLower, loweredBy } from '../core/agent/autonomy.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Considered } from './consider.ts';
import { type Revoking, saidBy } from './revoke.ts';
import type { Place, Writing } from './sequencer.ts';

export interface Graded {
  readonly was: Autonomy;
  readonly level: Autonomy;
}

export async function setAutonomy(
  road: Revoking,
  operator: Operator,
  agent: string,
  level: Autonomy,
  reason: string,
): Promise<Administered<Graded>> {
  const now = road.sequencer.head.get(facets.agent(agent))?.autonomy ?? 'supervised';
  const raises = isLower(now, level);
  const action = raises ? 'autonomy.raise' : 'autonomy.lower';
  return administer<Graded>(road, operator, action, { kind: 'agent', id: agent }, (view, place) => {
    const state = view.get(facets.agent(agent));
    if (state === undefined) return { ok: false, code: 'not_found', reason: `no agent \`${agent}\`` };
    const no = (why: string) => ({ ok: false, code: 'not_possible', reason: why }) as const;
    const said = saidBy(road, reason).trim();
    if (state.status !== 'active') return no(`agent \`${agent}\` is revoked`);
    if (state.autonomy === level) return no(`agent \`${agent}\` is \`${level}\` already`);
    // It was lowered since policy was asked: what was to lower would raise, and that is another act.
    if (isLower(state.autonomy, level) !== raises)
      return no(`agent \`${agent}\` is \`${state.autonomy}\` now`);
    if (raises && operator.channel !== 'local-socket') return no('only a person raises a level, by command');
    if (raises && said === '') return no('say why: --reason');
    const event = {
      ...{ type: 'autonomy.set' as const, agent, level },
      ...{ author: operator.id, reason: said },
    };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: `agent/${agent}`, event }],
      value: { was: state.autonomy, level },
    };
  });
}

/** What a refusal lowers its agent to, if anything: written beside it, and resting on what it rests on. */
export function loweringOf(
  view: View,
  { verdicts, lifts, who }: Considered,
  decision: string,
  place: Place,
): readonly Writing[] {
  if (who === undefined) return [];
  const agent = who.agent.id;
  const found = loweredBy(verdicts, lifts, view.get(facets.agent(agent))?.autonomy ?? 'supervised');
  if (found === undefined) return [];
  const { level, rule } = found;
  return [
    {
      id: place.id('e'),
      stream: `agent/${agent}`,
      event: { type: 'autonomy.set', agent, level, author: 'policy', reason: '', rule, decision },
    },
  ];
}
