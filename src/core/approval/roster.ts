// SPDX-License-Identifier: Apache-2.0
/**
 * The people who may be asked, the groups that policies name them by, and what each of them is known by.
 *
 * Never authenticates: an operator's id comes from the edge that verified it, and here is only said whose it is.
 *
 * Source: docs/approvals.md, "Who approves".
 */
import { type Party, parties } from '../decision/verdict.ts';
import { digestJson } from '../json/canonical.ts';
import type { Ask } from './approval.ts';
import type { Passkey } from './passkey.ts';

export interface Person {
  readonly name: string;
  /** Ids of operators (`local:1000`) that are this person. Several people may share one, which is a weakness. */
  readonly operators: readonly string[];
  /** What tasks and agents call this person: `ana@example.com`. */
  readonly also: readonly string[];
  /** What the issuer calls this person (`sub`). Absent: they cannot sign in through it. */
  readonly subjects?: readonly string[];
}

/** Where people sign in, besides with passkeys: an OpenID provider, and what it knows us as. */
export interface SignIn {
  readonly issuer: string;
  readonly client: string;
}

export interface Roster {
  /** Of people, groups and issuer; passkeys are no part of what is published. */
  readonly digest: string;
  readonly people: ReadonlyMap<string, Person>;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly signIn?: SignIn;
  /** Those that its people have, where somebody looked (passkey.ts). Absent: nobody has any. */
  readonly passkeys?: readonly Passkey[];
}

/** Who a request comes from, by the names that the ledger has of them. */
export type Parties = { readonly [party in Party]: string | undefined };

export function rosterOf(
  people: readonly Person[],
  groups: readonly (readonly [name: string, members: readonly string[]])[],
  signIn?: SignIn,
): Roster {
  const sorted = <T>(items: readonly T[], key: (item: T) => string): readonly T[] =>
    items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const ordered = sorted(people, ({ name }) => name);
  const named = sorted(groups, ([name]) => name);
  return {
    digest: digestJson({
      people: ordered.map(({ name, operators, also, subjects = [] }) => ({
        ...{ name, operators, also },
        ...(subjects.length === 0 ? {} : { subjects }),
      })),
      groups: named.map(([name, members]) => [name, members.toSorted()]),
      ...(signIn === undefined ? {} : { signIn: { issuer: signIn.issuer, client: signIn.client } }),
    }),
    people: new Map(ordered.map((person) => [person.name, person])),
    groups: new Map(named),
    ...(signIn === undefined ? {} : { signIn }),
  };
}

export const nobody: Roster = rosterOf([], []);

/**
 * The people who may lift one forbid, sorted: in one of its groups, none of those that it keeps apart, and able to
 * answer as it has to be answered.
 */
export function eligible(
  roster: Roster,
  { approvers, separate, assurance }: Pick<Ask, 'approvers' | 'separate' | 'assurance'>,
  from: Parties,
): readonly string[] {
  const members = approvers.flatMap((group) => roster.groups.get(group) ?? []);
  return [...new Set(members)]
    .filter((name) => {
      const person = roster.people.get(name);
      return (
        person !== undefined &&
        !separate.some((party) => isCalled(person, from[party])) &&
        (assurance !== 'passkey' || keysOf(roster, name).length > 0)
      );
    })
    .sort();
}

/** Where it takes a passkey, of the passkeys too: with one that is taken away goes every yes that it may have signed. */
export function eligibleDigest(
  people: readonly string[],
  roster?: Roster,
  { assurance }: Pick<Ask, 'assurance'> = {},
): string {
  return digestJson(
    roster === undefined || assurance !== 'passkey'
      ? [...people]
      : people.map((name) => [name, ...keysOf(roster, name)]),
  );
}

function keysOf({ passkeys = [] }: Roster, name: string): readonly string[] {
  return passkeys.flatMap(({ person, credential }) => (person === name ? [credential] : [])).sort();
}

/** Which of the parties a person is, for who wants to know why they may not. */
export function partiesOf(person: Person, from: Parties): readonly Party[] {
  return parties.filter((party) => isCalled(person, from[party]));
}

function isCalled(person: Person, name: string | undefined): boolean {
  return (
    name !== undefined &&
    (person.name === name || person.operators.includes(name) || person.also.includes(name))
  );
}

export type Identified =
  | { readonly ok: true; readonly person: Person }
  | { readonly ok: false; readonly reason: string };

/** @param as who they say they are; needed only where an operator's id is several people's */
export function personOf(roster: Roster, operator: string, as: string | undefined): Identified {
  const known = [...roster.people.values()].filter(({ operators }) => operators.includes(operator));
  const names = known.map(({ name }) => `\`${name}\``).join(', ');
  if (known.length === 0) return { ok: false, reason: `\`${operator}\` is nobody in the file of approvers` };
  if (as !== undefined) {
    const person = known.find(({ name }) => name === as);
    return person === undefined
      ? { ok: false, reason: `\`${operator}\` is not \`${as}\` in the file of approvers: it is ${names}` }
      : { ok: true, person };
  }
  const [person] = known;
  return person === undefined || known.length > 1
    ? {
        ok: false,
        reason: `\`${operator}\` is several people in the file of approvers: say which of ${names}`,
      }
    : { ok: true, person };
}
