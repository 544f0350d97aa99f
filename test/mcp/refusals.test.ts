// SPDX-License-Identifier: Apache-2.0
/** What is refused, in which shape, in both eras, and that nothing of it reached the upstream. */
import { afterEach, describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type Fakes, fakeUpstreams, ok, text, tool } from './fake-upstream.ts';
import { permitAll, type Rig, startRig } from './rig.ts';
import { legacy, modern, type Wire } from './wire.ts';

const policies = `${permitAll}
@id("no-delete") @owner("tests") @reason("Deleting is for people.")
forbid (principal, action in Action::"destroy", resource);
@id("ask-to-pay") @owner("tests") @outcome("step_up") @approvers("finance") @quorum("1") @expires("15m")
@reason("Payments need finance.")
forbid (principal, action in Action::"value", resource);
@id("later") @owner("tests") @outcome("defer") @until("signal:change_window") @timeout("15m")
@reason("Deployments wait for the change window.")
forbid (principal, action in Action::"deploy", resource);
`;

let rig: Rig;
let upstreams: Fakes;

afterEach(() => rig.close());

async function start(): Promise<void> {
  const secret = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] };
  upstreams = fakeUpstreams({
    crm: {
      era: 'legacy',
      capabilities: { tools: {}, resources: {}, prompts: {} },
      tools: [tool('find', secret), tool('delete'), tool('pay'), tool('roll_out'), tool('fresh')],
      answer: ({ method }) => (method === 'tools/call' ? ok(text('found')) : ok({})),
    },
  });
  rig = await startRig({
    upstreams,
    policies,
    classes: { delete: 'delete', pay: 'pay', roll_out: 'deploy' },
    unaccepted: ['fresh'],
    catalogue: 'prompts: { "*": { class: delete, $harmless } }',
    // Whoever waits is answered at once.
    limits: { approvalHoldMs: 0 },
  });
}

type Ask = (method: string, params: { readonly [key: string]: unknown }) => Promise<Wire>;

const eras: readonly [era: string, asks: () => Promise<Ask>][] = [
  [
    'legacy',
    async () => {
      const client = await legacy(`${rig.url}/crm`, rig.token);
      return async (method, params) => (await client.request(method, params)).messages.at(-1) ?? {};
    },
  ],
  [
    'modern',
    async () => async (method, params) =>
      (await modern(`${rig.url}/crm`, rig.token, method, params)).messages.at(-1) ?? {},
  ],
];

const decisionKey = 'dev.countersign/decision';

