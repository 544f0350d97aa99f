// SPDX-License-Identifier: Apache-2.0
/**
 * Is this the log that was written? Every record by the ones before it, and all of them by the signed
 * heads: those that lie in the store, and one that somebody kept elsewhere if there is one.
 *
 * Reads only. What lies in the store was signed by its owner, so a store by itself proves nothing
 * against that owner: without a kept head, the end of it may have been cut off together with the
 * heads that covered it, or all of it written anew with the same key.
 *
 * Source: docs/evidence.md.
 */
import { type Checkpoint, leafHash, type TrustedLog } from '../log/index.ts';
import { createPayloadChecker, type PayloadCount, type PayloadFault } from './check-payloads.ts';
import { createRecordChecker, type RecordFault } from './check-records.ts';
import { createTreeChecker, type TreeFault, type TreeFindings } from './check-tree.ts';
import type { Evidence } from './evidence.ts';
import type { Opened } from './vault.ts';

export interface Difference {
  readonly code: RecordFault | TreeFault['code'] | PayloadFault['code'];
  /** The first record that is, or may be, concerned; absent where it is about none. */
  readonly position?: number;
  readonly message: string;
}

export interface Verified {
  /** What names one record first, the lowest position before others. Empty when there is none. */
  readonly differences: readonly Difference[];
  readonly records: number;
  /** As far as they could be read. */
  readonly streams: number;
  /** Signed heads in the store that fit the records. */
  readonly heads: number;
  readonly newest: Checkpoint | undefined;
  /** Records that no fitting head in the store covers: the newest ones, of the last second or so. */
  readonly unsigned: number;
  readonly kept: Checkpoint | undefined;
  readonly staleRefusals: number;
  readonly payloads: PayloadCount | undefined;
}

export interface VerifyOptions {
  readonly log: TrustedLog;
  /** A head of this log that somebody kept; its signature has been checked. */
  readonly kept?: Checkpoint;
  /** Given when contents are to be compared too. */
  readonly open?: (digest: string, position: number) => Promise<Opened>;
  readonly onProgress?: (records: number) => void;
}

const progressEvery = 1000;

/** @throws what reading throws: then nothing can be said */
export async function verify(evidence: Evidence, options: VerifyOptions): Promise<Verified> {
  const records = createRecordChecker();
  const tree = createTreeChecker(evidence, options.log, options.kept);
  const payloads = options.open === undefined ? undefined : createPayloadChecker(evidence, options.open);
  let first: Difference | undefined;
  let count = 0;

  for await (const record of evidence.scan()) {
    await tree.add(leafHash(Buffer.from(record.leaf, 'utf8')));
    // What follows a record that does not fit cannot be judged by it any more.
    if (first === undefined) {
      const checked = records.check(record);
      if (checked.ok) await payloads?.check(checked.event, record.position);
      else first = { code: checked.code, position: count, message: checked.message };
    }
    count += 1;
    if (count % progressEvery === 0) options.onProgress?.(count);
  }

  const findings = await tree.finish();
  const differences = [
    ...(first === undefined ? [] : [first]),
    ...findings.faults.map((fault) => told(fault, findings)),
    ...(payloads?.faults() ?? []).map(toldPayload),
  ];
  return {
    differences: byPosition(differences),
    records: count,
    streams: records.streams(),
    heads: findings.heads,
    newest: findings.newest,
    unsigned: count - (findings.newest?.size ?? 0),
    kept: options.kept,
    staleRefusals: records.staleRefusals(),
    payloads: payloads?.count(),
  };
}

function told(fault: TreeFault, { size, faults, newest }: TreeFindings): Difference {
  switch (fault.code) {
    case 'head_unsigned':
      return {
        code: fault.code,
        message: `the stored head over ${fault.size} records is not signed by this log's key (${fault.reason})`,
      };
    case 'head_differs':
      return {
        code: fault.code,
        position: fault.fits,
        message: `the signed head over ${fault.size} records does not fit them, ${fits(fault.fits)}: a record from ${fault.fits} to ${fault.size - 1} was edited, removed, inserted or moved after it was signed`,
      };
    case 'head_beyond':
      return {
        code: fault.code,
        position: size,
        message: `a signed head covers ${fault.size} records and there are ${size}: the end was cut off, or something was taken out from record ${newest?.size ?? 0} on`,
      };
    case 'tree_differs': {
      const proved = newest !== undefined && newest.size > fault.leaf && faults.length === 1;
      return {
        code: fault.code,
        position: fault.leaf,
        message: proved
          ? 'the stored tree differs from the records, which fit the signed heads: no receipts can be made from it'
          : 'the record is not the one that was taken into the tree',
      };
    }
    case 'kept_head_differs':
      return {
        code: fault.code,
        message: `the kept head covers ${fault.size} records and the first ${fault.size} records here are not those: this is not the log that was signed then`,
      };
    case 'kept_head_beyond':
      return {
        code: fault.code,
        position: size,
        message: `the kept head covers ${fault.size} records and there are ${size}: the end was cut off`,
      };
  }
}

function fits(size: number): string {
  return size === 0 ? 'and no earlier one does' : `the one over ${size} does`;
}

function toldPayload({ code, position, digest }: PayloadFault): Difference {
  const what = {
    payload_missing: 'is not there',
    payload_differs: 'is not what the record names, or its key was replaced',
    payload_unknown: 'is named by no record',
  };
  return { code, position, message: `the content ${digest.slice(0, 23)}... beside the record ${what[code]}` };
}

/** What a head says covers many records, so that it comes after what names one. */
function byPosition(differences: readonly Difference[]): readonly Difference[] {
  const vague = ({ code }: Difference) => code.includes('head');
  const named = differences.filter((difference) => !vague(difference));
  const at = ({ position }: Difference) => position ?? 0;
  return [...named.toSorted((a, b) => at(a) - at(b)), ...differences.filter(vague)];
}
