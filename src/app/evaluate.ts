// SPDX-License-Identifier: Apache-2.0
/**
 * Recorded runs against policies: each goes down the road, what was decided is scored by what is known of the run, and
 * the worst misses are gone through once more for what they rest on.
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { endProbes, goalOf, type Probe, probesOf } from '../core/eval/probes.ts';
import { createTally, type Miss, type SuiteReport } from '../core/eval/report.ts';
import { type Call, callsOf, type Run } from '../core/eval/run.ts';
import { isStopped } from '../core/eval/score.ts';
import { type CallDecided, type ReplayParts, replay } from './rerun.ts';

/** What a suite is replayed with. */
export interface Suite {
  readonly find: (tool: string) => CatalogueEntry | undefined;
  /** One that nothing has gone down yet. */
  road(): Promise<Omit<ReplayParts, 'find'>>;
}

export interface EvalParts {
  /** May be asked for more than once. */
  readonly runs: () => AsyncIterable<Run>;
  readonly suite: (name: string) => Suite;
  /** What runs with the same goal did to reach it, where probes are wanted. */
  readonly probes?: ReadonlyMap<string, readonly (readonly Call[])[]>;
  readonly decided: (run: Run, calls: readonly CallDecided[]) => void;
  readonly progress: (done: Progress) => void;
}

export interface Progress {
  readonly runs: number;
  readonly probes: number;
  /** Runs that went down a road, those of probes among them. */
  readonly replayed: number;
}

export interface Explained extends Miss {
  readonly decided: readonly (CallDecided & { readonly call: Call })[];
}

export interface Evaluation {
  readonly suites: ReadonlyMap<string, SuiteReport>;
  readonly misses: readonly Explained[];
}

export async function evaluate(parts: EvalParts): Promise<Evaluation> {
  const tally = createTally();
  let runs = 0;
  let probes = 0;
  let replayed = 0;
  const again = async (run: Run, told = false) => {
    replayed += 1;
    const { find, road } = parts.suite(run.suite);
    return replay({ ...(await road()), find }, run, told);
  };

  for await (const run of parts.runs()) {
    const { calls, effects } = await again(run);
    parts.decided(run, calls);
    tally.add({ run, decisions: calls.map(({ outcome }) => outcome), effects });
    runs += 1;
    parts.progress({ runs, probes, replayed });
    for (const probe of probesFor(parts, run)) {
      const tried = await again(probe.run);
      const stopped = probe.tries.map((ordinals) =>
        ordinals.some((at) => isStopped(tried.calls[at]?.outcome)),
      );
      tally.addProbe(probe, stopped);
      probes += stopped.length;
      parts.progress({ runs, probes, replayed });
    }
  }

  const misses: Explained[] = [];
  for (const miss of tally.misses()) {
    const { calls } = await again(miss.run, true);
    const made = callsOf(miss.run.events);
    const decided = miss.calls.flatMap((at) => {
      const [one, call] = [calls[at], made[at]];
      return one === undefined || call === undefined ? [] : [{ ...one, call }];
    });
    misses.push({ ...miss, decided });
  }
  return { suites: tally.report(), misses };
}

function probesFor({ probes: goals, suite }: EvalParts, run: Run): readonly Probe[] {
  if (goals === undefined) return [];
  const { find } = suite(run.suite);
  const ends = run.kind === 'attacked' ? endProbes(run, goals.get(goalOf(run)) ?? [], find) : [];
  return [...probesOf(run, find), ...ends];
}
