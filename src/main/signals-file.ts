// SPDX-License-Identifier: Apache-2.0
// The file of signals of a daemon: read at its start, and published when it is saved, or left as it was.
import { dirname } from 'node:path';
import { loadSignals } from '../adapters/signal-files/load.ts';
import {
  createRegistries,
  publishSignals,
  publishSignalsAtStart,
  type Registries,
  type SignalsFile,
} from '../app/registries.ts';
import type { Road } from '../app/road.ts';
import type { Sequencer } from '../app/sequencer.ts';
import type { Operator } from '../core/request/proposal.ts';
import { placed } from '../edges/cli/problem.ts';
import { refusalInWords } from './reload.ts';
import { watchFiles } from './watch.ts';

export interface LiveSignals {
  readonly registries: Registries;
  publishAtStart(road: Pick<Road, 'sequencer' | 'vault'>, author: string): Promise<void>;
  /** @returns how to stop */
  watch(road: Pick<Road, 'sequencer' | 'published' | 'vault'>, operator: Operator): () => void;
}

export type SignalsOpened =
  | { readonly ok: true; readonly open: (sequencer: Sequencer) => LiveSignals }
  | { readonly ok: false; readonly reason: string };

/** @returns why it cannot be read: a daemon that starts without it would take every signal for missing */
export function signalsFrom(path: string, say: (line: string) => void): SignalsOpened {
  const first = loadSignals(path);
  if (!first.ok) return { ok: false, reason: first.problems.map(placed).join('\n') };
  return {
    ok: true,
    open: (sequencer) => live(path, first, createRegistries(first.registry, sequencer), say),
  };
}

function live(
  path: string,
  first: SignalsFile,
  registries: Registries,
  say: (line: string) => void,
): LiveSignals {
  return {
    registries,
    publishAtStart: (road, author) => publishSignalsAtStart(road, first, author),
    watch: (road, operator) =>
      watchFiles({
        directories: [dirname(path)],
        settleMs: 150,
        pollMs: 2000,
        onChange: async () => {
          const next = loadSignals(path);
          if (!next.ok) {
            say('the changed file of signals is not in force; the one before still is:');
            for (const problem of next.problems.slice(0, 20)) say(`  ${placed(problem)}`);
            return;
          }
          if (next.registry.digest === registries.current().digest) return;
          const done = await publishSignals(road, registries, operator, next, 'the file was saved');
          if (!done.ok) say(`the changed file of signals is not in force: ${refusalInWords(done)}`);
          else if (done.value.changed) say(`published: ${next.registry.signals.size} signals`);
        },
      }),
  };
}
