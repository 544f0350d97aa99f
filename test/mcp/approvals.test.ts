// SPDX-License-Identifier: Apache-2.0
// What a client meets while people are asked: it is held and not timed out, it may leave, and many may wait at once.
import { afterEach, expect, test, vi } from 'vitest';
import { decideApproval, listApprovals } from '../../src/app/approvals.ts';
import { revoke } from '../../src/app/revoke.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import type { Operator } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { type Fakes, fakeUpstreams, ok, text, tool } from './fake-upstream.ts';
import { permitAll, type Rig, startRig } from './rig.ts';
import { modern, type Wire } from './wire.ts';

const ana: Operator = { id: 'local:1', channel: 'local-socket' };
const roster = rosterOf([{ name: 'ana', operators: [ana.id], also: [] }], [['us', ['ana']]]);
const policies = `${permitAll}
@id("ask") @outcome("step_up") @approvers("us") @expires("5m") @reason("Ana has to agree.")
forbid (principal is Agent, action == Action::"crm/pay", resource);`;

let rig: Rig;
let upstreams: Fakes;
afterEach(() => rig.close());

async function start(
  holdMs: number,
  callTimeoutMs: number,
  tookMs: number,
  releaseWithinMs = 1_000,
): Promise<void> {
  upstreams = fakeUpstreams({
    crm: {
      era: 'legacy',
      tools: [tool('pay')],
      async answer() {
        await new Promise((resolve) => setTimeout(resolve, tookMs));
        return ok(text('paid'));
      },
    },
  });
  rig = await startRig({
    upstreams,
    policies,
    roster,
    classes: { pay: 'pay' },
    limits: { approvalHoldMs: holdMs, callTimeoutMs },
    releaseWithinMs,
  });
}

/** Of a client that cannot be asked anything. */
const pay = (
  q: string,
  more: { readonly meta?: object; readonly signal?: AbortSignal } = {},
  token = rig.token,
) =>
  modern(
    `${rig.url}/crm`,
    token,
    'tools/call',
    { name: 'pay', arguments: { q } },
    { ...more, meta: { ...mute, ...more.meta } },
  );
const mute = { 'io.modelcontextprotocol/clientCapabilities': {} };

async function waiting(count: number) {
  await vi.waitFor(() => expect(listApprovals(rig.road)).toHaveLength(count), 60_000);
  return listApprovals(rig.road);
}

async function says(approval: string, verdict: 'approve' | 'refuse' = 'approve'): Promise<void> {
  const card = rig.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
  const done = await decideApproval(rig.road, ana, { approval, verdict, card, reason: 'no' });
  expect(done).toMatchObject({ ok: true });
}

const saidIn = (messages: readonly Wire[]): string => JSON.stringify(messages.at(-1)?.result ?? {});

test('who waits for a person waits longer than the call may take, and the call has all of its time', async () => {
  verifies('approvals.across-the-gateway');
  await start(20_000, 900, 300);
  const running = pay('a');
  const [one] = await waiting(1);
  // Past the time of the call, were it counted.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  expect(upstreams.calls()).toEqual([]);
  await says(one?.approval ?? '');
  const { messages } = await running;
  expect(messages.at(-1)?.result?.content).toEqual([{ type: 'text', text: 'paid' }]);
  expect(upstreams.calls()).toHaveLength(1);
});

test('it is told once its patience is over, with the request, and hears of the wait if it asked for progress', async () => {
  await start(300, 5_000, 0);
  const { messages } = await pay('a', { meta: { progressToken: 'p' } });
  const [{ approval } = { approval: '' }] = listApprovals(rig.road);
  expect(messages[0]).toMatchObject({
    method: 'notifications/progress',
    params: { progressToken: 'p', message: expect.stringContaining(approval) },
  });
  expect(messages.at(-1)?.result).toMatchObject({
    isError: true,
    _meta: {
      'dev.countersign/decision': {
        outcome: 'step_up',
        code: 'pending_approval',
        approval,
        approvalExpiresAt: expect.stringMatching(/Z$/),
      },
    },
  });
  expect(saidIn(messages)).toContain(`approval ${approval}`);
  expect((await pay('a')).messages).toHaveLength(1);
});

test('a client that leaves while it waits leaves the request, and does nothing', async () => {
  await start(20_000, 5_000, 0);
  const leaving = new AbortController();
  const running = pay('a', { signal: leaving.signal }).catch(() => undefined);
  const [one] = await waiting(1);
  leaving.abort();
  await running;
  // The gateway hears of it a moment later than the client does.
  await new Promise((resolve) => setTimeout(resolve, 500));
  await says(one?.approval ?? '');
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(upstreams.calls()).toEqual([]);
  // Whoever makes the call again is let through.
  await pay('a');
  expect(upstreams.calls()).toHaveLength(1);
});

test('a token that expires while it waits is good for nothing any more', async () => {
  await start(20_000, 5_000, 0);
  const { token, caller } = await rig.anotherToken();
  rig.verdicts.set(token, { ok: true, caller, expiresAtMs: Date.now() + 1_500 });
  const { messages } = await pay('a', {}, token);
  // Held no longer than the token lives, and not for the twenty seconds.
  expect(saidIn(messages)).toContain('pending_approval');
  const [one] = listApprovals(rig.road);
  await says(one?.approval ?? '');
  expect((await pay('a', {}, token)).status).toBe(401);
  expect(upstreams.calls()).toEqual([]);
});

test('a session that is revoked while it waits hears of it at once', async () => {
  await start(20_000, 5_000, 0);
  const running = pay('a');
  await waiting(1);
  await revoke(rig.road, { id: 'local:0', channel: 'local-socket' }, 'session', rig.caller.session, 'test');
  const { messages } = await running;
  expect(JSON.stringify(messages)).toMatch(/session_revoked|stopped|revoked/);
  expect(upstreams.calls()).toEqual([]);
});

test('two that make the same call wait for one request, and one of them does it', async () => {
  await start(1_500, 5_000, 50);
  const running = Promise.all([pay('a'), pay('a')]);
  const [one] = await waiting(1);
  await says(one?.approval ?? '');
  const answers = await running;
  const done = answers.filter(({ messages }) => saidIn(messages).includes('paid'));
  expect(done).toHaveLength(1);
  expect(upstreams.calls()).toHaveLength(1);
});

test('500 wait at once, and each yes lets its own call through, once', async () => {
  // As many at once are slow on a busy machine, and this is not about decisions that grow old.
  await start(60_000, 30_000, 0, 60_000);
  const tokens = await Promise.all(Array.from({ length: 50 }, async () => (await rig.anotherToken()).token));
  const running = tokens.flatMap((token, t) =>
    Array.from({ length: 10 }, (_, i) => pay(`${t}-${i}`, {}, token)),
  );
  const all = await waiting(500);
  expect(upstreams.calls()).toEqual([]);
  // Half of them, a no each; the other half a yes.
  await Promise.all(all.map(({ approval }, i) => says(approval, i % 2 === 0 ? 'approve' : 'refuse')));
  const answers = await Promise.all(running);
  const paid = answers.filter(({ messages }) => saidIn(messages).includes('paid'));
  expect(paid).toHaveLength(250);
  const done = upstreams.calls().map(({ params }) => JSON.stringify(params.arguments));
  expect(done).toHaveLength(250);
  expect(new Set(done).size).toBe(250);
  expect(listApprovals(rig.road).every(({ status }) => status === 'refused')).toBe(true);
}, 120_000);
