// SPDX-License-Identifier: Apache-2.0
// State is a fold of events into facets: the smallest things that a decision can depend on.
// A facet's version is the id of the record that last moved it, so two writers can never mean
// different values by the same version.

import type { Answered } from '../approval/answered.ts';
import type { Approval } from '../approval/approval.ts';
import type { Glass } from '../approval/break-glass.ts';
import type { Passkey } from '../approval/passkey.ts';
import type { Deferral } from '../deferral/deferral.ts';
import type { Halt } from '../hold/halt.ts';
import type { Held, Holds } from '../hold/hold.ts';
import type { Label } from '../label/label.ts';
import type { Stored } from '../label/stored.ts';
import type { Reserve } from '../record/events/decision.ts';
import type { TaskTerms } from '../record/events/standing.ts';
import type { Seen } from '../session/seen.ts';
import type { SignalState } from '../signal/signal.ts';

declare const stored: unique symbol;
/** A facet's name; its type parameter says what is stored under it. Made only by the functions below. */
export interface FacetKey<T> {
  readonly name: string;
  readonly [stored]?: T;
}

export interface Facet {
  readonly version: string;
  readonly value: unknown;
}

/** A facet as a decision read it: `version` is empty where nothing had ever moved it. */
export interface FacetVersion {
  readonly facet: string;
  readonly version: string;
}

export interface AgentState {
  readonly owner: string;
  readonly autonomy: 'supervised' | 'semi' | 'full';
  readonly verifiedAt: number;
  readonly status: 'active' | 'revoked';
  readonly holds?: Holds;
}

export interface TaskState extends TaskTerms {
  readonly status: 'active' | 'ended' | 'revoked';
  readonly hasPrompt: boolean;
  readonly holds?: Holds;
}

export interface SessionState {
  readonly task: string;
  readonly agent: string;
  readonly startedAt: number;
  readonly status: 'active' | 'revoked';
  /** Calls of it that wait, or waited in vain; absent where none does. */
  readonly deferred?: readonly Deferred[];
  readonly holds?: Holds;
  /** What policy made of it when it was asked again; absent where it goes on. */
  readonly course?: Held & { readonly outcome: 'narrow' | 'pause' };
}

/** A call of a session that waits, by what it is. */
export interface Deferred {
  readonly matter: string;
  readonly deferral: string;
}

/** A call that may still be waiting. */
export interface OpenDeferral {
  readonly deferral: string;
  readonly session: string;
  readonly expiresAt: number;
}

export interface Activity {
  readonly calls: number;
  readonly lastAt: number;
}

export interface BudgetState {
  readonly limit: number;
  readonly reserved: number;
  readonly spent: number;
}

export interface Candidate {
  readonly policy: string;
  /** The record that published it. */
  readonly record: string;
}

export interface Undone {
  /** Digest of the texts. */
  readonly texts: string;
  /** The record of what was published in their place. */
  readonly record: string;
}

/** A request of a session that may still be decided or used, by what it is about. */
export interface Asked {
  readonly matter: string;
  readonly approval: string;
  readonly expiresAt: number;
}

/** A request for a whole task. */
export interface Standing {
  readonly approval: string;
  readonly until: number;
}

/** A request that nobody has decided: it waits, or its end is not on record yet. */
export interface OpenApproval {
  readonly approval: string;
  readonly session: string;
  readonly expiresAt: number;
}

/** A decision that may have taken effect and has not been observed yet. */
export interface OpenCall {
  readonly node: string;
  readonly session?: string;
  readonly task?: string;
  /** Who acted, and what it was: absent for administration. */
  readonly agent?: string;
  readonly action?: string;
  readonly class?: string;
  readonly reserves: readonly Reserve[];
  readonly worst: Label;
}

