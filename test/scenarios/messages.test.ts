// SPDX-License-Identifier: Apache-2.0
// People are told by the real daemon: over its restarts and its death, with secrets that are nowhere else, and with
// targets that it refuses to have.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { modern } from '../mcp/wire.ts';
import { type Receiver, startReceiver } from '../messages/receiver.fixture.ts';
import { verifies } from '../requirements.ts';
import { type Accounting, openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from './daemon-process.fixture.ts';

const secret = `whsec_${Buffer.alloc(32, 6).toString('base64')}`;
const slackPath = '/services/T000/B000/s3cret-slack-path';
const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("us") @expires("1h")
@reason("Payments are looked at.")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
`;
const approvers = `people: { ana: { operators: ["local:${process.getuid?.() ?? 0}"] } }
groups: { us: [ana] }
`;
const catalogue = {
  acc: 'stateless: true\ntools:\n  pay: { class: pay, args: { id: destination }, result: { level: public, integrity: trusted } }',
};

let acc: Accounting;
let pager: Receiver;
let slack: Receiver;
let daemon: DaemonProcess;

beforeAll(async () => {
  acc = openAccounting([tool('pay')]);
  pager = await startReceiver(secret);
  slack = await startReceiver(secret);
  const messages = join(acc.dir, 'messages.yaml');
  writeFileSync(join(acc.dir, 'pager.secret'), `${secret}\n`, { mode: 0o600 });
  writeFileSync(
    messages,
    `targets:
  pager: { kind: webhook, url: "${pager.url}/hook", secret: { file: pager.secret } }
  team: { kind: slack, url: { env: SLACK_URL }, events: [approval.requested] }
`,
  );
  daemon = await runDaemon({
    ...{ mcpServers: { acc: acc.server }, policies, approvers, catalogue },
    flags: ['--approval-hold', '0', '--messages', messages],
    env: { SLACK_URL: `${slack.url}${slackPath}` },
  });
  await daemon.accept('acc');
}, 120_000);

afterAll(async () => {
  for (const one of [daemon, pager, slack]) await one?.[Symbol.asyncDispose]();
  acc?.remove();
});

/** @returns the request */
async function pay(id: string, by = daemon): Promise<string> {
  const { token } = await by.task({ agent: `a-${pager.got.length}`, onBehalfOf: 'ana' });
  const params = { name: 'acc__pay', arguments: { id } };
  const { messages } = await modern(by.url, token, 'tools/call', params, {
    headers: { 'mcp-name': 'acc__pay' },
  });
  const approval = /approval (a-[0-9a-z]+)/.exec(JSON.stringify(messages))?.[1];
  if (approval === undefined) throw new Error(`nobody is asked: ${JSON.stringify(messages)}`);
  return approval;
}

const told = (receiver: Receiver, approval: string) =>
  receiver.got.filter(({ raw }) => raw.includes(approval));

test('a request is told to both, each in its own way, and the answer to who wants it', async () => {
  verifies('messages.arrive', 'messages.signed', 'messages.say-little');
  const approval = await pay('<!channel> <https://evil.example|the desk>');
  await vi.waitFor(
    () => expect([told(pager, approval).length, told(slack, approval).length]).toEqual([1, 1]),
    20_000,
  );
  expect(told(pager, approval)[0]).toMatchObject({
    wrong: '',
    path: '/hook',
    body: { type: 'approval.requested', data: { chain: ['ana', expect.any(String)] } },
  });
  const [message] = told(slack, approval);
  expect(message).toMatchObject({
    path: slackPath,
    body: { text: `A request waits for people: ${approval}` },
  });
  expect(message?.raw).not.toMatch(/[<>]|mrkdwn/);
  expect(message?.raw).toContain('&lt;!channel&gt;');

  const ran = await daemon.cli('approvals', 'approve', approval, '--as', 'ana', '--yes');
  expect(ran, ran.err).toMatchObject({ code: 0 });
  await vi.waitFor(() => expect(told(pager, approval)).toHaveLength(2), 20_000);
  expect(told(pager, approval)[1]).toMatchObject({
    wrong: '',
    body: { type: 'approval.decided', data: { status: 'approved', person: 'ana', verdict: 'approve' } },
  });
  expect(told(slack, approval)).toHaveLength(1);
}, 120_000);

test('a daemon that is killed between the request and its delivery tells it after its next start', async () => {
  verifies('messages.arrive');
  await pager.down();
  const approval = await pay('killed');
  await vi.waitFor(() => expect(told(slack, approval)).toHaveLength(1), 20_000);
  expect((await daemon.cli('doctor')).out).toMatch(/warning +messages_failing: .*pager/);
  await daemon.stop('SIGKILL');
  await pager.up();
  await daemon.start();
  await vi.waitFor(() => expect(told(pager, approval)).toHaveLength(1), 20_000);
  expect(told(pager, approval)[0]?.wrong).toBe('');
  // Whom it had told before it died it does not tell again.
  await vi.waitFor(async () => {
    const { body } = await daemon.control.call('GET', '/v1/messages');
    expect(body.targets.map(({ waiting }: { waiting: number }) => waiting)).toEqual([0, 0]);
  }, 20_000);
  expect(told(slack, approval)).toHaveLength(1);
  expect((await daemon.cli('doctor')).out).not.toContain('messages_failing');
}, 120_000);

test('`messages ls` and `messages test` say how it goes', async () => {
  const listed = await daemon.cli('messages', 'ls');
  expect(listed.out).toMatch(/^pager {2}webhook http:\/\/127\.0\.0\.1:\d+ {2}last told 2.*\nteam {2}slack /);
  const before = pager.got.length;
  expect(await daemon.cli('messages', 'test', 'pager')).toMatchObject({
    code: 0,
    out: 'pager has it: 204\n',
  });
  expect(pager.got.slice(before)).toMatchObject([{ wrong: '', body: { type: 'message.test' } }]);
  pager.answer((res) => void res.writeHead(403).end());
  expect(await daemon.cli('messages', 'test', 'pager')).toMatchObject({
    code: 2,
    out: 'pager does not have it: failed 403\n',
  });
  pager.answer((res) => void res.writeHead(204).end());
  expect(await daemon.cli('messages', 'test', 'nobody')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no target is called `nobody`'),
  });
}, 120_000);

test('no secret of a target is in what the daemon says, answers or keeps', async () => {
  verifies('messages.signed');
  const answers = await Promise.all(
    ['/v1/messages', '/v1/status'].map((path) => daemon.control.call('GET', path)),
  );
  const doctor = await daemon.cli('doctor', '--json');
  const kept = readdirSync(daemon.dataDir)
    .filter((name) => !name.endsWith('.sock'))
    .map((name) => readFileSync(join(daemon.dataDir, name), 'latin1'));
  const everything = [JSON.stringify(answers), doctor.out, daemon.said(), ...kept].join('\n');
  expect(everything).toContain('127.0.0.1');
  expect(everything).not.toContain(secret.slice(6));
  expect(everything).not.toContain('s3cret-slack-path');
  expect(JSON.parse(doctor.out).findings.map(({ code }: { code: string }) => code)).toContain(
    'messages_show_deeds',
  );
}, 120_000);

test('where people sign in at a desk, the one thing to click in a message leads there', async () => {
  verifies('messages.say-little');
  await using desk = await runDaemon({
    ...{ mcpServers: { acc: acc.server }, policies },
    // What is grave would have to be signed with a passkey, and nobody has one.
    catalogue: { acc: catalogue.acc.replace('class: pay,', 'class: write, reversible: true,') },
    approvers: `people: { ana: { subjects: ["1"] } }
groups: { us: [ana] }
sign_in: { issuer: https://login.example.com, client: countersign }
`,
    flags: [
      ...['--approval-hold', '0', '--messages', join(acc.dir, 'messages.yaml')],
      ...['--desk-port', '0', '--desk-url', 'https://desk.example.com'],
    ],
    env: { SLACK_URL: `${slack.url}${slackPath}` },
  });
  await desk.accept('acc');
  const approval = await pay('desk', desk);
  await vi.waitFor(() => expect(told(pager, approval).length + told(slack, approval).length).toBe(2), 20_000);
  const url = `https://desk.example.com/approvals/${approval}`;
  expect(told(pager, approval)[0]?.body.data).toMatchObject({ desk: url });
  expect(told(slack, approval)[0]?.body.blocks.at(-1)).toMatchObject({
    type: 'actions',
    elements: [{ type: 'button', url }],
  });
}, 120_000);

test('a daemon whose messages cannot be told does not start', async () => {
  const file = join(acc.dir, 'refused.yaml');
  writeFileSync(file, 'targets: { a: { kind: slack, url: { env: PLAIN } } }\n');
  const failed = await runDaemon({
    mcpServers: { acc: acc.server },
    flags: ['--messages', file],
    env: { PLAIN: 'http://hooks.example.com/hunter2' },
  }).then(
    async (started) => {
      await started[Symbol.asyncDispose]();
      return 'it started';
    },
    (error: Error) => error.message,
  );
  expect(failed).toMatch(/must be https at `hooks\.example\.com`/);
  expect(failed).not.toContain('hunter2');
}, 120_000);
