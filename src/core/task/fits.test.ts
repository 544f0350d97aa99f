// SPDX-License-Identifier: Apache-2.0
// The law of narrowing: whatever a child capability that fits admits, its parent admits.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { levels } from '../label/label.ts';
import { admits, scopeAdmits } from './admit.ts';
import { fitsWithin, narrow } from './fits.ts';
import { hostSuffixOf } from './host.ts';
import { type Attempt, type Capability, type Constraint, capabilityShape } from './scope.ts';

// Few names, so that what is drawn meets; and among them what is written to be mistaken.
const words = [
  'a',
  'b',
  'c',
  'a/b',
  '/srv',
  '/srv/a',
  '/srv/ab',
  '/srv/a/b',
  '/',
  '/srv/a/..',
  '//srv',
  '/srv/%2e%2e',
  'constructor',
];
const hosts = [
  'example.com',
  'api.example.com',
  'v1.api.example.com',
  'notexample.com',
  'com',
  '10.0.0.1',
  'b\u00fccher.example',
];
const urls = hosts.flatMap((host) => [
  `https://${host}/x`,
  `http://${host}:80`,
  `https://u@${host}/`,
  `https://${host}:8443/`,
  `https://${host.toUpperCase()}?q`,
  `https://evil.example\\@${host}/`,
]);
const actions = ['x/read', 'x/draft', 'x/pay'];
const classes = ['read', 'create', 'pay'] as const;
const argumentNames = ['to', 'n', 'url', 'constructor'];

const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 4 });
const number = fc.integer({ min: -4, max: 8 });
const constraint: fc.Arbitrary<Constraint> = fc.oneof(
  some([...words, ...urls.slice(0, 8)]).map((values) => ({ is: 'one_of' as const, values })),
  some(['/', '/srv', '/srv/a', '/srv/ab', '/srv/a/b', 'a', 'a/b']).map((prefixes) => ({
    is: 'within_path' as const,
    prefixes,
  })),
  some(hosts).map((all) => ({
    is: 'within_host' as const,
    suffixes: all.map((host) => hostSuffixOf(host) ?? host),
  })),
  fc.tuple(fc.option(number, { nil: undefined }), fc.nat(5), fc.boolean()).map(([min, more, open]) => ({
    is: 'integer' as const,
    ...(min === undefined ? { max: more } : { min, ...(open ? {} : { max: min + more }) }),
  })),
);
const args = fc.array(fc.record({ argument: fc.constantFrom(...argumentNames), must: constraint }), {
  maxLength: 3,
});
const capability: fc.Arbitrary<Capability> = fc
  .record(
    {
      actions: some(actions),
      classes: some(classes),
      servers: some(['x', 'y']),
      tools: some(['t', 'u']),
      args,
      resourceTypes: some(['File', 'Mail']),
      resourceId: constraint,
      resourceAtMost: fc.constantFrom(...levels),
      sessionAtMost: fc.constantFrom(...levels),
    },
    { requiredKeys: [] },
  )
  .filter((drawn) => capabilityShape.safeParse(drawn).success) as fc.Arbitrary<Capability>;

/** Often the parent with something taken away: two that are drawn apart seldom fit. */
const pair = fc.tuple(capability, capability, fc.nat(9)).map(([parent, other, how]) => {
  if (how === 0) return { parent, child: other };
  const child: Capability = {
    ...parent,
    ...(how % 2 === 0 && other.servers !== undefined ? { servers: other.servers } : {}),
    ...(how % 3 === 0 && other.actions !== undefined ? { actions: other.actions } : {}),
    args: [...(how % 4 === 0 ? [] : (parent.args ?? [])), ...(other.args ?? [])],
    ...(how % 5 === 0 && other.resourceId !== undefined ? { resourceId: other.resourceId } : {}),
    ...(how % 5 === 1 && other.resourceAtMost !== undefined ? { resourceAtMost: other.resourceAtMost } : {}),
    ...(how === 7 && other.classes !== undefined ? { classes: other.classes } : {}),
  };
  // One more: each constraint replaced by another over the same argument, which may be narrower or not.
  if (how !== 8) return { parent, child };
  const swapped = (parent.args ?? []).map((one, i) => ({ ...one, must: other.args?.[i]?.must ?? one.must }));
  return { parent, child: { ...parent, args: swapped } };
});

