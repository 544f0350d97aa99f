// SPDX-License-Identifier: Apache-2.0
// Conditions over history about a class or a group of actions: whose events they are about, also where a
// catalogue says something else by now, and what a decision that asks one waits for.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogueIndex } from '../../src/adapters/catalogue-files/catalogue-index.ts';
import { compilePolicies } from '../../src/adapters/cedar-wasm/compile.ts';
import type { Published } from '../../src/app/ports.ts';
import { publish } from '../../src/app/publish.ts';
import { eventOf } from '../../src/app/read-records.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { ActionClass } from '../../src/core/catalogue/taxonomy.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { PolicyFile } from '../../src/core/policy/source.ts';
import type { Caller, Proposal } from '../../src/core/request/proposal.ts';
import { policyFiles } from '../../src/main/load.ts';
import { toolEntry } from '../builders/tools.ts';
import { verifies } from '../requirements.ts';
import { operator, type Rig, rig, tool } from './road.fixture.ts';

const text = { type: 'string' };
const whole = { type: 'integer' };

function entry(
  name: string,
  of: ActionClass,
  properties: JsonObject = {},
  args: CatalogueEntry['args'] = {},
): CatalogueEntry {
  const definition = { name, inputSchema: { type: 'object', properties } };
  return toolEntry(name, properties, {
    server: 'shop',
    action: `shop.${name}`,
    class: of,
    args,
    pinned: { digest: digestJson(name), definition },
  });
}

function page(prefix: string, of: ActionClass): CatalogueEntry {
  const { pinned: _, ...plain } = entry(prefix, of);
  return { ...plain, kind: 'resource', server: 'web', action: 'resources/read' };
}

const selector = { role: 'selector' } as const;
const amount = { role: 'amount' } as const;
const entries: readonly CatalogueEntry[] = [
  entry('write', 'write', { path: text }, { path: selector }),
  entry('erase', 'delete', { path: text }, { path: selector }),
  entry('pay', 'pay', { path: text, amount: whole }, { path: selector, amount }),
  entry('refund', 'pay', { path: text, amount: whole }, { path: selector, amount }),
  entry('send', 'send', { path: whole }, { path: selector }),
  entry('look', 'read', { path: text }, { path: selector }),
  entry('fetch', 'fetch', { path: text }, { path: selector }),
  page('https://docs.example/', 'read'),
  page('https://web.example/', 'fetch'),
];

const permitAll = '@id("all") @reason("r") permit (principal is Agent, action, resource);\n';

function published(policies: string, catalogue = entries): Published {
  return publishedFiles([{ name: 'a.cedar', text: policies }], catalogue);
}

function publishedFiles(files: readonly PolicyFile[], catalogue = entries): Published {
  const compiled = compilePolicies({ files, entries: catalogue });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems, undefined, 1));
  return {
    policies: compiled.set,
    catalogue: catalogueIndex(catalogue.map((one) => ({ entry: one, check: () => ({ ok: true }) }))),
    mode: 'enforce',
    sources: { policies: JSON.stringify(files), catalogue: '{}' },
  };
}

const asked = (condition: string, action = 'shop.look') => `${permitAll}
  @id("h") @reason("r") forbid (principal is Agent, action == Action::"${action}", resource)
  when temporal { ${condition} };`;
const call = (name: string, args: JsonObject = {}) => tool('shop', name, args);
const read = (target: string): Proposal => ({ method: 'resources/read', server: 'web', target, args: {} });
const failing = { answers: () => ({ isError: true, content: [] }) };
const outcome = async (made: Rig, caller: Caller, proposal: Proposal) => {
  const { answer } = await made.call(caller, proposal);
  return answer.outcome === 'allow' ? 'allow' : answer.code;
};

const own = 'callerPrincipal: principal';
const threeFailures = asked(`count_within(1h, Action::"change"::error{ ${own} }) >= 3`);

