// SPDX-License-Identifier: Apache-2.0
// The baseline pack is what its suites say: they see every clause, and no small slip in any rule gets past them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCatalogue } from '../../src/adapters/catalogue-files/load.ts';
import { readSuite, suiteEnd } from '../../src/adapters/suite-files/read.ts';
import { shareOf } from '../../src/app/coverage.ts';
import type { PolicySet, Published } from '../../src/app/ports.ts';
import { shaped } from '../../src/app/publish.ts';
import { rehearse, type Suite } from '../../src/app/rehearsal.ts';
import type { Policy } from '../../src/core/decision/verdict.ts';
import { splitPolicies } from '../../src/core/policy/source.ts';
import { conditionName, type Together, together } from '../../src/core/temporal/condition.ts';
import { compileOver, load, policyFiles } from '../../src/main/load.ts';
import { testPolicies } from '../../src/main/rehearse.ts';
import { verifies } from '../requirements.ts';
import { mutantsOf } from './mutants.ts';

const dir = join(import.meta.dirname, '../../policies/baseline');
const page = readFileSync(join(import.meta.dirname, '../../docs/baseline.md'), 'utf8');
const found = policyFiles(dir);
if (!Array.isArray(found)) throw new Error(found.message);
const files = found;
const catalogue = loadCatalogue(join(dir, 'tests'));
if (!catalogue.ok) throw new Error(JSON.stringify(catalogue.problems));
const { index } = catalogue;

const suites = readdirSync(dir)
  .filter((name) => name.endsWith(suiteEnd))
  .map((name): Suite => {
    const read = readSuite(name, readFileSync(join(dir, name), 'utf8'));
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    return read.suite;
  });

interface Rule {
  readonly id: string;
  readonly file: string;
  readonly text: string;
}

const rules = files.flatMap((file): readonly Rule[] => {
  const split = splitPolicies(file);
  if (!split.ok) throw new Error(file.name);
  return split.policies.map(({ text, annotations }) => ({
    id: annotations.find(({ name }) => name === 'id')?.value ?? '',
    file: file.name,
    text,
  }));
});

test('the suites pass, and see every clause hold and fail', () => {
  verifies('baseline.tested');
  const tested = testPolicies({ policyDir: dir, mode: 'enforce' }, { coverage: true });
  if (!tested.ok) throw new Error(JSON.stringify(tested.problems));
  expect(tested.results.flatMap(({ name, failures }) => failures.map((why) => `${name}: ${why}`))).toEqual(
    [],
  );
  expect(page).toContain(`${tested.results.length} calls, every clause`);
  const { seen, of } = shareOf(tested.coverage ?? []);
  expect(of).toBeGreaterThan(80);
  expect(seen).toBe(of);
});

test('the official engine says the same of each of these calls', () => {
  const differences: string[] = [];
  const shadow = {
    share: 1,
    chance: () => 0,
    alarm: (difference: string) => void differences.push(difference),
  };
  const over = compileOver(files, index, { mode: 'enforce', shadow });
  if (!over.ok) throw new Error(JSON.stringify(over.problems));
  const force = shaped(over.published);
  const said = suites.flatMap((suite) => rehearse(suite, force, new Set()));
  expect(said.flatMap(({ failures }) => failures)).toEqual([]);
  expect(differences).toEqual([]);
});

