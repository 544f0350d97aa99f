// SPDX-License-Identifier: Apache-2.0
// What the one road is made of. Built once by main/compose.ts; use cases take it as their first argument.
import type { Changes } from '../core/approval/edit.ts';
import type { Roster } from '../core/approval/roster.ts';
import type { RecordShape } from '../core/policy/shape.ts';
import type { ReadProgram } from '../core/program/of-call.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Registry } from '../core/signal/registry.ts';
import type { Templates } from '../core/task/template.ts';
import type { IntentReader } from './intent.ts';
import type { LiveCalls } from './live.ts';
import type { Origins } from './origins.ts';
import type { Clock, Finder, Operands, Published, SecondOpinion } from './ports.ts';
import type { Sequencer } from './sequencer.ts';
import type { Vault } from './vault.ts';

export interface Road {
  readonly clock: Clock;
  readonly sequencer: Sequencer;
  readonly vault: Vault;
  readonly live: LiveCalls;
  readonly origins: Origins;
  readonly pseudonym: Pseudonym;
  /** Reads what calls would run. Absent: all of it is `unknown`. */
  readonly programs?: ReadProgram;
  /** What is in force now. Replaced whole by `publish`, so read it once per decision. */
  readonly published: () => InForce;
  /** What is tried beside it; undefined where nothing is, or where it is not ready here. */
  readonly candidate: () => InForce | undefined;
  readonly releaseWithinMs: number;
  /** Absent: policy decides alone. */
  readonly second?: Second;
  /** Who may lift what people can lift. Absent: nobody is asked, and what needs them stays refused. */
  readonly roster?: () => Roster;
  /** Which signals there are. Absent: none. */
  readonly registry?: () => Registry;
  /** What people made of the arguments of a call, by their request. Absent: nothing that they changed is done. */
  readonly edits?: (approval: string) => Promise<Changes | undefined>;
  /** Absent: prompts are read by the built-in reader alone. */
  readonly intent?: IntentReader;
  /** Looks at what calls name and others can change. Absent: all of that is `unknown`. */
  readonly operands?: { readonly port: Operands; readonly timeoutMs: number };
  /** Absent: only our own detectors look. */
  readonly finders?: Finders;
  /** Kinds of tasks, by type. A type without a template starts as it is asked for. */
  readonly templates?: () => Templates;
}

/** What looks at results beside our own detectors. */
export interface Finders {
  readonly secrets: Finder;
  readonly pii: Finder;
  /** For both together; what takes longer cannot tell. */
  readonly timeoutMs: number;
}

export interface Second {
  readonly opinion: SecondOpinion;
  readonly timeoutMs: number;
}

export interface InForce extends Published {
  /** The Cedar shape of each tool's arguments, by action. */
  readonly shapes: ReadonlyMap<string, RecordShape>;
}
