// SPDX-License-Identifier: Apache-2.0
/**
 * What an approval is of: everything about one action that can be computed again when it is about to be done.
 *
 * An approval fits where all of this comes out the same, to the last byte. What changes by itself (times, counts, who
 * used what first) is not in it; what somebody could change to have more done than was approved is.
 *
 * Source: docs/adr/0026-approvals.md, "The matter".
 */
import { canonicalJson, digestJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import type { Label } from '../label/label.ts';
import type { OriginFacts } from '../origin/facts.ts';
import type { Pseudonym } from '../record/secret.ts';
import type { Ask } from './approval.ts';

export interface Matter {
  readonly who: {
    readonly agent: string;
    readonly owner: string;
    readonly task: string;
    readonly session: string;
    /** Outermost first: the person, the agents of the tasks above, the one that acts. */
    readonly chain: readonly string[];
    readonly requester: string;
    readonly onBehalfOf: string | null;
  };
  readonly call: {
    readonly method: string;
    readonly server: string;
    readonly target: string;
    readonly action: string;
    readonly resource: { readonly type: string; readonly id: string };
    /** Digest of the tool's name, description and schemas, as they were accepted. */
    readonly definition: string | null;
    /** After every transform, with secrets replaced. */
    readonly args: JsonObject;
    readonly transforms: readonly string[];
  };
  readonly labels: Label;
  readonly origins: Pick<OriginFacts, 'roles' | 'intent'>;
  readonly policy: string;
  readonly catalogue: string;
  readonly asks: readonly Ask[];
  /** Of what the call names and others can change, as it was found. Absent: it names nothing of the kind. */
  readonly operands?: string;
}

/**
 * The digest that stands in records. Arguments enter it under a keyed hash: a record outlives their erasure, and few
 * enough of them could be guessed.
 */
export function matterDigest(matter: Matter, pseudonym: Pseudonym): string {
  const { who, call, labels, origins, policy, catalogue, asks, operands } = matter;
  return digestJson({
    v: 1,
    who: { ...who, chain: [...who.chain] },
    call: { ...call, resource: { ...call.resource }, args: pseudonym(canonicalJson(call.args)) },
    labels: {
      level: labels.level,
      categories: labels.categories,
      ...(labels.readers === undefined ? {} : { readers: labels.readers }),
      integrity: labels.integrity,
      sources: labels.sources,
    },
    origins: {
      intent: { ...origins.intent },
      roles: Object.fromEntries(
        Object.entries(origins.roles).map(([role, { doubt, from }]) => [role, { doubt, from }]),
      ),
    },
    policy,
    catalogue,
    ...(operands === undefined ? {} : { operands: pseudonym(operands) }),
    asks: [...asks]
      .sort((a, b) => (a.policy < b.policy ? -1 : 1))
      .map(({ policy, text, approvers, quorum, separate, assurance, eligible }) => ({
        ...{ policy, text, quorum, eligible },
        ...(assurance === undefined ? {} : { assurance }),
        approvers: [...approvers].sort(),
        separate: [...separate].sort(),
      })),
  });
}

/**
 * What a person's yes or no is about: this matter, under this name, until then, as this card showed it. The name is
 * the nonce: two requests about the same matter are two bindings.
 */
export function bindingDigest(binding: {
  readonly approval: string;
  readonly matter: string;
  readonly card: string;
  readonly expiresAt: number;
}): string {
  const { approval, matter, card, expiresAt } = binding;
  return digestJson({ v: 1, approval, matter, card, expiresAt });
}
