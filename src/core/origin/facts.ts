// SPDX-License-Identifier: Apache-2.0
/**
 * What is known of where the values of one call come from, and whether such a call was asked for at all: as policy
 * sees it, by the role of each argument, and as a person is shown it, value by value.
 */
import type { Kind } from '../catalogue/kind.ts';
import { stricter } from '../catalogue/strictness.ts';
import { type ActionClass, classes, type Role } from '../catalogue/taxonomy.ts';
import type { JsonObject } from '../json/value.ts';
import type { Finding } from '../program/finding.ts';
import { delegated } from './delegated.ts';
import { tokensOf } from './fold-text.ts';
import { isDataset } from './intent.ts';
import type { Knowledge } from './knowledge.ts';
import { lexicons } from './lexicon.ts';
import { secretInside } from './link.ts';
import { says } from './matching.ts';
import { type Act, type Doubt, type Origin, type Reason, reason } from './reason.ts';
import { reasonFor } from './reason-for.ts';
import { telling } from './request.ts';
import { maxSearched, typedOf } from './typed.ts';
import { linksIn, textsOf, tooMuch, valuesIn, valuesOf } from './values.ts';

/** Roles that decide what a call does, and to whom. */
export const decidingRoles = ['destination', 'amount', 'selector', 'link', 'path', 'credential'] as const;
export type DecidingRole = (typeof decidingRoles)[number];

export interface RoleFacts {
  /** The worst of its values. 0: there is a reason for each. 1: worth a question. 2: there is none. */
  readonly doubt: 0 | 1 | 2;
  /** Sorted, without duplicates; empty where the call has no such argument. */
  readonly from: readonly Origin[];
}

/** One value, and why it is what it is. */
export interface Lineage extends Reason {
  readonly argument: string;
  readonly role: Role;
}

export interface OriginFacts {
  readonly roles: { readonly [role in DecidingRole]: RoleFacts };
  readonly intent: {
    /** Whether anybody has asked for anything, a prompt or parameters of the task, and the act does more than observe. */
    readonly known: boolean;
    /** False where it is known that nothing that was asked speaks of such an act. */
    readonly asked: boolean;
    /** Only a model says that it was asked: enough for a question less, and never for what cannot be taken back. */
    readonly inferred: boolean;
    /** False where neither the tool nor what it is about is named by what was asked. */
    readonly named: boolean;
  };
  /** Of what is in doubt, at most `maxLineage`. */
  readonly lineage: readonly Lineage[];
}

const maxLineage = 8;
const ranks: Readonly<Record<Doubt, 0 | 1 | 2>> = { none: 0, ask: 1, no_reason: 2 };

const nothing: RoleFacts = { doubt: 0, from: [] };
const noRoles = Object.fromEntries(decidingRoles.map((role) => [role, nothing])) as OriginFacts['roles'];

/** What a call is taken for of which nothing is known, as in a list of tools, and one that only observes. */
export const unasked: OriginFacts = {
  roles: noRoles,
  intent: { known: false, asked: true, inferred: false, named: true },
  lineage: [],
};

export interface Described {
  readonly class: ActionClass;
  readonly server?: string;
  readonly target?: string;
  readonly resource?: { readonly type: string };
  readonly args: { readonly [argument: string]: { readonly role?: Role; readonly kind?: Kind } };
}

/** Of a call where what was asked and read cannot be had: nobody can tell, and that is as if a stranger had said it. */
export function untold(tool: Described, args: JsonObject, program?: Finding): OriginFacts {
  const entry = doing(tool, program);
  if (onlyObserves(entry.class)) return unasked;
  const roles = [...valuesOf(entry, args), ...valuesIn(program)].flatMap(({ role }) =>
    isDeciding(role) ? [[role, { doubt: 2 as const, from: ['unknown' as const] }] as const] : [],
  );
  return { ...unasked, roles: { ...noRoles, ...Object.fromEntries(roles) } };
}

/** A tool that runs what it is given does what that does. */
function doing(tool: Described, program: Finding | undefined): Described {
  if (program === undefined) return tool;
  const runs = tool.class === 'execute' || tool.class === 'unknown';
  return { ...tool, class: runs ? program.class : stricter(tool.class, program.class) };
}

function isPlace(role: Role): boolean {
  return role === 'destination' || role === 'link';
}

function onlyObserves(of: ActionClass): boolean {
  return (classes[of] as readonly string[]).every((group) => group === 'observe');
}

