// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { readPolicy } from './annotations.ts';
import { splitPolicies } from './source.ts';

const scope = '(principal, action, resource);';
function read(annotations: string, effect = 'forbid', builtIn = false) {
  const file = { name: 'x.cedar', text: `${annotations}\n${effect} ${scope}` };
  const split = splitPolicies(file);
  if (!split.ok || split.policies[0] === undefined) throw new Error('not a policy');
  return readPolicy(file, split.policies[0], builtIn);
}

describe('understood', () => {
  test.each<[rule: string, effect: string, annotations: string, want: object]>([
    [
      'an id is all that is needed',
      'permit',
      '@id("a")',
      { id: 'a', effect: 'permit', obligations: [], controls: [] },
    ],
    [
      'who, why and what for',
      'forbid',
      '@id("a") @owner("o") @control("C1, C2") @reason("Because.")',
      { owner: 'o', controls: ['C1', 'C2'], reason: 'Because.' },
    ],
    [
      'an approval',
      'forbid',
      '@id("a") @outcome("step_up") @approvers("x,y") @quorum("2") @expires("15m")',
      { remedy: { kind: 'step_up', approvers: ['x', 'y'], quorum: 2, expiresMs: 900_000 } },
    ],
    [
      'an answer that has to be signed',
      'forbid',
      '@id("a") @outcome("step_up") @approvers("x") @expires("1h") @assurance("passkey")',
      {
        remedy: {
          ...{ kind: 'step_up', approvers: ['x'], quorum: 1, expiresMs: 3_600_000 },
          assurance: 'passkey',
        },
      },
    ],
    [
      'one approver is enough unless said',
      'forbid',
      '@id("a") @outcome("step_up") @approvers("x") @expires("1h")',
      { remedy: { kind: 'step_up', approvers: ['x'], quorum: 1, expiresMs: 3_600_000 } },
    ],
    [
      'a signal',
      'forbid',
      '@id("a") @outcome("defer") @until("signal:window.open") @timeout("2d")',
      { remedy: { kind: 'defer', until: 'signal:window.open', timeoutMs: 172_800_000 } },
    ],
    [
      'a time',
      'forbid',
      '@id("a") @outcome("defer") @until("time:2027-01-31T08:00:00Z") @timeout("30s")',
      { remedy: { kind: 'defer', until: 'time:2027-01-31T08:00:00Z', timeoutMs: 30_000 } },
    ],
    [
      'a cap',
      'forbid',
      '@id("a") @outcome("modify") @transform("cap:limit:20")',
      { remedy: { kind: 'modify', transform: { name: 'cap', argument: 'limit', most: 20 } } },
    ],
    [
      'a cap below zero',
      'forbid',
      '@id("a") @outcome("modify") @transform("cap:limit:-1")',
      { remedy: { kind: 'modify', transform: { name: 'cap', argument: 'limit', most: -1 } } },
    ],
    [
      'a removal',
      'forbid',
      '@id("a") @outcome("modify") @transform("remove:bcc")',
      { remedy: { kind: 'modify', transform: { name: 'remove', argument: 'bcc' } } },
    ],
    [
      'a rule that is approved call by call',
      'forbid',
      '@id("a") @outcome("step_up") @approvers("x") @expires("15m") @standing("no")',
      { remedy: { kind: 'step_up', standing: 'no' } },
    ],
    ['a glass', 'forbid', '@id("a") @break_glass("on-call")', { breakGlass: 'on-call' }],
    [
      'a glass around a question',
      'forbid',
      '@id("a") @outcome("step_up") @approvers("x") @expires("15m") @break_glass("on-call")',
      { breakGlass: 'on-call', remedy: { kind: 'step_up' } },
    ],
    [
      'an obligation',
      'permit',
      '@id("a") @obligation("max_result_bytes:65536")',
      { obligations: [{ name: 'max_result_bytes', bytes: 65536 }] },
    ],
  ])('%s', (_rule, effect, annotations, want) => {
    expect(read(annotations, effect)).toMatchObject({ ok: true, policy: want });
  });

  test('a forbid without an outcome has no remedy', () => {
    expect(read('@id("a")')).not.toHaveProperty('policy.remedy');
  });

  test('the digest is of the text as published: any other text has another', () => {
    const digest = (annotations: string) => {
      const result = read(annotations);
      return result.ok ? result.policy.textDigest : '';
    };
    expect(digest('@id("a")')).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digest('@id("a")')).toBe(digest('// said elsewhere\n@id("a")'));
    expect(digest('@id("a") ')).not.toBe(digest('@id("a")'));
  });
});

const stepUp = '@id("a") @outcome("step_up") @approvers("x") @expires("15m")';

