// SPDX-License-Identifier: Apache-2.0
/**
 * What is odd about policies that would be accepted.
 *
 * Never refuses anything, and says only what follows from the texts and the catalogue: a finding that
 * may be wrong would teach people to pass over all of them.
 *
 * Source: docs/authoring.md, "Lint".
 */
import type { CatalogueEntry } from '../../catalogue/entry.ts';
import { classes } from '../../catalogue/taxonomy.ts';
import type { Policy } from '../../decision/verdict.ts';
import { operatorChannels } from '../../request/proposal.ts';
import type { Locality } from '../../temporal/condition.ts';
import type { Place } from '../source.ts';
import { conjunctsOf, everyPart, type Json, listOf, member, overflowIn, pathOf } from './expression.ts';
import { type Finding, type RuleId, rules } from './rules.ts';
import { type Asked, coveredBy, everythingAsked, namesResource, scopeOf, within } from './scope.ts';

export interface Linted {
  readonly policy: Policy;
  /** In Cedar's JSON form, as the engine reads it. */
  readonly json: Json;
  readonly place: Place;
  /** Where a word first stands in it, if that can be told; else where the policy stands. */
  readonly find: (word: string) => Place;
  readonly conditions: readonly { readonly place: Place; readonly locality: Locality }[];
}

/** Comparing each with each: a set that is larger than this is compared no more. */
const maxComparisons = 2_000_000;

