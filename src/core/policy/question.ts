// SPDX-License-Identifier: Apache-2.0
// One question to a policy engine, in Cedar's own JSON form.

export type CedarValue =
  | boolean
  | number
  | string
  | readonly CedarValue[]
  | { readonly [key: string]: CedarValue };

export interface EntityUid {
  readonly type: string;
  readonly id: string;
}

export interface Entity {
  readonly uid: EntityUid;
  readonly attrs: { readonly [name: string]: CedarValue };
  readonly parents: readonly EntityUid[];
  readonly tags?: { readonly [name: string]: CedarValue };
}

export interface Question {
  readonly principal: EntityUid;
  readonly action: EntityUid;
  readonly resource: EntityUid;
  readonly context: { readonly [name: string]: CedarValue };
  readonly entities: readonly Entity[];
  /**
   * What history says of the conditions that can matter: the names of those that hold, and of those that
   * cannot be told. The others do not hold. Absent: they stand in the context, as Cedar has them.
   */
  readonly history?: {
    readonly holding: ReadonlySet<string>;
    readonly untold: ReadonlySet<string>;
  };
}