describe.each(eras)('%s', (era, asks) => {
  test.each<[rule: string, name: string, outcome: string, code: string, said: RegExp]>([
    [
      'a final forbid',
      'delete',
      'deny',
      'forbidden',
      /Deleting is for people.*forbidden, decision d-.*no-delete/,
    ],
    [
      'an approval that is missing',
      'pay',
      'step_up',
      'pending_approval',
      /Payments need finance.*person's approval/,
    ],
    ['a time that has not come', 'roll_out', 'defer', 'deferred', /change window.*later/],
    ['arguments that do not fit', 'find', 'deny', 'invalid_arguments', /`id`.*Correct the arguments/s],
  ])('%s is a result that the model can read', async (_rule, name, outcome, code, said) => {
    verifies('road.denied-is-not-unknown');
    await start();
    const ask = await asks();
    const { result, error } = await ask('tools/call', { name, arguments: {} });
    expect(error).toBeUndefined();
    expect(result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: expect.stringMatching(said) }],
    });
    // Without it the SDK's client of the later era shows the model an error of its own instead.
    expect(result?.resultType).toBe(era === 'modern' ? 'complete' : undefined);
    // Clients of the later era take no result without its type.
    expect(result?.resultType).toBe(era === 'modern' ? 'complete' : undefined);
    const [decision] = await rig.decisions();
    expect(result?._meta).toEqual({
      [decisionKey]: {
        ...{ outcome, code, decision: decision?.id, policies: expect.any(Array) },
        ...(outcome === 'defer'
          ? {
              deferral: expect.stringMatching(/^w-/),
              deferralExpiresAt: expect.any(String),
              waitsFor: ['signal:change_window'],
            }
          : {}),
      },
    });
    expect(decision).toMatchObject({
      outcome,
      code,
      request: { method: 'tools/call', server: 'crm', target: name },
    });
    expect(upstreams.calls()).toEqual([]);
  });

  test('what is allowed carries no decision and nothing that an upstream says in our name', async () => {
    await start();
    const ask = await asks();
    const { result } = await ask('tools/call', { name: 'find', arguments: { id: 1 } });
    expect(result?.content).toEqual([{ type: 'text', text: 'found' }]);
    expect(result?._meta).toBeUndefined();
  });

  test.each([
    ['nobody has accepted', 'fresh'],
    ['does not exist', 'nowhere'],
    ['is called like something inherited', 'constructor'],
  ])('a tool that %s is unknown, which is not the same as denied, and is on record', async (_rule, name) => {
    await start();
    const ask = await asks();
    const { error, result } = await ask('tools/call', { name, arguments: {} });
    expect(result).toBeUndefined();
    expect(error).toMatchObject({ code: -32602, data: { outcome: 'deny', code: 'unknown_target' } });
    const [decision] = await rig.decisions();
    expect(decision).toMatchObject({ code: 'unknown_target', request: { target: name } });
    expect(upstreams.calls()).toEqual([]);
  });

  test('other methods are refused by an error with the same data', async () => {
    await start();
    const ask = await asks();
    const { error } = await ask('prompts/get', { name: 'anything' });
    expect(error).toMatchObject({
      code: -32001,
      message: expect.stringContaining('Deleting is for people'),
      data: { outcome: 'deny', code: 'forbidden', policies: ['no-delete'] },
    });
    expect(upstreams.calls()).toEqual([]);
  });

  test('a resource that is not in the catalogue is unknown by its URI', async () => {
    await start();
    const ask = await asks();
    const { error } = await ask('resources/read', { uri: 'file:///etc/passwd' });
    expect(error).toMatchObject({
      code: -32602,
      data: { uri: 'file:///etc/passwd', code: 'unknown_target' },
    });
    expect(upstreams.calls()).toEqual([]);
  });

  test('a method that nobody has thought about is unknown and on record', async () => {
    await start();
    const ask = await asks();
    verifies('road.unknown-means-deny');
    const { error } = await ask('tools/obliterate', { name: 'find' });
    expect(error).toMatchObject({ code: -32601, data: { code: 'unknown_target' } });
    expect((await rig.decisions())[0]).toMatchObject({ request: { method: 'tools/obliterate' } });
    expect(upstreams.calls()).toEqual([]);
  });

  test('who lost its standing is told so, by a result', async () => {
    await start();
    const ask = await asks();
    // Its token is known by now, so that nothing but the road can stop it.
    await ask('tools/list', {});
    await rig.endTask();
    const { result } = await ask('tools/call', { name: 'find', arguments: { id: 1 } });
    expect(result).toMatchObject({ isError: true, _meta: { [decisionKey]: { code: 'task_ended' } } });
    expect(upstreams.calls()).toEqual([]);
  });

  test('what is denied for every argument is not listed, nor is what nobody accepted', async () => {
    await start();
    const ask = await asks();
    const { result } = await ask('tools/list', {});
    const shown = ['find', 'pay', 'roll_out'].map((name) => expect.objectContaining({ name }));
    expect(result?.tools).toEqual(shown);
  });
});

test('no argument makes a tool another resource than the catalogue says', async () => {
  const forbid = '@id("no-find") @owner("t") forbid (principal, action, resource == Tool::"crm/find");';
  const find = tool('find', { type: 'object', properties: { uri: { type: 'string' } } });
  upstreams = fakeUpstreams({
    crm: { era: 'legacy', tools: [find], answer: () => ok(text('found')) },
  });
  rig = await startRig({ upstreams, policies: `${permitAll}${forbid}` });
  for (const args of [{}, { uri: 'other' }]) {
    const asked = { name: 'find', arguments: args };
    const { messages } = await modern(`${rig.url}/crm`, rig.token, 'tools/call', asked);
    expect(messages.at(-1)?.result?._meta).toMatchObject({ [decisionKey]: { code: 'forbidden' } });
  }
  expect(upstreams.calls()).toEqual([]);
});
