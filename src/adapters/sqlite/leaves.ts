// SPDX-License-Identifier: Apache-2.0
// All records by their bytes, with payloads beside some of them, in one walk: a query for each payload
// would cost more than the payload.
import type { DatabaseSync } from 'node:sqlite';
import type { StoredLeaf } from '../../app/evidence.ts';
import { bytesOf, numberOf, textOf } from './entries.ts';

/** Held at once: so many records, or characters and bytes of them and of what lies beside them. */
const maxRecords = 1024;
const maxLength = 4 << 20;

/** @param besidePrefix payloads are read along with records whose id starts so */
export function* leavesIn(db: DatabaseSync, besidePrefix: string): Generator<readonly StoredLeaf[]> {
  const walk = db.prepare(`
    SELECT record.position, leaf, digest, task, sealed
    FROM record LEFT JOIN payload
      ON payload.position = record.position AND substr(id, 1, ${besidePrefix.length}) = ?
    ORDER BY record.position`);
  // Names of columns for each of a hundred thousand rows cost as much as the rows.
  walk.setReturnArrays(true);
  let leaves: StoredLeaf[] = [];
  let length = 0;
  let last: (StoredLeaf & { beside: StoredLeaf['beside'][number][] }) | undefined;
  for (const { 0: at, 1: leaf, 2: digest, 3: task, 4: sealed } of walk.iterate(besidePrefix)) {
    const position = numberOf(at);
    // A record with several payloads comes with each of them.
    if (last?.position !== position) {
      if (leaves.length >= maxRecords || length >= maxLength) {
        yield leaves;
        leaves = [];
        length = 0;
      }
      last = { position, leaf: textOf(leaf), beside: [] };
      leaves.push(last);
      length += last.leaf.length;
    }
    if (digest === null) continue;
    last.beside.push({ digest: textOf(digest), task: textOf(task), sealed: bytesOf(sealed) });
    length += bytesOf(sealed).length;
  }
  yield leaves;
}
