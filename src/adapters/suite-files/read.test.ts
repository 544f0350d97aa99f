// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSuite } from './read.ts';

const suite = (given: string, call = '{ call: crm/get, expect: allow }') =>
  `given:\n  ${given}\ncases:\n  - name: x\n    calls:\n      - ${call}\n`;
const read = (text: string) => readSuite('a_test.yaml', text);

describe('a mistake is refused, with its place', () => {
  test.each<[what: string, text: string, line: number, message: RegExp]>([
    ['a key that is not known', suite('agnet: {}'), 2, /has no `agnet` .did you mean `agent`/],
    ['a time without a unit', suite('agent: { verified: "5" }'), 2, /a time is written/],
    ['a number for a time', suite('agent: { verified: 5 }'), 2, /must be a string/],
    ['a day that there is not', suite('now: 2027-13-01T00:00:00Z'), 2, /`now` is written/],
    ['a time of some zone', suite('now: 2027-01-01T00:00:00+01:00'), 2, /`now` is written/],
    ['an autonomy that there is not', suite('agent: { autonomy: complete }'), 2, /is not an autonomy/],
    ['a level that there is not', suite('session: { labels: { level: secret } }'), 2, /is not a level/],
    ['half a call', suite('session: { calls: 0.5 }'), 2, /whole number/],
    ['a budget that there is not', suite('task: { budgets: { money: 5 } }'), 2, /a budget is/],
    ['something new that there is not', suite('first: [tools]'), 2, /each must be one of/],
    ['a history without times', suite('history: [{ call: crm/get }]'), 2, /needs `ago`/],
    [
      'an end that there is not',
      suite('history: [{ ago: 1m, call: crm/get, ended: well }]'),
      2,
      /is not an end/,
    ],
    [
      'a call without a server',
      suite('first: []', '{ call: get, expect: allow }'),
      6,
      /named `server\/tool`/,
    ],
    ['a call without an expectation', suite('first: []', '{ call: crm/get }'), 6, /needs `expect`/],
    [
      'an outcome that there is not',
      suite('first: []', '{ call: crm/get, expect: allowed }'),
      6,
      /is not an outcome/,
    ],
    [
      'an argument twice',
      suite('first: []', '{ call: crm/get, expect: allow, args: { a: 1, a: 2 } }'),
      6,
      /stands twice/,
    ],
    [
      'an argument that JSON does not know',
      suite('first: []', '{ call: crm/get, expect: allow, args: { a: .inf } }'),
      6,
      /what JSON knows/,
    ],
    ['no cases', 'suite: a', 1, /needs `cases`/],
    ['no calls', 'cases:\n  - name: x\n', 2, /needs `calls`/],
    ['a catalogue from the root', 'catalogue: /etc\ncases: []', 1, /must be a directory/],
    ['an alias', 'given: &a {}\ncases: *a', 1, /anchors are not read/],
    ['no YAML', 'cases: [', 1, /./],
  ])('%s', (_what, text, line, message) => {
    const { problems } = { problems: [], ...read(text) };
    expect(problems[0]).toMatchObject({ file: 'a_test.yaml', line });
    expect(problems.map((problem: { message: string }) => problem.message).join('\n')).toMatch(message);
  });

  test('an argument that nests without end', () => {
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
    expect(read(suite('first: []', `{ call: crm/get, expect: allow, args: { a: ${deep} } }`))).toMatchObject({
      ok: false,
    });
  });
});

describe('what is read', () => {
  test('the example of the documentation', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../../docs/authoring.md'), 'utf8');
    const [, example = ''] = /```yaml\n([\s\S]*?)```/.exec(docs) ?? [];
    const done = read(example);
    if (!done.ok) throw new Error(JSON.stringify(done.problems));
    expect(done.suite.cases[0]?.given.history).toHaveLength(3);
    expect(done.suite.cases[0]?.given.task.budgets).toHaveLength(2);
  });

  test('a case adds to what is given to all', () => {
    const text = `given:
  agent: { id: a1, autonomy: full }
  task: { type: support, params: { region: eu } }
cases:
  - name: x
    given:
      agent: { verified: 2h }
      task: { purpose: refunds }
      session: { labels: { categories: [pii, pii, a] } }
    calls:
      - { call: [crm/get, crm/docs/read], expect: deny, by: [] }
`;
    const done = read(text);
    if (!done.ok) throw new Error(JSON.stringify(done.problems));
    const [first] = done.suite.cases;
    expect(first?.given).toMatchObject({
      agent: { id: 'a1', autonomy: 'full', verifiedAgoMs: 7_200_000 },
      task: { type: 'support', params: { region: 'eu' }, purpose: 'refunds' },
      session: { labels: { level: 'public', categories: ['a', 'pii'] } },
    });
    expect(first?.calls.map(({ proposal }) => `${proposal.server} ${proposal.target}`)).toEqual([
      'crm get',
      'crm docs/read',
    ]);
  });

  test('names of prototypes are arguments like any other', () => {
    const done = read(
      suite('first: []', '{ call: crm/get, expect: allow, args: { __proto__: 1, constructor: 2 } }'),
    );
    if (!done.ok) throw new Error(JSON.stringify(done.problems));
    const args = done.suite.cases[0]?.calls[0]?.proposal.args ?? {};
    expect(Object.keys(args)).toEqual(['__proto__', 'constructor']);
  });
});
