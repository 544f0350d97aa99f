// SPDX-License-Identifier: Apache-2.0
/**
 * Reads a folder in the format of Cedar's integration tests: test files that name policies, entities
 * and a schema, relative to the folder that all of them lie in, and the requests to put to them.
 *
 * Source: README of cedar-policy/cedar-integration-tests.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

export interface Uid {
  readonly type: string;
  readonly id: string;
}

export interface CorpusRequest {
  readonly description: string;
  readonly principal: Uid;
  readonly action: Uid;
  readonly resource: Uid;
  readonly context: { readonly [name: string]: unknown };
  readonly validateRequest: boolean;
  readonly decision: 'allow' | 'deny';
  readonly reason: readonly string[];
  readonly errors: readonly string[];
}

export interface CorpusCase {
  readonly name: string;
  readonly policies: string;
  readonly schema: string;
  /** An integer that a double does not hold is a bigint. */
  readonly entities: readonly { readonly [name: string]: unknown }[];
  readonly requests: readonly CorpusRequest[];
}

export interface Corpus {
  /** Files of cases, in the order of their names. */
  readonly files: readonly string[];
  close(): void;
}

/**
 * @param folder holds cases at any depth, or the archive of the generated ones, or both
 * @throws if it cannot be read
 */
export function openCorpus(folder: string): Corpus {
  const root = resolve(folder);
  const archives = archivesIn(root).map((archive) => {
    const into = mkdtempSync(join(tmpdir(), 'cedar-corpus-'));
    execFileSync('tar', ['-xzf', archive, '-C', into]);
    return into;
  });
  const files = [root, ...archives].flatMap(casesIn).sort();
  return {
    files,
    close() {
      for (const path of archives) rmSync(path, { recursive: true });
    },
  };
}

function archivesIn(root: string): readonly string[] {
  if (!statSync(root).isDirectory()) throw new Error(`\`${root}\` is not a folder`);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:^|\/)corpus[^/]*\.tar\.gz$/.test(name))
    .map((name) => join(root, name));
}

/** A case is a JSON file with requests. Entities and schemas are JSON files without. */
function casesIn(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.endsWith('.entities.json'))
    .map((name) => join(root, name))
    .filter((path) => {
      const json: unknown = JSON.parse(readFileSync(path, 'utf8'));
      return typeof json === 'object' && json !== null && 'requests' in json && 'policies' in json;
    });
}

interface CaseFile {
  readonly policies: string;
  readonly entities: string;
  readonly schema: string;
  readonly requests: readonly (Omit<CorpusRequest, 'validateRequest'> & {
    readonly validateRequest?: boolean;
  })[];
}

/** @throws if a file that it names is not there, or none of JSON */
export function readCase(path: string): CorpusCase {
  const file = parseExactly(readFileSync(path, 'utf8')) as CaseFile;
  const text = (name: string) => readFileSync(found(path, name), 'utf8');
  return {
    name: path,
    policies: text(file.policies),
    schema: text(file.schema),
    entities: parseExactly(text(file.entities)) as CorpusCase['entities'],
    requests: file.requests.map((request) => ({
      ...request,
      validateRequest: request.validateRequest ?? true,
    })),
  };
}

/** Names are relative to some folder above the case: which one depends on what was unpacked where. */
function found(path: string, name: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const here = join(folder, name);
    if (existsSync(here)) return here;
    if (folder === dirname(folder)) break;
  }
  const beside = join(dirname(path), basename(name));
  if (!existsSync(beside)) throw new Error(`\`${path}\` names \`${name}\`, which is not there`);
  return beside;
}

/** TypeScript does not know the third argument of a reviver yet. */
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parseWith = JSON.parse as (text: string, reviver: Reviver) => unknown;

function parseExactly(text: string): unknown {
  return parseWith(text, (_, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?[0-9]+$/.test(source)
      ? BigInt(source)
      : value,
  );
}
