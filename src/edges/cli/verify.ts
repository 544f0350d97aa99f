// SPDX-License-Identifier: Apache-2.0
// `countersign verify`: every record of the store against the others, the signed heads, and a head that
// somebody kept. Says what it found, and in plain words what it cannot know.
import { type Verified, verify } from '../../app/verify.ts';
import { type Checkpoint, openCheckpoint, type TrustedLog } from '../../log/index.ts';
import { type Books, readBytes, trustedLog, withEvidence } from './books.ts';
import { CommandFailed, exit, print } from './exit.ts';
import { jsonLine, type Paint, paintFor, printable } from './printable.ts';
import { checkReceipt } from './receipt.ts';

export interface VerifyFlags {
  readonly head?: string;
  readonly key?: string;
  readonly payloads?: boolean;
  readonly receipt?: string;
  readonly record?: string;
  readonly json?: boolean;
}

const schemaVersion = 1;

export async function verifyLog(
  books: Books,
  flags: VerifyFlags,
  stdin: () => Promise<string>,
): Promise<void> {
  const { receipt, json = false } = flags;
  if (receipt !== undefined) return checkReceipt(books, { ...flags, receipt });
  if (flags.record !== undefined)
    throw new CommandFailed('--record is the record of a receipt: name that with --receipt', exit.usage);
  const log = trustedLog(books, flags.key);
  const kept = flags.head === undefined ? undefined : await keptHead(flags.head, log, stdin);
  const progress = progressTo(process.stderr);

  const verified = await withEvidence(books, async (evidence) => {
    const vault = flags.payloads === true ? books.vault(evidence) : undefined;
    if (flags.payloads === true && vault === undefined) {
      throw new CommandFailed('--payloads needs the master key, and it is not at hand', exit.unreachable);
    }
    try {
      return await verify(evidence, {
        log,
        ...(kept === undefined ? {} : { kept }),
        ...(vault === undefined ? {} : { open: (digest, position) => vault.open(digest, position) }),
        onProgress: progress.show,
      });
    } finally {
      progress.clear();
    }
  });

  const unknown = unknowns(verified, flags.key === undefined);
  if (json) print(jsonLine(asJson(verified, unknown)));
  else for (const line of report(verified, unknown, paintFor(process.stdout, process.env))) print(line);
  if (verified.differences.length > 0) process.exitCode = exit.denied;
}

async function keptHead(file: string, log: TrustedLog, stdin: () => Promise<string>): Promise<Checkpoint> {
  const note = file === '-' ? Buffer.from(await stdin()) : readBytes(file, 'the kept head');
  const opened = openCheckpoint(note, log);
  if (opened.ok) return opened.checkpoint;
  const foreign = ['no_trusted_signature', 'bad_signature', 'wrong_origin'].includes(opened.reason);
  throw new CommandFailed(
    foreign
      ? `the kept head was not signed by the key of this log (${opened.reason})`
      : `the kept head cannot be read (${opened.reason}): it is a text that \`countersign head\` printed`,
    foreign ? exit.denied : exit.unreachable,
  );
}

/** What no reading of this store can tell, in the words of docs/evidence.md. */
function unknowns(verified: Verified, keyFromStore: boolean): readonly string[] {
  const { kept, records, unsigned, differences } = verified;
  if (differences.length > 0) return [];
  const said: string[] = [];
  if (kept === undefined) {
    said.push(
      'whether records were cut off at the end together with the heads that covered them',
      'whether all of it was written anew and signed with the same key',
    );
  } else if (kept.size < records) {
    said.push(
      `the same for records ${kept.size} to ${records - 1}, which are newer than the kept head: whether others stood there, or more of them`,
    );
  }
  if (unsigned > 0) {
    said.push(
      `whether the newest ${unsigned === 1 ? 'record is the one' : `${unsigned} records are those`} that was decided on: no signed head covers ${unsigned === 1 ? 'it' : 'them'} yet`,
    );
  }
  if (keyFromStore) {
    said.push('whether the key is the right one: it was read from beside the store (--key names another)');
  }
  return said;
}

function report(verified: Verified, unknown: readonly string[], paint: Paint): readonly string[] {
  const { differences, records, streams, heads, newest, kept, payloads, staleRefusals } = verified;
  const lines: string[] = [];
  const [first, ...others] = differences;
  if (first !== undefined) {
    lines.push(`${paint('red', 'different')}: ${placed(first)}`);
    for (const other of others) lines.push(`  and: ${placed(other)}`);
    lines.push(
      `  ${records} records were read; after a record that differs, no other one is judged by itself`,
    );
    return lines;
  }
  lines.push(
    `${paint('green', 'ok')}: ${records} records in ${streams} streams, each as the road would have written it`,
  );
  if (newest !== undefined) {
    lines.push(
      `  ${heads} signed ${heads === 1 ? 'head fits' : 'heads fit'}, the newest over ${newest.size} records: ${Buffer.from(newest.root).toString('base64')}`,
    );
  }
  if (kept !== undefined && kept.size > 0) {
    lines.push(
      `  the kept head fits: under it, records 0 to ${kept.size - 1}, nothing was edited, removed, reordered or cut off`,
    );
  }
  if (payloads !== undefined) {
    lines.push(`  ${payloads.opened} contents are the ones recorded, ${payloads.erased} were erased`);
  }
  if (staleRefusals > 0) {
    lines.push(
      `  ${staleRefusals} refusals rest on a state that had just moved, which is allowed for refusals`,
    );
  }
  if (unknown.length > 0) lines.push('what this cannot know:', ...unknown.map((what) => `  - ${what}`));
  if (kept === undefined) {
    lines.push('keep what `countersign head` prints somewhere else, and give it with --head the next time');
  }
  return lines;
}

function placed({ position, message }: Verified['differences'][number]): string {
  return printable(position === undefined ? message : `record ${position}: ${message}`);
}

function asJson(verified: Verified, unknown: readonly string[]): object {
  const { differences, records, streams, heads, newest, unsigned, kept, staleRefusals, payloads } = verified;
  const head = (checkpoint: Checkpoint | undefined) =>
    checkpoint === undefined
      ? undefined
      : { size: checkpoint.size, root: Buffer.from(checkpoint.root).toString('base64') };
  return {
    schemaVersion,
    ok: differences.length === 0,
    differences,
    records,
    streams,
    heads,
    newestHead: head(newest),
    keptHead: head(kept),
    unsigned,
    staleRefusals,
    payloads,
    cannotKnow: unknown,
  };
}

interface Progress {
  readonly show: (records: number) => void;
  clear(): void;
}

function progressTo(stream: NodeJS.WriteStream): Progress {
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  return {
    show: (records) => void stream.write(`\r${records} records`),
    clear: () => void stream.write('\r\u001b[K'),
  };
}
