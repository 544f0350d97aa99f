// SPDX-License-Identifier: Apache-2.0
// Sessions that are asked about again: kept, narrowed, paused or ended by the policies that speak of that, and by no others.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { setAutonomy } from '../../src/app/autonomy.ts';
import { liftHold, setHold } from '../../src/app/holds.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { createRedecider } from '../../src/app/redecide.ts';
import type { Event } from '../../src/core/record/event.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { compileOver, load } from '../../src/main/load.ts';
import { verifies } from '../requirements.ts';
import { demoDir, operator, type Rig, rig, tool } from './road.fixture.ts';

const permitAll = '@id("all") permit (principal, action, resource);\n';
/** Of everything, and of sessions in particular not at all. */
const unrelated = '@id("any") forbid (principal, action, resource) when { context has nothing };\n'.replace(
  'context has nothing',
  'principal is Agent && context.agent.autonomy == "full"',
);
const rule = (id: string, when: string, course = '', reason = 'Because.') =>
  `@id("${id}") ${course} @reason("${reason}")\nforbid (principal is Agent, action == Action::"continue", resource) when { ${when} };\n`;

const catalogue = (() => {
  const demo = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!demo.ok) throw new Error('the example does not load');
  return demo.published.catalogue;
})();

const compiled = (policies: string) =>
  compileOver([{ name: 'p.cedar', text: policies }], catalogue, { mode: 'enforce' });

async function opened(policies: string) {
  const done = compiled(policies);
  if (!done.ok) throw new Error(JSON.stringify(done.problems));
  const made = await rig({ published: done.published });
  const redecider = createRedecider(made.road, (line) => expect.fail(line));
  return { made, redecide: redecider.redecide };
}

const read = tool('crm', 'get_customer', { customerId: 7 });
const send = tool('mail', 'send_mail', { to: 'x@example.com', subject: 's', body: 'b' });

async function outcome(made: Rig, caller: Caller, proposal = read) {
  const { answer } = await made.call(caller, proposal);
  return answer.outcome === 'allow' ? 'allow' : answer.code;
}

async function written(made: Rig): Promise<readonly Event[]> {
  const all = (await made.ledger.read(0, 5000)).map((entry) => eventOf(entry));
  return all.flatMap((one) => (one.ok && one.event.type === 'session.redecided' ? [one.event] : []));
}

const supervised = 'context.agent.autonomy == "supervised"';

