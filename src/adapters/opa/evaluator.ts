// SPDX-License-Identifier: Apache-2.0
// A thread in which a compiled policy runs, from outside: every wait has an end, and so has the thread.
import { Worker } from 'node:worker_threads';
import type { Evaluated, Loaded, Loading } from './protocol.ts';

export interface Evaluator {
  /**
   * One at a time.
   *
   * @returns `late` or `gone` where nothing came: it is ended then, and of no more use
   */
  evaluate(input: string, withinMs: number): Promise<Evaluated | 'late' | 'gone'>;
  end(): Promise<void>;
}

export type Started =
  | { readonly ok: true; readonly evaluator: Evaluator }
  | { readonly ok: false; readonly message: string };

/** Of the thread; what the policy has beside that is bounded in worker.ts. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** Never rejects. */
export async function startEvaluator(loading: Loading, withinMs: number): Promise<Started> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: loading,
    resourceLimits,
    // Neither our secrets go in nor, by way of what it prints, what it was asked out.
    env: {},
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  let gone = false;
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    gone = true;
  });

  async function next<Message>(timeoutMs: number): Promise<Message | 'late' | 'gone'> {
    const { promise, resolve } = Promise.withResolvers<Message | 'late' | 'gone'>();
    const lost = () => resolve('gone');
    const timer = setTimeout(() => resolve('late'), timeoutMs);
    worker.once('message', resolve).once('exit', lost);
    const message = await promise;
    clearTimeout(timer);
    worker.off('message', resolve).off('exit', lost);
    // A policy that loops hears nothing: only this stops it.
    if (message === 'late') await worker.terminate();
    return message;
  }

  const loaded = await next<Loaded>(withinMs);
  if (loaded === 'late') return { ok: false, message: `it did not load within ${withinMs} ms` };
  if (loaded === 'gone') return { ok: false, message: 'it does not load' };
  if (loaded.kind === 'refused') {
    await worker.terminate();
    return { ok: false, message: loaded.message };
  }
  return {
    ok: true,
    evaluator: {
      async evaluate(input, timeoutMs) {
        if (gone) return 'gone';
        const evaluated = next<Evaluated>(timeoutMs);
        worker.postMessage(input);
        return evaluated;
      },
      async end() {
        await worker.terminate();
      },
    },
  };
}
