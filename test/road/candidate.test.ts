// SPDX-License-Identifier: Apache-2.0
// A candidate on the road: what it would have said is in the record, and nothing else of it is anywhere.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tryCandidate, withdrawCandidate } from '../../src/app/candidate.ts';
import { candidateReport } from '../../src/app/candidate-report.ts';
import type { PolicySet, Published } from '../../src/app/ports.ts';
import { publish } from '../../src/app/publish.ts';
import { eventOf } from '../../src/app/read-records.ts';
import type { DecisionEvent } from '../../src/core/record/event.ts';
import { facets } from '../../src/core/state/facet.ts';
import { compileOver, load } from '../../src/main/load.ts';
import { demoDir, operator, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const all = '@id("all") permit (principal, action, resource);\n';
const noRefunds = `${all}@id("no-refunds") forbid (principal, action == Action::"refund", resource);\n`;
const refund = tool('crm', 'refund', { customerId: 7, amount: 4000, currency: 'EUR' });
const ticket = tool('crm', 'get_ticket', { ticketId: 42 });

function over(text: string): Published {
  const demo = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!demo.ok) throw new Error(JSON.stringify(demo.problems));
  const compiled = compileOver([{ name: 'p.cedar', text }], demo.published.catalogue, { mode: 'enforce' });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.published;
}

async function trying(candidate: Published | undefined, inForce: string, options: RigOptions = {}) {
  const made = await rig({ ...options, published: over(inForce) });
  if (candidate !== undefined) {
    const done = await tryCandidate(made.road, made.force, operator, candidate, 'a test');
    if (!done.ok) throw new Error(done.code);
  }
  return { made, caller: await made.start() };
}

function withoutIds(facet: string): string {
  return facet.replace(/(?<=[/])[st]-[0-9a-z]{26}/, 'ID');
}

async function decisions(made: Rig): Promise<readonly DecisionEvent[]> {
  const entries = await made.ledger.read(0, 10_000);
  return entries.flatMap((entry) => {
    const parsed = eventOf(entry);
    return parsed.ok && parsed.event.type === 'decision' && 'session' in parsed.event.who
      ? [parsed.event]
      : [];
  });
}

test('a stricter candidate stops nothing, and the record has both answers', async () => {
  const candidate = over(noRefunds);
  const { made, caller } = await trying(candidate, all);
  await made.call(caller, refund);
  await made.call(caller, ticket);
  expect(made.effects).toHaveLength(2);
  const { digest } = candidate.policies;
  expect(await decisions(made)).toMatchObject([
    {
      outcome: 'allow',
      code: 'permitted',
      would: { policy: digest, outcome: 'deny', code: 'forbidden', by: ['no-refunds'] },
    },
    { outcome: 'allow', would: { policy: digest, outcome: 'allow', code: 'permitted', by: ['all'] } },
  ]);
});

test('a wider candidate lets nothing through', async () => {
  const { made, caller } = await trying(over(all), noRefunds);
  expect((await made.call(caller, refund)).answer).toMatchObject({
    outcome: 'deny',
    policies: ['no-refunds'],
  });
  expect(made.effects).toEqual([]);
  expect(await decisions(made)).toMatchObject([
    { outcome: 'deny', would: { outcome: 'allow', by: ['all'] } },
  ]);
});

test('a decision rests on the same things, whether something is tried beside it or not', async () => {
  // Asks history of the agent, which the set in force does not.
  const limited = `${all}@id("one-refund") forbid (principal is Agent, action == Action::"refund", resource)
when temporal { count_within(1h, Action::"refund"::response{ callerPrincipal: principal }) >= 1 };\n`;
  const alone = await trying(undefined, all);
  const beside = await trying(over(limited), all);
  const reads = [];
  for (const { made, caller } of [alone, beside]) {
    await made.call(caller, refund);
    await made.call(caller, refund);
    reads.push((await decisions(made)).map((event) => Object.keys(event.reads).map(withoutIds).sort()));
  }
  expect(reads[1]).toEqual(reads[0]);
  expect((await decisions(beside.made)).map(({ would }) => would?.outcome)).toEqual(['allow', 'deny']);
  expect(beside.made.effects).toHaveLength(2);
});

