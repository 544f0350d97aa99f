// SPDX-License-Identifier: Apache-2.0
// The thread that owns the store file: an fsync blocks it and nothing else. Every commit that has
// arrived by the time it is free becomes part of one transaction, so they share one fsync.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { LedgerUncertain, type Unit } from '../../app/ports.ts';
import { StoreDamaged } from './errors.ts';
import type { CommitRequest, Failure, Question, Reply, Request } from './protocol.ts';
import { openStore, type Store, type Tables } from './store.ts';
import { packResults, unpack } from './wire.ts';

/** Beyond this, commits that wait go into the next transaction: bounds how long the first one waits. */
const maxUnits = 1024;
/**
 * The log is moved into the main file from this size on, or when there is nothing else to do. A
 * log that starts over writes where blocks are allocated already, which a growing one pays for;
 * a shorter one keeps commits waiting for less, but more often.
 */
const logBytes = 4 << 20;
const idleMs = 50;

if (parentPort !== null) start(parentPort, workerData);

function start(port: MessagePort, path: string): void {
  const reply = (message: Reply) => port.postMessage(message);
  let store: Store;
  try {
    store = openStore(path);
  } catch (error) {
    reply(refusal(error));
    return;
  }
  let lastWork = performance.now();
  const idle = setInterval(() => {
    if (performance.now() - lastWork >= idleMs) store.tidy(0);
  }, idleMs);
  port.on('message', (first: Request) => {
    const requests = [first, ...waiting(port)];
    const commits = requests.filter((request) => request.kind === 'commit');
    for (const group of groups(commits)) reply(commitGroup(store, group));
    for (const request of requests) {
      if (request.kind === 'ask') reply(answer(store, request));
      if (request.kind === 'close') {
        clearInterval(idle);
        store.close();
        port.close();
        return;
      }
    }
    store.tidy(logBytes);
    lastWork = performance.now();
  });
  reply({ kind: 'opened' });
}

function* waiting(port: MessagePort): IterableIterator<Request> {
  for (;;) {
    const next = receiveMessageOnPort(port);
    if (next === undefined) return;
    yield next.message;
  }
}

interface Group {
  readonly batches: number[];
  readonly units: Unit[];
}

function groups(commits: readonly CommitRequest[]): readonly Group[] {
  const all: Group[] = [];
  for (const { batch, units: packed } of commits) {
    const units = unpack(packed);
    let group = all.at(-1);
    if (group === undefined || group.units.length + units.length > maxUnits) {
      group = { batches: [], units: [] };
      all.push(group);
    }
    group.batches.push(batch);
    for (const unit of units) group.units.push(unit);
  }
  return all;
}

function commitGroup(store: Store, { batches, units }: Group): Reply {
  try {
    return { kind: 'committed', batches, results: packResults(store.commit(units)) };
  } catch (error) {
    return { kind: 'not_committed', batches, failure: failure(error) };
  }
}

function answer(store: Store, question: Question): Reply {
  try {
    return { kind: 'answer', call: question.call, value: store.use((tables) => ask(tables, question)) };
  } catch (error) {
    return { kind: 'failed', call: question.call, failure: failure(error) };
  }
}

function ask({ entries, readStream, keys, tree }: Tables, question: Question): unknown {
  switch (question.name) {
    case 'entries.read':
      return entries.read(...question.args);
    case 'readStream':
      return readStream(...question.args);
    case 'entries.find':
      return entries.find(...question.args);
    case 'entries.size':
      return entries.size();
    case 'entries.payload':
      return entries.payload(...question.args);
    case 'keys.load':
      return keys.load(...question.args);
    case 'keys.save':
      return keys.save(...question.args);
    case 'keys.erase':
      return keys.erase(...question.args);
    case 'tree.treeSize':
      return tree.treeSize();
    case 'tree.readHashes':
      return tree.readHashes(...question.args);
    case 'tree.append':
      return tree.append(...question.args);
    case 'tree.checkpoint':
      return tree.checkpoint(...question.args);
  }
}

function failure(error: unknown): Failure {
  return {
    code: error instanceof LedgerUncertain ? 'ledger_uncertain' : 'ledger_unavailable',
    message: error instanceof Error ? error.message : 'the store failed',
  };
}

function refusal(error: unknown): Reply {
  if (error instanceof StoreDamaged) {
    const { code, reason, position } = error;
    return { kind: 'refused', code, message: reason, ...(position === undefined ? {} : { position }) };
  }
  const message = error instanceof Error ? error.message : 'the store cannot be opened';
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'ledger_unavailable';
  return { kind: 'refused', code, message };
}
