// SPDX-License-Identifier: Apache-2.0
// The cases of the field with live facts: a rotation that waits until a probe has found its service up, a change window by
// the clocks of two places, and an incident in which hosts are isolated only above a severity and with the condition of
// their own. Servers, service and daemon are real; what was done is on disk.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Dependency, openDependency } from '../../../examples/field/rotation/dependency.ts';
import { clockOf } from '../../../src/core/signal/local-time.ts';
import { verifies } from '../../requirements.ts';
import { exampleServer, examples, type FieldCase, openCase } from './case.fixture.ts';

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

/** The example's catalogue, and policies of this test. */
function withPolicies(example: string, ...texts: readonly string[]) {
  const policies = mkdtempSync(join(tmpdir(), 'cs-live-'));
  made.push(policies);
  for (const [i, text] of texts.entries()) writeFileSync(join(policies, `${i}.cedar`), text);
  return { policies, catalogue: join(examples, 'field', example, 'catalogue') };
}

const rotation = (rule: string) => `
@id("rotation.rotate") permit (principal is Agent, action in [Action::"vault/rotate", Action::"vault/check"], resource);
${rule}`;

describe('the rotation', () => {
  let world: string;
  let billing: Dependency;
  let field: FieldCase;

  beforeAll(async () => {
    billing = await openDependency(0);
    billing.up = false;
    field = await openCase((dir) => {
      world = dir;
      return {
        mcpServers: { vault: exampleServer('field/rotation/server.ts', dir, `billing=${billing.url}`) },
        from: withPolicies(
          'rotation',
          rotation(`@id("rotation.wait") @owner("platform")
@outcome("defer") @until("signal:service.billing=up") @timeout("2m")
@reason("Billing is not known to be up. The rotation waits for it.")
forbid (principal is Agent, action == Action::"vault/rotate", resource)
unless { context.signals has "service.billing" && context.signals["service.billing"].value == "up" };`),
        ),
        signals: `
signals: { service.billing: { values: [up, down], max_age: 4s, from: [probe] } }
probes: { service.billing: { url: "${billing.url}", every: 1s, timeout: 1s, up: up, down: down, up_after: 2 } }
`,
        flags: ['--approval-hold', '60s'],
      };
    });
  });
  afterAll(async () => {
    await field?.[Symbol.asyncDispose]();
    await billing?.[Symbol.asyncDispose]();
  });

  test('waits until the service is found up, is then done, and its records tell so', {
    timeout: 90_000,
  }, async () => {
    verifies('deferral.decided-again');
    const job = await field.agent({ type: 'rotation', agent: 'rotation-job' });
    const held = job.call('vault__rotate', { service: 'billing' });
    await vi.waitFor(
      async () =>
        expect((await field.daemon.cli('deferrals', 'ls')).out).toContain('signal:service.billing=up'),
      { timeout: 20_000 },
    );
    // Something else that does not need it goes on meanwhile.
    expect((await job.call('vault__check', { service: 'billing' })).text).toBe('down');
    expect(billing.told).toEqual([]);
    billing.up = true;
    expect(await held).toMatchObject({ code: 'done', text: 'billing has version 1' });
    const kept = JSON.parse(readFileSync(join(world, 'billing.json'), 'utf8'));
    expect(billing.told).toEqual([kept.secret]);

    const events = await field.daemon.events(`session=${job.session}`);
    const rotated = events.filter(({ type, request }) => type === 'decision' && request.target === 'rotate');
    expect(rotated.map(({ outcome }) => outcome)).toEqual(['defer', 'allow']);
    expect(rotated[1].deferral).toBe(rotated[0].deferral);
    expect(rotated[1].facts['signal.service.billing']).toMatchObject({ value: 'up', source: 'probe' });
    const told = events.find(({ type, decision }) => type === 'observation' && decision === rotated[1].id);
    expect(told).toMatchObject({ status: 'ok' });
    const verified = await field.daemon.cli('verify', '--payloads');
    expect(verified.code, verified.out + verified.err).toBe(0);
  });

  test('is denied what nobody has said lately: the probe is silent and the signal grows stale', {
    timeout: 60_000,
  }, async () => {
    verifies('signals.stale-is-missing');
    const job = await field.agent({ type: 'rotation', agent: 'rotation-job' });
    // Another file without the probe: nobody says it any more.
    const path = join(field.daemon.dir, 'signals.yaml');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace(/^probes:.*$/m, ''));
    await vi.waitFor(
      async () => expect((await field.daemon.cli('signal', 'ls')).out).toMatch(/service\.billing +stale/),
      { timeout: 30_000 },
    );
    const toldBefore = billing.told.length;
    const held = job.call('vault__rotate', { service: 'billing' });
    const { deferral } = await vi.waitFor(
      async () => {
        const { out } = await field.daemon.cli('deferrals', 'ls', '--json');
        const [one] = JSON.parse(out).deferrals;
        if (one === undefined) throw new Error('nothing waits');
        return one;
      },
      { timeout: 20_000 },
    );
    await field.daemon.cli('deferrals', 'cancel', deferral, '--reason', 'billing is being rebuilt');
    expect(await held).toMatchObject({ code: 'deferral_cancelled' });
    expect(billing.told).toHaveLength(toldBefore);
  });
});

