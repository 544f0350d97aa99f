// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { verifies } from '../../test/requirements.ts';
import { type OneNode, oneNode, operator, toolCall } from '../../test/simulator/one-node.ts';
import { understood } from '../../test/simulator/rules.ts';
import type { Caller } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { authorize } from './authorize.ts';
import { declassify, endorse, labelsOfTask } from './labels.ts';
import { observe } from './observe.ts';

async function tainted(): Promise<{ node: OneNode; caller: Caller }> {
  const node = await oneNode();
  const caller = await node.task({});
  for (const name of ['crm/read', 'web/fetch']) await done(node, caller, name);
  return { node, caller };
}

async function done(node: OneNode, caller: Caller, name: string) {
  const answer = await authorize(node.road, caller, toolCall(name), understood);
  if (answer.outcome !== 'allow') return answer.outcome;
  answer.call.release();
  await observe(node.road, answer.call, { status: 'ok', content: { content: [] }, tookMs: 1 });
  return 'allow';
}

const labels = ({ road }: OneNode, { task }: Caller) => road.sequencer.head.get(facets.labels(task));

describe('what a task has read', () => {
  test('is vouched for by a person, with a reason on record, and what rests on it is decided on that', async () => {
    verifies('labels.lowered-by-people');
    const { node, caller } = await tainted();
    expect(await done(node, caller, 'bank/pay')).toBe('deny');
    const acted = await endorse(node.road, operator, { task: caller.task }, {}, 'it is our own page');
    expect(acted.ok).toBe(true);
    expect(labels(node, caller)).toMatchObject({ level: 'confidential', integrity: 'trusted', sources: [] });
    expect(await done(node, caller, 'bank/pay')).toBe('allow');
    const events = await node.events();
    const act = events.find(({ type }) => type === 'label.endorsed');
    expect(act).toMatchObject({
      of: { task: caller.task },
      author: operator.id,
      reason: 'it is our own page',
    });
    expect(events.find(({ id }) => acted.ok && id === acted.decision)).toMatchObject({
      type: 'decision',
      outcome: 'allow',
      request: { action: 'label.endorse', resource: { id: `task/${caller.task}` } },
    });
    const paid = events.findLast(({ type }) => type === 'decision');
    expect(paid?.reads[`task/${caller.task}/labels`]).toBe(act?.id);
  });

  test('is declassified as far as it is said, and no further', async () => {
    const { node, caller } = await tainted();
    await declassify(node.road, operator, { task: caller.task }, { level: 'internal' }, 'published');
    expect(labels(node, caller)).toMatchObject({
      level: 'internal',
      categories: ['pii'],
      integrity: 'untrusted',
    });
    await declassify(node.road, operator, { task: caller.task }, { categories: ['pii'] }, 'nobody is named');
    expect(labels(node, caller)).toMatchObject({ level: 'internal', categories: [], integrity: 'untrusted' });
    // What is read again is what it was.
    await done(node, caller, 'crm/read');
    expect(labelsOfTask(node.road.sequencer.head, caller.task)?.label).toMatchObject({
      level: 'confidential',
    });
  });

  test.each<
    [what: string, act: (node: OneNode, task: string) => Promise<{ readonly ok: boolean }>, code: string]
  >([
    ['of nobody', ({ road }) => endorse(road, operator, { task: 't-none' }, {}, 'x'), 'not_found'],
    [
      'of a source that was not read',
      ({ road }, task) => endorse(road, operator, { task }, { sources: ['mail/read'] }, 'x'),
      'not_possible',
    ],
    [
      'to a level that is no lower',
      ({ road }, task) => declassify(road, operator, { task }, { level: 'restricted' }, 'x'),
      'not_possible',
    ],
    [
      'of a store that nothing was written to',
      ({ road }) => endorse(road, operator, { store: 'crm', item: '*' }, {}, 'x'),
      'not_found',
    ],
  ])('%s: nothing is done, and no record says so', async (_what, act, code) => {
    const { node, caller } = await tainted();
    const before = (await node.events()).length;
    expect(await act(node, caller.task)).toMatchObject({ ok: false, code });
    expect(await node.events()).toHaveLength(before);
  });

  test('is lowered by nothing that an agent asks for', async () => {
    verifies('labels.lowered-by-people');
    const { node, caller } = await tainted();
    for (const method of ['label.endorse', 'label/endorse', 'countersign/label.endorse', 'tools/call']) {
      const proposal = {
        method,
        server: 'countersign',
        target: 'label.endorse',
        args: { task: caller.task },
      };
      expect(await authorize(node.road, caller, proposal, understood)).toMatchObject({
        code: 'unknown_target',
      });
    }
    expect(labels(node, caller)).toMatchObject({ integrity: 'untrusted' });
  });
});
