// SPDX-License-Identifier: Apache-2.0
/**
 * What a task may do at most: a list of capabilities, each a finite description of requests.
 *
 * No patterns and no negation: whether one capability lies within another has to be decidable by
 * looking at the two (fits.ts), and what nobody can compare nobody can delegate. A capability admits
 * what meets everything that it says; a scope admits what one of its capabilities admits.
 *
 * Source: docs/adr/0015-scopes.md; byte format: docs/formats/record.md.
 */
import { z } from 'zod';
import { type ActionClass, isActionClass } from '../catalogue/taxonomy.ts';
import { levels } from '../label/label.ts';
import type { CedarRecord } from '../policy/values.ts';
import { hostSuffixOf } from './host.ts';
import { segmentsOf } from './path.ts';

export const maxCapabilities = 64;
export const maxChoices = 256;
const maxTextLength = 1024;

const text = z.string().min(1).max(maxTextLength);
const choices = z.array(text).min(1).max(maxChoices).readonly();
const whole = z.number().int().refine(Number.isSafeInteger);

/** What one value must be. Every form is closed under "and nothing else". */
export const constraintShape = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('one_of'), values: choices }),
  z.strictObject({
    is: z.literal('within_path'),
    prefixes: z
      .array(text.refine((path) => segmentsOf(path) !== undefined))
      .min(1)
      .max(maxChoices)
      .readonly(),
  }),
  z.strictObject({
    is: z.literal('within_host'),
    suffixes: z
      .array(text.refine((host) => hostSuffixOf(host) === host))
      .min(1)
      .max(maxChoices)
      .readonly(),
  }),
  z
    .strictObject({ is: z.literal('integer'), min: whole.optional(), max: whole.optional() })
    .refine(({ min, max }) => (min ?? max) !== undefined && (min ?? -Infinity) <= (max ?? Infinity)),
]);
export type Constraint = z.infer<typeof constraintShape>;

export const capabilityShape = z
  .strictObject({
    /** What it is for. At least actions, classes or tools; all that are there must hold. */
    actions: choices.optional(),
    classes: z
      .array(z.custom<ActionClass>((c) => typeof c === 'string' && isActionClass(c)))
      .min(1)
      .max(32)
      .readonly()
      .optional(),
    servers: choices.optional(),
    tools: choices.optional(),
    args: z
      .array(z.strictObject({ argument: text, must: constraintShape }))
      .max(32)
      .readonly()
      .optional(),
    /** Of the resource, as the catalogue describes it: its types, its id, the highest level of its label. */
    resourceTypes: choices.optional(),
    resourceId: constraintShape.optional(),
    resourceAtMost: z.enum(levels).optional(),
    /** The highest level of what the task has read. */
    sessionAtMost: z.enum(levels).optional(),
  })
  .refine(
    (c) => (c.actions ?? c.classes ?? c.tools) !== undefined,
    'a capability names actions, classes or tools',
  );
export type Capability = z.infer<typeof capabilityShape>;

/** A small automaton over action classes: in a state only the classes that it names may be done. */
export const workflowShape = z.strictObject({
  start: text,
  states: z
    .array(
      z.strictObject({
        name: text,
        next: z
          .array(z.strictObject({ class: z.string(), to: text }))
          .max(32)
          .readonly(),
      }),
    )
    .min(1)
    .max(32)
    .readonly(),
});
export type Workflow = z.infer<typeof workflowShape>;

export const scopeShape = z.strictObject({
  /** `sha256:` of the template's file that it was bound from. */
  template: z.string().max(80).optional(),
  capabilities: z.array(capabilityShape).max(maxCapabilities).readonly(),
  workflow: workflowShape.optional(),
  /** An obligation on the edge for all that is done under it. */
  maxResultBytes: z.number().int().positive().optional(),
});
export type Scope = z.infer<typeof scopeShape>;

/** What a scope is asked about: a request as policy sees it, secrets already replaced. */
export interface Attempt {
  readonly action: string;
  readonly class: ActionClass;
  readonly server: string;
  readonly tool: string;
  /** From `cedarArgs`: what policy cannot see is not in it, and meets no constraint. */
  readonly args: CedarRecord;
  readonly resource: { readonly type: string; readonly id: string; readonly level: (typeof levels)[number] };
  /** The level of what the task has read. */
  readonly session: (typeof levels)[number];
}