test('lint finds nothing but that a rule over history may not be told', () => {
  const loaded = load({ policyDir: dir, catalogueDir: join(dir, 'tests'), mode: 'enforce' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  expect(loaded.warnings).toEqual([]);
  expect(loaded.lint().filter(({ rule }) => rule !== 'CS108')).toEqual([]);
  expect(load({ policyDir: dir, mode: 'enforce' })).toMatchObject({ ok: true, warnings: [] });
});

interface Changed {
  readonly rule: Rule;
  readonly what: string;
  /** The id under which it stands beside the others; undefined where the rule is left out. */
  readonly as: string | undefined;
  readonly text: string;
}

/** Slips that change nothing that anybody could see. */
const harmless: readonly (readonly [rule: string, what: RegExp, why: string])[] = [
  ['baseline.ask-grants', /`grant` .* `authority`/, 'everything else in the group is forbidden for good'],
  [
    'baseline.ask-grants',
    /`administer` .* `authority`/,
    'everything else in the group is forbidden for good',
  ],
  ['baseline.first-dataset', /`>=` .* `==`/, 'there is no higher level'],
  ['baseline.no-reason', /`>=` .* `==`/, 'there is no higher doubt'],
  ['baseline.no-secret-inside', /`>=` .* `==`/, 'there is no higher doubt'],
];

test('no small slip in any rule gets past the suites', { timeout: 120_000 }, () => {
  verifies('baseline.tested');
  const all = rules.flatMap((rule, r): readonly Changed[] => [
    { rule, what: 'left out', as: undefined, text: '' },
    ...mutantsOf(rule.text).map(({ what, text }, m) => {
      const as = `changed.${r}.${m}`;
      return { rule, what, as, text: text.replace(`@id("${rule.id}")`, `@id("${as}")`) };
    }),
  ]);
  const { set, published, kept } = compiled(all);

  const unnoticed = kept.filter((changed) => !isNoticed(published, only(set, changed), changed.rule.file));
  const passed = unnoticed.map(({ rule, what }) => `${rule.id}: ${what}`);
  const known = (told: string) =>
    harmless.some(([rule, what]) => told.startsWith(`${rule}: `) && what.test(told));
  expect(passed.filter((told) => !known(told))).toEqual([]);
  // One that is noticed after all has no place in the list.
  expect(passed).toHaveLength(harmless.length);
  expect(page).toContain(`of ${kept.length} changed rules ${kept.length - harmless.length}\nare noticed`);
});

/** All rules and all that changed, compiled once: what cannot be is left out. */
function compiled(all: readonly Changed[]): {
  readonly set: PolicySet;
  readonly published: Published;
  readonly kept: readonly Changed[];
} {
  let kept = all;
  for (;;) {
    const more = kept.flatMap(({ as, text }) => (as === undefined ? [] : [{ name: `${as}.cedar`, text }]));
    const over = compileOver([...files, ...more], index, { mode: 'enforce' });
    if (over.ok) {
      const { published } = over;
      return { set: published.policies, published, kept };
    }
    const bad = new Set(over.problems.map(({ file }) => file));
    const left = kept.filter(({ as }) => !bad.has(`${as}.cedar`));
    if (left.length === kept.length) throw new Error(JSON.stringify(over.problems));
    kept = left;
  }
}

/** The set in which one rule is what it was changed to, and nothing else is. */
function only(set: PolicySet, { rule, as }: Changed): PolicySet {
  const isGone = (id: string) => id === rule.id || (id.startsWith('changed.') && id !== as);
  const named = (ids: readonly string[]) =>
    ids.flatMap((id) => (isGone(id) ? [] : [id === as ? rule.id : id]));
  const policies = [...set.policies.values()].flatMap((policy) =>
    named([policy.id]).map((id): [string, Policy] => [id, { ...policy, id }]),
  );
  // Those of all the others would be prepared for each case again.
  const gone = new Set([...set.policies.keys()].filter(isGone).map((id) => conditionName(id, 0)));
  const asked = new Map<string, Together>();
  return {
    ...set,
    policies: new Map(policies),
    conditions: {
      all: set.conditions.all.filter(({ name }) => !gone.has(name)),
      for(action) {
        const known = asked.get(action);
        if (known !== undefined) return known;
        const { conditions } = set.conditions.for(action);
        const made = together(conditions.filter(({ name }) => !gone.has(name)));
        asked.set(action, made);
        return made;
      },
    },
    evaluate(question) {
      const answer = set.evaluate(question);
      return answer.ok
        ? { ok: true, satisfied: named(answer.satisfied), errored: named(answer.errored) }
        : answer;
    },
  };
}

/** @param file whose suite is asked first: it nearly always knows */
function isNoticed(published: Published, policies: PolicySet, file: string): boolean {
  const force = shaped({ ...published, policies });
  const first = suites.toSorted(
    (a, b) => Number(b.file.startsWith(base(file))) - Number(a.file.startsWith(base(file))),
  );
  for (const suite of first)
    for (const one of suite.cases) {
      const said = rehearse({ ...suite, cases: [one] }, force, new Set());
      if (said.some(({ failures }) => failures.length > 0)) return true;
    }
  return false;
}

function base(file: string): string {
  return file.slice(0, file.indexOf('.'));
}
