// SPDX-License-Identifier: Apache-2.0
// A caller, and requests as the road describes them, for tests of policies.
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import { nothingRead } from '../../src/core/label/label.ts';
import type { Described } from '../../src/core/policy/context.ts';
import { shapeOfEntry } from '../../src/core/policy/shape.ts';
import { cedarArgs } from '../../src/core/policy/values.ts';
import type { Circumstances } from '../../src/core/session/circumstances.ts';

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