describe('a session that is asked about again', () => {
  test.each<[course: string, annotation: string, reads: string, sends: string, back: boolean]>([
    ['narrow', '@continue("narrow")', 'allow', 'quarantined', true],
    ['pause', '@continue("pause")', 'paused', 'paused', true],
    ['end', '@continue("end")', 'session_revoked', 'session_revoked', false],
    ['end', '', 'session_revoked', 'session_revoked', false],
  ])('%s %s', async (course, annotation, reads, sends, back) => {
    verifies('steering.continue');
    const { made, redecide } = await opened(permitAll + rule('watched', supervised, annotation));
    const caller = await made.start({ agent: 'a1' });
    const other = await made.start({ agent: 'a2' });
    expect(await redecide('nothing')).toEqual({ asked: 2, changed: 0 });
    expect(await written(made)).toEqual([]);

    await setAutonomy(made.road, operator, 'a1', 'supervised', 'x');
    expect(await redecide('autonomy.set', { agent: 'a1' })).toEqual({ asked: 1, changed: 1 });
    expect(await outcome(made, caller)).toBe(reads);
    expect(await outcome(made, caller, send)).toBe(sends);
    expect(await outcome(made, other, send)).toBe('allow');
    expect(await written(made)).toMatchObject([
      {
        ...{ session: caller.session, outcome: course, trigger: 'autonomy.set', reason: 'Because.' },
        by: [{ policy: 'watched' }],
      },
    ]);
    expect(await redecide('again')).toEqual({ asked: back ? 2 : 1, changed: 0 });

    await setAutonomy(made.road, operator, 'a1', 'semi', 'x');
    expect((await redecide('autonomy.set')).changed).toBe(back ? 1 : 0);
    expect(await outcome(made, caller, send)).toBe(back ? 'allow' : sends);
  });

  test('the strictest counts, an error pauses, and policies that do not speak of it are not asked', async () => {
    verifies('steering.continue');
    const { made, redecide } = await opened(
      permitAll +
        unrelated +
        rule('narrows', supervised, '@continue("narrow")') +
        rule('pauses', supervised, '@continue("pause")') +
        rule(
          'errs',
          `context.agent.verifiedSecondsAgo + 9223372036854775807 > 5 && ${supervised}`,
          '@continue("narrow")',
        ),
    );
    const caller = await made.start({ agent: 'a1' });
    const full = await made.start({ agent: 'a2', autonomy: 'full' });
    made.pass(60_000);
    expect(await redecide('time')).toEqual({ asked: 2, changed: 2 });
    expect((await written(made)).map((one) => 'by' in one && one.by)).toMatchObject([
      [{ policy: 'errs' }],
      [{ policy: 'errs' }],
    ]);
    await setAutonomy(made.road, operator, 'a1', 'supervised', 'x');
    expect(await redecide('autonomy')).toMatchObject({ changed: 0 });
    expect(await outcome(made, caller)).toBe('paused');
    expect(await outcome(made, full)).toBe('paused');
  });

  test('without a policy that speaks of it nothing is asked, and nothing changes', async () => {
    verifies('steering.continue');
    const { made, redecide } = await opened(permitAll + unrelated);
    const caller = await made.start({ autonomy: 'semi' });
    expect(await redecide('anything')).toEqual({ asked: 0, changed: 0 });
    expect(await outcome(made, caller)).toBe('allow');
  });

  test('what a person holds, policy does not let go, and the other way round', async () => {
    verifies('steering.continue');
    const { made, redecide } = await opened(permitAll + rule('watched', supervised, '@continue("pause")'));
    const caller = await made.start({ agent: 'a1' });
    const { session } = caller;
    await setAutonomy(made.road, operator, 'a1', 'supervised', 'x');
    await redecide('x');
    const lift = () => liftHold(made.road, operator, { scope: 'session', target: session }, 'x');
    expect(await lift()).toMatchObject({ ok: false, code: 'not_possible' });
    await setHold(made.road, operator, {
      ...{ scope: 'session', target: session, hold: 'pause', calls: 'finish', reason: '' },
    });
    await setAutonomy(made.road, operator, 'a1', 'semi', 'x');
    expect(await redecide('x')).toMatchObject({ changed: 1 });
    expect(await outcome(made, caller)).toBe('paused');
    await lift();
    expect(await outcome(made, caller)).toBe('allow');
    expect(made.road.sequencer.head.get(facets.session(session))).not.toHaveProperty('course');
  });

  test('by labels that have changed, of the task and of those under it, and of no other', async () => {
    verifies('steering.continue');
    const { made, redecide } = await opened(
      permitAll + rule('read', 'context.session.labels.level >= 2', '@continue("narrow")'),
    );
    const parent = await made.start({ agent: 'a1' });
    const child = await made.start({ agent: 'a2', parent: parent.task });
    const other = await made.start({ agent: 'a3' });
    expect(await outcome(made, child)).toBe('allow');
    expect(await redecide('observation', { task: parent.task })).toEqual({ asked: 2, changed: 2 });
    for (const one of [parent, child]) expect(await outcome(made, one, send)).toBe('quarantined');
    expect(await outcome(made, other, send)).toBe('allow');
  });
});

test.each<[what: string, policy: string, told: RegExp]>([
  [
    'a permit',
    '@id("p") permit (principal, action == Action::"continue", resource);',
    /goes on without a permit/,
  ],
  [
    'another action beside it',
    '@id("p") forbid (principal, action in [Action::"continue", Action::"egress"], resource);',
    /stands alone/,
  ],
  [
    'a lift',
    '@id("p") @outcome("step_up") @approvers("x") @expires("1h") forbid (principal, action == Action::"continue", resource);',
    /`@outcome` is for calls/,
  ],
  [
    'a course that there is not',
    rule('p', 'true', '@continue("slow")'),
    /must be one of `narrow`, `pause`, `end`/,
  ],
  [
    'a course of calls',
    '@id("p") @continue("end") forbid (principal, action in Action::"egress", resource);',
    /is for policies with/,
  ],
  ['facts of a call', rule('p', 'context.first.tool'), /`context.first` is known of a call/],
])('%s is refused', (_what, policy, told) => {
  const done = compiled(permitAll + policy);
  expect(done.ok ? 'it compiles' : done.problems.map(({ message }) => message).join('; ')).toMatch(told);
});
