// SPDX-License-Identifier: Apache-2.0
/**
 * The actions of a catalogue, each with its place among the groups and the type of its arguments.
 *
 * An action is in the groups of one class only: were one action in the groups of two, a policy that
 * permits either would permit both. What cannot be named is refused, never renamed.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { builtinServer } from '../catalogue/names.ts';
import { classes, groups } from '../catalogue/taxonomy.ts';
import { type RecordType, recordTypeOf, written } from './cedar-type.ts';
import { adminActions, canaryAction, continueAction, untypedResource, whyNotResourceType } from './layout.ts';
import { shapeOfEntry } from './shape.ts';

export interface ActionTerms {
  /** The actions that it is directly in: its class, and the method when it is one way to use it. */
  readonly memberOf: readonly string[];
  readonly resourceTypes: ReadonlySet<string>;
  readonly args: RecordType;
}

export interface CatalogueActions {
  /** By the name that is asked, sorted. */
  readonly asked: ReadonlyMap<string, ActionTerms>;
  /** Methods that several targets share; a policy says `action in` them. Sorted. */
  readonly methods: readonly string[];
  readonly resourceTypes: readonly string[];
}

/**
 * @returns the name of the Cedar action: a tool has its own. Resources, prompts and methods share the
 *   name of the method and differ by class, so theirs is `resources/read:fetch`, in `resources/read`.
 */
export function askedAction(entry: CatalogueEntry, action = entry.action): string {
  return entry.kind === 'tool' || entry.server === builtinServer ? action : `${action}:${entry.class}`;
}

/** The same of what a record says. */
export function recordedAction({
  method,
  server,
  action,
  class: of,
}: {
  readonly method: string;
  readonly server: string;
  readonly action: string;
  readonly class: string;
}): string {
  return method === 'tools/call' || server === builtinServer ? action : `${action}:${of}`;
}

const taken: ReadonlySet<string> = new Set([
  ...Object.keys(classes),
  ...groups,
  ...adminActions,
  canaryAction,
  continueAction,
]);
const maxNameLength = 256;

interface Collected extends ActionTerms {
  readonly resourceTypes: Set<string>;
  readonly entry: CatalogueEntry;
}

export function actionsOf(
  entries: readonly CatalogueEntry[],
):
  | { readonly ok: true; readonly value: CatalogueActions }
  | { readonly ok: false; readonly problems: readonly string[] } {
  const asked = new Map<string, Collected>();
  const methods = new Set<string>();
  const resourceTypes = new Set([untypedResource]);
  const problems: string[] = [];
  for (const entry of [...entries].sort(byPlace)) {
    const problem =
      whyNotResourceType(entry.resource.type) ?? whyNotAction(entry) ?? collect(entry, asked, methods);
    if (problem === undefined) resourceTypes.add(entry.resource.type);
    else problems.push(`${placeOf(entry)}: ${problem}`);
  }
  for (const method of methods) {
    const other = asked.get(method);
    if (other !== undefined) problems.push(`${placeOf(other.entry)}: the action \`${method}\` is a method`);
  }
  if (problems.length > 0) return { ok: false, problems };
  const sorted = [...asked].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ok: true,
    value: {
      asked: new Map(sorted),
      methods: [...methods].sort(),
      resourceTypes: [...resourceTypes].sort(),
    },
  };
}

function whyNotAction({ action, server }: CatalogueEntry): string | undefined {
  if (action === '' || action.length > maxNameLength || !action.isWellFormed())
    return `the action must be a name of 1 to ${maxNameLength} characters`;
  if (server === builtinServer) return undefined;
  if (taken.has(action)) return `the action \`${action}\` means something else in policies`;
  return action.startsWith(`${builtinServer}.`)
    ? `the action \`${action}\` must not start with \`${builtinServer}.\``
    : undefined;
}

function collect(
  entry: CatalogueEntry,
  asked: Map<string, Collected>,
  methods: Set<string>,
): string | undefined {
  const name = askedAction(entry);
  const args = recordTypeOf(shapeOfEntry(entry));
  const memberOf = name === entry.action ? [entry.class] : [entry.action, entry.class];
  const other = asked.get(name);
  if (other === undefined) {
    asked.set(name, { memberOf, resourceTypes: new Set([entry.resource.type]), args, entry });
  } else {
    const same = other.memberOf.join(' ') === memberOf.join(' ') && written(other.args) === written(args);
    if (!same)
      return `the action \`${name}\` is that of ${placeOf(other.entry)}, whose class or arguments are others`;
    other.resourceTypes.add(entry.resource.type);
  }
  if (memberOf.length > 1) methods.add(entry.action);
  return undefined;
}

function placeOf(entry: CatalogueEntry): string {
  return `${entry.kind} \`${entry.server}/${entry.target}\``;
}

function byPlace(a: CatalogueEntry, b: CatalogueEntry): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}
