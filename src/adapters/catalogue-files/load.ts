// SPDX-License-Identifier: Apache-2.0
/**
 * Loads a catalogue: what people declared, joined to what they accepted.
 *
 * A mistake in a file refuses all of it, with file, line and column. A tool that is declared but not
 * accepted, accepted but not declared, or whose schema cannot be checked is left out, with a warning:
 * it is then neither listed nor callable.
 *
 * Source: docs/catalogue.md.
 */
import type { CatalogueIndex } from '../../app/ports.ts';
import type { CatalogueEntry, TargetKind, ToolDefinition } from '../../core/catalogue/entry.ts';
import { isProgramKind } from '../../core/catalogue/kind.ts';
import { didYouMean } from '../../core/catalogue/nearest.ts';
import { definitionDigest } from '../../core/catalogue/pin.ts';
import { digestJson } from '../../core/json/canonical.ts';
import { isArray, type JsonObject, objectAt, own } from '../../core/json/value.ts';
import { argumentsJson, type Checked, catalogueIndex } from './catalogue-index.ts';
import { type Compiler, schemaCompiler } from './compile.ts';
import {
  type Declaration,
  type Declared,
  type DeclaredTool,
  knownMethods,
  readDeclaration,
} from './declaration.ts';
import { lockEnd, readDirectory, yamlEnd } from './directory.ts';
import { readLock } from './lock.ts';
import { about, type CatalogueFile, maxProblems, type Problem, quoted } from './problem.ts';
import { namedArguments } from './schema.ts';
import { type Reading, readYaml } from './yaml.ts';

