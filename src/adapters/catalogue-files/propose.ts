// SPDX-License-Identifier: Apache-2.0
/**
 * What the two files of a server would be if a person accepted these tools. Writes nothing.
 *
 * What a person wrote stays as it is, comments included. Only what is missing is added: entries for
 * new tools, and roles for arguments that a changed tool did not have before.
 *
 * Source: docs/catalogue.md, "Accepting".
 */
import { type Document, isMap, isScalar, parseDocument, type Scalar, YAMLMap } from 'yaml';
import { diffTools, type ToolsDiff } from '../../core/catalogue/diff.ts';
import type { ArgumentRule, ToolDefinition } from '../../core/catalogue/entry.ts';
import { inferEntry, type Proposed, type ProposedEntry } from '../../core/catalogue/infer.ts';
import { serverNameFault } from '../../core/catalogue/names.ts';
import { stricter } from '../../core/catalogue/strictness.ts';
import { type Declaration, readDeclaration } from './declaration.ts';
import { readLock, writeLock } from './lock.ts';
import { type Problem, quoted } from './problem.ts';
import { namedArguments } from './schema.ts';
import { readYaml } from './yaml.ts';

/** The texts of the files as they are; absent ones are written anew. */
export interface ServerFiles {
  readonly yaml?: string;
  readonly lock?: string;
}

