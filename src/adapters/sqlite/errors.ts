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

const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;

/** What SQLite says when it cannot make sense of a file, as one of the above. */
export function refusal(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === sqliteCorrupt) return new StoreDamaged('the pages of the file do not fit together');
  if (code === sqliteNotADatabase) return new StoreUnreadable('the file is not a database');
  return error;
}

/** The primary result code, where `error` comes from SQLite. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode % 256 : undefined;
}
