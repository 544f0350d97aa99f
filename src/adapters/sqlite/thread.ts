// SPDX-License-Identifier: Apache-2.0
// Talking to the thread that owns the store: what is ready in the same turn travels in one message,
// every wait ends, and silence is never taken for a yes.
import { Worker } from 'node:worker_threads';
import { LedgerUnavailable, LedgerUncertain, type Unit, type UnitResult } from '../../app/ports.ts';
import { StoreDamaged, StoreInUse, StoreUnreadable } from './errors.ts';
import type { Failure, Questions, Reply, Request } from './protocol.ts';
import { pack, resultReader } from './wire.ts';

export interface StoreThread {
  commit(units: readonly Unit[], timeoutMs: number): Promise<readonly UnitResult[]>;
  ask<Name extends keyof Questions>(
    name: Name,
    ...args: Parameters<Questions[Name]>
  ): Promise<ReturnType<Questions[Name]>>;
  /** Lets what was asked finish. Resolves when the file is free for another owner. */
  close(): Promise<void>;
}

/** More units than this on their way: the store cannot keep up, and waiting longer would not help. */
const maxWaiting = 16_384;

/** Commits that travel together; they have the same time limit. */
interface Batch {
  readonly id: number;
  readonly timeoutMs: number;
  readonly units: Unit[];
  readonly callers: Caller[];
  readonly timer: NodeJS.Timeout;
}

interface Caller {
  /** How many records each of its units has. */
  readonly drafts: readonly number[];
  resolve(results: readonly UnitResult[]): void;
  reject(error: Error): void;
}

interface Asked {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** @param askTimeoutMs how long anything but a commit may take */
export async function startStoreThread(
  path: string,
  askTimeoutMs: number,
  openTimeoutMs: number,
): Promise<StoreThread> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: path });
  await opened(worker, openTimeoutMs);
  const send = (request: Request) => worker.postMessage(request);

  const batches = new Map<number, Batch>();
  const asked = new Map<number, Asked>();
  let filling: Batch | undefined;
  let waiting = 0;
  let lastId = 0;
  let gone: LedgerUnavailable | undefined;

  function newBatch(timeoutMs: number): Batch {
    const callers: Caller[] = [];
    const timer = setTimeout(() => {
      for (const caller of callers) caller.reject(lateCommit(timeoutMs));
    }, timeoutMs);
    const batch = { id: ++lastId, timeoutMs, units: [], callers, timer };
    batches.set(batch.id, batch);
    // Once all that is ready to run has run: what it commits joins.
    process.nextTick(() => flush(batch));
    return batch;
  }

  function flush(batch: Batch): void {
    if (filling !== batch) return;
    filling = undefined;
    send({ kind: 'commit', batch: batch.id, units: pack(batch.units) });
  }

  function endBatch(id: number): readonly Caller[] {
    const batch = batches.get(id);
    if (batch === undefined) return [];
    batches.delete(id);
    clearTimeout(batch.timer);
    waiting -= batch.units.length;
    return batch.callers;
  }

  function lost(error: LedgerUnavailable): void {
    gone ??= error;
    for (const id of [...batches.keys()]) {
      for (const caller of endBatch(id)) caller.reject(new LedgerUncertain(error.message));
    }
    for (const { reject } of asked.values()) reject(error);
  }

  worker.on('message', (reply: Reply) => {
    switch (reply.kind) {
      case 'committed': {
        const resultsOf = resultReader(reply.results);
        for (const id of reply.batches) {
          for (const caller of endBatch(id)) caller.resolve(resultsOf(caller.drafts));
        }
        return;
      }
      case 'not_committed':
        for (const id of reply.batches) {
          for (const caller of endBatch(id)) caller.reject(failureOf(reply.failure));
        }
        return;
      case 'answer':
        asked.get(reply.call)?.resolve(reply.value);
        return;
      case 'failed':
        asked.get(reply.call)?.reject(failureOf(reply.failure));
        return;
    }
  });
  worker.on('error', (error) => lost(new LedgerUnavailable(`the store's thread failed: ${error.message}`)));
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => {
      lost(new LedgerUnavailable("the store's thread is gone"));
      resolve();
    });
  });

  return {
    async commit(units, timeoutMs) {
      if (gone !== undefined) throw gone;
      if (waiting + units.length > maxWaiting) {
        throw new LedgerUnavailable('too many commits wait for the store');
      }
      if (filling !== undefined && filling.timeoutMs !== timeoutMs) flush(filling);
      filling ??= newBatch(timeoutMs);
      const { promise, resolve, reject } = Promise.withResolvers<readonly UnitResult[]>();
      filling.callers.push({ drafts: units.map(({ drafts }) => drafts.length), resolve, reject });
      for (const unit of units) filling.units.push(unit);
      waiting += units.length;
      return promise;
    },
    async ask(name, ...args) {
      if (gone !== undefined) throw gone;
      const call = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      asked.set(call, { resolve, reject });
      const timer = setTimeout(() => reject(lateAnswer(askTimeoutMs)), askTimeoutMs);
      try {
        send({ kind: 'ask', call, name, args } as Request);
        // The other thread answers a question of this name with this type: protocol.ts.
        return (await promise) as ReturnType<Questions[typeof name]>;
      } finally {
        clearTimeout(timer);
        asked.delete(call);
      }
    },
    async close() {
      if (gone === undefined) {
        gone = new LedgerUnavailable('the ledger is closed');
        if (filling !== undefined) flush(filling);
        send({ kind: 'close' });
      }
      await exited;
    },
  };
}

function lateCommit(timeoutMs: number): LedgerUncertain {
  return new LedgerUncertain(`the store did not answer within ${timeoutMs} ms`);
}

function lateAnswer(timeoutMs: number): LedgerUnavailable {
  return new LedgerUnavailable(`the store did not answer within ${timeoutMs} ms`);
}

function opened(worker: Worker, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(new LedgerUnavailable(`the store did not open within ${timeoutMs} ms`));
    void worker.terminate();
  }, timeoutMs);
  worker.once('error', reject);
  worker.once('exit', () =>
    reject(new LedgerUnavailable("the store's thread ended before it had opened the file")),
  );
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

function failureOf({ code, message }: Failure): Error {
  return code === 'ledger_uncertain' ? new LedgerUncertain(message) : new LedgerUnavailable(message);
}
