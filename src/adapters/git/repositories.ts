// SPDX-License-Identifier: Apache-2.0
/**
 * What repositories on this machine say of pushes and merges, for whoever decides about them. Decides nothing.
 *
 * Bounded in time and in what is read; whatever goes wrong is an act of which nothing is known.
 */
import type { GitFound } from '../../core/operand/git.ts';
import { isProtected, protectedByDefault, touchedBy } from '../../core/operand/touched-paths.ts';
import type { GitAct } from '../../core/program/git-act.ts';
import type { Repositories } from '../files/operands.ts';
import { inspect } from './inspect.ts';
import { openScratch, type Scratch } from './run.ts';
import { shownUrl } from './settings.ts';
import { survey, Untold } from './survey.ts';

export interface RepositoryParts {
  readonly home: string;
  /** In the form of ssh-keygen(1), "ALLOWED SIGNERS". Absent: no signature is anybody's. */
  readonly signersFile?: string | undefined;
  /** Absent: the usual names. */
  readonly protectedBranches?: readonly string[] | undefined;
  /** Where programs are looked for. */
  readonly path: string;
}

export function createRepositories(parts: RepositoryParts): Repositories {
  const { home, signersFile, path } = parts;
  const patterns = parts.protectedBranches ?? protectedByDefault;

  async function within<T>(timeoutMs: number, use: (scratch: Scratch, isOver: () => boolean) => Promise<T>) {
    const until = AbortSignal.timeout(timeoutMs);
    await using scratch = await openScratch({ signersFile, until, path });
    return await use(scratch, () => until.aborted);
  }

  async function look(act: GitAct, directory: string, timeoutMs: number): Promise<GitFound> {
    return within(timeoutMs, async (scratch, isOver) => {
      const surveyed = await survey(scratch.git, act, directory, { home, signersFile, isOver });
      const { commits, paths, rewinds } = await inspect(scratch, surveyed);
      const { state, repository, url, base, updates, pinned, hooks } = surveyed;
      return {
        ...{ does: act.does, known: true, state, repository, base, updates, commits, pinned, hooks },
        remote: shownUrl(url),
        touches: touchedBy(paths),
        forced: act.does === 'push' && (rewinds || act.forced),
        protected: updates.some(({ to }) => isProtected(to, patterns)),
      };
    });
  }

  return {
    async look(act, directory, timeoutMs) {
      if (!act.plain) return { does: act.does, known: false, why: 'not_plain' };
      return look(act, directory, timeoutMs).catch((error: unknown) => ({
        does: act.does,
        known: false,
        why: error instanceof Untold ? error.why : 'failed',
      }));
    },
    async state(act, directory, timeoutMs) {
      return within(timeoutMs, async (scratch, isOver) => {
        const { state } = await survey(scratch.git, act, directory, { home, signersFile, isOver });
        return state;
      }).catch(() => undefined);
    },
  };
}
