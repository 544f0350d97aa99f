// SPDX-License-Identifier: Apache-2.0
/** What upstreams ask of clients, in every pairing of eras: decided before it is seen, observed before it is told. */
import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json/value.ts';
import { facets } from '../../src/core/state/facet.ts';
import type { PeerAnswer } from '../../src/edges/mcp/upstream/link.ts';
import { everyMethod } from '../builders/methods.ts';
import { type FakeServer, type Fakes, fakeUpstreams, ok, type Sent, text, tool } from './fake-upstream.ts';
import { permitAll, type Rig, type RigOptions, startRig } from './rig.ts';
import { type LegacyClient, legacy, modern, send, type Wire } from './wire.ts';

let rig: Rig;
let upstreams: Fakes;

afterEach(() => rig.close());

const noSampling = `${permitAll}
@id("no-sampling") @owner("t") @reason("Servers may not use the model.")
forbid (principal, action in Action::"sampling/createMessage", resource);`;

async function start(server: Omit<FakeServer, 'tools'>, options: Partial<RigOptions> = {}): Promise<void> {
  upstreams = fakeUpstreams({ crm: { ...server, tools: [tool('ask')] } });
  rig = await startRig({ upstreams, catalogue: everyMethod('$harmless'), ...options });
}

const elicitation = { message: 'Name?', requestedSchema: { type: 'object', properties: {} } };
const sampling = { messages: [], maxTokens: 10 };
const given = { action: 'accept', content: { name: 'Ada' } };

/** A legacy upstream whose tool asks one question after the other and says what it was told. */
const asking = (...questions: readonly (readonly [method: string, params: JsonObject])[]) => ({
  era: 'legacy' as const,
  async answer({ outgoing }: Sent) {
    const told: PeerAnswer[] = [];
    for (const [method, params] of questions) told.push(await outgoing.onRequest(method, params));
    return ok(text(JSON.stringify(told)));
  },
});

const said = (message: Wire | undefined): unknown => {
  const [block] = (message?.result?.content ?? []) as readonly { readonly text: string }[];
  return JSON.parse(block?.text ?? 'null');
};

const decisions = async () =>
  (await rig.decisions()).map(({ request, outcome }) => `${request.method} ${outcome}`);

