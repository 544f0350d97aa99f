// SPDX-License-Identifier: Apache-2.0
// Conditions over history where they count: on the road, with real Cedar, through commits, restarts and
// publications. What reached the upstream is the edge's own account.
import { afterEach, describe, expect, test } from 'vitest';
import { compilePolicies } from '../../src/adapters/cedar-wasm/compile.ts';
import { LedgerUnavailable } from '../../src/app/ports.ts';
import { publish } from '../../src/app/publish.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { publishedOver } from '../builders/published.ts';
import { opsEntry } from '../builders/tools.ts';
import { verifies } from '../requirements.ts';
import { operator, type Rig, rig, tool } from './road.fixture.ts';

const text = { type: 'string' };
const entries = [
  opsEntry('read', { document: text }, { document: { role: 'selector' } }),
  opsEntry(
    'write',
    { document: text, body: text },
    { document: { role: 'selector' }, body: { role: 'content' } },
  ),
  opsEntry(
    'refund',
    { amount: { type: 'integer' }, customer: text },
    {
      amount: { role: 'amount', money: true },
      customer: { role: 'destination' },
    },
  ),
  opsEntry('deploy', { service: text }, { service: { role: 'selector' } }),
];

const permitAll = '@id("all") @reason("r") permit (principal is Agent, action, resource);\n';

const differences: string[] = [];
afterEach(() => expect(differences).toEqual([]));

// Every question is asked of the official engine as well, all policies of it.
const published = (policies: string) =>
  publishedOver(entries, policies, {
    share: 1,
    chance: () => 0,
    alarm: (difference) => differences.push(difference),
  });

async function started(policies: string, more: Parameters<typeof rig>[0] = {}) {
  const made = await rig({ published: published(policies), ...more });
  return { made, caller: await made.start() };
}

const refund = (amount: number, customer = 'c1') => tool('ops', 'refund', { amount, customer });
const outcome = async (made: Rig, ...[caller, proposal]: Parameters<Rig['call']>) => {
  const { answer } = await made.call(caller, proposal);
  return answer.outcome === 'allow' ? 'allow' : answer.code;
};

const refundBudget = `${permitAll}
@id("refund-budget") @reason("no more than 100.00 in an hour")
forbid (principal is Agent, action == Action::"ops.refund", resource)
when temporal {
  sum_within(a, 1h, Action::"ops.refund"::request{ callerPrincipal: principal, input.amount: a }) > 10000
};`;

