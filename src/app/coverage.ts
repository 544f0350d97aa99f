// SPDX-License-Identifier: Apache-2.0
/**
 * Which policies and clauses tests have seen at work: each clause once holding and once not.
 *
 * A clause counts where the engine would have looked at it, that is where all before it hold. Clauses
 * are asked of the engine as policies that end with them, as an explanation does it.
 *
 * Source: docs/authoring.md, "Coverage".
 */
import type { Question } from '../core/policy/question.ts';
import type { PolicyFile } from '../core/policy/source.ts';
import { conditionName } from '../core/temporal/condition.ts';
import { clausesOf } from './clauses.ts';
import { asWritten, writtenOut } from './explain-history.ts';
import type { PolicySet } from './ports.ts';
import type { PublishedPolicy } from './published-sources.ts';

export interface ClauseCoverage {
  readonly text: string;
  readonly held: boolean;
  /** Always so of a scope: which requests a policy is not about is nothing to test. */
  readonly failed: boolean;
}

export interface PolicyCoverage {
  readonly policy: string;
  readonly file: string;
  readonly line: number;
  readonly satisfied: boolean;
  readonly unsatisfied: boolean;
  /** The scope first. */
  readonly clauses: readonly ClauseCoverage[];
}

/** @returns of all that is to be seen, how much was seen */
export function shareOf(covered: readonly PolicyCoverage[]): { readonly seen: number; readonly of: number } {
  const marks = covered.flatMap(({ clauses }) =>
    clauses.flatMap(({ held, failed }, i) => (i === 0 ? [held] : [held, failed])),
  );
  return { seen: marks.filter(Boolean).length, of: marks.length };
}

/**
 * @param compile the set of other texts, over the same catalogue
 * @returns undefined where the clauses cannot be compiled
 */
export function coverageOf(
  policies: readonly PublishedPolicy[],
  files: readonly PolicyFile[],
  questions: readonly Question[],
  compile: (files: readonly PolicyFile[]) => PolicySet | undefined,
): readonly PolicyCoverage[] | undefined {
  const cut = policies.map((policy) => ({ policy, clauses: clausesOf(policy.cedar) }));
  const renamed = new Map<string, string[]>();
  const texts = cut.map(({ policy, clauses }, p) => {
    const own = clauses.map(({ upToHere }, c) => {
      const id = idOf(p, c);
      const { text, names } = writtenOut(upToHere, policy.conditions);
      for (const [i, name] of names.entries())
        renamed.set(name, [...(renamed.get(name) ?? []), conditionName(id, i)]);
      return `@id("${id}") ${text.replace(/^(permit|forbid)/, 'permit')};`;
    });
    return { name: `clauses of ${p}`, text: own.join('\n') };
  });
  // A definition is a policy file's own; policies of these files are only in the way.
  const definitions = renamed.size === 0 ? [] : files.filter(({ text }) => /\bdef\b/.test(text));
  const set = compile([...definitions, ...texts]);
  if (set === undefined) return undefined;

  const seen = cut.map(({ clauses }) => clauses.map(() => ({ held: false, failed: false })));
  for (const question of questions) {
    const answer = set.evaluate(asked(question, renamed));
    if (!answer.ok) continue;
    const [satisfied, errored] = [new Set(answer.satisfied), new Set(answer.errored)];
    for (const [p, marks] of seen.entries()) {
      for (const [c, mark] of marks.entries()) {
        if (satisfied.has(idOf(p, c))) mark.held = true;
        else {
          if (!errored.has(idOf(p, c))) mark.failed = true;
          break;
        }
      }
    }
  }
  return cut.map(({ policy, clauses }, p) => {
    const marks = seen[p] ?? [];
    return {
      policy: policy.id,
      file: policy.file,
      line: policy.line,
      satisfied: marks.at(-1)?.held ?? false,
      unsatisfied: marks.some(({ failed }) => failed),
      clauses: clauses.map(({ text }, c) => ({
        text: asWritten(text, policy.conditions),
        held: marks[c]?.held ?? false,
        failed: c === 0 || (marks[c]?.failed ?? false),
      })),
    };
  });
}

function idOf(policy: number, clause: number): string {
  return `covered.p${policy}.c${clause}`;
}

/** What history said, under the names that the conditions have among the clauses. */
function asked(question: Question, renamed: ReadonlyMap<string, readonly string[]>): Question {
  const { history } = question;
  if (history === undefined) return question;
  const names = (before: ReadonlySet<string>) =>
    new Set([...before].flatMap((name) => renamed.get(name) ?? []));
  return { ...question, history: { holding: names(history.holding), untold: names(history.untold) } };
}
