// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { verifies } from '../../test/requirements.ts';
import {
  type OneNode,
  type OneNodeOptions,
  oneNode,
  operator,
  settled,
  toolCall,
} from '../../test/simulator/one-node.ts';
import { understood } from '../../test/simulator/rules.ts';
import { nothingRead } from '../core/label/label.ts';
import { facets } from '../core/state/facet.ts';
import { authorize } from './authorize.ts';
import type { LiveCall } from './live.ts';
import { observe, type Upshot } from './observe.ts';
import { type Ledger, LedgerUnavailable } from './ports.ts';
import { endTask } from './tasks.ts';

async function called(
  tool: string,
  options: OneNodeOptions = {},
): Promise<{ node: OneNode; call: LiveCall; task: string }> {
  const node = await oneNode(options);
  const caller = await node.task({ budgets: [{ name: 'calls', limit: 3 }] });
  const answer = await authorize(node.road, caller, toolCall(tool), understood);
  if (answer.outcome !== 'allow') throw new Error(answer.code);
  return { node, call: answer.call, task: caller.task };
}

const ok: Upshot = { status: 'ok', content: { text: 'hello' }, tookMs: 12.3456 };
const budgetOf = (node: OneNode, task: string) => node.road.sequencer.head.get(facets.budget(task, 'calls'));
const observationOf = async (node: OneNode) =>
  (await node.events()).find((event) => event.type === 'observation');

describe('a result', () => {
  test('is released once it is on record, with its label and what it said', async () => {
    const { node, call, task } = await called('web/fetch');
    call.release();
    const observed = await observe(node.road, call, ok);
    const event = await observationOf(node);
    expect(observed).toEqual({ released: true, transforms: [], observation: event?.id });
    expect(event).toMatchObject({ decision: call.decision, status: 'ok', tookMs: 12.346 });
    expect(event?.type === 'observation' && event.label).toEqual(call.entry.result);
    expect(node.road.sequencer.head.get(facets.labels(task))).toMatchObject({ integrity: 'untrusted' });
    expect(budgetOf(node, task)).toEqual({ limit: 3, reserved: 0, spent: 1 });
    expect(node.road.live.size()).toBe(0);
  });

  test.each<[shown: string, level: string]>([
    ['{"items":[{"id":1}]}', 'internal'],
    ['{"items":[{"id":1,"ssn":"078-05-1120"}]}', 'restricted'],
    ['one of them has 078-05-1120', 'restricted'],
  ])('moves the labels by the fields that are in it: %s', async (shown, level) => {
    verifies('labels.by-field');
    const { node, call, task } = await called('crm/read');
    call.release();
    const entry = {
      ...call.entry,
      result: { ...nothingRead, level: 'internal' as const },
      fields: [{ path: ['items', '*', 'ssn'], label: { ...nothingRead, level: 'restricted' as const } }],
    };
    const content = { content: [{ type: 'text', text: shown }] };
    await observe(node.road, { ...call, entry }, { status: 'ok', content, tookMs: 1 });
    expect(await observationOf(node)).toMatchObject({ label: { level } });
    expect(node.road.sequencer.head.get(facets.labels(task))).toMatchObject({ level });
  });

  test('is not released before it is durable', async () => {
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    const slow = { on: false };
    const around = (inner: Ledger): Ledger => ({
      ...inner,
      commit: async (units, timeoutMs) => {
        if (slow.on) await held;
        return inner.commit(units, timeoutMs);
      },
    });
    const { node, call } = await called('crm/read', { around });
    call.release();
    slow.on = true;
    let released = false;
    const done = observe(node.road, call, ok).then((observed) => {
      released = observed.released;
    });
    await settled();
    expect(released).toBe(false);
    go();
    await done;
    expect(released).toBe(true);
  });

  test('is withheld from a caller that lost its standing meanwhile', async () => {
    const { node, call, task } = await called('crm/read');
    call.release();
    await endTask(node.road, operator, task, 'x');
    expect(call.signal.aborted).toBe(true);
    expect(await observe(node.road, call, ok)).toEqual({ released: false, code: 'stopped' });
    expect(await observationOf(node)).toMatchObject({ status: 'withheld' });
  });

  test('is withheld although the loss is known only to another node', async () => {
    const { node, call, task } = await called('crm/read');
    const other = await oneNode({ name: 'n2', store: node.store });
    call.release();
    await endTask(other.road, operator, task, 'x');
    expect(call.signal.aborted).toBe(false);
    expect(await observe(node.road, call, ok)).toEqual({ released: false, code: 'stopped' });
  });

  test('that must not be shown is on record and kept back', async () => {
    const { node, call } = await called('crm/read');
    call.release();
    const observed = await observe(node.road, call, { status: 'withheld', detail: 'too large', tookMs: 1 });
    expect(observed).toEqual({ released: false, code: 'withheld' });
    expect(await observationOf(node)).toMatchObject({ status: 'withheld', detail: 'too large' });
  });

  test('comes once: a second one changes nothing', async () => {
    const { node, call, task } = await called('crm/read');
    call.release();
    await observe(node.road, call, ok);
    expect(await observe(node.road, call, ok)).toEqual({ released: false, code: 'already_closed' });
    expect(budgetOf(node, task)).toMatchObject({ spent: 1 });
  });

  test.each<[what: string, upshot: Upshot]>([
    ['a time that is no number', { ...ok, tookMs: Number.NaN }],
    ['a negative time', { ...ok, tookMs: -1 }],
  ])('with %s is not released and not on record', async (_what, upshot) => {
    const { node, call } = await called('crm/read');
    call.release();
    expect(await observe(node.road, call, upshot)).toEqual({ released: false, code: 'internal' });
    expect(await observationOf(node)).toBeUndefined();
    expect(node.road.live.size()).toBe(0);
  });

  test('is not released when the store fails, and the call stays open until somebody closes it', async () => {
    const broken = { on: false };
    const around = (inner: Ledger): Ledger => ({
      ...inner,
      commit: (units, timeoutMs) =>
        broken.on ? Promise.reject(new LedgerUnavailable('gone')) : inner.commit(units, timeoutMs),
    });
    const { node, call, task } = await called('crm/read', { around });
    call.release();
    broken.on = true;
    expect(await observe(node.road, call, ok)).toEqual({ released: false, code: 'store_unavailable' });
    expect(node.road.live.has(call.decision)).toBe(false);
    expect(budgetOf(node, task)).toMatchObject({ reserved: 1, spent: 0 });
  });
});

describe('a call that was not sent', () => {
  test('gives its budget back and has read nothing', async () => {
    const { node, call, task } = await called('web/fetch');
    node.clock.pass(2000);
    expect(call.release()).toBe('stale');
    await observe(node.road, call, { status: 'unreleased', tookMs: 0 });
    expect(budgetOf(node, task)).toEqual({ limit: 3, reserved: 0, spent: 0 });
    expect(node.road.sequencer.head.get(facets.labels(task))).toBeUndefined();
  });

  test('is one that may not be sent afterwards', async () => {
    const { node, call } = await called('web/fetch');
    await observe(node.road, call, { status: 'unreleased', tookMs: 0 });
    expect(call.release()).toBe('stopped');
  });

  test('is `ambiguous` when it was let go all the same', async () => {
    const { node, call, task } = await called('web/fetch');
    call.release();
    await observe(node.road, call, { status: 'unreleased', tookMs: 0 });
    expect(await observationOf(node)).toMatchObject({ status: 'ambiguous' });
    expect(budgetOf(node, task)).toEqual({ limit: 3, reserved: 0, spent: 1 });
  });
});