test.each<[rule: string, effect: string, annotations: string, message: string]>([
  ['no id', 'permit', '@owner("x")', 'needs an `@id'],
  ['an empty id', 'permit', '@id("")', 'must be 1 to 100'],
  ['a standing yes that is neither', 'forbid', `${stepUp} @standing("maybe")`, 'must be `no` or `yes`'],
  ['a standing yes to what nobody asks', 'forbid', '@id("a") @standing("no")', '`@outcome("step_up")`'],
  ['a glass of nobody', 'forbid', '@id("a") @break_glass("")', 'must name one group'],
  ['a glass of two groups', 'forbid', '@id("a") @break_glass("a,b")', 'must name one group'],
  ['a glass around a permit', 'permit', '@id("a") @break_glass("a")', 'is for `forbid` policies'],
  ['an id with a space', 'permit', '@id("a b")', 'must be 1 to 100'],
  ['a reserved id', 'permit', '@id("countersign.canary")', 'reserved'],
  ['an unknown annotation', 'forbid', '@id("a") @outcom("step_up")', '`@outcom` is not known'],
  ['an unknown outcome', 'forbid', '@id("a") @outcome("stepup")', 'must be one of `step_up`'],
  ['an outcome that nobody lifts', 'forbid', '@id("a") @outcome("deny")', 'must be one of'],
  ['an outcome on a permit', 'permit', stepUp, 'is for `forbid` policies'],
  ['an approval by nobody', 'forbid', '@id("a") @outcome("step_up") @expires("15m")', 'needs `@approvers'],
  [
    'an approval by an empty name',
    'forbid',
    '@id("a") @outcome("step_up") @approvers("x,,y") @expires("15m")',
    'names with commas',
  ],
  [
    'an approval by one twice',
    'forbid',
    '@id("a") @outcome("step_up") @approvers("x,x") @expires("15m")',
    'twice',
  ],
  ['an approval for ever', 'forbid', '@id("a") @outcome("step_up") @approvers("x")', 'needs `@expires'],
  [
    'a time without a unit',
    'forbid',
    '@id("a") @outcome("step_up") @approvers("x") @expires("15")',
    'such as `15m`',
  ],
  [
    'no time at all',
    'forbid',
    '@id("a") @outcome("step_up") @approvers("x") @expires("0m")',
    'such as `15m`',
  ],
  [
    'a time too long',
    'forbid',
    '@id("a") @outcome("step_up") @approvers("x") @expires("31d")',
    'at most `30d`',
  ],
  ['a quorum of none', 'forbid', `${stepUp} @quorum("0")`, 'from 1 to 16'],
  [
    'an assurance that there is not',
    'forbid',
    `${stepUp} @assurance("certain")`,
    '`@assurance` must be one of',
  ],
  ['an assurance without a step_up', 'forbid', '@id("a") @assurance("passkey")', '`@outcome("step_up")`'],
  ['a quorum of many', 'forbid', `${stepUp} @quorum("17")`, 'from 1 to 16'],
  ['a quorum in words', 'forbid', `${stepUp} @quorum("two")`, 'from 1 to 16'],
  ['approvers without an outcome', 'forbid', '@id("a") @approvers("x")', '`@outcome("step_up")`'],
  [
    'approvers of another outcome',
    'forbid',
    '@id("a") @outcome("modify") @transform("remove:x") @approvers("x")',
    '`@outcome("step_up")`',
  ],
  ['a deferral until nothing', 'forbid', '@id("a") @outcome("defer") @timeout("1h")', 'needs `@until'],
  ['a deferral without end', 'forbid', '@id("a") @outcome("defer") @until("signal:x")', 'needs `@timeout'],
  [
    'a deferral until something unknown',
    'forbid',
    '@id("a") @outcome("defer") @until("tomorrow") @timeout("1h")',
    'must be `signal:<name>=<value>`',
  ],
  [
    'a deferral until no day',
    'forbid',
    '@id("a") @outcome("defer") @until("time:2027-13-31T08:00:00Z") @timeout("1h")',
    'must be `signal:<name>=<value>`',
  ],
  ['a change of nothing', 'forbid', '@id("a") @outcome("modify")', 'needs `@transform'],
  ['an unknown transform', 'forbid', '@id("a") @outcome("modify") @transform("raise:x:1")', 'must be `cap:'],
  [
    'a cap without a number',
    'forbid',
    '@id("a") @outcome("modify") @transform("cap:x:many")',
    'must be `cap:',
  ],
  [
    'a cap beyond safe integers',
    'forbid',
    '@id("a") @outcome("modify") @transform("cap:x:9007199254740993")',
    'must be `cap:',
  ],
  ['an unknown obligation', 'permit', '@id("a") @obligation("log:everything")', 'must be `max_result_bytes'],
  [
    'an obligation of nothing',
    'permit',
    '@id("a") @obligation("max_result_bytes:0")',
    'must be `max_result_bytes',
  ],
  [
    'an obligation on a forbid',
    'forbid',
    '@id("a") @obligation("max_result_bytes:1")',
    'is for `permit` policies',
  ],
  ['a reason of two lines', 'forbid', '@id("a") @reason("a\\nb")', 'one line'],
  ['a reason written backwards', 'forbid', '@id("a") @reason("a\\u{202e}b")', 'one line'],
  ['an empty control', 'forbid', '@id("a") @control("")', 'names with commas'],
])('%s is refused', (_rule, effect, annotations, message) => {
  const result = read(annotations, effect);
  expect(result).toMatchObject({ ok: false });
  expect(result.ok ? [] : result.problems.map((problem) => problem.message)).toContainEqual(
    expect.stringContaining(message),
  );
});

test('a problem says where, and all problems are said at once', () => {
  const result = read('@id("a")\n  @outcome("step_up") @quorum("x")\n@nonsense("y")');
  expect(result.ok ? [] : result.problems.map(({ line, column }) => [line, column])).toEqual([
    [3, 1],
    [2, 3],
    [2, 23],
    [2, 3],
  ]);
});

test('only what is built in may use a reserved id', () => {
  expect(read('@id("countersign.x")', 'permit', true).ok).toBe(true);
});
