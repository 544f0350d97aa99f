// SPDX-License-Identifier: Apache-2.0
/**
 * Values as temporal conditions compare them: typed, structural, `1` is not `"1"`.
 *
 * A Long has one form: `number` inside the safe range, `bigint` outside of it (both within 64 bits).
 * A decimal keeps its text; it is compared on Cedar's scale of four places when Cedar would accept it
 * and to its own text otherwise.
 */
export type TemporalValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | DecimalValue
  | EntityValue
  | readonly TemporalValue[]
  | RecordValue;

export class DecimalValue {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class EntityValue {
  readonly type: string;
  readonly id: string;
  constructor(type: string, id: string) {
    this.type = type;
    this.id = id;
  }
}

/** A map, so that no name is special. */
export type RecordValue = ReadonlyMap<string, TemporalValue>;