export type CatalogueLoad =
  | {
      readonly ok: true;
      readonly index: CatalogueIndex;
      readonly warnings: readonly Problem[];
      /** All that was accepted of each server, callable or not: what a live list is compared with. */
      readonly accepted: ReadonlyMap<string, readonly ToolDefinition[]>;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * @param source a directory, or files that were read already
 * @param compiler kept from load to load, it compiles only what is new
 */
export function loadCatalogue(
  source: string | readonly CatalogueFile[],
  compiler: Compiler = schemaCompiler(),
): CatalogueLoad {
  const read = typeof source === 'string' ? readDirectory(source) : { ok: true as const, files: source };
  if (!read.ok) return read;
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const accepted = new Map<string, readonly ToolDefinition[]>();
  const checked: Checked[] = [];
  const locks = new Map(read.files.filter((f) => f.name.endsWith(lockEnd)).map((f) => [stem(f, lockEnd), f]));
  const actions: ActionShapes = new Map();

  for (const file of read.files) {
    if (file.name.endsWith(lockEnd)) continue;
    if (!file.name.endsWith(yamlEnd)) {
      problems.push(
        about(file.name, `a catalogue has \`<server>${yamlEnd}\` and \`<server>${lockEnd}\` only`),
      );
      continue;
    }
    const name = stem(file, yamlEnd);
    const reading = readYaml(file.name, file.text);
    const declaration = reading.problems.length === 0 ? readDeclaration(reading, name) : undefined;
    const lockFile = locks.get(name);
    locks.delete(name);
    const lock = lockFile === undefined ? undefined : readLock(lockFile, name);
    if (lock?.ok === false) problems.push(lock.problem);
    if (declaration !== undefined && lock?.ok !== false) {
      const definitions = lock?.definitions ?? [];
      accepted.set(name, definitions);
      checked.push(...entriesOf({ reading, file, declaration, definitions, compiler, actions, warnings }));
    }
    problems.push(...reading.problems);
  }
  for (const orphan of locks.values()) problems.push(about(orphan.name, 'a lock without its catalogue'));
  if (problems.length > 0) return { ok: false, problems: problems.slice(0, maxProblems) };
  return { ok: true, index: catalogueIndex(checked), warnings, accepted };
}

/** For each action of a tool, the digest of all that its Cedar schema is made of. */
type ActionShapes = Map<string, string>;

interface Joining {
  readonly reading: Reading;
  readonly file: CatalogueFile;
  readonly declaration: Declaration;
  readonly definitions: readonly ToolDefinition[];
  readonly compiler: Compiler;
  readonly actions: ActionShapes;
  readonly warnings: Problem[];
}

function entriesOf(joining: Joining): readonly Checked[] {
  const { reading, file, declaration, definitions, warnings } = joining;
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const entries: Checked[] = [];
  for (const [name, tool] of declaration.tools) {
    const definition = byName.get(name);
    const checked = definition === undefined ? undefined : toolEntry(joining, tool, definition);
    if (checked !== undefined) entries.push(checked);
    if (definition === undefined) {
      const hint = didYouMean(name, byName.keys());
      warnings.push(
        place(reading, file, tool, `${quoted(name)} is not accepted, so it cannot be called${hint}`),
      );
    }
  }
  for (const { name } of definitions) {
    if (!declaration.tools.has(name))
      warnings.push(about(file.name, `${quoted(name)} is accepted but not declared, so it cannot be called`));
  }
  const plain = (
    kind: TargetKind,
    from: ReadonlyMap<string, Declared>,
    actionOf: (target: string) => string,
  ) => {
    for (const [target, declared] of from)
      entries.push({ entry: plainEntry(declaration, kind, target, declared, actionOf(target)) });
  };
  plain('resource', declaration.resources, () => 'resources/read');
  plain('prompt', declaration.prompts, () => 'prompts/get');
  plain('method', declaration.methods, (method) => method);
  for (const [method, declared] of declaration.methods) {
    if (knownMethods.includes(method)) continue;
    const hint = didYouMean(method, knownMethods);
    warnings.push(place(reading, file, declared, `${quoted(method)} is not a method of MCP${hint}`));
  }
  return entries;
}

function plainEntry(
  { server, stateless, store, internal }: Declaration,
  kind: TargetKind,
  target: string,
  { class: actionClass, result, holds, reversible }: Declared,
  action: string,
): CatalogueEntry {
  const resource = { type: 'McpTarget', label: result, ...(store === undefined ? {} : { store }) };
  return {
    kind,
    server,
    target,
    action,
    class: actionClass,
    resource,
    args: {},
    result,
    reversible,
    ...(holds === undefined ? {} : { holds }),
    stateless,
    ...(internal.length === 0 ? {} : { internal }),
  };
}

/** A schema that cannot be compiled is fitted by nothing that was changed. */
function fitsOf({ compiler }: Joining, schema: JsonObject | undefined): Pick<Checked, 'fits'> {
  const compiled = schema === undefined ? undefined : compiler.compile(schema, true);
  return compiled?.ok === true ? { fits: compiled.fits } : {};
}

function toolEntry(joining: Joining, tool: DeclaredTool, definition: ToolDefinition): Checked | undefined {
  const { reading, file, declaration, warnings } = joining;
  const { server, stateless, store, internal, root } = declaration;
  const { name, inputSchema } = definition;
  const named = namedArguments(inputSchema);
  const unknownArgument = (argument: string) =>
    `${quoted(name)} has no argument ${quoted(argument)}${didYouMean(argument, named)}`;
  for (const [argument, { at, rule }] of tool.args) {
    if (!named.has(argument)) reading.report(at, unknownArgument(argument));
    if (isProgramKind(rule.kind) && !mayBeText(inputSchema, argument))
      reading.report(at, `an argument of kind \`${rule.kind}\` is text, and ${quoted(argument)} is none`);
  }
  const id = tool.resourceId;
  if (id !== undefined && !named.has(id.argument)) reading.report(id.at, unknownArgument(id.argument));

  const compiled = joining.compiler.compile(inputSchema, tool.uncheckedPatterns);
  if (!compiled.ok) {
    warnings.push(place(reading, file, tool, `${quoted(name)} cannot be called: ${compiled.reason}`));
    return undefined;
  }
  if (compiled.unchecked.length > 0) {
    const which = compiled.unchecked.map(quoted).slice(0, 5).join(', ');
    warnings.push(
      place(reading, file, tool, `patterns of ${quoted(name)} are left to the upstream: ${which}`),
    );
  }
  const action = tool.action ?? `${server}/${name}`;
  const args = Object.fromEntries([...tool.args].map(([argument, { rule }]) => [argument, rule]));
  const shape = digestJson({
    inputSchema,
    class: tool.class,
    type: tool.resourceType,
    args: argumentsJson(args),
  });
  const other = joining.actions.get(action);
  if (other !== undefined && other !== shape) {
    reading.report(
      tool.actionAt,
      `the action ${quoted(action)} is another tool's: tools may share one only with the same class, resource type, arguments and schema`,
    );
    return undefined;
  }
  joining.actions.set(action, shape);
  return {
    check: compiled.check,
    ...fitsOf(joining, definition.outputSchema),
    entry: {
      kind: 'tool',
      server,
      target: name,
      action,
      class: tool.class,
      resource: {
        type: tool.resourceType,
        ...(id === undefined ? {} : { idArgument: id.argument }),
        label: tool.resourceLabel,
        ...(store === undefined ? {} : { store }),
        ...tool.keptThere,
      },
      args,
      result: tool.result,
      ...(tool.fields === undefined ? {} : { fields: tool.fields }),
      reversible: tool.reversible,
      ...(tool.holds === undefined ? {} : { holds: tool.holds }),
      ...(Object.keys(tool.keeps).length === 0 ? {} : { keeps: tool.keeps }),
      stateless,
      ...(internal.length === 0 ? {} : { internal }),
      ...(root === undefined ? {} : { root }),
      pinned: { digest: definitionDigest(definition), definition },
    },
  };
}

/** Text, or a list of texts; of what the schema does not say it may be. */
function mayBeText(inputSchema: JsonObject, argument: string): boolean {
  const schema = objectAt(objectAt(inputSchema, 'properties') ?? {}, argument);
  const said = schema === undefined ? undefined : own(schema, 'type');
  const types = said === undefined ? [] : isArray(said) ? said : [said];
  return types.length === 0 || types.some((type) => type === 'string' || type === 'array');
}

function stem(file: CatalogueFile, end: string): string {
  return file.name.slice(0, -end.length);
}

function place(reading: Reading, file: CatalogueFile, { at }: Declared, message: string): Problem {
  return { file: file.name, ...reading.placeOf(at), message };
}
