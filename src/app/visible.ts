// SPDX-License-Identifier: Apache-2.0
// Whether a target may be listed for a caller: hidden is what is denied for every argument.
// A list is a courtesy, not a decision: nothing is recorded, and a call is decided whatever was listed.
import { questionFor } from '../core/policy/context.ts';
import type { Caller } from '../core/request/proposal.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { facets } from '../core/state/facet.ts';
import { mayEverAdmit } from '../core/task/admit.ts';
import { lineOf } from '../core/task/lineage.ts';
import type { Road } from './road.ts';

export function mayList(
  road: Pick<Road, 'sequencer' | 'published' | 'clock'>,
  caller: Caller,
  method: string,
  server: string,
  target: string,
): boolean {
  const force = road.published();
  const entry = force.catalogue.find(method, server, target);
  if (entry === undefined) return false;
  const standing = circumstances(road.sequencer.head, caller, road.clock.wallMs());
  if (!standing.ok) return false;
  const { head } = road.sequencer;
  if (entry.kind === 'tool' && head.get(facets.halt)?.tools.includes(`${server}/${target}`) === true)
    return false;
  const outside = lineOf(head, caller.task).some((task) => {
    const scope = head.get(facets.task(task))?.scope;
    return (
      scope !== undefined &&
      !mayEverAdmit(scope, {
        action: entry.action,
        class: entry.class,
        server: entry.server,
        tool: entry.target,
        resource: { type: entry.resource.type, level: entry.resource.label.level },
      })
    );
  });
  const question = questionFor(
    {
      entry,
      action: entry.action,
      resource: { type: entry.resource.type, id: `${server}/${target}` },
      args: {},
      opaque: true,
    },
    standing.value,
  );
  return force.mode === 'shadow' || (!outside && force.policies.mayAllow(question, entry.class));
}
