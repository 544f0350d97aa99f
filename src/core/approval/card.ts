// SPDX-License-Identifier: Apache-2.0
/**
 * What somebody who has to decide is shown, as data: built from the parsed arguments, the catalogue and the ledger, and
 * never from what the model or the upstream says of itself.
 *
 * Every text in it is made visible (visible.ts), and nothing is left out: what is too long to be shown whole is asked of
 * nobody, since a yes to a part would be a yes to the rest. The bytes of this, sealed, are what a decision names.
 *
 * Source: docs/approvals.md, "The card".
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { type ActionClass, classes, type Role } from '../catalogue/taxonomy.ts';
import type { Party } from '../decision/verdict.ts';
import { canonicalJson } from '../json/canonical.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../json/value.ts';
import type { Label } from '../label/label.ts';
import type { Lineage } from '../origin/facts.ts';
import { whys } from '../origin/reason.ts';
import type { Program } from '../program/of-call.ts';
import type { CardOperands } from './card-operands.ts';
import { visible } from './visible.ts';

export interface Card {
  readonly v: 1;
  readonly approval: string;
  /** What is about to be done, in one line. */
  readonly verb: string;
  /** Outermost first: the person, the agents of the tasks above, the one that acts. */
  readonly chain: readonly string[];
  readonly task: {
    readonly id: string;
    readonly type: string;
    readonly purpose?: string;
    readonly startedBy: string;
  };
  readonly agent: { readonly id: string; readonly owner: string; readonly autonomy: string };
  readonly why: readonly CardAsk[];
  readonly effect: {
    readonly server: string;
    readonly tool: string;
    readonly class: string;
    readonly resource: string;
    readonly level: string;
    /** As the catalogue says. */
    readonly reversible: boolean;
    /** Whether it carries something out. */
    readonly external: boolean;
    readonly arguments: readonly CardArgument[];
    readonly transforms: readonly string[];
    /** Characters, in all arguments, that would not have been seen. */
    readonly hidden: number;
  };
  /** Where the values came from that are in doubt. */
  readonly lineage: readonly {
    readonly argument: string;
    readonly role: string;
    readonly origin: string;
    readonly says: string;
    readonly sources: readonly string[];
  }[];
  /** How far it reaches. Absent in cards from before there was such a part, as are those below. */
  readonly blast?: Blast;
  /** What a shell command or SQL in it would do, as far as it was understood. */
  readonly program?: CardProgram;
  /** Canonical JSON as it would be sent, secrets hidden and every character visible. */
  readonly raw?: string;
  /** What was answered before to the same rules, for this agent and tool. Says nothing of what is right now. */
  readonly precedents?: readonly Precedent[];
  /** It is not what the agent asked for: a person changed it. */
  readonly edit?: CardEdit;
  /** It is about more calls than this one. */
  readonly standing?: CardStanding;
  /** What the task has read. */
  readonly read: { readonly level: string; readonly untrusted: boolean; readonly sources: readonly string[] };
  /** What the call names and others can change, as it is now; absent where there is nothing of the kind. */
  readonly operands?: CardOperands;
  readonly matter: string;
  readonly expiresAt: number;
}

export interface Blast {
  readonly reversible: boolean;
  readonly external: boolean;
  /** How many, where the arguments say. */
  readonly records: number | 'unknown';
  readonly recipients: number | 'unknown';
  /** The arguments with one, by path; else whatever the server holds itself, which nobody here knows. */
  readonly credential: readonly string[] | 'unknown';
}

