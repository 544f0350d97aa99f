// SPDX-License-Identifier: Apache-2.0
/**
 * The programs of one call: what they would do, as policy sees it and as the record of the decision keeps it.
 *
 * Judged on the text that runs. Policy sees a bounded part of what was found, without secrets, and the record has
 * exactly that: who decides it again parses nothing.
 *
 * Source: docs/adr/0022-programs.md.
 */
import { isProgramKind, type ProgramKind } from '../catalogue/kind.ts';
import { type ActionClass, isActionClass } from '../catalogue/taxonomy.ts';
import { isArray, type JsonObject, type JsonValue, own } from '../json/value.ts';
import type { CedarRecord } from '../policy/values.ts';
import type { Fact } from '../record/events/decision.ts';
import { type Pseudonym, withoutSecrets } from '../record/secret.ts';
import { type Finding, groupsOf, joined, strictestOf, unread } from './finding.ts';

/** Never throws; what it cannot read is `unread`. */
export type ReadProgram = (kind: ProgramKind, text: string) => Finding;

/** Where nothing reads programs. */
export const readsNothing: ReadProgram = () => unread;

/** Its texts; more of them in one call are not looked into. */
const maxTexts = 16;

interface WithKinds {
  readonly args: { readonly [argument: string]: { readonly kind?: string } };
}

/** @returns undefined where the call has no program in it */
export function programOf(entry: WithKinds, args: JsonObject, read: ReadProgram): Finding | undefined {
  const findings: Finding[] = [];
  for (const [argument, rule] of Object.entries(entry.args)) {
    const kind = rule.kind === 'shell' || rule.kind === 'sql' ? rule.kind : undefined;
    const value = own(args, argument);
    if (!isProgramKind(kind) || value === undefined || value === null) continue;
    for (const text of textsOf(value)) {
      if (findings.length >= maxTexts) return joined([unread, ...findings]);
      findings.push(text === undefined ? unread : read(kind, text));
    }
  }
  const [first, ...rest] = findings;
  return first === undefined ? undefined : joined([first, ...rest]);
}

/** A list of texts is several programs; anything else cannot be read. */
function textsOf(value: JsonValue): readonly (string | undefined)[] {
  if (typeof value === 'string') return [value];
  if (!isArray(value)) return [undefined];
  return value.map((one) => (typeof one === 'string' ? one : undefined));
}

/** What policy sees of a finding, and the record keeps. */
export type Program = Pick<Finding, 'class' | 'classes' | 'parsed' | 'whole' | 'hosts' | 'reads' | 'writes'>;

const lists = ['hosts', 'reads', 'writes'] as const;
const maxNames = 8;
/** Of all names together: a record has its size. */
const maxNameBytes = 256;

export function seenOf(finding: Finding, pseudonym: Pseudonym): Program {
  let left = maxNameBytes;
  let { whole } = finding;
  const bounded = (names: readonly string[]): readonly string[] => {
    const kept: string[] = [];
    for (const name of names) {
      const told = withoutSecrets(name, pseudonym);
      const bytes = Buffer.byteLength(told);
      if (kept.length >= maxNames || bytes > left || !told.isWellFormed()) whole = false;
      else {
        kept.push(told);
        left -= bytes;
      }
    }
    return kept;
  };
  const [hosts, writes, reads] = [finding.hosts, finding.writes, finding.reads].map(bounded);
  const { class: of, classes, parsed } = finding;
  return { class: of, classes, parsed, whole, hosts: hosts ?? [], reads: reads ?? [], writes: writes ?? [] };
}

/** As `context.program`. */
export function programContext(program: Program): CedarRecord {
  const { class: of, classes, parsed, whole, hosts, reads, writes } = program;
  return { class: of, classes, groups: groupsOf(classes), parsed, whole, hosts, reads, writes };
}

type Facts = { readonly [name: string]: Fact };

const name = 'program';

/** `['read', 'write', 'parsed', 'whole', 'hosts a.example', 'writes b.txt']`. */
export function programRecord(program: Program, at: number): Facts {
  const value = [
    ...program.classes,
    ...(program.parsed ? ['parsed'] : []),
    ...(program.whole ? ['whole'] : []),
    ...lists.flatMap((list) => program[list].map((one) => `${list} ${one}`)),
  ];
  return { [name]: { value, source: 'program', t: at } };
}

/** @returns undefined where the call had no program; what is not understood is the worst */
export function programFrom(facts: Facts): Program | undefined {
  const value = Object.hasOwn(facts, name) ? facts[name]?.value : undefined;
  if (value === undefined) return undefined;
  const said: readonly string[] = Array.isArray(value) ? value : [];
  const classes: readonly ActionClass[] = said.filter(isActionClass);
  if (classes.length === 0) return unread;
  const under = (list: string) =>
    said.flatMap((one) => (one.startsWith(`${list} `) ? [one.slice(list.length + 1)] : []));
  return {
    class: strictestOf(classes),
    classes,
    parsed: said.includes('parsed'),
    whole: said.includes('whole'),
    hosts: under('hosts'),
    reads: under('reads'),
    writes: under('writes'),
  };
}
