// SPDX-License-Identifier: Apache-2.0
// `countersign receipt`: proof for a stranger that a record is in the log; `verify --receipt` checks it
// offline. One file, C2SP tlog-proof, with the record itself in its `extra` line.
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Evidence } from '../../app/evidence.ts';
import type { Entry } from '../../app/ports.ts';
import { eventOf } from '../../app/read-records.ts';
import { type MadeReceipt, makeReceipt } from '../../app/receipt.ts';
import { parseReceipt, type TrustedLog, verifyReceipt } from '../../log/index.ts';
import { type Books, idOf, readBytes, trustedLog, withEvidence } from './books.ts';
import { CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

export interface ReceiptOptions {
  readonly key?: string;
  readonly out?: string;
}

/** A daemon signs a head each second; longer than this, none is running. */
const waitMs = 3000;
const againMs = 250;

export async function giveReceipt(books: Books, id: string, options: ReceiptOptions): Promise<void> {
  const log = trustedLog(books, options.key);
  const { made, entry } = await madeReceipt(books, id, log);
  if (!made.ok) throw whyNot(made.reason);
  if (!made.embedded && options.out === undefined) {
    throw new CommandFailed(
      'the record is too large to stand in its receipt: give --out FILE, and it is written beside it',
      exit.usage,
    );
  }
  if (options.out === undefined) process.stdout.write(made.receipt);
  else {
    writeFileSync(options.out, made.receipt);
    if (!made.embedded) writeFileSync(`${options.out}.record`, made.record);
  }
  say(`record ${entry.position} (${entry.id}) is in the log of ${made.checkpoint.size} records`);
}

async function madeReceipt(
  books: Books,
  id: string,
  log: TrustedLog,
): Promise<{ readonly made: MadeReceipt; readonly entry: Entry }> {
  for (let waitedMs = 0; ; waitedMs += againMs) {
    const done = await withEvidence(books, async (evidence) => {
      const entry = await entryOf(evidence, id);
      return { entry, made: await makeReceipt(evidence, entry, log) };
    });
    if (done.made.ok || done.made.reason !== 'not_yet' || waitedMs >= waitMs) return done;
    await sleep(againMs);
  }
}

async function entryOf(evidence: Evidence, id: string): Promise<Entry> {
  const entry = await evidence.ledger.find(await idOf(evidence, id));
  if (entry === undefined) throw new CommandFailed(`there is no record \`${id}\``, exit.usage);
  return entry;
}

function whyNot(reason: Extract<MadeReceipt, { ok: false }>['reason']): CommandFailed {
  if (reason === 'not_yet') {
    return new CommandFailed(
      'no signed head covers the record yet: a running daemon signs one each second',
      exit.pending,
    );
  }
  return new CommandFailed(
    `the store cannot prove the record (${reason}): see \`countersign verify\``,
    exit.denied,
  );
}

export interface VerifyReceiptOptions {
  readonly key?: string;
  readonly receipt: string;
  readonly record?: string;
  readonly json?: boolean;
}

/** Needs the key and the files; no store and no daemon. */
export function checkReceipt(books: Pick<Books, 'keyFile'>, options: VerifyReceiptOptions): void {
  const log = trustedLog(books, options.key);
  const bytes = readBytes(options.receipt, 'the receipt');
  const parsed = parseReceipt(bytes);
  if (!parsed.ok) throw new CommandFailed(`this is no receipt (${parsed.reason})`, exit.unreachable);
  const record =
    options.record === undefined ? parsed.receipt.extra : readBytes(options.record, 'the record');
  if (record === undefined) {
    throw new CommandFailed('the receipt has no record in it: name the file with --record', exit.usage);
  }
  const verified = verifyReceipt(bytes, record, log);
  if (!verified.ok) {
    const { reason } = verified;
    throw new CommandFailed(`not proved: ${refusals[reason] ?? reason}`, exit.denied, {
      code: 'not_proved',
      reason,
    });
  }
  const { index, checkpoint } = verified;
  const text = Buffer.from(record).toString('utf8');
  if (options.json === true) {
    const { origin, size, root } = checkpoint;
    const head = { origin, size, root: Buffer.from(root).toString('base64') };
    print(jsonLine({ schemaVersion: 1, ok: true, index, head, record: text }));
    return;
  }
  print(`proved: the log \`${printable(checkpoint.origin)}\` has this record at position ${index}`);
  print(`  by a head over ${checkpoint.size} records that the key \`${log.origin}\` signed`);
  print(`  ${printable(summaryOf(text, index))}`);
  say('this says that the log has the record, not that the record is true');
}

const refusals: Partial<Record<string, string>> = {
  wrong_root: 'the head that was signed has another record there',
  no_trusted_signature: 'the head is not signed by this key',
  bad_signature: 'the signature under the head is false',
  wrong_origin: 'the head is of another log',
};

function summaryOf(leaf: string, position: number): string {
  const parsed = eventOf({ position, id: '', stream: '', leaf, leafHash: '' });
  if (!parsed.ok) return `the record is no event of this version (${parsed.reason})`;
  const { event } = parsed;
  const at = new Date(event.at).toISOString();
  if (event.type !== 'decision') return `${event.id} ${event.type} at ${at}`;
  const { server, target } = event.request;
  return `${event.id} at ${at}: ${event.outcome} (${event.code}) ${server}/${target}`;
}
