// SPDX-License-Identifier: Apache-2.0
// A small catalogue and a caller for tests of policies. Never used outside of tests.
import type { CatalogueEntry } from '../catalogue/entry.ts';
import type { JsonObject } from '../json/value.ts';
import { nothingRead } from '../label/label.ts';
import type { Circumstances } from '../session/circumstances.ts';
import type { Described } from './context.ts';
import { shapeOfEntry } from './shape.ts';
import { cedarArgs } from './values.ts';

/** A tool `crm/<name>` with action `crm.<name>`; what is not said is harmless. */
export function toolEntry(
  name: string,
  properties: JsonObject = {},
  more: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  return {
    kind: 'tool',
    server: 'crm',
    target: name,
    action: `crm.${name}`,
    class: 'read',
    resource: { type: 'Ticket', label: nothingRead },
    args: {},
    result: nothingRead,
    reversible: true,
    stateless: true,
    pinned: { digest: 'sha256:00', definition: { name, inputSchema: { type: 'object', properties } } },
    ...more,
  };
}

/** A request of this entry as the road would describe it. @throws when the arguments are refused */
export function describedCall(entry: CatalogueEntry, args: JsonObject = {}, id = '42'): Described {
  const cedar = cedarArgs(args, shapeOfEntry(entry));
  if (!cedar.ok) throw new Error(cedar.message);
  const resource = { type: entry.resource.type, id };
  return { entry, action: entry.action, resource, args: cedar.args, opaque: cedar.opaque };
}

export const caller: Circumstances = {
  at: Date.UTC(2026, 10, 21, 9, 30),
  agent: { id: 'support-bot', owner: 'support', autonomy: 'semi', verifiedSecondsAgo: 30 },
  task: {
    id: 'task-1',
    type: 'support',
    params: { ticket: '42' },
    ageSeconds: 600,
    hasPrompt: false,
    depth: 0,
  },
  session: { id: 'session-1', ageSeconds: 300, idleSeconds: 5, calls: 3, labels: nothingRead },
};