describe('a predicate that names a group', () => {
  test('is about every action in it, of this agent in all sessions, and about no other', async () => {
    verifies('history.groups');
    const made = await rig({ published: published(threeFailures), ...failing });
    const caller = await made.start();
    for (const name of ['write', 'erase', 'send', 'look', 'send'])
      expect(await outcome(made, caller, call(name))).toBe('allow');
    expect(await outcome(made, caller, call('look'))).toBe('allow');
    expect(await outcome(made, await made.start(), call('pay'))).toBe('allow');
    expect(await outcome(made, caller, call('look'))).toBe('forbidden');
    expect(await outcome(made, await made.start({ agent: 'a2' }), call('look'))).toBe('allow');
    made.pass(3_600_001);
    expect(await outcome(made, await made.start(), call('look'))).toBe('allow');
  });

  test('matches fields that all of them have', async () => {
    const made = await rig({
      published: published(
        asked(`sum_within(a, 1h, Action::"value"::admitted{ ${own}, input.amount: a }) > 10`),
      ),
    });
    const caller = await made.start();
    await made.call(caller, call('pay', { amount: 6 }));
    expect(await outcome(made, caller, call('look'))).toBe('allow');
    await made.call(caller, call('refund', { amount: 5 }));
    expect(await outcome(made, caller, call('look'))).toBe('forbidden');
  });

  test('can be held to the tool that is asked for, and to the task', async () => {
    const made = await rig({
      published: published(
        `${permitAll}
        @id("tries") @reason("r") forbid (principal is Agent, action in Action::"change", resource)
        when temporal {
          count_within(1h, Action::"change"::error{
            ${own}, taskId: context.task, tool.server: context.tool.server, tool.name: context.tool.name
          }) >= 2
        };
        @id("mail") @reason("r") forbid (principal is Agent, action == Action::"shop.send", resource)
        when temporal { formerly within 1h Action::"value"::error{ tool.name: "refund", tool.server: "shop" } };`,
      ),
      ...failing,
    });
    const caller = await made.start();
    for (const name of ['write', 'erase', 'write'])
      expect(await outcome(made, caller, call(name))).toBe('allow');
    expect(await outcome(made, caller, call('write'))).toBe('forbidden');
    expect(await outcome(made, caller, call('erase'))).toBe('allow');
    expect(await outcome(made, caller, call('erase'))).toBe('forbidden');
    expect(await outcome(made, await made.start(), call('write'))).toBe('allow');
    await made.call(caller, call('pay'));
    expect(await outcome(made, caller, call('send'))).toBe('allow');
    await made.call(caller, call('refund'));
    expect(await outcome(made, caller, call('send'))).toBe('forbidden');
  });

  test('means a class as well, and a method with one of its classes or with all', async () => {
    const seen = (name: string) => asked(`formerly within 1h Action::"${name}"::request{ ${own} }`);
    const reading = async (name: string, target: string) => {
      const made = await rig({ published: published(seen(name)) });
      const caller = await made.start();
      await made.call(caller, read(target));
      return outcome(made, caller, call('look'));
    };
    const [docs, web] = ['https://docs.example/a', 'https://web.example/a'];
    expect(await reading('fetch', docs)).toBe('allow');
    expect(await reading('fetch', web)).toBe('forbidden');
    expect(await reading('resources/read:fetch', docs)).toBe('allow');
    expect(await reading('resources/read:fetch', web)).toBe('forbidden');
    expect(await reading('resources/read', docs)).toBe('forbidden');
    expect(await reading('resources/read', web)).toBe('forbidden');
  });

  test('cannot be told where nobody knows what came of one of them', async () => {
    const made = await rig({ published: published(threeFailures), answers: () => undefined });
    const caller = await made.start();
    await made.call(caller, call('send'));
    expect(await outcome(made, caller, call('look'))).toBe('allow');
    await made.call(caller, call('write'));
    expect(await outcome(made, caller, call('look'))).toBe('forbid_errored');
  });
});

describe('what is classified otherwise later', () => {
  const changed = entries.flatMap((one): readonly CatalogueEntry[] => {
    if (one.target === 'write') return [{ ...one, class: 'read' }];
    if (one.target === 'send') return [{ ...one, class: 'write', args: {} }];
    return one.target === 'erase' ? [] : [one];
  });

  test.each(['published', 'after a restart'])('counts as what it was when it was done: %s', async (how) => {
    verifies('history.groups', 'history.rebuilt');
    const first = await rig({ published: published(threeFailures), ...failing });
    const caller = await first.start();
    for (const name of ['write', 'erase', 'send', 'send', 'send']) await first.call(caller, call(name));
    const next = published(threeFailures, changed);
    if (how === 'published')
      expect(await publish(first.road, first.force, operator, next, { reason: 'test' })).toMatchObject({
        ok: true,
      });
    const made = how === 'published' ? first : await rig({ published: next, store: first.store, ...failing });
    // Two changes failed; three sendings did, which were none then. Writing is none now.
    expect(await outcome(made, caller, call('write'))).toBe('allow');
    expect(await outcome(made, caller, call('look'))).toBe('allow');
    expect(await outcome(made, caller, call('send'))).toBe('allow');
    expect(await outcome(made, caller, call('look'))).toBe('forbidden');
  });
});