describe('a change window', () => {
  let world: string;
  let billing: Dependency;
  let field: FieldCase;
  const here = 'Asia/Tokyo';
  const there = 'America/New_York';

  beforeAll(async () => {
    billing = await openDependency(0);
    const clock = clockOf(here);
    if (clock === undefined) throw new Error('no zone');
    // An hour around now by the clocks of one place; by those of the other it is another time of the day.
    const now = Date.now();
    const at = (ms: number) => {
      const { hour, minute } = clock(ms);
      return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
    };
    const window = `{ days: [mon, tue, wed, thu, fri, sat, sun], from: "${at(now - 1_800_000)}", to: "${at(now + 1_800_000)}" }`;
    field = await openCase((dir) => {
      world = dir;
      return {
        mcpServers: {
          vault: exampleServer(
            'field/rotation/server.ts',
            dir,
            `billing=${billing.url}`,
            `ledger=${billing.url}`,
          ),
        },
        from: withPolicies(
          'rotation',
          rotation(
            [
              ['billing', 'here'],
              ['ledger', 'there'],
            ]
              .map(
                ([
                  service,
                  calendar,
                ]) => `@id("window.${service}") @outcome("defer") @until("calendar:${calendar}") @timeout("1h")
@reason("Rotations are for the change window.")
forbid (principal is Agent, action == Action::"vault/rotate", resource) when { context.args.service == "${service}" };`,
              )
              .join('\n'),
          ),
        ),
        signals: `
calendars:
  here: { zone: ${here}, windows: [${window}] }
  there: { zone: ${there}, windows: [${window}] }
`,
        flags: ['--approval-hold', '0'],
      };
    });
  });
  afterAll(async () => {
    await field?.[Symbol.asyncDispose]();
    await billing?.[Symbol.asyncDispose]();
  });

  test('is open by the clocks of its own place', async () => {
    verifies('signals.calendar');
    const job = await field.agent({ type: 'rotation', agent: 'rotation-job' });
    expect(await job.call('vault__rotate', { service: 'billing' })).toMatchObject({ code: 'done' });
    const closed = await job.call('vault__rotate', { service: 'ledger' });
    expect(closed.code).toBe('deferred');
    expect(closed.text).toContain('calendar:there');
    expect(existsSync(join(world, 'ledger.json'))).toBe(false);
    expect((await closed.why()).fact('signal.calendar.there')).toBe('closed');
  });
});

describe('an incident', () => {
  const token = 'token-of-the-pager-for-this-test-alone';
  let world: string;
  let field: FieldCase;

  beforeAll(async () => {
    field = await openCase((dir) => {
      world = dir;
      mkdirSync(dir, { recursive: true });
      return {
        mcpServers: { hosts: exampleServer('field/incident/server.ts', dir) },
        from: withPolicies(
          'incident',
          readFileSync(join(examples, 'field/incident/policies/incident.cedar'), 'utf8'),
          `@id("incident.severe") @owner("security")
@reason("A host is isolated in an incident of severity high at least, as the pager says. Go on collecting evidence.")
forbid (principal is Agent, action == Action::"hosts/isolate", resource)
unless { context.signals has severity && context.signals.severity.number >= 2 };
@id("severity.by-pager") @owner("security")
forbid (principal is Operator, action == Action::"signal.set", resource == Administered::"signal/severity")
unless { context.channel == "source" };`,
        ),
        signals: `
sources: { pager: { token: "sha256:${createHash('sha256').update(token).digest('hex')}" } }
signals: { severity: { values: [low, medium, high], max_age: 30m, from: [operators, pager] } }
`,
      };
    });
  });
  afterAll(() => field?.[Symbol.asyncDispose]());

  const page = async (value: string) => {
    const response = await fetch(new URL('/v1/signals', field.daemon.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ signal: 'severity', value }),
    });
    expect(response.status).toBe(200);
  };
  const isolated = (host: string) => existsSync(join(world, 'hosts', host, 'isolated'));

  test('evidence is collected at once, isolation needs the severity and a task that names the host', async () => {
    const agent = await field.agent({ type: 'incident', params: { host: 'web-1' } });
    expect(await agent.call('hosts__read_log', { host: 'web-1' })).toMatchObject({ code: 'done' });
    expect(await agent.call('hosts__preserve', { host: 'web-1' })).toMatchObject({ code: 'done' });
    const early = await agent.call('hosts__isolate', { host: 'web-1' });
    expect(early.code).toBe('forbidden');
    expect(early.text).toContain('severity high');

    // What the agent's user can say over the socket is not believed.
    const claimed = await field.daemon.cli('signal', 'set', 'severity', 'high');
    expect(claimed.code).toBe(2);
    expect(await agent.call('hosts__isolate', { host: 'web-1' })).toMatchObject({ code: 'forbidden' });
    await page('medium');
    expect(await agent.call('hosts__isolate', { host: 'web-1' })).toMatchObject({ code: 'forbidden' });
    expect(isolated('web-1')).toBe(false);

    await page('high');
    // The severity alone is not enough: the other condition stands by itself.
    const other = await agent.call('hosts__isolate', { host: 'db-1' });
    expect(other.text).toContain('This task is not about that host');
    expect(isolated('db-1')).toBe(false);
    const done = await agent.call('hosts__isolate', { host: 'web-1' });
    expect(done.code).toBe('done');
    expect(isolated('web-1')).toBe(true);
    expect((await done.why()).fact('signal.severity')).toEqual(['high', '2']);
  });
});