describe('a legacy client and a legacy upstream', () => {
  const answering = async (client: LegacyClient, answer: object): Promise<readonly Wire[]> => {
    const { messages } = await client.request(
      'tools/call',
      { name: 'ask' },
      {
        onMessage: ({ id, method }) => {
          if (method !== undefined && id !== undefined) void client.post({ jsonrpc: '2.0', id, ...answer });
        },
      },
    );
    return messages;
  };

  test('a question that says more than the task has read is observed before it is seen', async () => {
    await start(asking(['elicitation/create', elicitation], ['elicitation/create', elicitation]), {
      catalogue:
        'methods: { elicitation/create: { class: read, result: { level: confidential, integrity: untrusted } } }',
    });
    const labels: unknown[] = [];
    const client = await legacy(`${rig.url}/crm`, rig.token);
    await client.request(
      'tools/call',
      { name: 'ask' },
      {
        onMessage: async ({ id, method }) => {
          if (method === undefined || id === undefined) return;
          labels.push(rig.road.sequencer.head.get(facets.labels(rig.caller.task))?.level);
          await client.post({ jsonrpc: '2.0', id, result: given });
        },
      },
    );
    expect(labels).toEqual(['confidential', 'confidential']);
    expect(await decisions()).toEqual([
      'tools/call allow',
      'elicitation/create allow',
      'elicitation/create allow',
      'elicitation/create allow',
    ]);
  });

  test('the question comes on the stream of the call, the answer by a request of its own', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const messages = await answering(await legacy(`${rig.url}/crm`, rig.token), { result: given });
    expect(messages[0]).toMatchObject({ method: 'elicitation/create', params: elicitation });
    expect(said(messages.at(-1))).toEqual([{ result: given }]);
    expect(await decisions()).toEqual(['tools/call allow', 'elicitation/create allow']);
    expect((await rig.observations()).map(({ status }) => status)).toEqual(['ok', 'ok']);
  });

  test('the client’s error is the upstream’s', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const error = { code: -1, message: 'the user went away' };
    const messages = await answering(await legacy(`${rig.url}/crm`, rig.token), { error });
    expect(said(messages.at(-1))).toEqual([{ error }]);
  });

  test('what policy forbids never reaches the client, and the upstream learns that it was refused', async () => {
    await start(asking(['sampling/createMessage', sampling]), { policies: noSampling });
    const messages = await answering(await legacy(`${rig.url}/crm`, rig.token), { result: {} });
    expect(messages.some(({ method }) => method !== undefined)).toBe(false);
    expect(said(messages.at(-1))).toMatchObject([
      { error: { code: -32001, data: { code: 'forbidden', policies: ['no-sampling'] } } },
    ]);
    expect(await decisions()).toEqual(['tools/call allow', 'sampling/createMessage deny']);
  });

  test.each([
    ['what the client did not say that it can do', 'roots/list'],
    ['what no server may ask', 'tools/call'],
    ['what nobody knows', 'host/execute'],
  ])('%s is not asked', async (_rule, method) => {
    await start(asking([method, {}]));
    const messages = await answering(await legacy(`${rig.url}/crm`, rig.token), { result: {} });
    expect(messages.some((message) => message.method !== undefined)).toBe(false);
    expect(said(messages.at(-1))).toMatchObject([{ error: { code: -32601 } }]);
  });

  test('there is an end to what one call may ask', async () => {
    await start(asking(...Array.from({ length: 5 }, () => ['elicitation/create', elicitation] as const)), {
      limits: { maxAsksPerCall: 3 },
    });
    const messages = await answering(await legacy(`${rig.url}/crm`, rig.token), { result: given });
    expect(messages.filter(({ method }) => method === 'elicitation/create').length).toBe(3);
    expect(said(messages.at(-1))).toMatchObject([
      ...Array.from({ length: 3 }, () => ({ result: given })),
      ...Array.from({ length: 2 }, () => ({ error: { data: { code: 'too_many_questions' } } })),
    ]);
    expect((await rig.decisions()).length).toBe(4);
  });

  test('a call that ends takes its question back', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const heard: Wire[] = [];
    const answer = client.request(
      'tools/call',
      { name: 'ask' },
      { onMessage: (message) => heard.push(message) },
    );
    await expect.poll(() => heard.length).toBe(1);
    await rig.revokeSession();
    const { messages } = await answer;
    expect(messages).toMatchObject([
      { method: 'elicitation/create' },
      { method: 'notifications/cancelled', params: { requestId: heard[0]?.id } },
      { result: { isError: true } },
    ]);
  });
});

test.each<[client: string, call: () => Promise<readonly Wire[]>]>([
  [
    'legacy',
    async () =>
      (await (await legacy(`${rig.url}/crm`, rig.token)).request('tools/call', { name: 'ask' })).messages,
  ],
  ['modern', async () => (await modern(`${rig.url}/crm`, rig.token, 'tools/call', { name: 'ask' })).messages],
])('a question to a %s client ends with the call that it was asked for', async (era, call) => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  await start({
    era: 'legacy',
    async answer({ outgoing }) {
      void outgoing.onRequest('elicitation/create', elicitation);
      if (era === 'modern') await ended;
      else await new Promise((resolve) => setTimeout(resolve, 50));
      return { kind: 'failed', reason: 'timeout', sent: true };
    },
  });
  const messages = await call();
  end();
  if (era === 'legacy') expect(messages.at(-1)?.error?.data).toMatchObject({ code: 'upstream_timeout' });
  await expect
    .poll(async () => (await rig.observations()).map(({ status }) => status))
    .toEqual(['ambiguous', 'ambiguous']);
});

