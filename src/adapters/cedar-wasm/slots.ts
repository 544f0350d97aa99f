// SPDX-License-Identifier: Apache-2.0
/**
 * Where parsed policy sets live inside the engine.
 *
 * The engine keeps what it parsed under a name for as long as the process lives and never frees a
 * name, so a name for each set would leak. Instead there are a few names, and a set takes the one
 * that was used longest ago when it has none; a set that lost its name to others parses itself
 * again. So any number of sets can be in use, each answering with its own policies only, in bounded
 * memory, and nobody has to remember to dispose of anything.
 *
 * The table belongs to the engine's instance, of which there is one in a thread; hence a module's own.
 */
import { preparsePolicySet, preparseSchema } from '@cedar-policy/cedar-wasm/nodejs';

export interface Parsable {
  readonly schema: string;
  /** Policy text by id, as permits. */
  readonly policies: { readonly [id: string]: string };
}

interface Slot {
  readonly name: string;
  owner: Parsable | undefined;
  usedAt: number;
}

/** Two would do for an old and a new set; more than this in steady use cost a parse for each question. */
export const slotCount = 4;

const slots: readonly Slot[] = Array.from({ length: slotCount }, (_, i) => ({
  name: `countersign-${i}`,
  owner: undefined,
  usedAt: 0,
}));
let uses = 0;

/**
 * @returns the name under which the engine knows this set, and the schema with it
 * @throws when the engine refuses to parse it
 */
export function slotFor(set: Parsable): string {
  const slot = slots.find(({ owner }) => owner === set) ?? load(set);
  slot.usedAt = ++uses;
  return slot.name;
}

function load(set: Parsable): Slot {
  const slot = slots.reduce((oldest, each) => (each.usedAt < oldest.usedAt ? each : oldest));
  // Nobody's until both halves are in: a set must never be asked against another set's schema.
  slot.owner = undefined;
  const schema = preparseSchema(slot.name, set.schema);
  if (schema.type === 'failure') throw new Error(schema.errors[0]?.message ?? 'the schema was refused');
  const policies = preparsePolicySet(slot.name, { staticPolicies: set.policies });
  if (policies.type === 'failure')
    throw new Error(policies.errors[0]?.message ?? 'the policies were refused');
  slot.owner = set;
  return slot;
}
