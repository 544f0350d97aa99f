// SPDX-License-Identifier: Apache-2.0
/**
 * Publications that do not come from the daemon's own files: a set that is tried, a set that was in force before.
 *
 * Texts are compiled over the catalogue in force, as those of files are. Whether they may be published is
 * decided on the road; what cannot be compiled changes nothing.
 *
 * Source: docs/adr/0017-publication.md.
 */
import type { ShadowCheck } from '../adapters/cedar-wasm/set.ts';
import type { Administered } from '../app/administer.ts';
import { type Tried, tryCandidate, withdrawCandidate } from '../app/candidate.ts';
import { type CandidateReport, candidateReport } from '../app/candidate-report.ts';
import type { CatalogueIndex, Ledger, Published } from '../app/ports.ts';
import { earlier, type Listed, publications, sourcesOf } from '../app/publications.ts';
import { type Force, publish } from '../app/publish.ts';
import { publishedFiles, textsDigest } from '../app/published-sources.ts';
import type { Road } from '../app/road.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { placed } from '../edges/cli/problem.ts';
import { compileOver, type Problem } from './load.ts';
import { loadTested } from './rehearse.ts';
import { refusalInWords } from './reload.ts';

export interface PublishingParts {
  readonly road: Pick<Road, 'sequencer' | 'published' | 'vault' | 'programs'>;
  readonly force: Force;
  readonly ledger: Pick<Ledger, 'readStream' | 'size' | 'find' | 'read'>;
  /** Of the daemon: where nobody names another. */
  readonly policyDir: string;
  readonly shadow: ShadowCheck | undefined;
  readonly say: (line: string) => void;
}

/** Files or recorded texts that do not come into force over this catalogue. */
export interface Unfit {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

export interface GoneBack {
  readonly to: Listed;
  readonly policy: string;
  readonly changed: boolean;
}

export interface Publishing {
  /** Has the policies of a directory tried. @param dir default: the daemon's own */
  tryFiles(operator: Operator, dir: string | undefined, reason: string): Promise<Administered<Tried> | Unfit>;
  withdraw(operator: Operator, reason: string): Promise<Administered<Tried>>;
  /** Brings policies into force that were before. @param to see app/publications.ts */
  rollback(
    operator: Operator,
    to: string | undefined,
    reason: string,
    dryRun: boolean,
  ): Promise<Administered<GoneBack> | Unfit>;
  /** The newest first. */
  list(limit: number): Promise<readonly Listed[]>;
  /** What differed since the candidate is tried; undefined where none is. */
  compare(): Promise<CandidateReport | undefined>;
  /** Has the candidate that the ledger names ready, checked against the catalogue in force, or takes it away. */
  checkCandidate(operator: Operator): Promise<void>;
}

export const rolledBack =
  'the policies in force are those that somebody went back to; the files hold what was taken back: change them, or `countersign policy publish`';

/**
 * What a node starts with: its files, unless the ledger says that somebody went back from just these.
 *
 * @param first as the files are
 */
export async function atStart(
  road: Pick<Road, 'sequencer' | 'vault'>,
  ledger: Pick<Ledger, 'find'>,
  first: Published,
  shadow: ShadowCheck | undefined,
): Promise<
  { ok: true; published: Published; undone: boolean } | { readonly ok: false; readonly reason: string }
> {
  const undone = road.sequencer.head.get(facets.undone) ?? undefined;
  if (undone === undefined || undone.texts !== textsDigest(first.sources.policies))
    return { ok: true, published: first, undone: false };
  const sources = await sourcesOf(ledger, road.vault, undone.record);
  const compiled = recompiled(sources, first.catalogue, first.mode, shadow);
  if (compiled.ok) return { ok: true, published: compiled.published, undone: true };
  const why = compiled.problems.map(placed).join('\n');
  return {
    ok: false,
    reason: `the policies that were rolled back to (${undone.record}) cannot come into force again; change the policy files, which hold what was taken back:\n${why}`,
  };
}

export function createPublishing(parts: PublishingParts): Publishing {
  const { road, force, ledger, shadow, say } = parts;

  function compiledFrom(sources: string | undefined) {
    const { catalogue, mode } = force.current();
    return recompiled(sources, catalogue, mode, shadow);
  }

  return {
    async tryFiles(operator, dir, reason) {
      const { catalogue, mode } = force.current();
      const { programs } = road;
      const loaded = loadTested({ policyDir: dir ?? parts.policyDir, catalogue, mode, shadow, programs });
      return loaded.ok ? tryCandidate(road, force, operator, loaded.published, reason) : loaded;
    },
    withdraw: (operator, reason) => withdrawCandidate(road, operator, reason),

    async rollback(operator, to, reason, dryRun) {
      const inForce = textsDigest(force.current().sources.policies);
      const found = await earlier(ledger, road.vault, inForce, to);
      if (typeof found === 'string') return { ok: false, ...nothingEarlier[found], policies: [] };
      const compiled = compiledFrom(found.sources);
      if (!compiled.ok) return compiled;
      const next = compiled.published;
      const goneBack = { to: found.listed, policy: next.policies.digest };
      const changed = next.policies.digest !== force.current().policies.digest;
      if (dryRun) return { ok: true, value: { ...goneBack, changed }, decision: '' };
      const done = await publish(road, force, operator, next, {
        reason,
        ...(inForce === undefined ? {} : { undoes: inForce }),
      });
      return done.ok ? { ...done, value: { ...goneBack, changed: done.value.changed } } : done;
    },

    async list(limit) {
      const listed: Listed[] = [];
      for await (const one of publications(ledger, await ledger.size())) {
        if (listed.length >= limit) break;
        listed.push(one);
      }
      return listed;
    },

    async compare() {
      const candidate = road.sequencer.head.get(facets.candidate) ?? undefined;
      return candidate === undefined ? undefined : candidateReport(ledger, candidate);
    },

    async checkCandidate(operator) {
      const candidate = road.sequencer.head.get(facets.candidate) ?? undefined;
      if (candidate === undefined) return;
      const compiled = compiledFrom(await sourcesOf(ledger, road.vault, candidate.record));
      if (compiled.ok && compiled.published.policies.digest === candidate.policy)
        return force.stageCandidate(compiled.published);
      const done = compiled.ok
        ? await tryCandidate(road, force, operator, compiled.published, 'checked against another catalogue')
        : await withdrawCandidate(road, operator, 'it does not fit the catalogue any more');
      if (!compiled.ok)
        for (const problem of compiled.problems.slice(0, 5)) say(`candidate: ${placed(problem)}`);
      if (!done.ok) say(`the candidate is not tried: ${refusalInWords(done)}`);
      else if (!compiled.ok) say('the candidate was taken away: it does not fit the catalogue any more');
    },
  };
}

const nothingEarlier = {
  not_there: {
    code: 'not_found',
    reason: 'there is no such earlier publication: see `countersign policy log`',
  },
  erased: { code: 'not_possible', reason: 'the texts of that publication cannot be read any more' },
} as const;

function recompiled(
  sources: string | undefined,
  catalogue: CatalogueIndex,
  mode: Published['mode'],
  shadow: ShadowCheck | undefined,
) {
  const files = sources === undefined ? undefined : publishedFiles(sources);
  if (files !== undefined) return compileOver(files, catalogue, { mode, shadow });
  const message = 'the texts of the publication cannot be read any more';
  return { ok: false as const, problems: [{ file: 'publication', line: 0, column: 0, message }] };
}