describe('a modern client and a legacy upstream', () => {
  const ask = (params: JsonObject = {}, token = rig.token) =>
    modern(`${rig.url}/crm`, token, 'tools/call', { name: 'ask', ...params });
  const round = async (params: JsonObject = {}) => {
    const { messages } = await ask(params);
    const result = messages.at(-1)?.result as {
      readonly inputRequests: JsonObject;
      readonly requestState: string;
      readonly resultType: string;
    };
    return result;
  };

  test('the call waits upstream while the client is asked in rounds', async () => {
    await start(asking(['elicitation/create', elicitation], ['sampling/createMessage', sampling]));
    const first = await round();
    expect(first).toMatchObject({
      resultType: 'input_required',
      inputRequests: { 'ask-1': { method: 'elicitation/create', params: elicitation } },
    });
    const second = await round({ requestState: first.requestState, inputResponses: { 'ask-1': given } });
    expect(second.inputRequests).toEqual({ 'ask-2': { method: 'sampling/createMessage', params: sampling } });
    expect(second.requestState).not.toBe(first.requestState);
    const { messages } = await ask({
      requestState: second.requestState,
      inputResponses: { 'ask-2': { model: 'm' } },
    });
    expect(messages.at(-1)?.result).toMatchObject({ resultType: 'complete' });
    expect(said(messages.at(-1))).toEqual([{ result: given }, { result: { model: 'm' } }]);
    expect(upstreams.calls().length).toBe(1);
    expect(await decisions()).toEqual([
      'tools/call allow',
      'elicitation/create allow',
      'sampling/createMessage allow',
    ]);
    expect((await rig.observations()).map(({ status }) => status)).toEqual(['ok', 'ok', 'ok']);
  });

  test('an answer to nothing that was asked asks again', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const first = await round();
    const second = await round({ requestState: first.requestState, inputResponses: { other: given } });
    expect(second).toMatchObject({ resultType: 'input_required', inputRequests: first.inputRequests });
    expect(second.requestState).not.toBe(first.requestState);
  });

  test.each<[rule: string, break_: (state: string) => JsonObject]>([
    ['an altered state', (state) => ({ requestState: `${state}x` })],
    ['a state with another round', (state) => ({ requestState: state.replace('.1.', '.2.') })],
    ['a state without its seal', (state) => ({ requestState: state.slice(0, state.lastIndexOf('.') + 1) })],
    ['other arguments', (state) => ({ requestState: state, arguments: { q: 'other' } })],
    ['an answer that is no object', (state) => ({ requestState: state, inputResponses: { 'ask-1': 'Ada' } })],
  ])('%s finds nothing, and the call still waits', async (_rule, broken) => {
    await start(asking(['elicitation/create', elicitation]));
    const { requestState } = await round();
    const { messages } = await ask({ inputResponses: { 'ask-1': given }, ...broken(requestState) });
    expect(messages[0]?.error?.code).toBe(-32602);
    const { messages: good } = await ask({ requestState, inputResponses: { 'ask-1': given } });
    expect(said(good.at(-1))).toEqual([{ result: given }]);
  });

  test('nor does somebody else’s', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const { requestState } = await round();
    const { token } = await rig.anotherToken();
    const { messages } = await ask({ requestState, inputResponses: { 'ask-1': given } }, token);
    expect(messages[0]?.error).toMatchObject({ code: -32602, data: { code: 'unknown_request_state' } });
  });

  test('a client that does not say who it is is still introduced', async () => {
    await start(asking());
    const meta = { 'io.modelcontextprotocol/clientInfo': undefined };
    await modern(`${rig.url}/crm`, rig.token, 'tools/call', { name: 'ask' }, { meta });
    expect(upstreams.owners.at(-1)?.clientInfo).toEqual({ name: 'unknown', version: '0' });
  });

  test('a state is good once', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const { requestState } = await round();
    const answer = { requestState, inputResponses: { 'ask-1': given } };
    await ask(answer);
    expect((await ask(answer)).messages[0]?.error?.code).toBe(-32602);
  });

  test('a revocation while it waits ends the call, and the answer comes too late', async () => {
    await start(asking(['elicitation/create', elicitation]));
    const { requestState } = await round();
    await rig.revokeSession();
    await expect.poll(async () => (await rig.observations()).length).toBe(2);
    const { messages } = await ask({ requestState, inputResponses: { 'ask-1': given } });
    expect(messages[0]?.result ?? messages[0]?.error).toMatchObject(
      messages[0]?.result === undefined ? { code: -32602 } : { isError: true },
    );
  });

  test('log text comes only to who asked for it', async () => {
    await start({
      era: 'legacy',
      answer: ({ outgoing }) => {
        for (const level of ['debug', 'warning'])
          outgoing.onNotification('notifications/message', { level, data: level });
        return ok(text('x'));
      },
    });
    expect((await ask()).messages.length).toBe(1);
    const meta = { 'io.modelcontextprotocol/logLevel': 'info' };
    const { messages } = await modern(`${rig.url}/crm`, rig.token, 'tools/call', { name: 'ask' }, { meta });
    expect(messages.map(({ params }) => params?.level)).toEqual(['warning', undefined]);
  });
});