test('what fails or is not ready is told as such, and changes no answer', async () => {
  const candidate = over(noRefunds);
  const broken: PolicySet = {
    ...candidate.policies,
    evaluate: () => {
      throw new Error('a defect');
    },
  };
  const failing = await trying({ ...candidate, policies: broken }, all);
  expect((await failing.made.call(failing.caller, refund)).answer.outcome).toBe('allow');
  expect((await decisions(failing.made))[0]?.would).toEqual({
    policy: candidate.policies.digest,
    code: 'engine_failed',
    by: [],
  });

  // Another node published it, and this one has not got it.
  const absent = await trying(undefined, all);
  await absent.made.road.sequencer.submit((_view, place) => ({
    writings: [
      {
        id: place.id('e'),
        stream: 'tenant',
        event: {
          type: 'candidate.published',
          policy: candidate.policies.digest,
          engine: 'cedar',
          sources: { digest: candidate.policies.digest, sizeBytes: 0 },
          author: 'someone',
          reason: '',
        },
      },
    ],
    depends: false,
    result: undefined,
  }));
  expect((await absent.made.call(absent.caller, refund)).answer.outcome).toBe('allow');
  expect((await decisions(absent.made))[0]?.would).toMatchObject({ code: 'policy_not_here', by: [] });
});

test('over another catalogue than its own it is not asked', async () => {
  const candidate = over(noRefunds);
  const { made, caller } = await trying(candidate, all);
  const now = made.force.current();
  const fewer = {
    ...now.catalogue,
    digest: `sha256:${'0'.repeat(64)}`,
    entries: now.catalogue.entries.filter(({ target }) => target !== 'poster'),
  };
  await publish(made.road, made.force, operator, { ...now, catalogue: fewer }, { reason: 'a test' });
  await made.call(caller, ticket);
  expect((await decisions(made)).at(-1)?.would).toMatchObject({ code: 'policy_not_here' });
  const again = await tryCandidate(made.road, made.force, operator, candidate, 'a test');
  expect(again).toMatchObject({ ok: false, code: 'not_possible' });
});

test('policy decides who may try something, and publishing it is evidence with its author and reason', async () => {
  const asked = `${all}@id("asked") @reason("Ask first.")
forbid (principal is Operator, action == Action::"policy.publish", resource) when { context.kind == "candidate" };\n`;
  const { made } = await trying(undefined, asked);
  const refused = await tryCandidate(made.road, made.force, operator, over(all), 'a test');
  expect(refused).toMatchObject({ ok: false, code: 'forbidden', reason: 'Ask first.', policies: ['asked'] });
  expect(made.road.sequencer.head.get(facets.candidate)).toBeUndefined();

  const open = await trying(over(noRefunds), all);
  const entries = await open.made.ledger.read(0, 1000);
  const published = entries
    .map((entry) => eventOf(entry))
    .flatMap((parsed) => (parsed.ok && parsed.event.type === 'candidate.published' ? [parsed.event] : []));
  expect(published).toMatchObject([{ author: operator.id, reason: 'a test' }]);
});

test('taken away, it is not asked any more, and the report says what had differed', async () => {
  const { made, caller } = await trying(over(noRefunds), all);
  for (const proposal of [refund, ticket, refund]) await made.call(caller, proposal);
  const candidate = made.road.sequencer.head.get(facets.candidate);
  if (candidate === undefined || candidate === null) throw new Error('nothing is tried');
  expect(await candidateReport(made.ledger, candidate)).toMatchObject({
    compared: 3,
    unchanged: 1,
    untold: {},
    changes: [
      {
        kind: 'newly_refused',
        count: 2,
        before: { outcome: 'allow', policies: ['all'] },
        after: { outcome: 'deny', policies: ['no-refunds'] },
        targets: [{ target: 'crm/refund', count: 2 }],
      },
    ],
  });
  expect(await withdrawCandidate(made.road, operator, 'enough')).toMatchObject({ ok: true });
  await made.call(caller, refund);
  expect((await decisions(made)).at(-1)?.would).toBeUndefined();
  expect(await withdrawCandidate(made.road, operator, 'again')).toMatchObject({
    ok: false,
    code: 'not_found',
  });
});
