// SPDX-License-Identifier: Apache-2.0
/**
 * Looks at what a call names: files here, what a repository would push or merge by `adapters/git`.
 *
 * Translates and decides nothing. What lies on another machine is not looked for on this one.
 */
import { homedir } from 'node:os';
import type { Clock, Operands } from '../../app/ports.ts';
import type { GitFound } from '../../core/operand/git.ts';
import {
  maxOperands,
  type Named,
  type Operand,
  type Sighting,
  sightingDigest,
  unseen,
} from '../../core/operand/operand.ts';
import type { GitAct } from '../../core/program/git-act.ts';
import { lookAt } from './look.ts';

/** What a repository says of an act. */
export interface Repositories {
  /** Never rejects. */
  look(act: GitAct, directory: string, timeoutMs: number): Promise<GitFound>;
  /** `state` of what would be found now, cheaper; undefined where it cannot be told. Never rejects. */
  state(act: GitAct, directory: string, timeoutMs: number): Promise<string | undefined>;
}

export interface OperandParts {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly home?: string;
  /** Absent: what is done to commits is `unknown`. */
  readonly git?: Repositories;
}

export function createOperands({ clock, home = homedir(), git }: OperandParts): Operands {
  async function filesOf({ files, directory, root }: Named, timeoutMs: number): Promise<readonly Operand[]> {
    if (directory === undefined)
      return files.map((path) => ({ path, state: { is: 'unknown', why: 'elsewhere' } }));
    const until = clock.monotonicMs() + timeoutMs;
    const around = {
      ...{ directory, home, isOver: () => clock.monotonicMs() > until },
      ...(root === undefined ? {} : { root }),
    };
    const found: Operand[] = [];
    for (const [i, name] of files.entries())
      found.push(
        i < maxOperands
          ? await lookAt(name, around)
          : { path: name, state: { is: 'unknown', why: 'too_many' } },
      );
    return found;
  }

  return {
    async look(named, timeoutMs) {
      const { directory } = named;
      if (directory === undefined) return unseen(named);
      const operands = await filesOf(named, timeoutMs);
      const acts: GitFound[] = [];
      for (const act of named.git)
        acts.push(
          git === undefined
            ? { does: act.does, known: false, why: 'not_seen' }
            : await git.look(act, directory, timeoutMs),
        );
      return { directory, operands, git: acts, whole: named.whole };
    },

    async still(named, found, timeoutMs) {
      const { directory } = named;
      if (directory === undefined) return true;
      const operands = await filesOf(named, timeoutMs);
      for (const [i, act] of named.git.entries()) {
        const was = found.git[i];
        if (was === undefined) return false;
        // What could not be told was decided as the worst that it can be.
        if (was.known && (await git?.state(act, directory, timeoutMs)) !== was.state) return false;
      }
      return sightingDigest({ ...found, operands } satisfies Sighting) === sightingDigest(found);
    },
  };
}
