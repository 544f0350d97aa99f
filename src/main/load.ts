// SPDX-License-Identifier: Apache-2.0
// From directories to what can come into force: the catalogue, and the policies checked against it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadCatalogue } from '../adapters/catalogue-files/load.ts';
import { compilePolicies, type PlacedCondition } from '../adapters/cedar-wasm/compile.ts';
import { unregistered } from '../adapters/cedar-wasm/mentions.ts';
import type { ShadowCheck } from '../adapters/cedar-wasm/set.ts';
import { loadSignals } from '../adapters/signal-files/load.ts';
import type { CatalogueIndex, Published } from '../app/ports.ts';
import type { ToolDefinition } from '../core/catalogue/entry.ts';
import { definitionJson } from '../core/catalogue/pin.ts';
import { untilOf } from '../core/deferral/until.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject, JsonValue } from '../core/json/value.ts';
import type { Finding } from '../core/policy/lint/rules.ts';
import type { PolicyFile } from '../core/policy/source.ts';
import type { ReadProgram } from '../core/program/of-call.ts';
import type { Registry } from '../core/signal/registry.ts';
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
      /** The signals that policies were held to, where there is a file of them. */
      readonly registry?: Registry;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface Sources {
  readonly policyDir?: string;
  readonly catalogueDir?: string;
  /** One that is at hand, instead of a directory. */
  readonly catalogue?: CatalogueIndex;
  /** Which signals there are. Absent: policies may read none. */
  readonly signalsFile?: string;
  readonly mode: 'enforce' | 'shadow';
  /** How decisions are held to the official engine. Default: not at all. */
  readonly shadow?: ShadowCheck | undefined;
  /** Reads what calls of tests would run. Default: shell only. */
  readonly programs?: ReadProgram | undefined;
}

export { starterDir };

const maxPolicyFiles = 512;

export function load({ policyDir = starterDir, catalogueDir, mode, shadow, ...at }: Sources): Loaded {
  const catalogue =
    at.catalogue === undefined
      ? loadCatalogue(catalogueDir ?? [])
      : { ok: true as const, index: at.catalogue, warnings: [], accepted: new Map() };
  if (!catalogue.ok) return catalogue;
  const files = policyFiles(policyDir);
  if (!Array.isArray(files)) return { ok: false, problems: [files] };
  const signals = at.signalsFile === undefined ? undefined : loadSignals(at.signalsFile);
  if (signals?.ok === false) return signals;
  const compiled = compileOver(files, catalogue.index, { mode, shadow });
  if (!compiled.ok) return compiled;
  const unknown = unknownSignals(compiled.published, signals?.registry);
  if (unknown.length > 0) return { ok: false, problems: unknown };
  return {
    ...compiled,
    ...(signals === undefined ? {} : { registry: signals.registry }),
    warnings: [
      ...catalogue.warnings,
      ...compiled.warnings,
      ...neverReady(compiled.published, signals?.registry),
    ],
    accepted: catalogue.accepted,
  };
}

/** A rule about a signal that nobody can say would quietly never hold, or always. */
function unknownSignals(
  { policies: { mentions, policies } }: Published,
  registry: Registry | undefined,
): readonly Problem[] {
  const known = {
    signals: new Set(registry?.signals.keys()),
    calendars: new Set(registry?.calendars.map(({ name }) => name)),
  };
  const where = registry === undefined ? ': there is no file of signals' : ' in the file of signals';
  return unregistered(mentions, known).map(({ policy, name }) => {
    const { file = 'policies', line = 0 } = policies.get(policy) ?? {};
    return { file, line, column: 0, message: `nobody has registered the signal \`${name}\`${where}` };
  });
}

/** It waits for its timeout, and then it is denied: safe, and hardly what was meant. */
function neverReady(
  { policies: { policies } }: Published,
  registry: Registry | undefined,
): readonly Problem[] {
  return [...policies.values()].flatMap(({ remedy, file, line }) => {
    const until = remedy?.kind === 'defer' ? untilOf(remedy.until) : undefined;
    const what =
      until?.on === 'signal' && !registry?.signals.has(until.signal)
        ? `the signal \`${until.signal}\``
        : until?.on === 'calendar' && !registry?.calendars.some(({ name }) => name === until.calendar)
          ? `the calendar \`${until.calendar}\``
          : undefined;
    return what === undefined
      ? []
      : [{ file, line, column: 0, message: `nobody has registered ${what} that this waits for` }];
  });
}

export type CompiledOver =
  | Omit<Extract<Loaded, { ok: true }>, 'accepted'>
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Policies that are at hand, wherever they are from, over a catalogue that is. */
export function compileOver(
  files: readonly PolicyFile[],
  catalogue: CatalogueIndex,
  { mode, shadow }: Pick<Sources, 'mode' | 'shadow'>,
): CompiledOver {
  const compiled = compilePolicies({ files, entries: catalogue.entries, shadow });
  if (!compiled.ok) return compiled;
  const entries = catalogue.entries.map(
    ({ pinned, ...entry }): JsonObject => ({
      ...plain(entry),
      ...(pinned === undefined
        ? {}
        : { pinned: { digest: pinned.digest, definition: definitionJson(pinned.definition) } }),
    }),
  );
  return {
    ok: true,
    warnings: compiled.warnings,
    schema: compiled.schema,
    conditions: compiled.conditions,
    lint: compiled.lint,
    published: {
      policies: compiled.set,
      catalogue,
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