export function lint(policies: readonly Linted[], entries: readonly CatalogueEntry[]): readonly Finding[] {
  const all = everythingAsked(entries);
  const servers = new Set(entries.map(({ server }) => server));
  const found = [...policies.flatMap((one) => alone(one, all, servers)), ...together(policies, all)];
  return found.sort(
    (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function finding(rule: RuleId, { file, line, column }: Place, message: string): Finding {
  return { rule, severity: rules[rule].severity, file, line, column, message };
}

/** What one policy shows by itself. */
function alone(one: Linted, all: readonly Asked[], servers: ReadonlySet<string>): readonly Finding[] {
  const { policy, json, place, find, conditions } = one;
  const covered = coveredBy(json, all);
  const real = covered.filter(({ args }) => args !== undefined);
  const found: Finding[] = [];
  const report = (rule: RuleId, at: Place, message: string) => void found.push(finding(rule, at, message));

  if (real.length === 0 && namesResource(json))
    report('CS101', place, `\`${policy.id}\` applies to nothing: no tool of the catalogue is in its scope`);
  for (const { word, message } of impossible(json, servers)) report('CS105', find(word), message);
  for (const name of absentArguments(json, real))
    report('CS106', find(name), `no tool in the scope of \`${policy.id}\` has an argument \`${name}\``);
  const operator = policy.effect === 'forbid' ? overflowIn(json) : undefined;
  if (operator !== undefined)
    report(
      'CS107',
      find(operator),
      `\`${operator}\` can overflow here, and a forbid that fails denies for good: compare without it`,
    );
  for (const condition of conditions) {
    if (policy.effect === 'forbid')
      report(
        'CS108',
        condition.place,
        `where history cannot tell this, \`${policy.id}\` denies and nothing lifts it`,
      );
    if (condition.locality === 'tenant')
      report(
        'CS301',
        condition.place,
        'this rests on what everybody does: every call that asks it waits for that',
      );
  }
  if (policy.owner === undefined) report('CS201', place, `\`${policy.id}\` has no \`@owner\``);
  if (policy.effect === 'forbid' && policy.reason === undefined)
    report('CS202', place, `\`${policy.id}\` has no \`@reason\`: the model that is refused reads nothing`);
  return found;
}

/** What two policies show together: whenever the one is satisfied, the other is, and is final. */
function together(policies: readonly Linted[], all: readonly Asked[]): readonly Finding[] {
  const finals = policies.filter(({ policy }) => policy.effect === 'forbid' && policy.remedy === undefined);
  if (finals.length * policies.length > maxComparisons) return [];
  const parts = new Map(
    policies.map((one) => [one, { conjuncts: conjunctsOf(one.json), scope: scopeOf(one.json, all) }]),
  );
  const ranks = new Map(finals.map((one, i) => [one, i]));
  const rank = (one: Linted) => ranks.get(one) ?? -1;
  const implies = (a: Linted, b: Linted): boolean => {
    const [own, others] = [parts.get(a), parts.get(b)];
    return (
      own !== undefined &&
      others !== undefined &&
      others.conjuncts.size <= own.conjuncts.size &&
      [...others.conjuncts].every((part) => own.conjuncts.has(part)) &&
      within(own.scope, others.scope)
    );
  };
  return policies.flatMap((one) => {
    const stronger = finals.find(
      (other) =>
        other !== one &&
        implies(one, other) &&
        // Of two that say the same, the later one is too much.
        (!ranks.has(one) || rank(other) < rank(one) || !implies(other, one)),
    );
    if (stronger === undefined) return [];
    const { policy } = one;
    const by = `\`${stronger.policy.id}\` (${stronger.policy.file}, line ${stronger.policy.line})`;
    if (policy.effect === 'permit')
      return [
        finding(
          'CS102',
          one.place,
          `\`${policy.id}\` never allows anything: ${by} forbids all of it for good`,
        ),
      ];
    if (policy.remedy !== undefined)
      return [
        finding('CS104', one.place, `\`${policy.id}\` can never be lifted: ${by} forbids all of it for good`),
      ];
    return [finding('CS103', one.place, `\`${policy.id}\` changes nothing: ${by} forbids all of it`)];
  });
}

interface Impossible {
  readonly word: string;
  readonly message: string;
}

/** Paths whose values are few. */
const autonomy: readonly string[] = ['supervised', 'semi', 'full'];
const values: ReadonlyMap<string, readonly string[]> = new Map([
  ['principal.autonomy', autonomy],
  ['context.agent.autonomy', autonomy],
  ['context.tool.kind', ['tool', 'resource', 'prompt', 'method']],
  ['context.tool.class', Object.keys(classes)],
  ['principal.channel', operatorChannels],
  ['context.channel', operatorChannels],
  ['context.kind', ['agent', 'task', 'session', 'policy', 'tool', 'record']],
]);

function impossible(policy: Json, servers: ReadonlySet<string>): readonly Impossible[] {
  const found: Impossible[] = [];
  const check = (path: string | undefined, value: Json): void => {
    if (path === undefined || typeof value !== 'string') return;
    const known = path === 'context.tool.server' ? [...servers].sort() : values.get(path);
    if (known === undefined || known.includes(value)) return;
    const choices = known.slice(0, 20).map((one) => `\`${one}\``);
    found.push({
      word: `"${value}"`,
      message: `\`${path}\` is never \`${value}\`: it is one of ${choices.join(', ')}`,
    });
  };
  everyPart(policy, (part) => {
    const equal = member(part, '==') ?? member(part, '!=');
    const [left, right] = [member(equal, 'left'), member(equal, 'right')];
    check(pathOf(left), member(right, 'Value'));
    check(pathOf(right), member(left, 'Value'));
    const contains = member(part, 'contains');
    for (const item of listOf(member(member(contains, 'left'), 'Set')))
      check(pathOf(member(contains, 'right')), member(item, 'Value'));
  });
  return found;
}

/** Arguments asked for with `has` that nothing in the scope has. Read without `has`, the engine refuses them. */
function absentArguments(policy: Json, covered: readonly Asked[]): readonly string[] {
  if (covered.length === 0) return [];
  const found = new Set<string>();
  everyPart(policy, (part) => {
    const has = member(part, 'has');
    const attr = member(has, 'attr');
    const path = pathOf(member(has, 'left'));
    const names = [...(path === undefined ? [] : path.split('.')), ...(Array.isArray(attr) ? attr : [attr])];
    const name: Json = names[2];
    if (names[0] !== 'context' || names[1] !== 'args' || typeof name !== 'string') return;
    if (covered.every(({ args }) => args?.has(name) !== true)) found.add(name);
  });
  return [...found];
}

/** What refused the files, as findings. */
export function refusals(
  problems: readonly (Place & { readonly message: string; readonly rule?: RuleId })[],
): readonly Finding[] {
  return problems.map(({ rule = 'CS001', message, ...place }) => finding(rule, place, message));
}

/** What was noticed while loading. */
export function notices(warnings: readonly (Place & { readonly message: string })[]): readonly Finding[] {
  return warnings.map(({ message, ...place }) => finding('CS005', place, message));
}
