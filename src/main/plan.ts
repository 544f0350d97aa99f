// SPDX-License-Identifier: Apache-2.0
// What `policy plan` is given: the policies of files, over a catalogue of files or the one published last.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { catalogueIndex } from '../adapters/catalogue-files/catalogue-index.ts';
import { compilePolicies } from '../adapters/cedar-wasm/compile.ts';
import { masterKeyFromFile, masterKeyFromText } from '../adapters/keys/master.ts';
import type { Evidence } from '../app/evidence.ts';
import { shaped } from '../app/publish.ts';
import { publishedEntries } from '../app/published-sources.ts';
import { records } from '../app/read-records.ts';
import type { InForce } from '../app/road.ts';
import { builtinServer } from '../core/catalogue/names.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import type { PlanParts } from '../edges/cli/plan.ts';
import { booksOf } from './evidence.ts';
import { load, policyFiles } from './load.ts';

export interface PlanSources {
  readonly policyDir: string;
  readonly catalogueDir?: string;
}

export function planParts(dataDir: string, env: NodeJS.ProcessEnv, sources: PlanSources): PlanParts {
  const books = booksOf(dataDir, env);
  const text = env.COUNTERSIGN_MASTER_KEY;
  const file = join(dataDir, 'master.key');
  const master =
    text !== undefined ? masterKeyFromText(text) : existsSync(file) ? masterKeyFromFile(file) : undefined;
  return {
    books,
    pseudonym: master === undefined ? undefined : (secret) => master.mac('secret', secret),
    next: (evidence) =>
      sources.catalogueDir === undefined
        ? overPublished(evidence, books, sources.policyDir)
        : Promise.resolve(fromFiles(sources.policyDir, sources.catalogueDir)),
  };
}

function fromFiles(policyDir: string, catalogueDir: string): InForce {
  for (const dir of [policyDir, catalogueDir])
    if (!existsSync(resolve(dir))) throw new CommandFailed(`there is no directory \`${dir}\``, exit.usage);
  const loaded = load({ policyDir, catalogueDir, mode: 'enforce' });
  if (!loaded.ok) throw invalid(loaded.problems);
  return shaped(loaded.published);
}

/** Arguments fitted their schemas when they were recorded, so the schemas are not compiled again. */
async function overPublished(
  evidence: Evidence,
  books: PlanParts['books'],
  policyDir: string,
): Promise<InForce> {
  const vault = books.vault(evidence);
  let newest: { readonly digest: string; readonly position: number } | undefined;
  for await (const { event, position } of records(evidence.ledger, { type: 'catalogue.published' }))
    if (event.type === 'catalogue.published') newest = { digest: event.sources.digest, position };
  const opened = newest === undefined ? undefined : await vault?.open(newest.digest, newest.position);
  const entries = opened?.ok === true ? publishedEntries(opened.content) : undefined;
  if (entries === undefined)
    throw new CommandFailed(
      'the published catalogue cannot be read: name one with --catalogue',
      exit.unreachable,
    );
  const files = policyFiles(policyDir);
  if (!Array.isArray(files)) throw invalid([files]);
  const compiled = compilePolicies({ files, entries });
  if (!compiled.ok) throw invalid(compiled.problems);
  const own = entries.filter(({ server }) => server !== builtinServer);
  const catalogue = catalogueIndex(own.map((entry) => ({ entry, check: () => ({ ok: true }) })));
  const sources = { policies: '', catalogue: '' };
  return shaped({ policies: compiled.set, catalogue, mode: 'enforce', sources });
}

function invalid(
  problems: readonly {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly message: string;
  }[],
): CommandFailed {
  const lines = problems.map(({ file, line, column, message }) =>
    line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`,
  );
  return new CommandFailed(lines.join('\n'), exit.invalid);
}
