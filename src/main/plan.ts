// SPDX-License-Identifier: Apache-2.0
// What `policy plan` is given: the policies of files, over a catalogue of files or the one published last.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { catalogueIndex } from '../adapters/catalogue-files/catalogue-index.ts';
import { compilePolicies } from '../adapters/cedar-wasm/compile.ts';
import { masterKeyFromFile, masterKeyFromText } from '../adapters/keys/master.ts';
import type { Evidence } from '../app/evidence.ts';
import type { PolicySet } from '../app/ports.ts';
import { shaped } from '../app/publish.ts';
import { publishedEntries, publishedFiles } from '../app/published-sources.ts';
import { records } from '../app/read-records.ts';
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
  const text = env.COUNTERSIGN_MASTER_KEY;
  const file = join(dataDir, 'master.key');
  const master =
    text !== undefined ? masterKeyFromText(text) : existsSync(file) ? masterKeyFromFile(file) : undefined;
  return {
    books,
    pseudonym: master === undefined ? undefined : (secret) => master.mac('secret', secret),
    ...(sources.second === undefined ? {} : { second: sources.second }),
    async next(evidence) {
      const after = policiesIn(sources.policyDir);
      const entries =
        sources.catalogueDir === undefined
          ? await publishedCatalogue(evidence, books)
          : entriesIn(sources.policyDir, sources.catalogueDir);
      const published = await publishedSources(evidence, books, 'policy.published');
      const before = published === undefined ? undefined : publishedFiles(published);
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

async function publishedCatalogue(
  evidence: Evidence,
  books: PlanParts['books'],
): Promise<readonly CatalogueEntry[]> {
  const text = await publishedSources(evidence, books, 'catalogue.published');
  const entries = text === undefined ? undefined : publishedEntries(text);
  if (entries === undefined)
    throw new CommandFailed(
      'the published catalogue cannot be read: name one with --catalogue',
      exit.unreachable,
    );
  return entries;
}

/** What was published last; undefined where nothing was, or where it cannot be opened. */
async function publishedSources(
  evidence: Evidence,
  books: PlanParts['books'],
  type: 'policy.published' | 'catalogue.published',
): Promise<string | undefined> {
  let newest: { readonly digest: string; readonly position: number } | undefined;
  for await (const { event, position } of records(evidence.ledger, { type }))
    if (event.type === type) newest = { digest: event.sources.digest, position };
  const opened =
    newest === undefined ? undefined : await books.vault(evidence)?.open(newest.digest, newest.position);
  return opened?.ok === true ? opened.content : undefined;
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