/** A modern upstream that asks once and then says what it was given. */
const askingInRounds = (inputRequests: JsonObject) => ({
  era: 'modern' as const,
  answer: ({ params }: Sent) =>
    params.inputResponses === undefined
      ? ok({ resultType: 'input_required', inputRequests, requestState: 'theirs' })
      : ok({ resultType: 'complete', ...text(JSON.stringify([params.inputResponses, params.requestState])) }),
});

const both = {
  name: { method: 'elicitation/create', params: elicitation },
  model: { method: 'sampling/createMessage', params: sampling },
};

describe('a modern client and a modern upstream', () => {
  const ask = (params: JsonObject = {}) =>
    modern(`${rig.url}/crm`, rig.token, 'tools/call', { name: 'ask', ...params });

  test('rounds pass through, each question decided', async () => {
    await start(askingInRounds(both));
    const { messages } = await ask();
    expect(messages[0]?.result).toEqual({
      resultType: 'input_required',
      inputRequests: both,
      requestState: 'theirs',
    });
    expect(await decisions()).toEqual([
      'tools/call allow',
      'elicitation/create allow',
      'sampling/createMessage allow',
    ]);
    const inputResponses = { name: given, model: { model: 'm' } };
    const second = await ask({ inputResponses, requestState: 'theirs' });
    expect(said(second.messages[0])).toEqual([inputResponses, 'theirs']);
  });

  test('one that is denied takes the whole round with it', async () => {
    await start(askingInRounds(both), { policies: noSampling });
    const { messages } = await ask();
    expect(messages[0]?.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Servers may not use the model') }],
      _meta: { 'dev.countersign/decision': { code: 'forbidden', policies: ['no-sampling'] } },
    });
    expect(JSON.stringify(messages)).not.toContain('Name?');
  });

  test.each<[rule: string, result: JsonObject]>([
    [
      'a question that nobody knows',
      { resultType: 'input_required', inputRequests: { a: { method: 'host/execute' } } },
    ],
    ['questions that are none', { resultType: 'input_required', inputRequests: [] }],
    ['a type of result that nobody knows', { resultType: 'task', task: {} }],
  ])('%s is withheld', async (_rule, result) => {
    await start({ era: 'modern', answer: () => ok(result) });
    const { messages } = await ask();
    expect(messages[0]?.error?.data).toMatchObject({ code: 'result_invalid' });
    expect(await rig.observations()).toMatchObject([{ status: 'withheld' }]);
  });

  test('the upstream hears of the client’s own abilities', async () => {
    await start({ era: 'modern' });
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { sampling: {} } };
    await modern(`${rig.url}/crm`, rig.token, 'tools/call', { name: 'ask' }, { meta });
    expect(upstreams.calls()[0]?.params._meta).toEqual({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { sampling: {} },
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    });
  });
});

describe('a legacy client and a modern upstream', () => {
  const call = async (answers: Readonly<Record<string, object>>) => {
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const { messages } = await client.request(
      'tools/call',
      { name: 'ask' },
      {
        onMessage: ({ id, method }) => {
          if (method !== undefined && id !== undefined)
            void client.post({ jsonrpc: '2.0', id, ...answers[method] });
        },
      },
    );
    return messages.at(-1);
  };

  test('the questions are put to the client, and the request is made again, decided again', async () => {
    await start(askingInRounds(both));
    const last = await call({
      'elicitation/create': { result: given },
      'sampling/createMessage': { result: { model: 'm' } },
    });
    expect(said(last)).toEqual([{ name: given, model: { model: 'm' } }, 'theirs']);
    expect(last?.result).not.toHaveProperty('resultType');
    const made = await decisions();
    expect(made.filter((line) => line === 'tools/call allow').length).toBe(2);
    expect(made.length).toBe(4);
    expect((await rig.observations()).length).toBe(4);
  });

  test('without an answer there is no second round', async () => {
    await start(askingInRounds(both));
    const last = await call({
      'elicitation/create': { error: { code: -1, message: 'no' } },
      'sampling/createMessage': { result: {} },
    });
    expect(last?.error?.data).toEqual({ code: 'input_not_given' });
    expect(upstreams.calls().length).toBe(1);
  });

  test('rounds have an end', async () => {
    await start(
      {
        era: 'modern',
        answer: () => ok({ resultType: 'input_required', inputRequests: {}, requestState: 'x' }),
      },
      { limits: { maxRounds: 3 } },
    );
    expect((await call({}))?.error?.data).toEqual({ code: 'too_many_rounds' });
    expect(upstreams.calls().length).toBe(3);
  });
});