describe('a sequence', () => {
  const rule = `@id("w") @reason("r") permit (principal is Agent, action == Action::"ops.read", resource);
    @id("write-after-read") @reason("r")
    permit (principal is Agent, action == Action::"ops.write", resource)
    when temporal {
      formerly within 1h Action::"ops.read"::response{
        sessionId: context.session.id, input.document: context.args.document
      }
    };`;

  test('is asked of the session, and of this document', async () => {
    verifies('history.sequence');
    const { made, caller } = await started(rule);
    const write = tool('ops', 'write', { document: 'a', body: 'x' });
    expect(await outcome(made, caller, write)).toBe('no_permit');
    expect(await outcome(made, caller, tool('ops', 'read', { document: 'b' }))).toBe('allow');
    expect(await outcome(made, caller, write)).toBe('no_permit');
    expect(await outcome(made, caller, tool('ops', 'read', { document: 'a' }))).toBe('allow');
    expect(await outcome(made, caller, write)).toBe('allow');
    expect(await outcome(made, await made.start(), write)).toBe('no_permit');
    made.pass(3_600_001);
    expect(await outcome(made, await made.start(), write)).toBe('no_permit');
    expect(made.effects.filter((effect) => effect.startsWith('ops/write'))).toHaveLength(1);
  });

  test('can be asked of the task', async () => {
    const { made, caller } =
      await started(`@id("r") permit (principal is Agent, action == Action::"ops.read", resource);
      @id("w") permit (principal is Agent, action == Action::"ops.write", resource)
      when temporal { formerly within 1h Action::"ops.read"::response{ taskId: context.task, callerPrincipal: principal } };`);
    const write = tool('ops', 'write', { document: 'a', body: 'x' });
    await made.call(caller, tool('ops', 'read', { document: 'b' }));
    expect(await outcome(made, caller, write)).toBe('allow');
    expect(await outcome(made, await made.start(), write)).toBe('no_permit');
  });

  test('survives a restart', async () => {
    verifies('history.rebuilt');
    const { made, caller } = await started(rule);
    await made.call(caller, tool('ops', 'read', { document: 'a' }));
    const again = await rig({ published: published(rule), store: made.store });
    expect(await outcome(again, caller, tool('ops', 'write', { document: 'a', body: 'x' }))).toBe('allow');
    expect(await outcome(again, caller, tool('ops', 'write', { document: 'b', body: 'x' }))).toBe(
      'no_permit',
    );
  });

  test('is known to a rule that is published later', async () => {
    verifies('history.new-rule-not-blind');
    const { made, caller } = await started(permitAll);
    await made.call(caller, tool('ops', 'read', { document: 'a' }));
    const done = await publish(made.road, made.force, operator, published(rule), { reason: 'test' });
    expect(done.ok).toBe(true);
    expect(await outcome(made, caller, tool('ops', 'write', { document: 'a', body: 'x' }))).toBe('allow');
    expect(await outcome(made, caller, tool('ops', 'write', { document: 'b', body: 'x' }))).toBe('no_permit');
  });

  test('is a fact of the record, and what it rests on is read', async () => {
    const { made, caller } = await started(rule);
    await made.call(caller, tool('ops', 'write', { document: 'a', body: 'x' }));
    const event = (await made.ledger.read(0, 100))
      .map(eventOf)
      .flatMap((parsed) => (parsed.ok && parsed.event.type === 'decision' ? [parsed.event] : []))
      .at(-1);
    expect(event?.facts['history.write_after_read__0']).toMatchObject({ value: false, source: 'ledger' });
    expect(event?.reads).toHaveProperty(`did/session/${caller.session}`);
    // Text is kept as a hash, and only of what history is told to keep.
    expect(event?.kept).toEqual({ document: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });
});

describe('a budget over time', () => {
  test('counts what is in flight: 64 calls at once do not overspend', async () => {
    verifies('history.no-overspending');
    const { made, caller } = await started(refundBudget);
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => made.call(caller, refund(900, `c${i}`))),
    );
    expect(answers.filter(({ answer }) => answer.outcome === 'allow')).toHaveLength(11);
    expect(made.effects).toHaveLength(11);
    made.pass(3_600_001);
    expect(await outcome(made, await made.start(), refund(10_000))).toBe('allow');
  });

  test('of an agent is one for all of its sessions', async () => {
    verifies('history.no-overspending');
    const { made, caller } = await started(refundBudget);
    const callers = [caller, await made.start(), await made.start()];
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => made.call(callers[i % 3] ?? caller, refund(3000))),
    );
    expect(made.effects).toHaveLength(3);
    const other = await made.start({ agent: 'a2' });
    expect(await outcome(made, other, refund(3000))).toBe('allow');
  });

  test('of everybody holds where another node spent it meanwhile, whatever was refused beside', async () => {
    verifies('history.no-overspending');
    const spentByAll = published(`${permitAll}
      @id("once") @reason("r") forbid (principal is Agent, action == Action::"ops.refund", resource)
      when temporal { count_within(1h, Action::"ops.refund"::admitted{}) >= 1 };
      @id("not-to-c9") @reason("r") forbid (principal is Agent, action == Action::"ops.refund", resource)
      when { context.args.customer == "c9" };`);
    const here = await rig({ published: spentByAll });
    const there = await rig({ published: spentByAll, store: here.store, node: 'n2' });
    const caller = await here.start();
    expect(await outcome(there, await there.start({ agent: 'a2' }), refund(1))).toBe('allow');
    // One commit: what is refused is written whatever happened meanwhile, and says that a refund was asked for.
    const refused = Array.from({ length: 3 }, () => outcome(here, caller, refund(1, 'c9')));
    const said = await Promise.all([...refused, outcome(here, caller, refund(1))]);
    expect(said).toEqual(['forbidden', 'forbidden', 'forbidden', 'forbidden']);
    expect([here.effects.length, there.effects.length]).toEqual([0, 1]);
  });

  test('that counts requests is used up by those that were refused', async () => {
    const { made, caller } = await started(refundBudget);
    expect(await outcome(made, caller, refund(10_001))).toBe('forbidden');
    expect(await outcome(made, caller, refund(1))).toBe('forbidden');
  });

  test('that counts what was admitted is not', async () => {
    const { made, caller } = await started(`${permitAll}
      @id("three") @reason("r")
      forbid (principal is Agent, action == Action::"ops.deploy", resource)
      when temporal {
        count_within(1h, Action::"ops.deploy"::admitted{ callerPrincipal: principal }) >= 3
      };
      @id("not-db") @reason("r")
      forbid (principal is Agent, action == Action::"ops.deploy", resource)
      when { context.args.service == "db" };`);
    const deploy = (service: string) => tool('ops', 'deploy', { service });
    for (let i = 0; i < 9; i++) expect(await outcome(made, caller, deploy('db'))).toBe('forbidden');
    const outcomes = await Promise.all(Array.from({ length: 9 }, () => outcome(made, caller, deploy('web'))));
    expect(outcomes.filter((one) => one === 'allow')).toHaveLength(3);
  });

  // The table of docs/temporal.md, "What a refused call counts for".
  test.each<[kind: string, limit: string, outcomes: readonly string[]]>([
    ['request', '> 10000', ['allow', 'forbidden', 'forbidden']],
    ['admitted', '>= 10000', ['allow', 'allow', 'forbidden']],
  ])('over %s, of 60.00, 150.00 and 30.00', async (kind, limit, outcomes) => {
    const { made, caller } = await started(
      refundBudget.replace('::request', `::${kind}`).replace('> 10000', limit),
    );
    const said = [];
    for (const amount of [6000, 15_000, 3000]) said.push(await outcome(made, caller, refund(amount)));
    expect(said).toEqual(outcomes);
  });

  test('is not spent by a commit that failed', async () => {
    let failing = false;
    const { made, caller } = await started(refundBudget, {
      hooks: {
        beforeCheck: async () => {
          if (failing) throw new LedgerUnavailable('the disk is gone');
        },
      },
    });
    failing = true;
    const failed = await Promise.all(Array.from({ length: 5 }, () => outcome(made, caller, refund(9000))));
    expect(new Set(failed)).toEqual(new Set(['store_unavailable']));
    failing = false;
    expect(await outcome(made, caller, refund(9000))).toBe('allow');
    expect(await outcome(made, caller, refund(1001))).toBe('forbidden');
    expect(made.effects).toHaveLength(1);
  });
});

