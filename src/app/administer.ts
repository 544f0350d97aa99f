// SPDX-License-Identifier: Apache-2.0
// Administration travels the same road: what an operator does is decided by policy and becomes
// durable in one commit with the decision that allowed it.
import { foldVersion } from '../core/decision/fold.ts';
import { adminQuestion } from '../core/policy/context.ts';
import type { AdminAction } from '../core/policy/layout.ts';
import type { BodyOf } from '../core/record/event.ts';
import type { Operator } from '../core/request/proposal.ts';
import type { View } from '../core/state/facet.ts';
import { isInForce, judge } from './consider.ts';
import type { InForce, Road } from './road.ts';
import { NotCommitted, type Place, type Writing, type Written } from './sequencer.ts';

/** What is administered: `kind/id` becomes Cedar's `Administered::"kind/id"`. */
export interface Subject {
  readonly kind:
    | 'agent'
    | 'task'
    | 'session'
    | 'policy'
    | 'candidate'
    | 'tool'
    | 'record'
    | 'approval'
    | 'approvers'
    | 'review'
    | 'passkey'
    | 'signal'
    | 'signals'
    | 'deferral'
    | 'message'
    | 'store'
    | 'token'
    | 'tenant';
  readonly id: string;
}

export type Administered<T> =
  | { readonly ok: true; readonly value: T; readonly decision: string }
  | {
      readonly ok: false;
      readonly code: AdminRefusal;
      readonly reason?: string;
      readonly decision?: string;
      readonly policies: readonly string[];
    };

export type AdminRefusal =
  | 'forbidden'
  | 'forbid_errored'
  | 'no_permit'
  | 'pending_approval'
  | 'deferred'
  | 'engine_failed'
  | 'policy_not_here'
  | 'not_found'
  | 'not_possible'
  | NotCommitted['code'];

/** What is to be done if policy allows it, computed against the state that the decision sees. */
export type Deed<T> = (
  view: View,
  place: Place,
) =>
  | {
      readonly ok: true;
      readonly writings: readonly Writing[];
      readonly value: T;
      /** Nothing was to be done that was not done already: not even that it was allowed is written. */
      readonly quiet?: boolean;
    }
  | { readonly ok: false; readonly code: 'not_found' | 'not_possible'; readonly reason: string };

/**
 * Decides and does in one commit. Never throws for what the product expects.
 *
 * @throws {StateUnreadable} and whatever a deed throws: a defect, not a refusal
 */
export async function administer<T>(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  action: AdminAction,
  subject: Subject,
  deed: Deed<T>,
): Promise<Administered<T>> {
  try {
    return await road.sequencer.submit<Administered<T>>((view, place) =>
      attempted(road.published(), view, place, operator, action, subject, deed),
    );
  } catch (error) {
    if (error instanceof NotCommitted) return { ok: false, code: error.code, policies: [] };
    throw error;
  }
}

/**
 * The same act on several subjects, in one commit: each is decided by itself, and what is refused leaves the others alone.
 *
 * @returns one answer for each, in order
 */
export async function administerEach<T>(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  action: AdminAction,
  acts: readonly { readonly subject: Subject; readonly deed: Deed<T> }[],
): Promise<readonly Administered<T>[]> {
  try {
    return await road.sequencer.submit((view, place) => {
      const force = road.published();
      const all = acts.map(({ subject, deed }) =>
        attempted(force, view, place, operator, action, subject, deed),
      );
      return {
        writings: all.flatMap(({ writings }) => writings),
        depends: all.some(({ depends }) => depends),
        result: all.map(({ result }) => result),
      };
    });
  } catch (error) {
    if (!(error instanceof NotCommitted)) throw error;
    const { code } = error;
    return acts.map(() => ({ ok: false, code, policies: [] }));
  }
}

function attempted<T>(
  force: InForce,
  view: View,
  place: Place,
  operator: Operator,
  action: AdminAction,
  subject: Subject,
  deed: Deed<T>,
): Written<Administered<T>> {
  const judged = judge(
    force,
    adminQuestion({ operator: operator.id, channel: operator.channel, action, ...subject }),
    [],
  );
  const verdicts = judged.ok ? judged.verdicts : [];
  const asked = !judged.ok ? 'engine_failed' : codeOf(judged.outcome);
  // As for agents: a node that has not loaded what is in force decides nothing.
  const code = isInForce(view, force) ? asked : 'policy_not_here';
  const id = place.id('d');
  const event: BodyOf<'decision'> = {
    type: 'decision',
    who: { operator: operator.id, channel: operator.channel },
    chain: [operator.id],
    request: {
      method: action,
      server: 'countersign',
      target: `${subject.kind}/${subject.id}`,
      action,
      class: 'administer',
      resource: { type: 'Administered', id: `${subject.kind}/${subject.id}` },
      argsOpaque: false,
    },
    versions: {
      policy: force.policies.digest,
      catalogue: force.catalogue.digest,
      fold: foldVersion,
      engine: force.policies.engine,
    },
    facts: {},
    verdicts: verdicts.map(({ policy, kind }) => ({
      policy: policy.id,
      effect: policy.effect,
      kind,
      text: policy.textDigest,
    })),
    lifts: [],
    transforms: [],
    outcome:
      code === 'permitted'
        ? 'allow'
        : code !== 'policy_not_here' && judged.ok && judged.outcome.outcome !== 'allow'
          ? judged.outcome.outcome
          : 'deny',
    code,
    shadow: false,
    obligations: [],
  };
  const record: Writing = { id, stream: 'tenant', event };
  const because = judged.ok ? judged.outcome.because : [];
  const policies = because.map(({ policy }) => policy.id);
  const reason = because[0]?.policy.reason;
  if (code !== 'permitted') {
    return {
      writings: [record],
      depends: false,
      result: { ok: false, code, decision: id, policies, ...(reason === undefined ? {} : { reason }) },
    };
  }
  const done = deed(view, place);
  if (!done.ok) {
    // Allowed, and there is nothing to do it to: no record says that it was done.
    return {
      writings: [],
      depends: false,
      result: { ok: false, code: done.code, reason: done.reason, policies },
    };
  }
  return {
    writings: done.quiet === true ? [] : [record, ...done.writings],
    depends: true,
    result: { ok: true, value: done.value, decision: id },
  };
}

type Judged = Extract<ReturnType<typeof judge>, { ok: true }>['outcome'];

function codeOf(
  outcome: Judged,
): 'permitted' | 'forbidden' | 'forbid_errored' | 'no_permit' | 'pending_approval' | 'deferred' {
  switch (outcome.outcome) {
    case 'allow':
      return 'permitted';
    case 'deny':
      return outcome.code;
    case 'defer':
      return 'deferred';
    // An administrative act has no arguments to narrow, so a `modify` can only be asked about.
    case 'step_up':
    case 'modify':
      return 'pending_approval';
  }
}
