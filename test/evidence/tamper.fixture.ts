// SPDX-License-Identifier: Apache-2.0
// Somebody who can write to the store file, and knows how it is made. With or without the log's key.
import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { openEvidence } from '../../src/adapters/sqlite/evidence.ts';
import { type Verified, verify } from '../../src/app/verify.ts';
import { seal } from '../../src/core/record/envelope.ts';
import {
  appendLeaf,
  type Checkpoint,
  EMPTY_FRONTIER,
  frontierRoot,
  type NoteSigner,
  openCheckpoint,
  parseSignerKey,
  parseVerifierKey,
  signCheckpoint,
  type TrustedLog,
} from '../../src/log/index.ts';
import { signerKey, verifierKey } from './data-dir.fixture.ts';

export const log: TrustedLog = trusted();

function trusted(): TrustedLog {
  const parsed = parseVerifierKey(verifierKey);
  if (!parsed.ok) throw new Error(parsed.reason);
  return { origin: parsed.verifier.name, keys: [parsed.verifier] };
}

export function signer(): NoteSigner {
  const parsed = parseSignerKey(signerKey);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.signer;
}

export async function verified(file: string, kept?: Checkpoint): Promise<Verified> {
  const evidence = openEvidence(file);
  try {
    return await verify(evidence, { log, ...(kept === undefined ? {} : { kept }) });
  } finally {
    evidence.close();
  }
}

/** The newest head, as `countersign head` prints it. */
export async function newestHead(file: string): Promise<{ note: string; checkpoint: Checkpoint }> {
  const evidence = openEvidence(file);
  const head = await evidence.tree.checkpoint();
  evidence.close();
  if (head === undefined) throw new Error('no head');
  const opened = openCheckpoint(Buffer.from(head.note), log);
  if (!opened.ok) throw new Error(opened.reason);
  return { note: head.note, checkpoint: opened.checkpoint };
}

/** A copy of the store with something done to it. */
export function tampered(file: string, copy: string, work: (db: DatabaseSync) => void): string {
  copyFileSync(file, copy);
  const db = new DatabaseSync(copy);
  try {
    db.exec('PRAGMA synchronous = OFF; BEGIN');
    work(db);
    db.exec('COMMIT');
  } finally {
    db.close();
  }
  return copy;
}

export interface Row {
  readonly id: string;
  readonly stream: string;
  readonly body: string;
}

export function rowsOf(db: DatabaseSync): Row[] {
  return db
    .prepare('SELECT id, stream, leaf FROM record ORDER BY position')
    .all()
    .map(({ id, stream, leaf }) => ({ id: String(id), stream: String(stream), body: bodyOf(String(leaf)) }));
}

function bodyOf(leaf: string): string {
  return leaf.slice('{"body":'.length, leaf.lastIndexOf(',"prev":'));
}

/** Writes these records instead of all there are: positions, numbers, links, columns and hashes fit. */
export function rewrite(db: DatabaseSync, rows: readonly Row[]): void {
  db.exec('DELETE FROM record');
  const insert = db.prepare(
    'INSERT INTO record (position, id, stream, before, leaf_hash, leaf) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const ends = new Map<string, { position: number; seq: number; leafHash: string }>();
  for (const [position, { id, stream, body }] of rows.entries()) {
    const end = ends.get(stream);
    const link = { seq: end === undefined ? 0 : end.seq + 1, prev: end?.leafHash ?? null };
    const { leaf, leafHash } = seal(stream, body, link);
    insert.run(position, id, stream, end?.position ?? null, leafHash, leaf);
    ends.set(stream, { position, seq: link.seq, leafHash });
  }
}

/** The stored tree of the records as they are now. */
export function regrow(db: DatabaseSync): void {
  db.exec('DELETE FROM tree_hash');
  const insert = db.prepare('INSERT INTO tree_hash (position, hash) VALUES (?, ?)');
  let frontier = EMPTY_FRONTIER;
  let index = 0;
  for (const { leaf_hash } of db.prepare('SELECT leaf_hash FROM record ORDER BY position').all()) {
    const step = appendLeaf(frontier, Buffer.from(String(leaf_hash), 'hex'));
    frontier = step.frontier;
    for (const hash of step.stored) insert.run(index++, hash);
  }
}

/** One head over all the records as they are now, in place of the signed ones, by whoever has the key. */
export function resign(db: DatabaseSync, by: NoteSigner): void {
  let frontier = EMPTY_FRONTIER;
  for (const { leaf_hash } of db.prepare('SELECT leaf_hash FROM record ORDER BY position').all()) {
    frontier = appendLeaf(frontier, Buffer.from(String(leaf_hash), 'hex')).frontier;
  }
  const checkpoint = {
    origin: log.origin,
    size: frontier.size,
    root: frontierRoot(frontier),
    extensions: [],
  };
  db.exec('DELETE FROM checkpoint');
  db.prepare('INSERT INTO checkpoint (size, note) VALUES (?, ?)').run(
    frontier.size,
    Buffer.from(signCheckpoint(checkpoint, [by])).toString('utf8'),
  );
}

/** Says something else in the first record whose body is found, and grows and signs all that is over it anew. @returns its position */
export function resaid(
  db: DatabaseSync,
  by: NoteSigner,
  found: string,
  edit: (body: string) => string,
): number {
  const rows = rowsOf(db);
  const at = rows.findIndex(({ body }) => body.includes(found));
  const before = rows[at]?.body ?? '';
  if (edit(before) === before) throw new Error(`nothing to edit where it says ${found}`);
  rewrite(
    db,
    rows.map((row, i) => (i === at ? { ...row, body: edit(row.body) } : row)),
  );
  regrow(db);
  resign(db, by);
  return at;
}
