// SPDX-License-Identifier: Apache-2.0
// A ledger read for a replay by another thread, a few pages ahead of who goes through them.
import { Worker } from 'node:worker_threads';
import type { Step } from '../app/replay.ts';
import { createUnpacker, type PackedSteps } from '../app/replay-wire.ts';

export interface ReplayOrder {
  readonly dataDir: string;
  readonly sinceMs: number;
}

export type ReplayMessage =
  | { readonly kind: 'steps'; readonly packed: PackedSteps }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly message: string };

/** Pages that are read and not gone through. */
export const maxAhead = 4;
/** A page is read in milliseconds. */
const silenceMs = 60_000;

/**
 * @param env where the master key may be
 * @throws what reading throws, by its message
 */
export async function* stepsFromThread(
  order: ReplayOrder,
  env: NodeJS.ProcessEnv,
): AsyncGenerator<readonly Step[]> {
  const worker = new Worker(new URL('./replay-worker.ts', import.meta.url), { workerData: order, env });
  const arrived: ReplayMessage[] = [];
  let wake = (): void => undefined;
  const note = (message: ReplayMessage): void => {
    arrived.push(message);
    wake();
  };
  worker.on('message', note);
  worker.on('error', ({ message }) => note({ kind: 'failed', message }));
  worker.on('exit', () => note({ kind: 'failed', message: 'the thread that reads it ended' }));
  const unpack = createUnpacker();
  try {
    for (;;) {
      const message = arrived.shift() ?? (await next());
      if (message.kind === 'end') return;
      if (message.kind === 'failed') throw new Error(message.message);
      yield unpack(message.packed);
      worker.postMessage('more');
    }
  } finally {
    await worker.terminate();
  }

  async function next(): Promise<ReplayMessage> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    const timer = setTimeout(resolve, silenceMs);
    await promise;
    clearTimeout(timer);
    return arrived.shift() ?? { kind: 'failed', message: `nothing was read for ${silenceMs} ms` };
  }
}
