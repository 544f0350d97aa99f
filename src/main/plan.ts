// SPDX-License-Identifier: Apache-2.0
// What `policy plan` is given: the policies of files, over a catalogue of files or the one published last.
import { catalogueIndex } from '../adapters/catalogue-files/catalogue-index.ts';
import { compilePolicies } from '../adapters/cedar-wasm/compile.ts';
import type { Evidence } from '../app/evidence.ts';
import type { PolicySet } from '../app/ports.ts';
import { shaped } from '../app/publish.ts';
import { publishedEntries, publishedFiles } from '../app/published-sources.ts';
import { streamBack } from '../app/read-records.ts';
import type { InForce, Second } from '../app/road.ts';
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { builtinServer } from '../core/catalogue/names.ts';
import type { PolicyFile } from '../core/policy/source.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import type { PlanParts } from '../edges/cli/plan.ts';
import { refusedFiles } from '../edges/cli/problem.ts';
import { booksOf } from './evidence.ts';
import { load, policyFiles } from './load.ts';
import { isDirectory } from './options.ts';
import { masterKeyOf } from './reading.ts';
import { stepsFromThread } from './replay-thread.ts';

export interface PlanSources {
  readonly policyDir: string;
  readonly catalogueDir?: string;
  readonly second?: Second;
}

/** @throws {CommandFailed} a directory that was named is none */
export function planParts(dataDir: string, env: NodeJS.ProcessEnv, sources: PlanSources): PlanParts {
  for (const dir of [sources.policyDir, sources.catalogueDir])
    if (dir !== undefined && !isDirectory(dir))
      throw new CommandFailed(`there is no directory \`${dir}\``, exit.usage);
  const books = booksOf(dataDir, env);
  const master = masterKeyOf(dataDir, env);
  return {
    books,
    pseudonym: master === undefined ? undefined : (secret) => master.mac('secret', secret),
    ...(sources.second === undefined ? {} : { second: sources.second }),
    steps: (sinceMs) => stepsFromThread({ dataDir, sinceMs }, env),
    async next(evidence) {
      const after = policiesIn(sources.policyDir);
      const published = await publishedLast(evidence, books);
      const entries =
        sources.catalogueDir === undefined
          ? cataloguePublished(published.catalogue)
          : entriesIn(sources.policyDir, sources.catalogueDir);
      const before = published.policies === undefined ? undefined : publishedFiles(published.policies);
      const old = before === undefined ? undefined : compilePolicies({ files: before, entries });
      return {
        next: inForce(after, entries),
        texts: [...after, ...(before ?? [])].map(({ text }) => text),
        ...(old?.ok === true ? { before: over(old.set, entries) } : {}),
      };
    },
  };
}

function policiesIn(dir: string): readonly PolicyFile[] {
  const files = policyFiles(dir);
  if (!Array.isArray(files)) throw refusedFiles([files]);
  return files;
}

function entriesIn(policyDir: string, catalogueDir: string): readonly CatalogueEntry[] {
  const loaded = load({ policyDir, catalogueDir, mode: 'enforce' });
  if (!loaded.ok) throw refusedFiles(loaded.problems);
  return loaded.published.catalogue.entries;
}

function cataloguePublished(text: string | undefined): readonly CatalogueEntry[] {
  const entries = text === undefined ? undefined : publishedEntries(text);
  if (entries === undefined)
    throw new CommandFailed(
      'the published catalogue cannot be read: name one with --catalogue',
      exit.unreachable,
    );
  return entries;
}

/** What was published last; undefined where nothing was, or where it cannot be opened. */
async function publishedLast(
  evidence: Evidence,
  books: PlanParts['books'],
): Promise<{ readonly policies: string | undefined; readonly catalogue: string | undefined }> {
  const vault = books.vault(evidence);
  const contents = async (digest: string, position: number) => {
    const opened = await vault?.open(digest, position);
    return opened?.ok === true ? opened.content : undefined;
  };
  let policies: Promise<string | undefined> | undefined;
  let catalogue: Promise<string | undefined> | undefined;
  for await (const { event, position } of streamBack(
    evidence.ledger,
    'tenant',
    await evidence.ledger.size(),
  )) {
    if (event.type === 'policy.published') policies ??= contents(event.sources.digest, position);
    if (event.type === 'catalogue.published') catalogue ??= contents(event.sources.digest, position);
    if (policies !== undefined && catalogue !== undefined) break;
  }
  return { policies: await policies, catalogue: await catalogue };
}

function inForce(files: readonly PolicyFile[], entries: readonly CatalogueEntry[]): InForce {
  const compiled = compilePolicies({ files, entries });
  if (!compiled.ok) throw refusedFiles(compiled.problems);
  return over(compiled.set, entries);
}

/** Arguments fitted their schemas when they were recorded, so the schemas are not compiled again. */
function over(policies: PolicySet, entries: readonly CatalogueEntry[]): InForce {
  const own = entries.filter(({ server }) => server !== builtinServer);
  const catalogue = catalogueIndex(own.map((entry) => ({ entry, check: () => ({ ok: true }) })));
  return shaped({ policies, catalogue, mode: 'enforce', sources: { policies: '', catalogue: '' } });
}