describe('a decision that asks about a group', () => {
  const reads = async (condition: string) => {
    const made = await rig({ published: published(asked(condition)) });
    await made.call(await made.start(), call('look'));
    const events = (await made.ledger.read(0, 100)).map(eventOf);
    const last = events
      .flatMap((parsed) => (parsed.ok && parsed.event.type === 'decision' ? [parsed.event] : []))
      .at(-1);
    return Object.keys(last?.reads ?? {}).filter((facet) => facet.startsWith('did/'));
  };

  test('rests on what its agent does, or on what anybody does of these classes', async () => {
    expect(await reads(`formerly within 1h Action::"change"::request{ ${own} }`)).toEqual(['did/agent/a1']);
    expect(await reads('formerly within 1h Action::"value"::request{}')).toEqual(['did/any/pay']);
    expect(await reads('formerly within 1h Action::"egress"::request{}')).toEqual(
      ['execute', 'fetch', 'publish', 'send', 'unknown'].map((of) => `did/any/${of}`),
    );
    expect(await reads('formerly within 1h Action::"resources/read:fetch"::request{}')).toContain(
      'did/any/resources/read',
    );
  });

  test.each([
    ['of the agent', `${own}`],
    ['of everybody', ''],
  ])('is made again where another node did something of it meanwhile: %s', async (_whose, fields) => {
    verifies('history.groups', 'history.no-overspending');
    const once = published(
      `${permitAll}
      @id("once") @reason("r") forbid (principal is Agent, action in Action::"change", resource)
      when temporal { count_within(10m, Action::"change"::admitted{ ${fields} }) >= 1 };`,
    );
    const one = await rig({ published: once });
    const [here, there] = [await one.start(), await one.start()];
    // Neither is used for the first time below: that is something else that a decision waits for.
    for (const name of ['write', 'erase']) {
      expect(await outcome(one, here, call(name))).toBe('allow');
      one.pass(600_001);
    }
    const other = await rig({ published: once, store: one.store, node: 'n2' });
    other.pass(1_200_002);
    expect(await outcome(other, there, call('erase'))).toBe('allow');
    // It has not heard of that.
    expect(await outcome(one, here, call('write'))).toBe('forbidden');
    expect([one.effects.length, other.effects.length]).toEqual([2, 1]);
  });
});

test('the baseline stops a tool that has failed three times, and no other', async () => {
  const files = policyFiles(join(import.meta.dirname, '../../policies/baseline'));
  if (!Array.isArray(files)) throw new Error(files.message);
  const made = await rig({ published: publishedFiles(files), ...failing });
  const caller = await made.start();
  for (let i = 0; i < 3; i++) expect(await outcome(made, caller, call('fetch'))).toBe('allow');
  expect(await outcome(made, await made.start(), call('fetch'))).toBe('pending_approval');
  expect(await outcome(made, caller, call('look'))).toBe('allow');
  expect(made.effects).toHaveLength(4);
  made.pass(1_800_001);
  expect(await outcome(made, caller, call('fetch'))).toBe('allow');
});

describe('a condition', () => {
  test.each<[why: string, condition: string, message: RegExp | undefined]>([
    [
      'on a field that some of them do not have',
      'Action::"change"::request{ input.amount: * }',
      /not every `request` of `change` has the field `input\.amount`: those of `shop\.\w+` do not/,
    ],
    [
      'on a field that is of another type in some',
      'Action::"unrelated"::request{}',
      /no action `Action::"unrelated"`/,
    ],
    ['on a field that all have alike', 'Action::"change"::request{ input.path: "a" }', undefined],
    [
      'on the amount of what moves money',
      'exists (a: Long). (Action::"value"::request{ input.amount: a } && a > 3)',
      undefined,
    ],
    [
      'that compares it with a value of another type',
      'Action::"change"::request{ input.path: 3 }',
      /is a String/,
    ],
    ['on what every result has', 'Action::"egress"::response{ output.bytes: * }', undefined],
    ['on whom and on what', `Action::"egress"::error{ ${own}, callerResource: resource }`, undefined],
    [
      'on a class of which there is no tool',
      `Action::"deploy"::error{ ${own}, callerResource: resource }`,
      undefined,
    ],
    [
      'on an argument of tools that are not there',
      'Action::"deploy"::error{ input.job: * }',
      /no field|not every/,
    ],
    ['on what operators do', 'Action::"task.start"::request{}', /`Action::"task\.start"` has no history/],
    ['on what stands in for tools', 'Action::"countersign.any-pay"::request{}', /has no history/],
  ])('%s', (_why, condition, message) => {
    const compiled = compilePolicies({
      files: [{ name: 'a.cedar', text: asked(`formerly within 1h (${condition})`) }],
      entries,
    });
    const said = compiled.ok ? undefined : compiled.problems.map((problem) => problem.message).join('\n');
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(message);
  });

  test('is refused with the catalogue in which a field is not shared any more', () => {
    const policies = asked('formerly within 1h Action::"change"::request{ input.path: "a" }');
    const files = [{ name: 'a.cedar', text: policies }];
    expect(compilePolicies({ files, entries }).ok).toBe(true);
    expect(compilePolicies({ files, entries: [...entries, entry('make', 'create')] }).ok).toBe(false);
    const other = entry('make', 'create', { path: whole }, { path: selector });
    expect(compilePolicies({ files, entries: [...entries, other] })).toMatchObject({
      problems: [{ message: '`input.path` is not of one type in all that `change` means' }],
    });
  });
});
