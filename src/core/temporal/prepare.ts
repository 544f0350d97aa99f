// SPDX-License-Identifier: Apache-2.0
/**
 * From files to what a trace is decided by: policies lowered, leaves pinned, keys of slices.
 *
 * Never throws: every reason why not is a problem with its place.
 */
import type { PolicyFile, Problem } from '../policy/source.ts';
import { type EventSchema, readEventSchema } from './event-schema.ts';
import { formulaOf } from './formula-of.ts';
import { type LoweredPolicy, lowerPolicies } from './lower.ts';
import { type Pin, pinned, pinsByKind, sliceKeys } from './pins.ts';
import type { Leaf } from './replay.ts';
import { reading } from './scan.ts';

export interface PolicySources {
  readonly policies: readonly PolicyFile[];
  readonly macros: readonly PolicyFile[];
  readonly events: PolicyFile;
}

export interface Prepared {
  readonly policies: readonly LoweredPolicy[];
  readonly events: EventSchema;
  readonly leaves: readonly Leaf[];
  readonly keys: readonly Pin[];
}

export type Preparation =
  | { readonly ok: true; readonly prepared: Prepared }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export function prepare({ policies: files, macros, events: eventFile }: PolicySources): Preparation {
  const events = reading(() => readEventSchema(eventFile));
  const lowered = lowerPolicies(files, macros);
  if (!events.ok || !lowered.ok)
    return {
      ok: false,
      problems: [...(events.ok ? [] : [events.problem]), ...(lowered.ok ? [] : lowered.problems)],
    };
  const pins = pinsByKind(events.value);
  const leaves = lowered.policies.flatMap(({ leaves: own }) =>
    own.map(({ name, condition }) => ({ name, formula: pinned(formulaOf(condition), pins) })),
  );
  const { policies } = lowered;
  return { ok: true, prepared: { policies, events: events.value, leaves, keys: sliceKeys(events.value) } };
}
