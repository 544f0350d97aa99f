// SPDX-License-Identifier: Apache-2.0
/**
 * The Cedar schema of a catalogue: what policies may name, and of what type it is.
 *
 * Stable: the order of the entries does not matter.
 *
 * Every class has a stand-in: an action that nobody ever asks, without arguments and over every
 * resource. So a policy over a class or a group is checked in full, and can apply to something,
 * although no tool of that class is in the catalogue yet.
 *
 * Source: docs/formats/cedar-values.md; Cedar's schema grammar.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { classes, groups } from '../catalogue/taxonomy.ts';
import { actionsOf, type CatalogueActions } from './actions.ts';
import {
  type CedarType,
  named,
  namesIn,
  narrowed,
  quoted,
  type RecordType,
  record,
  written,
} from './cedar-type.ts';
import {
  adminActions,
  adminContext,
  agentContext,
  canaryAction,
  continueAction,
  entityTypes,
  resourceAttributes,
  sessionType,
} from './layout.ts';
import { allUses, type QuestionUses, usesOfTask } from './uses.ts';

export type CedarSchema =
  | {
      readonly ok: true;
      readonly text: string;
      /** Actions that only group others: a policy says `action in` them, never `action ==`. */
      readonly groups: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

export interface SchemaOptions {
  /** What policies look at: the rest is left out, as it is of the questions. Default: everything. */
  readonly uses?: QuestionUses;
  /** Only to check policies are these needed; each action costs every question something. */
  readonly standIns?: boolean;
  /** Only where a policy speaks of whether sessions go on: others are what they were. Default: true. */
  readonly continues?: boolean;
  /** The conditions over history that policies read. Default: none. */
  readonly conditions?: readonly string[];
  /** The signals that policies read. Default: none. */
  readonly signals?: readonly string[];
}

const standInPrefix = 'countersign.any-';

/** Whether an action only stands in for tools of its class. */
export function isStandIn(action: string): boolean {
  return action.startsWith(standInPrefix);
}

const sortedClasses = Object.entries(classes).sort(([a], [b]) => (a < b ? -1 : 1));

export function cedarSchema(
  entries: readonly CatalogueEntry[],
  { uses = allUses, standIns = true, continues = true, conditions = [], signals = [] }: SchemaOptions = {},
): CedarSchema {
  const actions = actionsOf(entries);
  if (!actions.ok) return actions;
  const lines = [
    '// Generated from the catalogue: what policies may name. See docs/policy-reference.md.',
    ...declaredTypes(actions.value, uses, { conditions, signals }, continues),
    ...declaredGroups(actions.value),
    ...declaredActions(actions.value, uses, standIns, { conditions, signals }),
    ...(continues ? [declaredContinuing(uses, { conditions, signals })] : []),
  ];
  return {
    ok: true,
    text: `${lines.join('\n')}\n`,
    groups: [...groups, ...Object.keys(classes), ...actions.value.methods],
  };
}

/** Names in the context that policies bring with them. */
type Read = Required<Pick<SchemaOptions, 'conditions' | 'signals'>>;

function bareContext(uses: QuestionUses, { conditions, signals }: Read): CedarType {
  return named('BareContext', narrowed(agentContext(record({}), conditions, signals), uses.context));
}

function declaredTypes(
  { resourceTypes }: CatalogueActions,
  uses: QuestionUses,
  read: Read,
  continues: boolean,
): readonly string[] {
  const attributesOf = {
    Agent: narrowed(entityTypes.Agent, uses.principal),
    Task: narrowed(entityTypes.Task, usesOfTask(uses)),
    Operator: narrowed(entityTypes.Operator, uses.principal),
    Administered: entityTypes.Administered,
  };
  const resource = narrowed(resourceAttributes, uses.resource);
  const mentioned: readonly CedarType[] = [bareContext(uses, read), resource, ...Object.values(attributesOf)];
  const names = new Map(mentioned.flatMap(namesIn).map(({ name, type }) => [name, type]));
  return [
    ...[...names].map(([name, type]) => `type ${name} = ${written(type)};`),
    ...Object.entries(attributesOf).map(
      ([name, type]) => `entity ${name} = ${written(type)}${name === 'Task' ? ' tags String' : ''};`,
    ),
    ...declaredResources([...resourceTypes, ...(continues ? [sessionType] : [])], written(resource)),
  ];
}

/** A namespace may be opened only once. */
function declaredResources(types: readonly string[], attributes: string): readonly string[] {
  const spaces = new Map<string, string[]>();
  for (const type of types) {
    const at = type.lastIndexOf('::');
    const space = at < 0 ? '' : type.slice(0, at);
    const declared = `entity ${at < 0 ? type : type.slice(at + 2)} = ${attributes};`;
    spaces.set(space, [...(spaces.get(space) ?? []), declared]);
  }
  return [...spaces].map(([space, declared]) =>
    space === '' ? declared.join('\n') : `namespace ${space} {\n${declared.join('\n')}\n}`,
  );
}

function declaredGroups({ methods }: CatalogueActions): readonly string[] {
  return [
    ...groups.map((name) => `action ${quoted(name)};`),
    ...sortedClasses.map(([name, of]) => `action ${quoted(name)}${memberOf(of)};`),
    ...methods.map((name) => `action ${quoted(name)};`),
  ];
}

function declaredActions(
  { asked, resourceTypes }: CatalogueActions,
  uses: QuestionUses,
  standIns: boolean,
  read: Read,
): readonly string[] {
  const anything = resourceTypes.join(', ');
  const bare = bareContext(uses, read);
  const agents = (name: string, of: readonly string[], resources: string, context: CedarType) =>
    action(name, of, 'Agent', resources, context);
  const withArgs = (args: RecordType) =>
    narrowed(agentContext(args, read.conditions, read.signals), uses.context);
  return [
    ...(standIns ? sortedClasses : []).map(([name]) =>
      agents(`${standInPrefix}${name}`, [name], anything, bare),
    ),
    ...(asked.has(canaryAction) ? [] : [agents(canaryAction, [], anything, bare)]),
    ...adminActions.map((name) =>
      action(name, ['administer'], 'Operator', 'Administered', narrowed(adminContext, uses.context)),
    ),
    ...[...asked].map(([name, terms]) =>
      agents(name, terms.memberOf, [...terms.resourceTypes].sort().join(', '), withArgs(terms.args)),
    ),
  ];
}

function declaredContinuing(uses: QuestionUses, read: Read): string {
  return action(continueAction, [], 'Agent', sessionType, bareContext(uses, read));
}

function action(
  name: string,
  of: readonly string[],
  principal: string,
  resources: string,
  context: CedarType,
): string {
  return `action ${quoted(name)}${memberOf(of)} appliesTo {
  principal: [${principal}],
  resource: [${resources}],
  context: ${written(context)}
};`;
}

function memberOf(names: readonly string[]): string {
  return names.length === 0 ? '' : ` in [${names.map(quoted).join(', ')}]`;
}