describe('listening', () => {
  const listen = async (notifications: object, meta = {}) => {
    const heard: Wire[] = [];
    const leaving = new AbortController();
    void modern(
      `${rig.url}/crm`,
      rig.token,
      'subscriptions/listen',
      { notifications },
      {
        id: 'mine',
        meta,
        signal: leaving.signal,
        onMessage: (message) => heard.push(message),
      },
    ).catch(() => undefined);
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    return { heard, leave: () => leaving.abort() };
  };
  const subscriptionId = 'io.modelcontextprotocol/subscriptionId';

  test('acknowledged first, filtered, and stamped with the client’s own id', async () => {
    await start({ era: 'legacy', capabilities: { tools: {}, prompts: {} } });
    const { heard, leave } = await listen({ toolsListChanged: true, promptsListChanged: false });
    expect(heard).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/subscriptions/acknowledged',
        params: { notifications: { toolsListChanged: true }, _meta: { [subscriptionId]: 'mine' } },
      },
    ]);
    upstreams.tell('crm', 'notifications/prompts/list_changed', {});
    upstreams.tell('crm', 'notifications/message', { level: 'error', data: 'x' });
    upstreams.tell('crm', 'notifications/tools/list_changed', { evil: 1 });
    await expect.poll(() => heard.length).toBe(2);
    expect(heard[1]).toMatchObject({
      method: 'notifications/tools/list_changed',
      params: { _meta: { [subscriptionId]: 'mine' } },
    });
    expect(JSON.stringify(heard)).not.toContain('evil');
    leave();
  });

  test('each resource is decided; what was not allowed is missing from what was agreed', async () => {
    await start(
      { era: 'legacy', capabilities: { resources: { subscribe: true } } },
      {
        policies: `${permitAll}
@id("no-b") @owner("t") forbid (principal, action in Action::"resources/subscribe", resource == McpTarget::"crm/x:b");`,
      },
    );
    const { heard, leave } = await listen({ resourceSubscriptions: ['x:a', 'x:b'] });
    expect(heard[0]?.params?.notifications).toEqual({ resourceSubscriptions: ['x:a'] });
    expect(upstreams.calls().map(({ params }) => params.uri)).toEqual(['x:a']);
    upstreams.tell('crm', 'notifications/resources/updated', { uri: 'x:b' });
    upstreams.tell('crm', 'notifications/resources/updated', { uri: 'x:a' });
    await expect.poll(() => heard.length).toBe(2);
    expect(heard[1]?.params).toEqual({ uri: 'x:a', _meta: { [subscriptionId]: 'mine' } });
    leave();
  });

  test('the stream ends with a result when the gateway closes', async () => {
    await start({ era: 'legacy' });
    const { heard } = await listen({ toolsListChanged: true });
    await rig.gateway.close(10);
    await expect.poll(() => heard.length).toBe(2);
    expect(heard[1]).toMatchObject({
      id: 'mine',
      result: { resultType: 'complete', _meta: { [subscriptionId]: 'mine' } },
    });
  });

  test('a client of the era before subscribes at a server of this one', async () => {
    await start({ era: 'modern', capabilities: { resources: { subscribe: true, listChanged: true } } });
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const { heard, leave } = client.listen();
    const listening = () => upstreams.sent.filter(({ method }) => method === 'subscriptions/listen');
    const subscribed = await client.request('resources/subscribe', { uri: 'x:a' });
    expect(subscribed.messages.at(-1)?.result).toEqual({});
    expect(listening().map(({ params }) => params.notifications)).toEqual([
      { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true },
      { resourceSubscriptions: ['x:a'] },
    ]);
    upstreams.tell('crm', 'notifications/resources/updated', { uri: 'x:a' });
    await expect.poll(() => heard.map(({ params }) => params?.uri)).toContain('x:a');

    await client.request('resources/unsubscribe', { uri: 'x:a' });
    expect(listening().map(({ outgoing }) => outgoing.signal.aborted)).toEqual([false, true]);
    expect((await rig.decisions()).map(({ request, outcome }) => [request.method, outcome])).toEqual([
      ['resources/subscribe', 'allow'],
      ['resources/unsubscribe', 'allow'],
    ]);
    await client.post({}, { method: 'DELETE' });
    expect(listening()[0]?.outgoing.signal.aborted).toBe(true);
    leave();
  });

  test('a subscription that is denied opens nothing', async () => {
    await start(
      { era: 'modern', capabilities: { resources: { subscribe: true } } },
      {
        policies: `${permitAll}\n@id("no") @owner("t") forbid (principal, action in Action::"resources/subscribe", resource);`,
      },
    );
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const { messages } = await client.request('resources/subscribe', { uri: 'x:a' });
    expect(messages.at(-1)?.error).toMatchObject({ code: -32001, data: { code: 'forbidden' } });
    expect(upstreams.sent.filter(({ params }) => JSON.stringify(params).includes('x:a'))).toEqual([]);
  });

  test('there is an end to how many one caller may have', async () => {
    await start({ era: 'legacy' }, { limits: { maxListenersPerCaller: 1 } });
    const { leave } = await listen({ toolsListChanged: true });
    const { messages } = await modern(`${rig.url}/crm`, rig.token, 'subscriptions/listen', {
      notifications: {},
    });
    expect(messages[0]?.error?.data).toEqual({ code: 'too_many_listeners' });
    leave();
  });
});

