// SPDX-License-Identifier: Apache-2.0
// The suites that come with the product see everything their policies say, and fail once a policy says another thing.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shareOf } from '../app/coverage.ts';
import { loadTested, testPolicies } from './rehearse.ts';

const root = join(import.meta.dirname, '../..');
const history = {
  policyDir: join(root, 'examples/history/policies'),
  catalogueDir: join(root, 'examples/history/catalogue'),
};
const coding = {
  policyDir: join(root, 'policies/coding'),
  catalogueDir: join(root, 'policies/catalogues/claude-code'),
};
const starter = { policyDir: join(root, 'policies') };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-suites-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function ran(sources: { readonly policyDir: string; readonly catalogueDir?: string }) {
  const tested = testPolicies({ ...sources, mode: 'enforce' }, { coverage: true });
  if (!tested.ok) throw new Error(JSON.stringify(tested.problems));
  return tested;
}

const failuresOf = (sources: { readonly policyDir: string; readonly catalogueDir?: string }) =>
  ran(sources).results.flatMap(({ name, failures }) => failures.map((why) => `${name}: ${why}`));

describe.each([
  ['starter', starter],
  ['history', history],
  ['coding agents', coding],
])('the suite of %s', (_name, sources) => {
  test('passes, and sees every clause hold and fail', () => {
    const { results, coverage = [] } = ran(sources);
    expect(failuresOf(sources)).toEqual([]);
    expect(results.length).toBeGreaterThan(15);
    const { seen, of } = shareOf(coverage);
    expect(of).toBeGreaterThan(14);
    expect(seen).toBe(of);
  });
});

describe('a policy that says another thing', () => {
  test.each<[what: string, where: typeof starter | typeof history, file: string, from: string, to: string]>([
    ['a budget is one more', history, 'history.cedar', '> 10000', '> 10001'],
    ['a budget counts this call no more', history, 'history.cedar', '> 10000', '>= 10000'],
    ['a try less', history, 'history.cedar', '>= 3', '>= 2'],
    ['a try more', history, 'history.cedar', '>= 3', '>= 4'],
    ['a new payee, by one', history, 'history.cedar', 'amount > 2000', 'amount >= 2000'],
    ['any session', history, 'history.cedar', '    sessionId: context.session.id,\n', ''],
    [
      'any page',
      history,
      'history.cedar',
      'sessionId: context.session.id,\n    input.page: context.args.page',
      'sessionId: context.session.id',
    ],
    [
      'any agent',
      history,
      'history.cedar',
      'callerPrincipal: principal,\n    input.amount: cents',
      'input.amount: cents',
    ],
    ['a longer window', history, 'history.cedar', 'formerly within 1h', 'formerly within 2h'],
    ['a try that was let through', history, 'history.cedar', '::error{', '::admitted{'],
    ['one level less', starter, 'starter.cedar', 'level >= 2', 'level >= 1'],
    ['one level more', starter, 'starter.cedar', 'level >= 2', 'level > 2'],
    ['either is enough', starter, 'starter.cedar', '2 && context', '2 || context'],
    [
      'a remedy is gone',
      starter,
      'starter.cedar',
      '@outcome("step_up") @approvers("operators") @quorum("1") @expires("15m")',
      '',
    ],
    ['another autonomy', starter, 'starter.cedar', '== "supervised"', '== "semi"'],
    ['only what destroys', starter, 'starter.cedar', ' || !context.tool.reversible', ''],
    ['only what stays', starter, 'starter.cedar', 'action in Action::"destroy" || ', ''],
  ])('%s', (_what, { ...sources }, file, from, to) => {
    cpSync(sources.policyDir, dir, { recursive: true });
    const text = readFileSync(join(dir, file), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(dir, file), text.replace(from, to));
    expect(failuresOf({ ...sources, policyDir: dir })).not.toEqual([]);
  });
});

describe('what is loaded to decide', () => {
  const load = (policyDir: string) => loadTested({ ...history, policyDir, mode: 'enforce' });

  test('is loaded when its tests pass', () => {
    expect(load(history.policyDir)).toMatchObject({ ok: true });
  });

  test('is refused by a test that fails, with its place and what was said instead', () => {
    cpSync(history.policyDir, dir, { recursive: true });
    const suite = join(dir, 'history_test.yaml');
    const text = readFileSync(suite, 'utf8').replace(
      'amount: 1000 }, expect: allow',
      'amount: 1000 }, expect: defer',
    );
    writeFileSync(suite, text);
    const line = text.split('\n').findIndex((one) => one.includes('expect: defer')) + 1;
    expect(load(dir)).toEqual({
      ok: false,
      problems: [
        {
          file: 'history_test.yaml',
          line,
          column: 9,
          message:
            'a test fails: refunds within the budget: ops/refund {"customer":"c1","amount":1000}: expected defer, and it is allow (permitted) by history.refund',
          rule: 'CS004',
        },
      ],
    });
  });

  test('is refused by a suite that cannot be read', () => {
    cpSync(history.policyDir, dir, { recursive: true });
    writeFileSync(join(dir, 'more_test.yaml'), 'cases:\n  - nmae: x\n');
    expect(load(dir)).toMatchObject({ ok: false, problems: [{ file: 'more_test.yaml', line: 2 }, {}, {}] });
  });

  test('is loaded without any tests, and past those of another catalogue', () => {
    writeFileSync(join(dir, 'a.cedar'), '@id("a") permit (principal is Agent, action, resource);');
    expect(load(dir)).toMatchObject({ ok: true });
    writeFileSync(
      join(dir, 'a_test.yaml'),
      `catalogue: elsewhere\ncases:\n  - name: x\n    calls:\n      - { call: a/b, expect: allow }\n`,
    );
    expect(load(dir)).toMatchObject({ ok: true });
    expect(testPolicies({ policyDir: dir, mode: 'enforce' }, { coverage: false })).toMatchObject({
      ok: false,
    });
  });
});

test('coverage names the clauses that no test has seen fail or hold', () => {
  cpSync(history.policyDir, dir, { recursive: true });
  const suite = join(dir, 'history_test.yaml');
  const text = readFileSync(suite, 'utf8');
  // Without the two last cases nobody is new, and nobody else pays so much.
  writeFileSync(suite, text.slice(0, text.indexOf('  - name: a customer whom')));
  const { coverage = [] } = ran({ ...history, policyDir: dir });
  const missing = coverage.flatMap(({ policy, clauses }) =>
    clauses.flatMap(({ text: clause, held, failed }) =>
      held && failed ? [] : [[policy, clause, held, failed]],
    ),
  );
  expect(missing).toEqual([
    ['history.new-payee', 'context.first.destination', false, true],
    ['history.new-payee', 'context.args.amount > 2000', false, false],
  ]);
});
