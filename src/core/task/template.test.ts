// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { scopeAdmits } from './admit.ts';
import { type Asked, bind, type Template } from './template.ts';

const template: Template = {
  type: 't',
  digest: 'sha256:0',
  purpose: 'for the test',
  params: [
    { name: 'to', type: 'string', required: true },
    { name: 'dir', type: 'path', required: false, fallback: '/srv' },
    { name: 'site', type: 'host', required: false, fallback: 'Example.COM' },
    { name: 'most', type: 'integer', required: false, fallback: '5', min: 0, max: 9 },
    { name: 'note', type: 'string', required: false, maxLength: 3 },
  ],
  capabilities: [
    {
      actions: ['a'],
      args: [
        { argument: 'to', must: { is: 'one_of', values: [`\${param.to}`, 'always'] } },
        { argument: 'path', must: { is: 'within_path', prefixes: [`\${param.dir}`] } },
        { argument: 'url', must: { is: 'within_host', suffixes: [`\${param.site}`] } },
        { argument: 'n', must: { is: 'integer', min: 0, max: `\${param.most}` } },
      ],
    },
  ],
  budgets: [{ name: 'calls', limit: 10 }],
  maxTtlMs: 60_000,
};
const asked = (more: Partial<Asked> = {}): Asked => ({ params: { to: 'acme' }, budgets: [], ...more });

test.each<[rule: string, asked: Asked, because: string]>([
  ['a parameter that is missing', asked({ params: {} }), 'the parameter `to` is missing'],
  [
    'a parameter that there is not',
    asked({ params: { to: 'x', constructor: 'y' } }),
    'there is no parameter `constructor`',
  ],
  ['an empty value', asked({ params: { to: '' } }), 'have 1 to 200 characters'],
  ['a value of two lines', asked({ params: { to: 'a\nb' } }), 'be one line'],
  ['a value that is too long', asked({ params: { to: 'a', note: 'four' } }), 'have 1 to 3 characters'],
  ['a path that is none', asked({ params: { to: 'a', dir: '/srv/..' } }), 'be a plain path'],
  ['a host that is none', asked({ params: { to: 'a', site: 'https://x' } }), 'be the name of a host'],
  ['a number past its bounds', asked({ params: { to: 'a', most: '10' } }), 'be a whole number from 0 to 9'],
  ['a number of another spelling', asked({ params: { to: 'a', most: '1e0' } }), 'be a whole number'],
  ['a budget above', asked({ budgets: [{ name: 'calls', limit: 11 }] }), 'the budget `calls` is 10 at most'],
  ['a time past the window', asked({ ttlMs: 60_001 }), 'lives for 60 seconds at most'],
])('%s is refused', (_rule, order, because) =>
  expect(bind(template, order)).toMatchObject({ ok: false, reason: expect.stringContaining(because) }),
);

test('a scope that no record should hold is refused', () => {
  const values = Array.from({ length: 200 }, (_, i) => `${i}-${'x'.repeat(400)}`);
  const wide: Template = {
    ...template,
    capabilities: [{ tools: ['t'], args: [{ argument: 'a', must: { is: 'one_of', values } }] }],
  };
  expect(bind(wide, asked())).toMatchObject({
    ok: false,
    reason: expect.stringContaining('more than 65536 characters'),
  });
});

describe('what is bound', () => {
  const bound = bind(
    template,
    asked({
      budgets: [
        { name: 'calls', limit: 3 },
        { name: 'calls:send', limit: 1 },
      ],
    }),
  );
  test('has the terms of both', () => {
    expect(bound).toMatchObject({
      ok: true,
      terms: {
        purpose: 'for the test',
        ttlMs: 60_000,
        params: { to: 'acme', dir: '/srv', site: 'Example.COM', most: '5' },
        budgets: [
          { name: 'calls', limit: 3 },
          { name: 'calls:send', limit: 1 },
        ],
        scope: { template: 'sha256:0' },
      },
    });
  });
  test('holds nothing but values', () => {
    expect(JSON.stringify(bound.ok && bound.terms.scope)).not.toContain('param.');
    expect(JSON.stringify(bound.ok && bound.terms.scope)).toContain('"example.com"');
  });
  test('no value becomes syntax', () => {
    const odd = bind(template, asked({ params: { to: `\${param.dir}` } }));
    const capabilities = odd.ok ? odd.terms.scope.capabilities : [];
    expect(capabilities[0]?.args?.[0]?.must).toEqual({ is: 'one_of', values: [`\${param.dir}`, 'always'] });
  });
  test('admits what it says and nothing beside it', () => {
    const args = { to: 'acme', path: '/srv/a', url: 'https://www.example.com/', n: 5 };
    const attempt = (more: object) => ({
      ...{ action: 'a', class: 'read' as const, server: 's', tool: 't', session: 'public' as const },
      resource: { type: 'R', id: 'r', level: 'public' as const },
      args: { ...args, ...more },
    });
    const admits = (more: object) => bound.ok && scopeAdmits(bound.terms.scope, undefined, attempt(more)).ok;
    expect(admits({})).toBe(true);
    for (const more of [{ to: 'x' }, { path: '/srw' }, { url: 'https://x.com' }, { n: 6 }])
      expect(admits(more)).toBe(false);
  });
});