/** @param program what the call would run, if anything: what that names are values of the call */
export function originFacts(
  known: Knowledge,
  tool: Described,
  args: JsonObject,
  program?: Finding,
): OriginFacts {
  const entry = doing(tool, program);
  const groups: readonly string[] = classes[entry.class];
  if (onlyObserves(entry.class)) return unasked;
  const values = [...valuesOf(entry, args), ...valuesIn(program)];
  // What could say where it goes, and does not, is only made: an event without guests. Of a tool that never says where
  // it goes nobody knows that.
  const says = Object.values(entry.args).some(({ role }) => role !== undefined && isPlace(role));
  const goes = values.some(({ role }) => isPlace(role));
  const made: readonly ActionClass[] =
    entry.class === 'send' && program === undefined && says && !goes ? ['create', 'write'] : [];
  const isBlind = groups.includes('egress') && !says && !goes;
  const asked = [entry.class, ...made].some((one) => isAsked(known, one, isBlind));
  const inferred = !asked && [entry.class, ...made].some((one) => isInferred(known, one));
  const intent = {
    known: known.request !== undefined,
    asked: asked || inferred,
    inferred,
    // A tool that runs what it is given is called like none of that.
    named: program === undefined ? isNamed(known, entry, asked || inferred) : asked || inferred,
  };

  const of = (role: Role) => values.filter((one) => one.role === role).map(({ value }) => value);
  const act: Act = {
    class: entry.class,
    destinations: of('destination').map(typedOf),
    objects: of('selector'),
  };
  const lineage: Lineage[] = [];
  const roles: { [role in DecidingRole]?: RoleFacts } = {};
  const add = (argument: string, role: DecidingRole, reason: Reason): void => {
    if (reason.doubt !== 'none') lineage.push({ ...reason, argument, role });
    const { doubt, from } = roles[role] ?? nothing;
    roles[role] = {
      doubt: worse(doubt, ranks[reason.doubt]),
      from: from.includes(reason.origin) ? from : [...from, reason.origin].sort(),
    };
  };
  for (const { argument, role, value, misfit } of values) {
    if (isDeciding(role)) {
      const found = reasonFor(known, role, value, act);
      // What is not what it should be is no safer for it, whoever said it.
      const isOdd = misfit === true && found.doubt === 'none';
      add(argument, role, isOdd ? { ...found, doubt: 'ask', why: 'not_its_kind' } : found);
    }
    // A text that goes out leads those who read it wherever its links do.
    else if (groups.includes('egress') && typeof value === 'string') {
      if (value === tooMuch || value.length > maxSearched)
        add(argument, 'link', reason('ask', 'unknown', 'full'));
      for (const inside of linksIn(value)) add(argument, 'link', reasonFor(known, 'within', inside, act));
    }
  }
  if (groups.includes('egress')) {
    const inside = new Set<string>();
    // What is a credential by its role is judged as that.
    const others = Object.entries(args).filter(([argument]) => entry.args[argument]?.role !== 'credential');
    for (const [argument, text] of textsOf(Object.fromEntries(others))) {
      const carried = inside.has(argument) ? undefined : secretInside(known, text);
      if (carried === undefined) continue;
      inside.add(argument);
      add(argument, 'credential', carried);
    }
  }
  const worst = lineage.toSorted((a, b) => ranks[b.doubt] - ranks[a.doubt]);
  return { roles: { ...noRoles, ...roles }, intent, lineage: worst.slice(0, maxLineage) };
}

const grave: ReadonlySet<string> = new Set(['destroy', 'value', 'authority']);

/**
 * What observes on the way out, a fetch, is asked for as any reading is: where to is another question.
 *
 * @param isBlind it goes out, and nobody can tell where to
 */
function isAsked(known: Knowledge, of: ActionClass, isBlind: boolean): boolean {
  const { request } = known;
  if (request === undefined || (classes[of] as readonly string[]).includes('observe')) return true;
  // Where a model has read all of it, what is not understood is what the model says, and not anything.
  const mayBeAnything = !request.isUnderstood && known.proposed?.isWhole !== true;
  return (
    // What cannot be taken back is asked for in words that are known, or not at all.
    (mayBeAnything && !isGrave(of) && !isBlind) ||
    request.classes.has(of) ||
    delegated(known, request).some((order) => order.request.classes.has(of))
  );
}

/** By a model alone. Of what cannot be taken back it is not believed: somebody may have pasted what it read. */
function isInferred({ proposed }: Knowledge, of: ActionClass): boolean {
  return proposed?.classes.has(of) === true && !isGrave(of);
}

function isGrave(of: ActionClass): boolean {
  return (classes[of] as readonly string[]).some((group) => grave.has(group));
}

const verbs: ReadonlySet<string> = new Set(lexicons.flatMap((one) => Object.keys(one.verbs)));

/** By a noun of its name, or of what it is about: of `sendInvoice` by the invoice. One that has none by what it does. */
function isNamed(
  { request, proposed }: Knowledge,
  { server, target, resource }: Described,
  asked: boolean,
): boolean {
  if (request === undefined || target === undefined) return true;
  const about = resource !== undefined && isDataset(resource.type) ? resource.type : '';
  if (proposed?.tools.has(`${server}/${target}`) || proposed?.datasets.has(about)) return true;
  const words = `${target} ${about}`.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  const tokens = tokensOf(words).filter((token) => telling(token) && !verbs.has(token));
  return tokens.length === 0 ? asked : tokens.some((token) => says(request, token));
}

function isDeciding(role: Role): role is DecidingRole {
  return (decidingRoles as readonly string[]).includes(role);
}

/** The worst doubt of all roles. */
export function worstDoubt({ roles }: Pick<OriginFacts, 'roles'>): 0 | 1 | 2 {
  return decidingRoles.reduce<0 | 1 | 2>((worst, role) => worse(worst, roles[role].doubt), 0);
}

/** Whether a value that decides something stands in a text of strangers, and nobody who may say so has said it. */
export function isUrged({ roles }: Pick<OriginFacts, 'roles'>): boolean {
  return decidingRoles.some((role) => roles[role].doubt > 0 && roles[role].from.includes('untrusted'));
}

/**
 * Somebody who may say so has asked for such an act, or given an order that is not understood and may be this one, and there
 * is a reason for each value that decides what it does. Of what destroys, pays or needs authority only in words that are known.
 */
export function isCovered({ roles, intent }: Pick<OriginFacts, 'roles' | 'intent'>): boolean {
  return intent.known && intent.asked && !intent.inferred && worstDoubt({ roles }) === 0;
}

function worse(a: 0 | 1 | 2, b: 0 | 1 | 2): 0 | 1 | 2 {
  return a > b ? a : b;
}