describe('what cannot be known', () => {
  const retry = `${permitAll}
    @id("no-retry-after-success") @reason("r")
    forbid (principal is Agent, action == Action::"ops.deploy", resource)
    when temporal {
      formerly within 1h Action::"ops.deploy"::response{
        sessionId: context.session.id, input.service: context.args.service
      }
    };`;

  test('denies: after a call that never settled, a forbid over what came of it errs', async () => {
    verifies('history.unknown-denies');
    const { made, caller } = await started(retry, { answers: () => undefined });
    expect(await outcome(made, caller, tool('ops', 'deploy', { service: 'web' }))).toBe('allow');
    expect(await outcome(made, caller, tool('ops', 'deploy', { service: 'web' }))).toBe('forbid_errored');
    expect(await outcome(made, caller, tool('ops', 'deploy', { service: 'api' }))).toBe('allow');
  });

  test('permits nothing', async () => {
    verifies('history.unknown-denies');
    const { made, caller } = await started(
      `@id("d") @reason("r") permit (principal is Agent, action == Action::"ops.deploy", resource);
       @id("after-deploy") @reason("r") permit (principal is Agent, action == Action::"ops.refund", resource)
       when temporal { formerly within 1h Action::"ops.deploy"::response{ callerPrincipal: principal } };`,
      { answers: () => undefined },
    );
    await made.call(caller, tool('ops', 'deploy', { service: 'web' }));
    expect(await outcome(made, caller, refund(1))).toBe('no_permit');
  });

  test('after an error the same may be tried again, and a success is counted by what it said', async () => {
    let failed = false;
    const { made, caller } = await started(retry, {
      answers: () => {
        if (failed) return { content: [] };
        failed = true;
        return { isError: true, content: [] };
      },
    });
    const deploy = tool('ops', 'deploy', { service: 'web' });
    expect(await outcome(made, caller, deploy)).toBe('allow');
    expect(await outcome(made, caller, deploy)).toBe('allow');
    expect(await outcome(made, caller, deploy)).toBe('forbidden');
  });
});