export interface CardProgram {
  readonly parsed: boolean;
  readonly whole: boolean;
  readonly classes: readonly string[];
  readonly hosts: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export interface Precedent {
  readonly policy: string;
  readonly yes: number;
  readonly no: number;
  /** The newest first. */
  readonly last: readonly {
    readonly verdict: 'approve' | 'refuse';
    readonly person: string;
    readonly agoMs: number;
  }[];
}

export interface CardEdit {
  readonly by: string;
  readonly reason: string;
  /** In place of which request. */
  readonly of: string;
  /** JSON of the values, visible; absent where there was or will be none. */
  readonly changed: readonly {
    readonly argument: string;
    readonly before?: string;
    readonly after?: string;
  }[];
}

export interface CardStanding {
  readonly by: string;
  readonly reason: string;
  readonly of: string;
  readonly count: number;
  readonly until: number;
  /** The arguments that may be others, and what they must be. All the rest is as shown. */
  readonly free: readonly string[];
  /** The most that the task may have read. */
  readonly atMost: {
    readonly level: string;
    readonly untrusted: boolean;
    readonly sources: readonly string[];
  };
  /** Of the calls that this agent made of this tool before: how many it would have let through. */
  readonly past: { readonly looked: number; readonly matched: number; readonly unread: number };
}

export interface CardAsk {
  readonly policy: string;
  readonly reason: string;
  readonly owner?: string;
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly separate: readonly Party[];
}

export interface CardArgument {
  /** `to[0].email` */
  readonly path: string;
  readonly role?: Role;
  /** JSON of the value, visible. */
  readonly value: string;
}

export interface CardParts {
  readonly approval: string;
  readonly chain: readonly string[];
  readonly task: Card['task'];
  readonly agent: Card['agent'];
  readonly why: readonly CardAsk[];
  readonly entry: CatalogueEntry;
  readonly resource: { readonly type: string; readonly id: string };
  /** As policy saw them: secrets are hidden. */
  readonly args: JsonObject;
  readonly transforms: readonly string[];
  readonly lineage: readonly Lineage[];
  readonly program?: Program | undefined;
  readonly precedents?: readonly Precedent[];
  /** With values as JSON text, not yet made visible. */
  readonly edit?: CardEdit | undefined;
  readonly standing?: CardStanding | undefined;
  readonly read: Label;
  readonly operands?: CardOperands;
  readonly matter: string;
  readonly expiresAt: number;
}

export const cardLimits = { arguments: 400, characters: 60_000, verb: 300, sources: 16 } as const;

export function cardOf(parts: CardParts): Card {
  const { approval, entry, resource, read, matter, expiresAt } = parts;
  const shown = argumentsOf(entry, parts.args);
  return {
    v: 1,
    approval,
    verb: verbOf(entry, shown.arguments),
    chain: parts.chain.map(seen),
    task: {
      id: parts.task.id,
      type: seen(parts.task.type),
      ...(parts.task.purpose === undefined ? {} : { purpose: seen(parts.task.purpose) }),
      startedBy: seen(parts.task.startedBy),
    },
    agent: { id: seen(parts.agent.id), owner: seen(parts.agent.owner), autonomy: parts.agent.autonomy },
    why: parts.why,
    effect: {
      server: seen(entry.server),
      tool: seen(entry.target),
      class: entry.class,
      resource: seen(`${resource.type} ${resource.id}`),
      level: entry.resource.label.level,
      reversible: entry.reversible,
      external: isExternal(entry),
      arguments: shown.arguments,
      transforms: parts.transforms,
      hidden: shown.hidden,
    },
    lineage: parts.lineage.map(({ argument, role, origin, why, sources }) => ({
      argument: seen(argument),
      role,
      origin,
      says: whys[why],
      sources: sources.map(seen),
    })),
    blast: blastOf(entry, parts.args),
    ...(parts.program === undefined ? {} : { program: programShown(parts.program) }),
    raw: seen(canonicalJson(parts.args)),
    precedents: (parts.precedents ?? []).map(({ policy, yes, no, last }) => ({
      ...{ policy, yes, no },
      last: last.map(({ verdict, person, agoMs }) => ({ verdict, person: seen(person), agoMs })),
    })),
    ...(parts.edit === undefined ? {} : { edit: editShown(parts.edit) }),
    ...(parts.standing === undefined ? {} : { standing: standingShown(parts.standing) }),
    read: {
      level: read.level,
      untrusted: read.integrity === 'untrusted',
      sources: read.sources.slice(0, cardLimits.sources).map(seen),
    },
    ...(parts.operands === undefined ? {} : { operands: parts.operands }),
    matter,
    expiresAt,
  };
}

function blastOf(entry: CatalogueEntry, args: JsonObject): Blast {
  const leaves = [...leavesOf(args)].map(({ argument, path, value }) => ({
    role: Object.hasOwn(entry.args, argument) ? entry.args[argument]?.role : undefined,
    ...{ argument, path, value },
  }));
  const count = (role: Role): number =>
    leaves.filter((leaf) => leaf.role === role && isOne(leaf.value)).length;
  const { idArgument } = entry.resource;
  const named = leaves.filter(({ argument, value }) => argument === idArgument && isOne(value)).length;
  const credentials = leaves.filter(({ role }) => role === 'credential').map(({ path }) => seen(path));
  return {
    reversible: entry.reversible,
    external: isExternal(entry),
    // A selector may stand for any number: only the name of one is one.
    records: named === 0 ? 'unknown' : named,
    recipients: count('destination') === 0 ? 'unknown' : count('destination'),
    credential: credentials.length === 0 ? 'unknown' : credentials,
  };
}

/** An empty list or object names nobody. */
function isOne(value: JsonValue): boolean {
  return value !== null && typeof value !== 'object';
}

function isExternal(entry: CatalogueEntry): boolean {
  return (classes[entry.class] as readonly string[]).includes('egress');
}

function programShown({ parsed, whole, classes: of, hosts, reads, writes }: Program): CardProgram {
  return {
    ...{ parsed, whole, classes: of },
    ...{ hosts: hosts.map(seen), reads: reads.map(seen), writes: writes.map(seen) },
  };
}

function editShown({ by, reason, of, changed }: CardEdit): CardEdit {
  return {
    ...{ by: seen(by), reason: seen(reason), of },
    changed: changed.map(({ argument, before, after }) => ({
      argument: seen(argument),
      ...(before === undefined ? {} : { before: seen(before) }),
      ...(after === undefined ? {} : { after: seen(after) }),
    })),
  };
}

function standingShown(standing: CardStanding): CardStanding {
  const { by, reason, free, atMost } = standing;
  return {
    ...standing,
    by: seen(by),
    reason: seen(reason),
    free: free.map(seen),
    atMost: { ...atMost, sources: atMost.sources.map(seen) },
  };
}

/** Whether all of it can be shown. */
export function isShowable(entry: CatalogueEntry, args: JsonObject): boolean {
  return argumentsOf(entry, args).complete;
}

function seen(text: string): string {
  return visible(text).text;
}

interface Shown {
  readonly arguments: readonly CardArgument[];
  readonly hidden: number;
  readonly complete: boolean;
}

function argumentsOf(entry: CatalogueEntry, args: JsonObject): Shown {
  const list: CardArgument[] = [];
  let hidden = 0;
  let characters = 0;
  let complete = true;
  for (const { argument, path, value } of leavesOf(args)) {
    // Quoted here, since JSON would escape what `visible` is to count.
    const text = typeof value === 'string' ? visible(value) : { text: canonicalJson(value), hidden: 0 };
    const name = visible(path);
    characters += text.text.length + name.text.length;
    if (list.length >= cardLimits.arguments || characters > cardLimits.characters) {
      complete = false;
      break;
    }
    hidden += text.hidden + name.hidden;
    const role = Object.hasOwn(entry.args, argument) ? entry.args[argument]?.role : undefined;
    list.push({
      path: name.text,
      ...(role === undefined ? {} : { role }),
      value: typeof value === 'string' ? `"${text.text}"` : text.text,
    });
  }
  return { arguments: list, hidden, complete };
}

interface Leaf {
  readonly argument: string;
  readonly path: string;
  readonly value: JsonValue;
}

/** In the order in which they are sent. */
function* leavesOf(args: JsonObject): Generator<Leaf> {
  for (const argument of Object.keys(args).sort()) yield* within(argument, argument, args[argument] ?? null);
}

function* within(argument: string, path: string, value: JsonValue): Generator<Leaf> {
  if (isArray(value) && value.length > 0) {
    for (const [i, item] of value.entries()) yield* within(argument, `${path}[${i}]`, item);
  } else if (isObject(value) && Object.keys(value).length > 0) {
    for (const key of Object.keys(value).sort())
      yield* within(argument, `${path}.${key}`, value[key] ?? null);
  } else yield { argument, path, value };
}

const verbs: Readonly<Record<ActionClass, string>> = {
  read: 'read',
  search: 'search',
  create: 'create',
  write: 'change',
  delete: 'delete',
  send: 'send',
  publish: 'publish',
  fetch: 'fetch',
  pay: 'pay',
  execute: 'run',
  deploy: 'deploy',
  configure: 'configure',
  grant: 'grant',
  credential: 'obtain a credential',
  delegate: 'delegate',
  administer: 'administer',
  unknown: 'do something that nobody has classified',
};

/** Roles that say what a call does, in the order in which they are read out. */
const told: readonly Role[] = [
  'amount',
  'destination',
  'selector',
  'path',
  'link',
  'credential',
  'code',
  'query',
];

/** The deed in one line, for where there is no room for the card. @param args as policy saw them; without them, what is done and not with what */
export function verbLine(entry: CatalogueEntry, args: JsonObject = {}): string {
  return verbOf(entry, argumentsOf(entry, args).arguments);
}

function verbOf(entry: CatalogueEntry, shown: readonly CardArgument[]): string {
  const parts = told.flatMap((role) =>
    shown.filter((one) => one.role === role).map(({ path, value }) => `${path} ${value}`),
  );
  const line = seen(`${verbs[entry.class]} with ${entry.server}/${entry.target}`);
  const whole = parts.length === 0 ? line : `${line}: ${parts.join(', ')}`;
  if (whole.length <= cardLimits.verb) return whole;
  const left = whole.length - cardLimits.verb;
  return `${whole.slice(0, cardLimits.verb).toWellFormed()} ... (${left} more characters below)`;
}
