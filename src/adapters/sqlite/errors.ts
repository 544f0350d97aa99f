// SPDX-License-Identifier: Apache-2.0
// Why a store file is not opened. All of them are for a person to act on; none is worth retrying.

/** Another process owns the file: one daemon writes, everybody else asks it. */
export class StoreInUse extends Error {
  readonly code = 'store_in_use';
}

/** The file was edited, cut or written by somebody else: nothing is decided on it. */
export class StoreDamaged extends Error {
  readonly code = 'store_damaged';
  /** The first record that does not fit; undefined when it is not about one record. */
  readonly position: number | undefined;
  readonly reason: string;
  constructor(reason: string, position?: number) {
    super(position === undefined ? reason : `record ${position}: ${reason}`);
    this.reason = reason;
    this.position = position;
  }
}

/** The file is of a later version, or not a store at all. */
export class StoreUnreadable extends Error {
  readonly code = 'store_unreadable';
}