test('several upstreams are one list, each by its prefix, and one that is down takes nothing with it', async () => {
  const resources = [{ uri: 'x:1', name: 'one', evil: 1 }];
  const lists = { 'resources/list': resources };
  const servers: Record<string, FakeServer> = {
    crm: { era: 'legacy', tools: [tool('find')], capabilities: { tools: {}, resources: {} }, lists },
    mail: {
      era: 'modern',
      tools: [tool('find')],
      capabilities: { tools: {}, resources: {} },
      lists,
      answer: ({ method }) =>
        ok(
          method === 'resources/read'
            ? { contents: [{ uri: 'x:1', text: 'a' }] }
            : { content: [{ type: 'resource_link', uri: 'x:1', name: 'n' }] },
        ),
    },
    down: { era: 'legacy', tools: [tool('find')] },
  };
  upstreams = fakeUpstreams(servers);
  rig = await startRig({ upstreams, catalogue: 'resources: { "x:": { class: read, $harmless } }' });
  if (servers.down !== undefined) servers.down.isDown = true;

  const ask = async (method: string, params = {}) =>
    (await modern(rig.url, rig.token, method, params)).messages.at(-1);
  expect(await ask('tools/list')).toMatchObject({
    result: { tools: [{ name: 'crm__find' }, { name: 'mail__find' }] },
  });
  expect((await ask('resources/list'))?.result?.resources).toEqual([
    { uri: 'crm+x:1', name: 'one' },
    { uri: 'mail+x:1', name: 'one' },
  ]);
  expect((await ask('prompts/list'))?.error?.code).toBe(-32601);
  expect((await ask('resources/read', { uri: 'mail+x:1' }))?.result?.contents).toEqual([
    { uri: 'mail+x:1', text: 'a' },
  ]);
  expect((await ask('tools/call', { name: 'mail__find' }))?.result?.content).toEqual([
    { type: 'resource_link', uri: 'mail+x:1', name: 'n' },
  ]);
  expect((await ask('tools/call', { name: 'down__find' }))?.error?.data).toEqual({
    code: 'upstream_unreachable',
  });
  expect((await ask('tools/call', { name: 'find' }))?.error?.data).toMatchObject({ code: 'unknown_target' });
  const direct = await send(`${rig.url}/down`, {
    token: rig.token,
    body: { jsonrpc: '2.0', id: 1, method: 'ping' },
  });
  expect(direct.status).toBe(400);
});