const scalar = fc.oneof(fc.constantFrom<string | number>(...words, ...urls), number);
const value = fc.oneof({ weight: 4, arbitrary: scalar }, fc.array(scalar, { maxLength: 2 }));

/** Aimed at a capability, or a request for anything would meet none. */
function aimed(at: Capability, draw: Attempt, aim: number): Attempt {
  const first = <T>(given: readonly T[] | undefined, otherwise: T): T =>
    given?.[aim % (given.length || 1)] ?? otherwise;
  const fitting = (must: Constraint): string | number => {
    switch (must.is) {
      case 'one_of':
        return first(must.values, 'a');
      case 'within_path':
        return `${first(must.prefixes, '/').replace(/\/$/, '')}/z`;
      case 'within_host':
        return `https://z.${first(must.suffixes, 'example.com')}/`;
      case 'integer':
        return must.min ?? must.max ?? 0;
    }
  };
  return {
    ...draw,
    action: first(at.actions, draw.action),
    class: first(at.classes, draw.class),
    server: first(at.servers, draw.server),
    tool: first(at.tools, draw.tool),
    args: {
      ...draw.args,
      ...Object.fromEntries((at.args ?? []).map(({ argument, must }) => [argument, fitting(must)])),
    },
    resource: {
      type: first(at.resourceTypes, draw.resource.type),
      id: at.resourceId === undefined ? draw.resource.id : String(fitting(at.resourceId)),
      level: at.resourceAtMost === undefined ? draw.resource.level : 'public',
    },
    session: at.sessionAtMost === undefined ? draw.session : 'public',
  };
}

const request: fc.Arbitrary<Attempt> = fc.record({
  action: fc.constantFrom(...actions),
  class: fc.constantFrom(...classes),
  server: fc.constantFrom('x', 'y'),
  tool: fc.constantFrom('t', 'u'),
  args: fc.dictionary(fc.constantFrom(...argumentNames), value, { maxKeys: 4, noNullPrototype: true }),
  resource: fc.record({
    type: fc.constantFrom('File', 'Mail'),
    id: fc.constantFrom(...words),
    level: fc.constantFrom(...levels),
  }),
  session: fc.constantFrom(...levels),
});

const seed = 20_261_121;
const numRuns = 40_000;

describe('narrowing', () => {
  test('whatever a child that fits admits, its parent admits', () => {
    verifies('task.narrowing');
    const seen = { fits: 0, misfits: 0, admittedAndFits: 0, narrower: 0, parentOnly: 0 };
    fc.assert(
      fc.property(pair, request, fc.nat(12), ({ parent, child }, drawn, aim) => {
        const asked = aim < 3 ? drawn : aimed(child, drawn, aim);
        const inner = admits(child, asked).ok;
        const outer = admits(parent, asked).ok;
        if (fitsWithin(child, parent).ok) {
          seen.fits++;
          if (inner) seen.admittedAndFits++;
          if (outer && !inner) seen.narrower++;
          return !inner || outer;
        }
        seen.misfits++;
        if (inner && !outer) seen.parentOnly++;
        return true;
      }),
      { seed, numRuns },
    );
    console.info(`narrowing, seed ${seed}, ${numRuns} runs: ${JSON.stringify(seen)}`);
    // Not vacuous: it says both, what fits admits, and what does not fit would have been wider.
    expect(seen.fits).toBeGreaterThan(numRuns / 10);
    expect(seen.admittedAndFits).toBeGreaterThan(numRuns / 20);
    expect(seen.narrower).toBeGreaterThan(100);
    expect(seen.misfits).toBeGreaterThan(numRuns / 10);
    expect(seen.parentOnly).toBeGreaterThan(500);
  }, 60_000);

  test('is reflexive and transitive', () => {
    fc.assert(
      fc.property(pair, pair, ({ parent, child }, { child: third }) => {
        expect(fitsWithin(parent, parent).ok).toBe(true);
        if (fitsWithin(child, parent).ok && fitsWithin(third, child).ok)
          expect(fitsWithin(third, parent).ok).toBe(true);
      }),
      { seed, numRuns: 4000 },
    );
  });

  test('what a narrowed scope admits, the parent scope admits', () => {
    const scopes = fc.array(pair, { minLength: 1, maxLength: 3 });
    let narrowed = 0;
    fc.assert(
      fc.property(scopes, request, fc.nat(12), (pairs, drawn, aim) => {
        const parent = { capabilities: pairs.map((one) => one.parent) };
        const child = { capabilities: pairs.map((one) => one.child) };
        const asked = aimed(child.capabilities[0] ?? { tools: ['t'] }, drawn, aim);
        const made = narrow(parent, child, 'alice');
        if (!made.ok || !scopeAdmits(made.scope, undefined, asked).ok) return true;
        narrowed++;
        return scopeAdmits(parent, undefined, asked).ok;
      }),
      { seed, numRuns: 8000 },
    );
    expect(narrowed).toBeGreaterThan(300);
  });
});