describe('the first use ever', () => {
  const rule = `${permitAll}
    @id("new-payee") @reason("r") @outcome("step_up") @approvers("finance") @expires("15m")
    forbid (principal is Agent, action == Action::"ops.refund", resource)
    when { context.first.destination && context.args.amount > 100 };`;

  test('of a destination ends with a call that could take effect, in any session and after a restart', async () => {
    verifies('history.first-use', 'history.rebuilt');
    const { made, caller } = await started(rule);
    expect(await outcome(made, caller, refund(101, 'c9'))).toBe('pending_approval');
    expect(await outcome(made, caller, refund(101, 'c9'))).toBe('pending_approval');
    expect(await outcome(made, caller, refund(5, 'c9'))).toBe('allow');
    expect(await outcome(made, await made.start(), refund(101, 'c9'))).toBe('allow');
    expect(await outcome(made, await made.start({ agent: 'a2' }), refund(101, 'c9'))).toBe(
      'pending_approval',
    );
    const again = await rig({ published: published(rule), store: made.store });
    expect(await outcome(again, caller, refund(101, 'c9'))).toBe('allow');
    expect(await outcome(again, caller, refund(101, 'c8'))).toBe('pending_approval');
  });
});

describe('a file with conditions', () => {
  test.each<[why: string, policy: string, message: RegExp]>([
    [
      'names what history does not keep',
      'permit (principal is Agent, action == Action::"ops.write", resource) when temporal { formerly within 1h Action::"ops.write"::request{ input.body: context.args.body } };',
      /no field `input\.body`/,
    ],
    [
      'looks back too far',
      'permit (principal is Agent, action == Action::"ops.write", resource) when temporal { formerly within 31d Action::"ops.write"::request{} };',
      /further than/,
    ],
    [
      'looks back too far, one window in another',
      'permit (principal is Agent, action == Action::"ops.write", resource) when temporal { formerly within 20d (Action::"ops.read"::request{} && formerly within 11d Action::"ops.write"::request{}) };',
      /add up/,
    ],
    [
      'is about everybody, administration included',
      'permit (principal, action, resource) when temporal { formerly within 1h Action::"ops.write"::request{} };',
      /say `principal is Agent`/,
    ],
    [
      'depends on the order of everything',
      'permit (principal is Agent, action == Action::"ops.write", resource) when temporal { previous within 1h Action::"ops.write"::request{} };',
      /what everybody does/,
    ],
    [
      'asks a provider',
      'permit (principal is Agent, action == Action::"ops.write", resource) when guardrails { Content::Risk(context.args.body).score < 3 };',
      /no provider/,
    ],
    [
      'reads an attribute that is not there',
      'permit (principal is Agent, action == Action::"ops.write", resource) when { context.args.nothing == 1 } when temporal { formerly within 1h Action::"ops.write"::request{} };',
      /nothing/,
    ],
  ])('that %s is refused, with its place', (_why, policy, message) => {
    const files = [{ name: 'a.cedar', text: `\n\n@id("x") @reason("r")\n${policy}` }];
    const compiled = compilePolicies({ files, entries });
    expect(compiled.ok).toBe(false);
    if (compiled.ok) return;
    expect(compiled.problems[0]?.message).toMatch(message);
    expect(compiled.problems[0]).toMatchObject({
      file: 'a.cedar',
      line: expect.toSatisfy((n: number) => n >= 3 && n <= 5),
    });
  });
});
