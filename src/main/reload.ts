// SPDX-License-Identifier: Apache-2.0
/**
 * Brings changed files into force, or leaves in force what was.
 *
 * Never replaces a set by a part of one: what does not load as a whole changes nothing, and says so
 * here and in `status`. Whether it may be published is decided on the road, by the policies before.
 */
import type { Administered } from '../app/administer.ts';
import { codes, isDecisionCode } from '../app/codes.ts';
import type { Published } from '../app/ports.ts';
import type { Publication } from '../app/publish.ts';
import type { Operator } from '../core/request/proposal.ts';
import type { Reloaded } from '../edges/api/status-routes.ts';
import { placed } from '../edges/cli/problem.ts';
import type { Loaded, Problem } from './load.ts';

export interface ReloadParts {
  readonly load: () => Loaded;
  readonly current: () => Published;
  readonly publish: (
    operator: Operator,
    next: Published,
    reason: string,
  ) => Promise<Administered<Publication>>;
  /** Whether these are texts that somebody went back from: they come into force again only when asked for. */
  readonly undone: (next: Published) => boolean;
  /** The catalogue is another one: what is tried has to be checked against it. */
  readonly catalogueChanged: (operator: Operator) => Promise<void>;
  readonly wallMs: () => number;
  readonly say: (line: string) => void;
}

export interface Reloader {
  /** One at a time, in the order of asking. Never rejects. */
  reload(operator: Operator, reason: string): Promise<Reloaded>;
  /** How the last one went; of the start until then. */
  last(): Reloaded;
}

/** More lines than this help nobody who reads a terminal. */
const maxSaid = 20;

export function createReloader(parts: ReloadParts): Reloader {
  let last: Reloaded = { state: 'in_force', at: parts.wallMs(), problems: [] };
  let before: Promise<unknown> = Promise.resolve();

  async function reloaded(operator: Operator, reason: string): Promise<Reloaded> {
    const at = parts.wallMs();
    const loaded = parts.load();
    if (!loaded.ok) return refused(at, loaded.problems);
    const { policies, catalogue } = parts.current();
    const next = loaded.published;
    const same = policies.digest === next.policies.digest && catalogue.digest === next.catalogue.digest;
    if (!same && operator.channel === 'watched-files' && parts.undone(next)) {
      const message = 'somebody went back from these policies: change them, or publish them by command';
      return refused(at, [{ ...nowhere, message }]);
    }
    if (!same) {
      const done = await parts.publish(operator, next, reason);
      if (!done.ok)
        return refused(at, [{ ...nowhere, message: `not published: ${refusalInWords(done)}` }], {
          code: done.code,
          ...(done.decision === undefined ? {} : { decision: done.decision }),
        });
      parts.say(`published: policies ${brief(done.value.policy)}, catalogue ${brief(done.value.catalogue)}`);
      for (const warning of loaded.warnings.slice(0, maxSaid)) parts.say(`warning: ${placed(warning)}`);
      if (catalogue.digest !== next.catalogue.digest) await parts.catalogueChanged(operator);
    } else if (last.state === 'refused') {
      parts.say('the files are again what is in force');
    }
    return { state: 'in_force', at, problems: [] };
  }

  function refused(at: number, problems: readonly Problem[], by?: Reloaded['refused']): Reloaded {
    parts.say('the changed files are not in force; what was in force still decides:');
    for (const problem of problems.slice(0, maxSaid)) parts.say(`  ${placed(problem)}`);
    if (problems.length > maxSaid) parts.say(`  and ${problems.length - maxSaid} more`);
    return { state: 'refused', at, problems, ...(by === undefined ? {} : { refused: by }) };
  }

  return {
    reload(operator, reason) {
      const run = before.then(async () => {
        try {
          last = await reloaded(operator, reason);
        } catch (error) {
          const message = error instanceof Error ? error.message : String(error);
          last = refused(parts.wallMs(), [{ ...nowhere, message }]);
        }
        return last;
      });
      before = run;
      return run;
    },
    last: () => last,
  };
}

const nowhere = { file: 'publication', line: 0, column: 0 };

export function refusalInWords({ reason, code, policies }: Extract<Administered<unknown>, { ok: false }>) {
  const why = reason ?? (isDecisionCode(code) ? codes[code] : code);
  return `${why} (${policies.length === 0 ? code : `policy ${policies.join(', ')}`})`;
}

function brief(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
