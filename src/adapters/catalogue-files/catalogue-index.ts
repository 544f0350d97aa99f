// SPDX-License-Identifier: Apache-2.0
/**
 * The compiled catalogue: finds what covers a target, and checks arguments. Immutable; decides nothing.
 *
 * Maps throughout: names come from agents, and `constructor` must be a name like any other.
 */
import type { ArgumentsVerdict, CatalogueIndex } from '../../app/ports.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import { builtinServer } from '../../core/catalogue/names.ts';
import { covers, isPlainUri } from '../../core/catalogue/uri.ts';
import { canonicalJson, digestJson } from '../../core/json/canonical.ts';
import { isObject, type JsonObject, type JsonValue } from '../../core/json/value.ts';
import { type Label, nothingRead, unlabelled } from '../../core/label/label.ts';
import { canaryAction } from '../../core/policy/layout.ts';

export interface Checked {
  readonly entry: CatalogueEntry;
  /** For tools: the compiled schema. */
  readonly check?: (args: JsonObject) => ArgumentsVerdict;
  /** For tools that declare what they return, where that could be compiled. */
  readonly fits?: (structured: JsonObject) => boolean;
}

/** The action that must always be denied. It has no effect, and no label of anything. */
export const canary: CatalogueEntry = {
  kind: 'method',
  server: builtinServer,
  target: 'canary',
  action: canaryAction,
  class: 'unknown',
  resource: { type: 'McpTarget', label: unlabelled },
  args: {},
  result: nothingRead,
  reversible: false,
  stateless: true,
};
const canaryMethod = 'countersign/canary';

interface Server {
  readonly tools: Map<string, CatalogueEntry>;
  readonly prompts: Map<string, CatalogueEntry>;
  readonly methods: Map<string, CatalogueEntry>;
  /** Longest prefix first. */
  readonly resources: CatalogueEntry[];
}

export function catalogueIndex(checked: readonly Checked[]): CatalogueIndex {
  const all: readonly Checked[] = [{ entry: canary }, ...checked];
  const entries = all.map(({ entry }) => entry);
  const checks = new Map(all.map(({ entry, check }) => [entry, check]));
  const fits = new Map(all.map((one) => [one.entry, one.fits]));
  const servers = byServer(entries);
  return {
    digest: digestJson({ catalogue: 1, entries: sortedByText(entries.map(entryJson)) }),
    entries,
    find: (method, server, target) => {
      const home = servers.get(server);
      if (home === undefined) return undefined;
      switch (method) {
        case 'tools/call':
          return home.tools.get(target);
        case 'prompts/get':
          return home.prompts.get(target) ?? home.prompts.get('*');
        case 'resources/read':
          return isPlainUri(target)
            ? home.resources.find((entry) => covers(entry.target, target))
            : undefined;
        case canaryMethod:
          return server === builtinServer && target === canary.target ? canary : undefined;
        default:
          return home.methods.get(method);
      }
    },
    validate: (entry, args) => {
      if (!checks.has(entry)) return { ok: false, message: 'this is not in the catalogue that is in force' };
      const check = checks.get(entry);
      if (check !== undefined) return check(args);
      return entry.kind === 'tool' ? { ok: false, message: 'the tool has no accepted schema' } : { ok: true };
    },
    fitsResult: (entry, structured) =>
      entry.pinned?.definition.outputSchema === undefined ||
      (isObject(structured) && fits.get(entry)?.(structured) === true),
  };
}

function byServer(entries: readonly CatalogueEntry[]): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  for (const entry of entries) {
    const home: Server = servers.get(entry.server) ?? {
      tools: new Map(),
      prompts: new Map(),
      methods: new Map(),
      resources: [],
    };
    servers.set(entry.server, home);
    switch (entry.kind) {
      case 'tool':
        home.tools.set(entry.target, entry);
        break;
      case 'prompt':
        home.prompts.set(entry.target, entry);
        break;
      case 'method':
        home.methods.set(entry.target, entry);
        break;
      case 'resource':
        home.resources.push(entry);
    }
  }
  for (const { resources } of servers.values()) resources.sort((a, b) => b.target.length - a.target.length);
  return servers;
}

/** Sorted pairs, so that no name of an argument is special and the order of writing does not count. */
export function argumentsJson(args: CatalogueEntry['args']): JsonValue {
  return Object.entries(args)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { role, kind, dialect, money, history, operand }]) => [
      name,
      role ?? '',
      money ?? false,
      ...(history === undefined ? [] : [history]),
      ...(kind === undefined ? [] : [{ kind, ...(dialect === undefined ? {} : { dialect }) }]),
      ...(operand === undefined ? [] : [{ operand }]),
    ]);
}

/** All that an entry means; of a pinned definition its digest, which says the rest. */
function entryJson(entry: CatalogueEntry): JsonValue {
  const { resource, pinned } = entry;
  return {
    kind: entry.kind,
    server: entry.server,
    target: entry.target,
    action: entry.action,
    class: entry.class,
    resource: {
      type: resource.type,
      ...(resource.idArgument === undefined ? {} : { idArgument: resource.idArgument }),
      label: labelJson(resource.label),
      ...(resource.store === undefined ? {} : { store: resource.store }),
      ...(resource.reads === undefined ? {} : { reads: resource.reads }),
      ...(resource.stores === undefined ? {} : { stores: resource.stores }),
    },
    args: argumentsJson(entry.args),
    result: labelJson(entry.result),
    ...(entry.fields === undefined
      ? {}
      : { fields: entry.fields.map(({ path, label }) => [path, labelJson(label)]) }),
    ...(entry.holds === undefined ? {} : { holds: entry.holds }),
    reversible: entry.reversible,
    stateless: entry.stateless,
    ...(entry.internal === undefined ? {} : { internal: [...entry.internal].sort() }),
    ...(entry.root === undefined ? {} : { root: entry.root }),
    ...(entry.keeps === undefined
      ? {}
      : { keeps: Object.entries(entry.keeps).sort(([a], [b]) => (a < b ? -1 : 1)) }),
    ...(pinned === undefined ? {} : { pinned: pinned.digest }),
  };
}

function sortedByText(values: readonly JsonValue[]): readonly JsonValue[] {
  const texts = values.map((value) => [canonicalJson(value), value] as const);
  return texts.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function labelJson({ level, categories, readers, integrity, sources }: Label): JsonValue {
  return { level, categories, ...(readers === undefined ? {} : { readers }), integrity, sources };
}
