// SPDX-License-Identifier: Apache-2.0
// What the reading commands need of the data directory. They read its store by themselves, daemon or
// not; only contents are opened by the daemon where one runs, so that the opening is decided and recorded.
import { readFileSync } from 'node:fs';
import type { Evidence } from '../../app/evidence.ts';
import type { ExplainTools } from '../../app/explain.ts';
import type { Vault } from '../../app/vault.ts';
import { parseVerifierKey, type TrustedLog } from '../../log/index.ts';
import { DaemonUnreachable } from './client.ts';
import { CommandFailed, exit } from './exit.ts';

export interface Books {
  /** @throws {CommandFailed} there is no store, or it cannot be read */
  open(options?: { readonly live?: boolean }): Evidence;
  /** @returns undefined where the master key is not at hand */
  vault(evidence: Evidence): Pick<Vault, 'open'> | undefined;
  /** Where the daemon puts the log's public key. */
  readonly keyFile: string;
  readonly tools: ExplainTools;
}

/** @param given the text of a key or a file with one; without it, the key beside the store */
export function trustedLog(books: Pick<Books, 'keyFile'>, given: string | undefined): TrustedLog {
  const text = given?.includes('+')
    ? given
    : readText(given ?? books.keyFile, 'the key of the log', given === undefined ? dataHint : '');
  const parsed = parseVerifierKey(text.trim());
  if (!parsed.ok) {
    throw new CommandFailed(
      `this is no public key of a log (${parsed.reason}): it reads <name>+<key id>+<base64>, as in log.pub`,
      exit.unreachable,
    );
  }
  return { origin: parsed.verifier.name, keys: [parsed.verifier] };
}

const dataHint = ' (--data names the data directory, --key another key)';

export function readText(path: string, what: string, hint = ''): string {
  return Buffer.from(readBytes(path, what, hint)).toString('utf8');
}

/** @throws {CommandFailed} `what` cannot be read */
export function readBytes(path: string, what: string, hint = ''): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new CommandFailed(`${what} cannot be read from \`${path}\`: ${code}${hint}`, exit.unreachable);
  }
}

/** Runs `work` on the store and closes it; what goes wrong on the way means that nothing can be said. */
export async function withEvidence<T>(books: Books, work: (evidence: Evidence) => Promise<T>): Promise<T> {
  const evidence = books.open();
  try {
    return await work(evidence);
  } catch (error) {
    throw unreadable(error);
  } finally {
    evidence.close();
  }
}

/** What reading the store failed with, as the command's end; what ends it already stays. */
export function unreadable(error: unknown): Error {
  if (error instanceof CommandFailed || error instanceof DaemonUnreachable) return error;
  const message = error instanceof Error ? error.message : 'for a reason that was not told';
  return new CommandFailed(`the store cannot be read: ${message}`, exit.unreachable);
}

/** @throws {CommandFailed} no record's id starts so, or several do */
export async function idOf(evidence: Evidence, text: string): Promise<string> {
  const unknown = () => new CommandFailed(`there is no record \`${text}\``, exit.usage);
  if (!/^[A-Za-z]+-[0-9A-Za-z]*$/.test(text)) throw unknown();
  if ((await evidence.ledger.find(text)) !== undefined) return text;
  const [id, another] = await evidence.idsWith(text, 2);
  if (id === undefined) throw unknown();
  if (another !== undefined) {
    throw new CommandFailed(`several records start with \`${text}\`: give more of the id`, exit.usage);
  }
  return id;
}