export type CatalogueProposal =
  | {
      readonly ok: true;
      readonly yaml: string;
      readonly lock: string;
      readonly diff: ToolsDiff;
      /** The guess for each tool that is new, renamed or changed, for a person to read. */
      readonly entries: readonly ProposedEntry[];
      /** Names whose accepted definition this adds, replaces or takes away, sorted. */
      readonly moved: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const opening = `# What the tools of this server are: docs/catalogue.md.
# Proposed from names, schemas and annotations, strict where unsure. Correct what you know better.
`;

/** @param chosen names of tools, old or new; without it everything that the server declares now */
export function proposeFor(
  server: string,
  live: readonly ToolDefinition[],
  before: ServerFiles = {},
  chosen?: ReadonlySet<string>,
): CatalogueProposal {
  const yamlName = `${server}.yaml`;
  const refuse = (message: string): CatalogueProposal => ({
    ok: false,
    problems: [{ file: yamlName, line: 0, column: 0, message }],
  });
  const fault = serverNameFault(server);
  if (fault !== undefined) return refuse(fault);

  const reading = before.yaml === undefined ? undefined : readYaml(yamlName, before.yaml);
  const declaration =
    reading === undefined || reading.problems.length > 0 ? undefined : readDeclaration(reading, server);
  if (reading !== undefined && reading.problems.length > 0) return { ok: false, problems: reading.problems };
  const lock =
    before.lock === undefined
      ? undefined
      : readLock({ name: `${server}.lock.json`, text: before.lock }, server);
  if (lock?.ok === false) return { ok: false, problems: [lock.problem] };

  const accepted = lock?.definitions ?? [];
  const diff = diffTools(accepted, live);
  const isChosen = (name: string) => chosen === undefined || chosen.has(name);
  const twice = diff.duplicate.find(isChosen);
  if (twice !== undefined)
    return refuse(`the server declares ${quoted(twice)} twice: which one would it run?`);

  const next = new Map(accepted.map((definition) => [definition.name, definition]));
  const entries: ProposedEntry[] = [];
  const moved = new Set<string>();
  const take = (definition: ToolDefinition, entry: ProposedEntry) => {
    next.set(definition.name, definition);
    entries.push(entry);
    moved.add(definition.name);
  };
  const drop = (name: string) => {
    next.delete(name);
    moved.add(name);
  };
  for (const tool of diff.new) if (isChosen(tool.name)) take(tool, inferEntry(server, tool));
  for (const { live: tool } of diff.changed) if (isChosen(tool.name)) take(tool, inferEntry(server, tool));
  for (const { from, to, live: tool } of diff.renamed) {
    if (!isChosen(to)) continue;
    take(tool, renamedFrom(declaration?.tools.get(from)?.class, inferEntry(server, tool)));
    drop(from);
  }
  for (const name of diff.removed) if (isChosen(name)) drop(name);
  return {
    ok: true,
    yaml: mergedYaml(server, before.yaml, declaration, accepted, entries, next),
    lock: writeLock(server, [...next.values()]),
    diff,
    entries,
    moved: [...moved].sort(),
  };
}

/** A new name does not make a tool milder. */
function renamedFrom(old: ProposedEntry['class']['value'] | undefined, entry: ProposedEntry): ProposedEntry {
  if (old === undefined) return entry;
  const value = stricter(entry.class.value, old);
  if (value === entry.class.value) return entry;
  return { ...entry, class: { value, reason: `${entry.class.reason}; was \`${old}\` under its old name` } };
}

function mergedYaml(
  server: string,
  text: string | undefined,
  declaration: Declaration | undefined,
  accepted: readonly ToolDefinition[],
  entries: readonly ProposedEntry[],
  next: ReadonlyMap<string, ToolDefinition>,
): string {
  const document = parseDocument(text ?? `${opening}server: ${server}\ntools: {}\n`, { uniqueKeys: false });
  const tools = mapUnder(document, document.contents, 'tools');
  const old = new Map(accepted.map((definition) => [definition.name, definition]));
  let isTouched = text === undefined;
  for (const entry of entries) {
    const declared = declaration?.tools.get(entry.tool);
    if (declared === undefined) {
      tools.add(document.createPair(entry.tool, entryNode(document, entry)));
      isTouched = true;
      continue;
    }
    const before = old.get(entry.tool);
    if (before === undefined) continue; // never accepted: what the person wrote is all there is to say
    const named = namedArguments(before.inputSchema);
    const missing = entry.args.filter(({ argument }) => !named.has(argument) && !declared.args.has(argument));
    const tool = missing.length === 0 ? undefined : valueUnder(tools, entry.tool);
    if (tool === undefined) continue;
    const args = mapUnder(document, tool, 'args');
    for (const map of [tool, args]) if (isMap(map)) map.flow = false;
    for (const { argument, ...rule } of missing)
      args.add(document.createPair(argument, ruleNode(document, rule)));
    isTouched = true;
  }
  if (text !== undefined && !isTouched) return text;
  if (next.size > 0) tools.flow = false;
  return document.toString({ lineWidth: 0 });
}

/** By our own comparison: the library would also find a key that only looks like the name. */
function valueUnder(map: YAMLMap, name: string): unknown {
  return map.items.find(({ key }) => isScalar(key) && key.value === name)?.value;
}

/** The mapping under a key; made where there is none yet. */
function mapUnder(document: Document.Parsed, parent: unknown, key: string): YAMLMap {
  const found = isMap(parent) ? valueUnder(parent, key) : undefined;
  if (isMap(found)) return found;
  const made = new YAMLMap(document.schema);
  if (isMap(parent)) {
    const items = parent.items.filter((pair) => !(isScalar(pair.key) && pair.key.value === key));
    parent.items.splice(0, parent.items.length, ...items);
    parent.add(document.createPair(key, made));
  }
  return made;
}

function entryNode(document: Document.Parsed, entry: ProposedEntry): YAMLMap {
  const map = new YAMLMap(document.schema);
  map.add(document.createPair('class', scalar(document, entry.class)));
  if (entry.args.length > 0) {
    const args = new YAMLMap(document.schema);
    for (const { argument, ...rule } of entry.args)
      args.add(document.createPair(argument, ruleNode(document, rule)));
    map.add(document.createPair('args', args));
  }
  const { level, integrity } = entry.result.value;
  const result = document.createNode({ level, integrity }, { flow: true });
  result.comment = ` ${entry.result.reason}`;
  map.add(document.createPair('result', result));
  map.add(document.createPair('reversible', scalar(document, entry.reversible)));
  return map;
}

function ruleNode(document: Document.Parsed, { value, reason }: Proposed<ArgumentRule>): Scalar | YAMLMap {
  const { role = 'content', kind, dialect } = value;
  if (kind === undefined) return scalar(document, { value: role, reason });
  const rule = { role, kind, ...(dialect === undefined ? {} : { dialect }) };
  const node = document.createNode(rule, { flow: true });
  node.comment = ` ${reason}`;
  return node;
}

/** The reason becomes a comment. Reasons quote our own words only: an upstream must not write into the file. */
function scalar(document: Document.Parsed, { value, reason }: Proposed<string | boolean>): Scalar {
  const node = document.createNode(value);
  node.comment = ` ${reason}`;
  return node;
}
