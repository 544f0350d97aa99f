// SPDX-License-Identifier: Apache-2.0
// From directories to what can come into force: the catalogue, and the policies checked against it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalogue } from '../adapters/catalogue-files/load.ts';
import { compilePolicies, type PlacedCondition } from '../adapters/cedar-wasm/compile.ts';
import type { ShadowCheck } from '../adapters/cedar-wasm/set.ts';
import type { Published } from '../app/ports.ts';
import type { ToolDefinition } from '../core/catalogue/entry.ts';
import { definitionJson } from '../core/catalogue/pin.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import type { Finding } from '../core/policy/lint/rules.ts';
import { starterDir } from './options.ts';

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly rule?: 'CS002' | 'CS003' | 'CS004';
}

export type Loaded =
  | {
      readonly ok: true;
      readonly published: Published;
      readonly warnings: readonly Problem[];
      readonly accepted: ReadonlyMap<string, readonly ToolDefinition[]>;
      readonly schema: string;
      readonly conditions: readonly PlacedCondition[];
      readonly lint: () => readonly Finding[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface Sources {
  readonly policyDir?: string;
  readonly catalogueDir?: string;
  readonly mode: 'enforce' | 'shadow';
  /** How decisions are held to the official engine. Default: not at all. */
  readonly shadow?: ShadowCheck | undefined;
}

export { starterDir };

const maxPolicyFiles = 512;

export function load({ policyDir = starterDir, catalogueDir, mode, shadow }: Sources): Loaded {
  const catalogue = loadCatalogue(catalogueDir ?? []);
  if (!catalogue.ok) return catalogue;
  const files = policyFiles(policyDir);
  if (!Array.isArray(files)) return { ok: false, problems: [files] };
  const compiled = compilePolicies({ files, entries: catalogue.index.entries, shadow });
  if (!compiled.ok) return compiled;
  const entries = catalogue.index.entries.map(
    ({ pinned, ...entry }): JsonObject => ({
      ...plain(entry),
      ...(pinned === undefined
        ? {}
        : { pinned: { digest: pinned.digest, definition: definitionJson(pinned.definition) } }),
    }),
  );
  return {
    ok: true,
    warnings: [...catalogue.warnings, ...compiled.warnings],
    accepted: catalogue.accepted,
    schema: compiled.schema,
    conditions: compiled.conditions,
    lint: compiled.lint,
    published: {
      policies: compiled.set,
      catalogue: catalogue.index,
      mode,
      sources: {
        policies: canonicalJson({
          files: files.map(({ name, text }) => ({ name, text })),
          schema: compiled.schema,
        }),
        catalogue: canonicalJson({ entries }),
      },
    },
  };
}

export function policyFiles(dir: string): { name: string; text: string }[] | Problem {
  const at = (message: string): Problem => ({ file: dir, line: 1, column: 1, message });
  try {
    const names = readdirSync(dir)
      .filter((name) => /\.(?:cedar|dw)$/.test(name))
      .sort();
    if (names.length > maxPolicyFiles) return at(`a policy directory has at most ${maxPolicyFiles} files`);
    return names.map((name) => ({ name, text: readFileSync(join(dir, name), 'utf8') }));
  } catch {
    return at('not a directory that can be read');
  }
}

// An entry is data of ours, made of what JSON knows; going through JSON says so to the types.
function plain(value: object): { readonly [key: string]: JsonValue } {
  return JSON.parse(JSON.stringify(value));
}
