// SPDX-License-Identifier: Apache-2.0
// What must hold of approvals at the end of a run, told from the records in their order and from the upstream's account.
// Counts people and yeses by itself: nothing of the state machine is asked.
import { canonicalJson } from '../../src/core/json/canonical.ts';
import type { DecisionEvent, Event, EventOf } from '../../src/core/record/event.ts';
import type { Petition } from './edge.ts';
import type { EffectEntry } from './upstream.ts';

interface Told {
  readonly request: EventOf<'approval.requested'>;
  readonly yes: Set<string>;
  refused: boolean;
  usedBy?: string;
}

export function approvalsHold(
  events: readonly Event[],
  account: readonly EffectEntry[],
  petitions: readonly Petition[],
  wrong: string[],
): void {
  const told = new Map<string, Told>();
  const asking = new Map<string, DecisionEvent>();
  for (const event of events) {
    if (event.type === 'decision') asking.set(event.id, event);
    if (event.type === 'approval.requested') {
      if (told.has(event.approval)) wrong.push(`${event.approval} was asked for twice`);
      told.set(event.approval, { request: event, yes: new Set(), refused: false });
    }
    if (event.type === 'approval.decided') {
      const one = told.get(event.approval);
      if (one === undefined) wrong.push(`${event.approval} was decided and never asked for`);
      else if (event.verdict === 'approve') one.yes.add(event.person);
      else one.refused = true;
    }
    if (event.type === 'decision' && event.open !== undefined) used(event, told, asking, wrong);
  }
  for (const [approval, { usedBy }] of told) {
    if (usedBy === undefined) continue;
    const effects = account.filter(({ decision }) => decision === usedBy);
    if (effects.length > 1) wrong.push(`${approval} took effect ${effects.length} times`);
    const args = petitions.find((one) => one.approval === approval)?.proposal.args;
    if (args === undefined) continue;
    for (const effect of effects)
      if (effect.args !== canonicalJson(args)) wrong.push(`${approval} took effect with ${effect.args}`);
  }
}

function used(
  event: DecisionEvent,
  told: ReadonlyMap<string, Told>,
  asking: ReadonlyMap<string, DecisionEvent>,
  wrong: string[],
): void {
  const asked = event.verdicts.filter(({ policy, kind }) => policy === 'ask' && kind === 'satisfied');
  const lifted = new Set(event.lifts.map(({ policy }) => policy));
  if (asked.some(({ policy }) => !lifted.has(policy))) wrong.push(`${event.id} was let through unasked`);
  for (const via of new Set(event.lifts.map((lift) => lift.via ?? ''))) {
    const one = told.get(via);
    if (one === undefined) {
      wrong.push(`${event.id} was lifted by nobody`);
      continue;
    }
    const { request, yes, refused, usedBy } = one;
    if (usedBy !== undefined) wrong.push(`${via} was used twice, by ${usedBy} and ${event.id}`);
    one.usedBy = event.id;
    const before = asking.get(request.decision);
    const who = 'session' in event.who ? event.who.session : '';
    if (yes.size < Math.max(...request.asks.map(({ quorum }) => quorum)))
      wrong.push(`${via} was used after ${yes.size} people said yes`);
    if (refused) wrong.push(`${via} was used though refused`);
    if (event.at >= request.expiresAt) wrong.push(`${via} was used after its time`);
    if (who !== request.session) wrong.push(`${via} was used by another session`);
    if (before?.versions.policy !== event.versions.policy) wrong.push(`${via} was used under other policies`);
    if (before?.request.target !== event.request.target) wrong.push(`${via} was used for another tool`);
  }
}
