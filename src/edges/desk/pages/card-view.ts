// SPDX-License-Identifier: Apache-2.0
// What the page of one request is made from: the card, how it stands, and what whoever looks at it may do.
import type { Status } from '../../../core/approval/approval.ts';
import type { Card } from '../../../core/approval/card.ts';

/** A card; what it does not have is shown as unknown. */
export interface ShownCard extends Card {
  /** How far it reaches. */
  readonly blast?: {
    readonly reversible: boolean;
    readonly external: boolean;
    readonly records: number | 'unknown';
    readonly recipients: number | 'unknown';
    /** The arguments with one, by path. */
    readonly credential: readonly string[] | 'unknown';
  };
  /** What a shell command or SQL in it would do, as far as it was understood. */
  readonly program?: {
    readonly parsed: boolean;
    readonly whole: boolean;
    readonly classes: readonly string[];
    readonly hosts: readonly string[];
    readonly reads: readonly string[];
    readonly writes: readonly string[];
    /** Segments of a command, kinds of statements. */
    readonly parts?: readonly string[];
  };
  /** Canonical JSON as it would be sent, visible. */
  readonly raw?: string;
  /** What was answered before to the same rules, for this agent and tool. */
  readonly precedents?: readonly Precedent[];
  /** It is not what the agent asked for: a person changed it. */
  readonly edit?: CardEdit;
  /** It is about more calls than this one. */
  readonly standing?: CardStanding;
}

export interface Precedent {
  readonly policy: string;
  readonly yes: number;
  readonly no: number;
  /** The newest first. */
  readonly last: readonly {
    readonly verdict: 'approve' | 'refuse';
    readonly person: string;
    readonly agoMs: number;
  }[];
}

export interface CardEdit {
  readonly by: string;
  readonly reason: string;
  /** In place of which request. */
  readonly of: string;
  /** JSON of the values, visible; absent where there was or will be none. */
  readonly changed: readonly {
    readonly argument: string;
    readonly before?: string;
    readonly after?: string;
  }[];
}

export interface CardStanding {
  readonly by: string;
  readonly reason: string;
  readonly of: string;
  readonly count: number;
  readonly until: number;
  /** The arguments that may be others, and what they must be. All the rest is as shown. */
  readonly free: readonly string[];
  /** The most that the task may have read. */
  readonly atMost: {
    readonly level: string;
    readonly untrusted: boolean;
    readonly sources: readonly string[];
  };
  /** Of the calls that this agent made of this tool before: how many it would have let through. */
  readonly past: { readonly looked: number; readonly matched: number; readonly unread: number };
}

export interface Votes {
  readonly policy: string;
  readonly have: number;
  readonly need: number;
}

export interface Said {
  readonly person: string;
  readonly verdict: string;
  readonly reason: string;
  readonly at: number;
}

export interface CardView {
  readonly approval: string;
  readonly status: Status;
  readonly expiresAt: number;
  /** What an answer names. */
  readonly digest: string;
  /** Or why it cannot be shown any more: then nobody can say yes. */
  readonly card: ShownCard | string;
  readonly votes: readonly Votes[];
  readonly decided: readonly Said[];
  /** The decision that used it up. */
  readonly usedBy?: string;
  readonly can: Can;
  /** Why an answer was not taken, where one was given. */
  readonly problem?: string;
}

/** What whoever looks at it may do. */
export type Can =
  | { readonly answer: false /** In a sentence. */; readonly why: string }
  | {
      readonly answer: true;
      /** To say yes takes a passkey. To say no never does. */
      readonly passkey: boolean;
      /** There only where arguments may be changed by who approves. */
      readonly edits?: readonly Edit[];
      /** There only where more than this one call can be approved. */
      readonly forTask?: ForTask;
    };

/** One argument, as somebody may change it. */
export interface Edit {
  readonly argument: string;
  /** JSON, as it would be sent. */
  readonly value: string;
}

/** What may be proposed for more calls than this one: it is shown as a card of its own before anybody says yes. */
export interface ForTask {
  readonly maxCount: number;
  readonly maxMinutes: number;
  /** Arguments that may be left free. */
  readonly arguments: readonly string[];
}