export const facets = {
  agent: (id: string): FacetKey<AgentState> => ({ name: `agent/${id}` }),
  task: (id: string): FacetKey<TaskState> => ({ name: `task/${id}` }),
  budget: (task: string, name: string): FacetKey<BudgetState> => ({ name: `task/${task}/budget/${name}` }),
  /** The join of everything read under a task: a new session under it starts there. */
  labels: (task: string): FacetKey<Label> => ({ name: `task/${task}/labels` }),
  /** Under which labels was written what stands in a store: core/label/stored.ts. */
  stored: (store: string): FacetKey<Stored> => ({ name: `stored/${store}` }),
  /** Where a task stands in its workflow, if its scope has one. */
  workflow: (task: string): FacetKey<string> => ({ name: `task/${task}/workflow` }),
  session: (id: string): FacetKey<SessionState> => ({ name: `session/${id}` }),
  activity: (session: string): FacetKey<Activity> => ({ name: `session/${session}/activity` }),
  call: (decision: string): FacetKey<OpenCall> => ({ name: `call/${decision}` }),
  /**
   * What was done last in a session, by an agent, by anybody: moved by every decision and observation,
   * so that a condition over history rests on it. Finer where more writers meet: of what anybody does,
   * by the action and by the class that it had then.
   */
  didInSession: (session: string): FacetKey<string> => ({ name: `did/session/${session}` }),
  didByAgent: (agent: string): FacetKey<string> => ({ name: `did/agent/${agent}` }),
  didByAnybody: (actionOrClass: string): FacetKey<string> => ({ name: `did/any/${actionOrClass}` }),
  /** What nobody may any more, whoever asks: core/hold/halt.ts. Its name stands in every record, so it is short. */
  halt: { name: 'halt' } satisfies FacetKey<Halt> as FacetKey<Halt>,
  /** What an agent has ever used: core/session/seen.ts. */
  seen: (agent: string): FacetKey<Seen> => ({ name: `seen/${agent}` }),
  /** Gone once it was consumed, or expired and another was asked for. */
  approval: (id: string): FacetKey<Approval> => ({ name: `approval/${id}` }),
  asked: (session: string): FacetKey<readonly Asked[]> => ({ name: `session/${session}/asked` }),
  /** The approvals for a whole task. */
  standing: (task: string): FacetKey<readonly Standing[]> => ({ name: `task/${task}/standing` }),
  /** What people answered of an agent: nothing rests on it, cards show it. */
  answered: (agent: string): FacetKey<readonly Answered[]> => ({ name: `answered/${agent}` }),
  /** Who broke the glass for a task, and until when. */
  glass: (task: string): FacetKey<Glass> => ({ name: `task/${task}/glass` }),
  openApprovals: { name: 'approvals' } satisfies FacetKey<readonly OpenApproval[]> as FacetKey<
    readonly OpenApproval[]
  >,
  /** Gone once the call was let through, or so many others ended that it is forgotten. */
  deferral: (id: string): FacetKey<Deferral> => ({ name: `deferral/${id}` }),
  openDeferrals: { name: 'deferrals' } satisfies FacetKey<readonly OpenDeferral[]> as FacetKey<
    readonly OpenDeferral[]
  >,
  /** Digest of the people and groups that may be asked. */
  approvers: { name: 'approvers' } satisfies FacetKey<string> as FacetKey<string>,
  /** The passkeys of people, in the order in which they were enrolled. */
  passkeys: { name: 'passkeys' } satisfies FacetKey<readonly Passkey[]> as FacetKey<readonly Passkey[]>,
  /** How often a passkey says that it was used. Apart from the passkey itself, on which decisions rest. */
  passkeyUses: (credential: string): FacetKey<number> => ({ name: `passkey/${credential}` }),
  /** Digest of the file that says which signals there are. */
  signals: { name: 'signals' } satisfies FacetKey<string> as FacetKey<string>,
  /** What was said last. Never dropped: what was taken back stands as nothing. */
  signal: (name: string): FacetKey<SignalState> => ({ name: `signal/${name}` }),
  policy: { name: 'policy' } satisfies FacetKey<string> as FacetKey<string>,
  catalogue: { name: 'catalogue' } satisfies FacetKey<string> as FacetKey<string>,
  /** The policy set that is tried beside the one in force, null where there is none any more. No decision rests on it. */
  candidate: { name: 'candidate' } satisfies FacetKey<Candidate | null> as FacetKey<Candidate | null>,
  /** Policy texts that somebody went back from, while nothing else was published. */
  undone: { name: 'undone' } satisfies FacetKey<Undone | null> as FacetKey<Undone | null>,
} as const;

/** Reads facets; whoever hands it out may remember what was read. */
export interface View {
  get<T>(key: FacetKey<T>): T | undefined;
}

/** What one attempt to write sees. */
export interface UnitView extends View {
  /** The same state, read without coming to rest on it. */
  readonly aside: View;
}
