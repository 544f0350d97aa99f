// SPDX-License-Identifier: Apache-2.0
/**
 * The Cedar schema of a catalogue: what policies may name, and of what type it is.
 *
 * Stable: the order of the entries does not matter. What cannot be named is refused, never renamed.
 *
 * Every class has a stand-in: an action that nobody ever asks, without arguments and over every
 * resource. So a policy over a class or a group is checked in full, and can apply to something,
 * although no tool of that class is in the catalogue yet.
 *
 * Source: docs/formats/cedar-values.md; Cedar's schema grammar.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { classes, groups } from '../catalogue/taxonomy.ts';
import {
  type CedarType,
  named,
  namesIn,
  narrowed,
  quoted,
  type RecordType,
  record,
  recordTypeOf,
  written,
} from './cedar-type.ts';
import {
  adminActions,
  adminContext,
  agentContext,
  canaryAction,
  entityTypes,
  resourceAttributes,
  untypedResource,
  whyNotResourceType,
} from './layout.ts';
import { shapeOfEntry } from './shape.ts';
import { allUses, type QuestionUses, usesOfTask } from './uses.ts';

export type CedarSchema =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problems: readonly string[] };

const standInPrefix = 'countersign.any-';

/** One action of the schema: a tool's own, or one that several targets of a method share. */
interface ActionTerms {
  readonly class: string;
  readonly types: Set<string>;
  readonly args: RecordType;
  /** Whose it is, for messages. */
  readonly entry: CatalogueEntry;
}

export interface SchemaOptions {
  /** What policies look at: the rest is left out, as it is of the questions. Default: everything. */
  readonly uses?: QuestionUses;
  /** Only to check policies are these needed; each action costs every question something. */
  readonly standIns?: boolean;
}

export function cedarSchema(
  entries: readonly CatalogueEntry[],
  { uses = allUses, standIns = true }: SchemaOptions = {},
): CedarSchema {
  const problems: string[] = [];
  const actions = new Map<string, ActionTerms>();
  const types = new Set<string>([untypedResource]);
  for (const entry of [...entries].sort(byPlace)) {
    const problem = whyNotResourceType(entry.resource.type) ?? add(entry, actions);
    if (problem === undefined) types.add(entry.resource.type);
    else problems.push(`${placeOf(entry)}: ${problem}`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, text: render(actions, [...types].sort(), uses, standIns) };
}

function add(entry: CatalogueEntry, actions: Map<string, ActionTerms>): string | undefined {
  const name = entry.action;
  if (name === '' || name.length > 256 || !name.isWellFormed())
    return 'the action must be a name of 1 to 256 characters';
  const builtIn = name === canaryAction && entry.server === 'countersign';
  if (!builtIn && takenActions.has(name)) return `the action \`${name}\` means something else in policies`;
  if (!builtIn && name.startsWith('countersign.') && entry.server !== 'countersign')
    return `the action \`${name}\` must not start with \`countersign.\``;
  const terms = actions.get(name);
  if (terms === undefined) {
    const args = recordTypeOf(shapeOfEntry(entry));
    actions.set(name, { class: entry.class, types: new Set([entry.resource.type]), args, entry });
    return undefined;
  }
  if (entry.kind === 'tool' || terms.entry.kind === 'tool')
    return `the action \`${name}\` is already that of ${placeOf(terms.entry)}`;
  // In both classes it would be permitted wherever either of them is.
  if (terms.class !== entry.class)
    return `the action \`${name}\` is of class \`${entry.class}\` here and of class \`${terms.class}\` in ${placeOf(terms.entry)}: one of them needs an action of its own`;
  terms.types.add(entry.resource.type);
  return undefined;
}

const takenActions: ReadonlySet<string> = new Set([
  ...Object.keys(classes),
  ...groups,
  ...adminActions,
  canaryAction,
]);

function placeOf(entry: CatalogueEntry): string {
  return `${entry.kind} \`${entry.server}/${entry.target}\``;
}

function byPlace(a: CatalogueEntry, b: CatalogueEntry): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function render(
  actions: ReadonlyMap<string, ActionTerms>,
  types: readonly string[],
  uses: QuestionUses,
  standIns: boolean,
): string {
  const context = (args: RecordType) => narrowed(agentContext(args), uses.context);
  const bare = named('BareContext', context(record({})));
  const anything = types.join(', ');
  const asked = (name: string, of: readonly string[], resource: string, type: CedarType) =>
    action(name, of, 'Agent', resource, type);

  const attributesOf = {
    Agent: narrowed(entityTypes.Agent, uses.principal),
    Task: narrowed(entityTypes.Task, usesOfTask(uses)),
    Operator: narrowed(entityTypes.Operator, uses.principal),
    Administered: entityTypes.Administered,
  };
  const resource = narrowed(resourceAttributes, uses.resource);
  const names = new Map(
    [bare, resource, ...Object.values(attributesOf)].flatMap(namesIn).map(({ name, type }) => [name, type]),
  );
  const lines = [
    ...[...names].map(([name, type]) => `type ${name} = ${written(type)};`),
    ...Object.entries(attributesOf).map(
      ([name, type]) => `entity ${name} = ${written(type)}${name === 'Task' ? ' tags String' : ''};`,
    ),
    ...resourceDeclarations(types, written(resource)),
    ...groups.map((group) => `action ${quoted(group)};`),
    ...byName(Object.entries(classes)).map(([name, of]) => `action ${quoted(name)}${memberOf(of)};`),
    ...(standIns ? Object.keys(classes).sort() : []).map((name) =>
      asked(`${standInPrefix}${name}`, [name], anything, bare),
    ),
    ...(actions.has(canaryAction) ? [] : [asked(canaryAction, [], anything, bare)]),
    ...adminActions.map((name) =>
      action(name, ['administer'], 'Operator', 'Administered', narrowed(adminContext, uses.context)),
    ),
    ...byName([...actions]).map(([name, { class: of, types, args }]) =>
      asked(name, [of], [...types].sort().join(', '), context(args)),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function action(
  name: string,
  groupNames: readonly string[],
  principal: string,
  resource: string,
  context: CedarType,
): string {
  return `action ${quoted(name)}${memberOf(groupNames)} appliesTo {
  principal: [${principal}],
  resource: [${resource}],
  context: ${written(context)}
};`;
}

function memberOf(groupNames: readonly string[]): string {
  return groupNames.length === 0 ? '' : ` in [${groupNames.map(quoted).join(', ')}]`;
}

function byName<T>(items: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return [...items].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A namespace may be opened only once. */
function resourceDeclarations(types: readonly string[], attributes: string): readonly string[] {
  const spaces = new Map<string, string[]>();
  for (const type of types) {
    const at = type.lastIndexOf('::');
    const space = at < 0 ? '' : type.slice(0, at);
    const names = spaces.get(space) ?? [];
    spaces.set(space, [...names, at < 0 ? type : type.slice(at + 2)]);
  }
  return [...spaces].map(([space, names]) => {
    const declared = names.map((name) => `entity ${name} = ${attributes};`).join('\n');
    return space === '' ? declared : `namespace ${space} {\n${declared}\n}`;
  });
}
