// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { admits, mayEverAdmit, nextState, scopeAdmits } from './admit.ts';
import type { Attempt, Capability, Scope } from './scope.ts';

const attempt: Attempt = {
  action: 'mail/draft',
  class: 'create',
  server: 'mail',
  tool: 'draft',
  args: { to: 'acme', amount: 500, path: 'drafts/a.md', cc: ['acme', 'globex'] },
  resource: { type: 'Mail', id: 'm-1', level: 'internal' },
  session: 'internal',
};
const base: Capability = { actions: ['mail/draft'] };
const held = (argument: string, must: NonNullable<Capability['args']>[number]['must']): Capability => ({
  ...base,
  args: [{ argument, must }],
});

test.each<[rule: string, capability: Capability, asked: Partial<Attempt>, want: boolean]>([
  ['it admits what it is for', base, {}, true],
  ['and no other action', base, { action: 'mail/send' }, false],
  ['a class stands for all that are in it', { classes: ['create', 'read'] }, {}, true],
  ['and for no other class', { classes: ['read'] }, {}, false],
  ['what names an action and a class wants both', { ...base, classes: ['read'] }, {}, false],
  ['another server', { ...base, servers: ['crm'] }, {}, false],
  ['another tool', { tools: ['send'] }, {}, false],
  ['what is for nothing in particular admits nothing', { servers: ['mail'] }, {}, false],
  ['a value of the set', held('to', { is: 'one_of', values: ['globex', 'acme'] }), {}, true],
  ['a value beside the set', held('to', { is: 'one_of', values: ['globex'] }), {}, false],
  ['no pattern: a dot is a dot', held('to', { is: 'one_of', values: ['a.me', 'ac*', '.*'] }), {}, false],
  ['an argument that is not there', held('bcc', { is: 'one_of', values: ['acme'] }), {}, false],
  ['a name that every object has', held('constructor', { is: 'one_of', values: ['acme'] }), {}, false],
  ['every member of a list', held('cc', { is: 'one_of', values: ['acme', 'globex'] }), {}, true],
  ['one member too many', held('cc', { is: 'one_of', values: ['acme'] }), {}, false],
  ['an empty list', held('cc', { is: 'one_of', values: ['acme'] }), { args: { cc: [] } }, false],
  ['a number within', held('amount', { is: 'integer', min: 0, max: 500 }), {}, true],
  ['a number beyond', held('amount', { is: 'integer', max: 499 }), {}, false],
  ['a text is no number', held('to', { is: 'integer', max: 9 }), { args: { to: '5' } }, false],
  [
    'a decimal is no whole number',
    held('amount', { is: 'integer', min: 0 }),
    { args: { amount: { __extn: { fn: 'decimal', arg: '1.5' } } } },
    false,
  ],
  ['a path within', held('path', { is: 'within_path', prefixes: ['drafts'] }), {}, true],
  ['a path beyond', held('path', { is: 'within_path', prefixes: ['sent'] }), {}, false],
  [
    'what is hidden from policy',
    held('path', { is: 'within_path', prefixes: ['drafts'] }),
    { args: { path: `drafts/secret(jwt, ${'0'.repeat(32)})` } },
    false,
  ],
  ['the type of the resource', { ...base, resourceTypes: ['Mail'] }, {}, true],
  ['another type', { ...base, resourceTypes: ['File'] }, {}, false],
  ['the id of the resource', { ...base, resourceId: { is: 'one_of', values: ['m-2'] } }, {}, false],
  ['a resource at the ceiling', { ...base, resourceAtMost: 'internal' }, {}, true],
  ['a resource above the ceiling', { ...base, resourceAtMost: 'public' }, {}, false],
  ['a session above the ceiling', { ...base, sessionAtMost: 'public' }, {}, false],
])('%s: %#', (_rule, capability, asked, want) => {
  expect(admits(capability, { ...attempt, ...asked }).ok).toBe(want);
});

describe('a refusal says what would fit', () => {
  const scope: Scope = {
    capabilities: [
      held('to', { is: 'one_of', values: ['globex'] }),
      held('amount', { is: 'integer', max: 100 }),
      { classes: ['read', 'search'] },
    ],
  };
  test('of the capabilities that are for it', () => {
    expect(scopeAdmits(scope, undefined, attempt)).toEqual({
      ok: false,
      reason:
        'outside the scope of this task: `to` must be `globex`; or `amount` must be a whole number of at most 100',
    });
  });
  test('or what there is instead', () => {
    const answer = scopeAdmits(scope, undefined, { ...attempt, action: 'bank/pay', class: 'pay' });
    expect(answer).toMatchObject({
      ok: false,
      reason: expect.stringContaining(
        'no capability for `bank/pay`, only for `mail/draft`, `read`, `search`',
      ),
    });
  });
  test('in a sentence of bounded length, whatever the scope', () => {
    const values = Array.from({ length: 200 }, (_, i) => `${i}`.repeat(200));
    const many = Array.from({ length: 60 }, () => held('to', { is: 'one_of', values }));
    const answer = scopeAdmits({ capabilities: many }, undefined, attempt);
    expect((answer.ok ? '' : answer.reason).length).toBeLessThan(1200);
  });
  test('an empty scope admits nothing', () => {
    expect(scopeAdmits({ capabilities: [] }, undefined, attempt).ok).toBe(false);
  });
});

describe('a workflow', () => {
  const scope: Scope = {
    capabilities: [{ classes: ['read', 'create', 'send'] }],
    workflow: {
      start: 'look',
      states: [
        {
          name: 'look',
          next: [
            { class: 'read', to: 'look' },
            { class: 'create', to: 'drafted' },
          ],
        },
        { name: 'drafted', next: [{ class: 'send', to: 'over' }] },
        { name: 'over', next: [] },
      ],
    },
  };
  test.each<[state: string | undefined, of: Attempt['class'], want: boolean]>([
    ['look', 'read', true],
    ['look', 'create', true],
    ['look', 'send', false],
    ['drafted', 'send', true],
    ['drafted', 'read', false],
    ['over', 'read', false],
    [undefined, 'read', false],
    ['nowhere', 'read', false],
  ])('in `%s` a `%s`: %s', (state, of, want) =>
    expect(scopeAdmits(scope, state, { ...attempt, class: of }).ok).toBe(want),
  );
  test('goes where it says', () => {
    expect(nextState(scope.workflow ?? { start: '', states: [] }, 'look', 'create')).toBe('drafted');
  });
  test('says what is next', () => {
    expect(scopeAdmits(scope, 'look', { ...attempt, class: 'send' })).toMatchObject({
      reason: "the task's workflow has no `send` now; it goes on with `read`, `create`",
    });
  });
});

describe('what is listed', () => {
  const target = { ...attempt, resource: { type: 'Mail', level: 'internal' as const } };
  test.each<[rule: string, capability: Capability, want: boolean]>([
    ['what some arguments could have', held('to', { is: 'one_of', values: ['nobody'] }), true],
    ['not what it is not for', { classes: ['read'] }, false],
    ['not what lies above the ceiling', { ...base, resourceAtMost: 'public' }, false],
    ['not another type of resource', { ...base, resourceTypes: ['File'] }, false],
  ])('%s', (_rule, capability, want) =>
    expect(mayEverAdmit({ capabilities: [capability] }, target)).toBe(want),
  );
  test('not what no state of the workflow has', () => {
    const workflow = { start: 'a', states: [{ name: 'a', next: [{ class: 'read', to: 'a' }] }] };
    expect(mayEverAdmit({ capabilities: [base], workflow }, target)).toBe(false);
  });
});