const parent: Capability = {
  classes: ['read', 'create'],
  servers: ['mail'],
  args: [
    { argument: 'to', must: { is: 'one_of', values: ['acme', 'globex'] } },
    { argument: 'path', must: { is: 'within_path', prefixes: ['/srv/data'] } },
    { argument: 'url', must: { is: 'within_host', suffixes: ['example.com'] } },
    { argument: 'n', must: { is: 'integer', min: 0, max: 10 } },
  ],
  resourceAtMost: 'internal',
};
const replaced = (argument: string, must: Constraint): Capability => ({
  ...parent,
  args: (parent.args ?? []).map((one) => (one.argument === argument ? { argument, must } : one)),
});

test.each<[rule: string, child: Capability, because: string | undefined]>([
  ['fewer classes', { ...parent, classes: ['read'] }, undefined],
  ['a class more', { ...parent, classes: ['read', 'pay'] }, '`pay` is beyond'],
  ['no server named', { ...parent, servers: undefined }, 'has to name its servers'],
  ['fewer values', replaced('to', { is: 'one_of', values: ['acme'] }), undefined],
  ['a value more', replaced('to', { is: 'one_of', values: ['acme', 'initech'] }), '`to` must be one of'],
  ['a constraint left out', { ...parent, args: (parent.args ?? []).slice(1) }, '`to` must'],
  ['a deeper path', replaced('path', { is: 'within_path', prefixes: ['/srv/data/a'] }), undefined],
  ['certain paths', replaced('path', { is: 'one_of', values: ['/srv/data/a', '/srv/data/b'] }), undefined],
  [
    'a path that is spelt to leave',
    replaced('path', { is: 'one_of', values: ['/srv/data/../x'] }),
    '`path` must',
  ],
  ['a path beside', replaced('path', { is: 'within_path', prefixes: ['/srv/database'] }), '`path` must'],
  ['a longer host', replaced('url', { is: 'within_host', suffixes: ['api.example.com'] }), undefined],
  ['another host', replaced('url', { is: 'within_host', suffixes: ['notexample.com'] }), '`url` must'],
  ['a shorter interval', replaced('n', { is: 'integer', min: 2, max: 10 }), undefined],
  ['an open interval', replaced('n', { is: 'integer', min: 2 }), '`n` must'],
  ['a lower ceiling', { ...parent, resourceAtMost: 'public' }, undefined],
  ['no ceiling', { ...parent, resourceAtMost: undefined }, 'must be labelled `internal` or lower'],
])('%s', (_rule, child, because) => {
  const fit = fitsWithin(child, parent);
  if (because === undefined) expect(fit).toEqual({ ok: true });
  else expect(fit).toMatchObject({ ok: false, reason: expect.stringContaining(because) });
});

test('widening is refused and names who would have to approve it', () => {
  verifies('task.narrowing');
  const wide = narrow({ capabilities: [parent] }, { capabilities: [{ classes: ['pay'] }] }, 'local:1000');
  expect(wide).toMatchObject({
    ok: false,
    reason: expect.stringMatching(
      /^capability 1 fits in no capability of the parent \(not in 1: of the classes `pay` is beyond .*`local:1000`, who approved the parent, approves \(`task\.start`\)$/,
    ),
  });
  const flow = { start: 'a', states: [{ name: 'a', next: [] }] };
  expect(narrow({ capabilities: [parent], workflow: flow }, { capabilities: [] }, 'x').ok).toBe(false);
  expect(
    narrow(
      { capabilities: [parent], maxResultBytes: 10 },
      { capabilities: [parent], maxResultBytes: 99 },
      'x',
    ),
  ).toMatchObject({ ok: true, scope: { maxResultBytes: 10 } });
});
