// SPDX-License-Identifier: Apache-2.0
// The store file as the rest of the process has it: ports whose work is done by the owning thread.
// Decides nothing; the only judgement made here is when the wait for an answer is over.
import { Worker } from 'node:worker_threads';
import {
  type KeyStore,
  type Ledger,
  LedgerUnavailable,
  LedgerUncertain,
  type TreeStore,
  type Unit,
  type UnitResult,
} from '../../app/ports.ts';
import { StoreDamaged, StoreInUse, StoreUnreadable } from './errors.ts';
import type { Questions, Reply, Request } from './protocol.ts';

export interface SqliteStore {
  /** Closing it closes the store. */
  readonly ledger: Ledger;
  readonly keys: KeyStore;
  readonly tree: TreeStore;
  close(): Promise<void>;
}

export interface SqliteOptions {
  readonly path: string;
  /** How long reads, keys and the tree may take. */
  readonly timeoutMs?: number;
  /** How long opening may take: every record is read and checked. */
  readonly openTimeoutMs?: number;
}

/** More units than this on their way: the store cannot keep up, and waiting longer would not help. */
const maxWaiting = 16_384;

interface Call {
  resolve(value: unknown): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout;
  readonly units: number;
}

/**
 * @throws {StoreInUse} another process owns the file
 * @throws {StoreDamaged} names the first record that does not fit
 * @throws {StoreUnreadable} not a store, or one of a later version
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { path, timeoutMs = 30_000, openTimeoutMs = 600_000 } = options;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: path });
  await opened(worker, openTimeoutMs);

  const calls = new Map<number, Call>();
  let nextCall = 0;
  let waiting = 0;
  let gone: Error | undefined;
  let batch: { readonly call: number; readonly units: readonly Unit[] }[] = [];

  function send(request: Request): void {
    worker.postMessage(request);
  }

  function begin(
    units: number,
    limitMs: number,
    late: () => Error,
  ): { call: number; done: Promise<unknown> } {
    if (gone !== undefined) throw gone;
    if (waiting + units > maxWaiting) throw new LedgerUnavailable('too many commits wait for the store');
    waiting += units;
    const call = nextCall++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => end(call)?.reject(late()), limitMs);
    calls.set(call, { resolve, reject, timer, units });
    return { call, done: promise };
  }

  function end(call: number): Call | undefined {
    const found = calls.get(call);
    if (found === undefined) return undefined;
    calls.delete(call);
    clearTimeout(found.timer);
    waiting -= found.units;
    return found;
  }

  function flush(): void {
    send({
      kind: 'commit',
      calls: batch.map(({ call }) => call),
      counts: batch.map(({ units }) => units.length),
      units: batch.flatMap(({ units }) => units),
    });
    batch = [];
  }

  async function commit(units: readonly Unit[], limitMs: number): Promise<readonly UnitResult[]> {
    const late = () => new LedgerUncertain(`the store did not answer within ${limitMs} ms`);
    const { call, done } = begin(units.length, limitMs, late);
    // Once all that is ready to run has run: what it commits travels in the same message.
    if (batch.push({ call, units }) === 1) process.nextTick(flush);
    return done as Promise<readonly UnitResult[]>;
  }

  async function ask<Name extends keyof Questions>(
    name: Name,
    ...args: Parameters<Questions[Name]>
  ): Promise<ReturnType<Questions[Name]>> {
    const late = () => new LedgerUnavailable(`the store did not answer within ${timeoutMs} ms`);
    const { call, done } = begin(0, timeoutMs, late);
    send({ kind: 'ask', call, name, args } as Request);
    return done as Promise<ReturnType<Questions[Name]>>;
  }

  worker.on('message', (reply: Reply) => {
    switch (reply.kind) {
      case 'committed':
        reply.calls.forEach((call, i) => {
          end(call)?.resolve(reply.results[i]);
        });
        return;
      case 'failed':
        for (const call of reply.calls) end(call)?.reject(failureOf(reply.failure));
        return;
      case 'answer':
        end(reply.call)?.resolve(reply.value);
        return;
    }
  });

  function lost(error: Error): void {
    gone ??= error;
    for (const [call, { units }] of calls) {
      end(call)?.reject(
        units > 0 ? new LedgerUncertain(error.message) : new LedgerUnavailable(error.message),
      );
    }
  }
  worker.on('error', (error) => lost(new LedgerUnavailable(`the store's thread failed: ${error.message}`)));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      lost(new LedgerUnavailable("the store's thread is gone"));
      resolve();
    });
  });

  async function close(): Promise<void> {
    if (gone === undefined) {
      gone = new LedgerUnavailable('the ledger is closed');
      if (batch.length > 0) flush();
      send({ kind: 'close' });
    }
    await exited;
  }

  return {
    close,
    ledger: {
      commit,
      close,
      read: (from, limit) => ask('entries.read', from, limit),
      readStream: (stream, from, limit) => ask('entries.readStream', stream, from, limit),
      find: (id) => ask('entries.find', id),
      payload: (digest) => ask('entries.payload', digest),
      size: () => ask('entries.size'),
    },
    keys: {
      load: (task) => ask('keys.load', task),
      save: (task, wrapped) => ask('keys.save', task, wrapped),
      erase: (task) => ask('keys.erase', task),
    },
    tree: {
      treeSize: () => ask('tree.treeSize'),
      readHashes: (indexes) => ask('tree.readHashes', indexes),
      append: (from, hashes, size, note) => ask('tree.append', from, hashes, size, note),
      checkpoint: (atMost) => ask('tree.checkpoint', atMost),
    },
  };
}

function opened(worker: Worker, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(new LedgerUnavailable(`the store did not open within ${timeoutMs} ms`));
    void worker.terminate();
  }, timeoutMs);
  worker.once('error', reject);
  worker.once('message', (reply: Reply) => {
    if (reply.kind === 'refused') reject(refusalOf(reply));
    else resolve();
  });
  return promise.finally(() => {
    clearTimeout(timer);
    worker.off('error', reject);
  });
}

function refusalOf({ code, message, position }: Extract<Reply, { kind: 'refused' }>): Error {
  switch (code) {
    case 'store_in_use':
      return new StoreInUse(message);
    case 'store_damaged':
      return new StoreDamaged(message, position);
    case 'store_unreadable':
      return new StoreUnreadable(message);
    default:
      return new LedgerUnavailable(message);
  }
}

function failureOf({ code, message }: Extract<Reply, { kind: 'failed' }>['failure']): Error {
  return code === 'ledger_uncertain' ? new LedgerUncertain(message) : new LedgerUnavailable(message);
}
