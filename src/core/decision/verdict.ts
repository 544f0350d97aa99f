// SPDX-License-Identifier: Apache-2.0
// What one policy said about one request, and what may take it back.
import type { Assurance } from '../approval/assurance.ts';
import type { ResultTransform } from '../result/narrow.ts';

export type Effect = 'permit' | 'forbid';

/** Whom an approver must not be: who started the task, the person it is done for, who owns the agent. */
export const parties = ['requester', 'human', 'owner'] as const;
export type Party = (typeof parties)[number];

/** How a forbid that is not final can be lifted. Written as annotations of the policy. */
export type Remedy =
  | {
      readonly kind: 'step_up';
      readonly approvers: readonly string[];
      readonly quorum: number;
      readonly expiresMs: number;
      /** Absent: nobody is kept apart. */
      readonly separate?: readonly Party[];
      /** How sure an answer has to be at least. Absent: as the deed and the roster want it. */
      readonly assurance?: Assurance;
      /** Whether people may allow it for a whole task. Absent: where it can be undone. */
      readonly standing?: 'no' | 'yes';
    }
  | { readonly kind: 'defer'; readonly until: string; readonly timeoutMs: number }
  | { readonly kind: 'modify'; readonly transform: Transform }
  /** `modify` of a result: of a request it takes nothing away. */
  | { readonly kind: 'narrow'; readonly transform: ResultTransform };

/** A named, deterministic, idempotent narrowing of the arguments. The set is closed. */
export type Transform =
  | { readonly name: 'cap'; readonly argument: string; readonly most: number }
  | { readonly name: 'remove'; readonly argument: string };

/** Something that the enforcing edge must do, or the allow is void. The set is closed. */
export type Obligation = { readonly name: 'max_result_bytes'; readonly bytes: number };

/** One policy as published: what fold and explain need to know of it besides its clauses. */
export interface Policy {
  readonly id: string;
  readonly effect: Effect;
  /**
   * It speaks of results: asked again when there is one, and only then can it hold. Or of whether a session goes on:
   * asked when something changes.
   */
  readonly about?: 'result' | 'continue';
  /** What becomes of a session that it speaks of. */
  readonly course?: 'narrow' | 'pause' | 'end';
  /** `sha256:` of the policy's text as published: a lift names it, so an edited policy is not lifted. */
  readonly textDigest: string;
  readonly remedy?: Remedy;
  /** The group of which two people may take it away for minutes, whatever its remedy. Absent: nobody. */
  readonly breakGlass?: string;
  readonly obligations: readonly Obligation[];
  /** Of a forbid: where it stands against a call, the agent works at this level from then on, or lower. */
  readonly lowers?: 'supervised' | 'semi';
  /** One sentence for the model that reads the refusal. */
  readonly reason?: string;
  readonly owner?: string;
  readonly controls: readonly string[];
  readonly file: string;
  readonly line: number;
}

export interface Verdict {
  readonly policy: Policy;
  readonly kind: 'satisfied' | 'errored';
}

/** Takes one forbid away for one action: named by id and by the digest of its text. */
export interface Lift {
  readonly policy: string;
  readonly textDigest: string;
  /** The approval that it comes from, and that is consumed by it. */
  readonly via?: string | undefined;
  /** `via` is a broken glass: good for nothing but a policy that may be broken, and then for a final one as well. */
  readonly glass?: true | undefined;
}

export function names(lift: Lift, verdict: Verdict): boolean {
  return lift.policy === verdict.policy.id && lift.textDigest === verdict.policy.textDigest;
}
