// SPDX-License-Identifier: Apache-2.0
/**
 * From a real client to the page and back: it is sent to where people decide, whoever merely has the address can do nothing
 * there, and what a person signs there lets the call of the client through.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type SoftPasskey, softPasskey } from '../desk/authenticator.fixture.ts';
import { type Browser, browser } from '../desk/form-browser.fixture.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { connectAsked, type Kind } from './asked-clients.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from './daemon-process.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const approvers = `people:\n  ana: { operators: ["${me}"] }\ngroups:\n  finance: [ana]\n  keepers: [ana]\n`;
const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("finance") @expires("30m")
@reason("Payments need somebody of finance.")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
`;

const acc = openAccounting([tool('pay')]);
let daemon: DaemonProcess;
let desk: string;
let key: SoftPasskey;

const open = (): Browser => browser(Number(new URL(desk).port), desk);

beforeAll(async () => {
  const flags = ['--approval-hold', '40s', '--desk-port', '0'];
  daemon = await runDaemon({ mcpServers: { acc: acc.server }, policies, approvers, flags });
  await daemon.accept('acc');
  desk = [...daemon.said().matchAll(/the desk is at (\S+)/g)].at(-1)?.[1] ?? '';
  const { body } = await daemon.control.call('POST', '/v1/approvers/enroll', { person: 'ana' });
  const invitation = new URL(body.url).searchParams.get('invitation') ?? '';
  key = softPasskey({ origin: desk, rpId: 'localhost' });
  const here = open();
  await here.get(`/enrol?invitation=${invitation}`);
  const done = await here.sign('/enrol', '/enrol/options', key, { invitation, name: 'key' });
  expect(done.status).toBe(303);
}, 120_000);

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  acc.remove();
});

async function signedIn(): Promise<Browser> {
  const here = open();
  await here.get('/sign-in');
  expect((await here.sign('/sign-in', '/sign-in/options', key)).status).toBe(303);
  return here;
}

const times = (id: string) => acc.begun('pay').filter((one) => one === id).length;

test.each<[kind: Kind]>([['v2 2026-07-28'], ['v2 2025-11-25'], ['v1']])(
  '%s is sent to the page, and gets its result once a person has signed there',
  async (kind) => {
    verifies('approvals.the-wait');
    const id = kind.replace(/\W+/g, '-');
    const { token } = await daemon.task({ agent: id });
    await using client = await connectAsked(kind, 'url', { url: daemon.url, token, folder: acc.dir });
    const running = client.call('acc__pay', { id });
    await vi.waitFor(() => expect(client.asked).toHaveLength(1), 20_000);
    const { url = '', message = '' } = client.asked[0] ?? {};
    expect(url.startsWith(`${desk}/approvals/`)).toBe(true);
    const path = url.slice(desk.length);
    const approval = path.split('/').at(-1) ?? '';
    expect(message).toContain(approval);

    // Whoever has the address and nothing else: the client, and the agent behind it.
    const stranger = open();
    const looked = await stranger.get(path);
    expect(looked.status === 200 && looked.text.includes(id)).toBe(false);
    const shown = JSON.parse((await daemon.cli('approvals', 'show', approval, '--json')).out);
    const fields = { verdict: 'approve', card: shown.cardDigest, reason: '' };
    expect((await stranger.post(`${path}/answer`, fields)).status).not.toBe(200);
    expect(times(id)).toBe(0);

    const here = await signedIn();
    expect((await here.get(path)).text).toContain(id);
    const done = await here.sign(`${path}/answer`, `${path}/options`, key, fields);
    expect(done).toMatchObject({ status: 200, text: expect.stringContaining('You said yes') });
    expect(await running).toContain(`did pay ${id}`);
    expect(times(id)).toBe(1);
    expect(client.asked).toHaveLength(1);
  },
  120_000,
);
