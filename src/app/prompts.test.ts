// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { verifies } from '../../test/requirements.ts';
import { type OneNode, oneNode, operator } from '../../test/simulator/one-node.ts';
import { policySet, publications } from '../../test/simulator/rules.ts';
import { maxPromptLength } from '../core/record/events/standing.ts';
import { facets } from '../core/state/facet.ts';
import { type PromptOrder, submitPrompt } from './prompts.ts';
import { revoke } from './revoke.ts';
import { endTask } from './tasks.ts';

const [plain] = publications;
if (plain === undefined) throw new Error('nothing to publish');

async function promptsOf(node: OneNode) {
  return (await node.events()).filter((event) => event.type === 'prompt.submitted');
}

async function textOf(node: OneNode, id: string, digest: string): Promise<string> {
  const entry = await node.ledger.find(id);
  const opened = await node.road.vault.open(digest, entry?.position ?? -1);
  return opened.ok ? opened.content : opened.reason;
}

const said = (task: string, more: Partial<PromptOrder> = {}): PromptOrder => ({
  task,
  channel: 'operator',
  text: 'refund ticket 42',
  ...more,
});

test('a prompt is on record with the decision that allowed it, its text beside it and its secrets replaced', async () => {
  verifies('prompt.arrives');
  const node = await oneNode();
  const { task } = await node.task({ onBehalfOf: 'alice' });
  expect(node.road.sequencer.head.get(facets.task(task))).toMatchObject({ hasPrompt: false });
  const secret = `ghp_${'a1B2'.repeat(10)}`;
  const done = await submitPrompt(node.road, operator, said(task, { text: `use ${secret} for it` }));
  const [prompt] = await promptsOf(node);
  expect(prompt).toMatchObject({ task, author: 'alice', channel: 'operator' });
  expect(node.road.sequencer.head.get(facets.task(task))).toMatchObject({ hasPrompt: true });

  const events = await node.events();
  expect(events.at(-2)).toMatchObject({
    type: 'decision',
    id: done.ok ? done.decision : '',
    outcome: 'allow',
    request: { action: 'prompt.submit', target: `task/${task}` },
  });
  expect(JSON.stringify(events)).not.toContain('for it');
  const kept = await textOf(node, prompt?.id ?? '', prompt?.text.digest ?? '');
  expect(kept).toMatch(/^\{"text":"use secret\(github_token, [0-9a-f]{32}\) for it"\}$/);
});

test('what an agent says of itself is kept and counts as no prompt', async () => {
  verifies('prompt.agent-claimed');
  const node = await oneNode();
  const { task, agent } = await node.task({ onBehalfOf: 'alice' });
  expect(await submitPrompt(node.road, operator, said(task, { channel: 'agent-claimed' }))).toMatchObject({
    ok: true,
  });
  expect(await promptsOf(node)).toMatchObject([{ author: agent, channel: 'agent-claimed' }]);
  expect(node.road.sequencer.head.get(facets.task(task))).toMatchObject({ hasPrompt: false });
});

test.each<
  [why: string, before: (node: OneNode, task: string) => unknown, more: Partial<PromptOrder>, code: string]
>([
  ['there is no such task', () => undefined, { task: 't-none' }, 'not_found'],
  ['the task has ended', (node, task) => endTask(node.road, operator, task, 'x'), {}, 'not_possible'],
  [
    'the task was revoked',
    (node, task) => revoke(node.road, operator, 'task', task, 'x'),
    {},
    'not_possible',
  ],
  ['the task has lived its time', (node) => node.clock.pass(3_600_000), {}, 'not_possible'],
  ['its key was erased', (node, task) => node.road.vault.erase(task), {}, 'not_possible'],
  ['it is too long', () => undefined, { text: 'x'.repeat(maxPromptLength + 1) }, 'not_possible'],
])('is refused and not kept where %s', async (_why, before, more, code) => {
  const node = await oneNode();
  const { task } = await node.task({ ttlMs: 3_600_000 });
  await before(node, task);
  expect(await submitPrompt(node.road, operator, said(task, more))).toMatchObject({ ok: false, code });
  expect(await promptsOf(node)).toEqual([]);
});

test('under a task whose parent is over there is none either', async () => {
  const node = await oneNode();
  const parent = await node.task();
  const child = await node.task({ parent: parent.task });
  await endTask(node.road, operator, parent.task, 'x');
  expect(await submitPrompt(node.road, operator, said(child.task))).toMatchObject({ code: 'not_possible' });
});

test('a policy may forbid it, and then it is refused on record', async () => {
  const closed = policySet('closed', [
    { id: 'operators', effect: 'permit', holds: () => true },
    { id: 'no-prompts', effect: 'forbid', holds: ({ action }) => action.id === 'prompt.submit' },
  ]);
  const node = await oneNode({ first: { ...plain, policies: closed } });
  const { task } = await node.task();
  expect(await submitPrompt(node.road, operator, said(task))).toMatchObject({
    ok: false,
    code: 'forbidden',
    policies: ['no-prompts'],
  });
  expect((await node.events()).at(-1)).toMatchObject({ type: 'decision', outcome: 'deny' });
  expect(await promptsOf(node)).toEqual([]);
});
