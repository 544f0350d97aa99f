// SPDX-License-Identifier: Apache-2.0
/** The card of a request to break the glass: one like any other, of a deed that is the daemon's own. */
import type { TaskTerms } from '../record/events/standing.ts';
import { type GlassTerms, glassAsk, glassLimits } from './break-glass.ts';
import type { Card } from './card.ts';
import { visible } from './visible.ts';

export function glassCard({
  approval,
  terms,
  task,
  by,
  policies,
  matter,
  expiresAt,
}: {
  readonly approval: string;
  readonly terms: GlassTerms;
  readonly task: TaskTerms;
  readonly by: string;
  readonly policies: readonly string[];
  readonly matter: string;
  readonly expiresAt: number;
}): Card {
  const seen = (text: string): string => visible(text).text;
  const { agent, group, reason, forMs } = terms;
  const minutes = Math.round(forMs / 60_000);
  const argument = (path: string, value: string) => ({ path, value: JSON.stringify(seen(value)) });
  return {
    v: 1,
    approval,
    verb: seen(
      `break the glass for ${agent}: for ${minutes} minutes no forbid of ${group} holds for its task`,
    ),
    chain: [by, ...(task.onBehalfOf === undefined ? [] : [task.onBehalfOf]), agent].map(seen),
    task: {
      id: terms.task,
      type: seen(task.type),
      ...(task.purpose === undefined ? {} : { purpose: seen(task.purpose) }),
      startedBy: seen(task.approver),
    },
    agent: { id: seen(agent), owner: '', autonomy: '' },
    why: [
      {
        policy: glassAsk,
        reason: seen(`${by} asks for it: ${reason}`),
        approvers: [group],
        quorum: glassLimits.people,
        separate: [],
      },
    ],
    effect: {
      ...{ server: 'countersign', tool: 'break-glass', class: 'administer' },
      ...{ resource: seen(`Task ${terms.task}`), level: 'restricted', reversible: false, external: false },
      arguments: [
        argument('reason', reason),
        { path: 'minutes', value: String(minutes) },
        ...policies.map((policy, i) => argument(`lifts[${i}]`, policy)),
      ],
      transforms: [],
      hidden: visible(reason).hidden,
    },
    blast: {
      reversible: false,
      external: false,
      records: 'unknown',
      recipients: 'unknown',
      credential: 'unknown',
    },
    lineage: [],
    read: { level: 'public', untrusted: false, sources: [] },
    matter,
    expiresAt,
  };
}
