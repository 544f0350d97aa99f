// SPDX-License-Identifier: Apache-2.0
// A process of the same user as the agent tries everything that it can to approve, against a real daemon and a real server.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { socketPathOf } from '../../src/main/socket-path.ts';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from '../scenarios/accounting.fixture.ts';
import { permitAll } from '../scenarios/daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { connectV2 } from '../scenarios/eras/clients.fixture.ts';
import { type SoftPasskey, softPasskey } from './authenticator.fixture.ts';
import { type Browser, browser } from './form-browser.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const approvers = `people:
  ana: { operators: ["${me}"] }
  ben: { operators: ["${me}"] }
  eve: { operators: ["${me}"] }
groups:
  finance: [ana, ben, eve]
  keepers: [ana]
`;
const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("finance") @expires("30m")
@reason("Payments need somebody of finance.")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
`;

const acc = openAccounting([tool('pay')]);
let daemon: DaemonProcess;
let desk: string;

beforeAll(async () => {
  daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies,
    approvers,
    flags: ['--approval-hold', '0', '--desk-port', '0'],
  });
  await daemon.accept('acc');
  desk = urlOfDesk();
}, 120_000);
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  acc.remove();
});

function urlOfDesk(): string {
  return [...daemon.said().matchAll(/the desk is at (\S+)/g)].at(-1)?.[1] ?? '';
}

const open = () => browser(Number(new URL(desk).port), desk);

async function enrolled(): Promise<SoftPasskey> {
  const { body } = await daemon.control.call('POST', '/v1/approvers/enroll', { person: 'ana' });
  const invitation = new URL(body.url).searchParams.get('invitation') ?? '';
  const key = softPasskey({ origin: desk, rpId: 'localhost' });
  const here = open();
  await here.get(`/enrol?invitation=${invitation}`);
  const done = await here.sign('/enrol', '/enrol/options', key, { invitation, name: 'key' });
  expect(done.status).toBe(303);
  return key;
}

async function signedIn(key: SoftPasskey): Promise<Browser> {
  const here = open();
  await here.get('/sign-in');
  expect((await here.sign('/sign-in', '/sign-in/options', key)).status).toBe(303);
  await here.get('/passkeys');
  return here;
}

interface Tried {
  readonly what: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever it was told
  readonly got: any;
}

function runAdversary(loot: object): Promise<readonly Tried[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'same-user-process.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0
        ? resolve(
            out
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line)),
          )
        : reject(new Error(`it ended with ${code}: ${out}`)),
    );
    child.stdin.end(JSON.stringify(loot));
  });
}

test('whatever it tries, nothing is approved, and the server gets nothing', async () => {
  verifies('approvals.not-by-same-user');
  const ana = await enrolled();
  const here = await signedIn(ana);
  const pass = await daemon.task({ agent: 'coder' });
  await using client = await connectV2(
    { url: daemon.url, token: pass.token, folder: acc.dir },
    speaking('2026-07-28'),
  );
  const pending = async (id: string) =>
    /approval (a-[0-9a-z]+)/.exec((await client.call('acc__pay', { id })).text)?.[1] ?? '';
  const [approval, other] = [await pending('mine'), await pending('other')];

  // What Ana has signed, and what a page that she was led to could have made her passkey sign.
  const cardOf = async (id: string) => JSON.parse((await daemon.cli('approvals', 'show', id, '--json')).out);
  const { cardDigest: card } = await cardOf(approval);
  const challengeFor = async (id: string, verdict: string) => {
    const fields = { verdict, card: (await cardOf(id)).cardDigest, reason: 'x' };
    await here.get(`/approvals/${id}`);
    const asked = await here.post(`/approvals/${id}/options`, fields);
    return Buffer.from(JSON.parse(asked.text).challenge, 'base64url');
  };
  const challenge = await challengeFor(approval, 'approve');
  const signed = {
    'for another request': ana.get({ challenge: await challengeFor(other, 'approve') }),
    'as a no': ana.get({ challenge: await challengeFor(approval, 'refuse') }),
    'for another page': ana.get({ challenge, origin: 'http://localhost:9999' }),
    'for another site': ana.get({ challenge, rpId: 'evil.example' }),
    'without her being asked': ana.get({ challenge, userVerified: false }),
    'in a frame': ana.get({ challenge, crossOrigin: true }),
    'with another challenge': ana.get({ challenge: Buffer.alloc(32) }),
    'with a count that was there before': ana.get({ challenge, uses: 1 }),
  };

  const before = (await daemon.control.call('GET', '/v1/approvers')).body;
  const tries = await runAdversary({
    ...{ approval, card, desk, signed },
    socketPath: socketPathOf(daemon.dataDir),
    dataDir: daemon.dataDir,
    approversFile: join(daemon.dir, 'approvers.yaml'),
    command: join(import.meta.dirname, '../../bin/countersign'),
    gateway: daemon.url,
    token: pass.token,
    cookies: [...here.cookies],
  });

  expect(tries.length).toBeGreaterThan(35);
  const told = tries.filter(({ what }) => what !== 'file: who approves now');
  for (const { what, got } of told) {
    const refused =
      what.startsWith('gateway:') && got.status === 200
        ? /call was not made.*pending_approval/.test(got.text)
        : (got.status ?? 0) >= 400 || got.code === 1;
    expect({ what, refused, got: refused ? '' : got }).toEqual({ what, refused: true, got: '' });
  }
  // Its file is held, and says so; in force is what was.
  const after = tries.find(({ what }) => what === 'file: who approves now')?.got.body;
  expect(after).toMatchObject({ digest: before.digest, people: before.people, sealed: true });
  expect(after.held).toMatch(/^sha256:/);
  expect(readFileSync(join(daemon.dir, 'approvers.yaml'), 'utf8')).toContain('mallory');
  expect(await daemon.cli('doctor')).toMatchObject({ out: expect.stringContaining('approvers_held') });
  expect(await daemon.events('type=approval.decided')).toEqual([]);
  expect(await daemon.events('type=passkey.enrolled')).toHaveLength(1);
  expect(await daemon.events('type=approvers.published')).toHaveLength(1);

  // What was refused was theirs and not everybody's: Ana herself is heard.
  await here.get(`/approvals/${approval}`);
  const yes = { verdict: 'approve', card };
  const heard = await here.sign(`/approvals/${approval}/answer`, `/approvals/${approval}/options`, ana, yes);
  expect(heard).toMatchObject({ status: 200, text: expect.stringContaining('You said yes') });
  expect(acc.begun('pay')).toEqual([]);
  expect(await client.call('acc__pay', { id: 'mine' })).toMatchObject({ isError: false });
  expect(acc.begun('pay')).toEqual(['mine']);

  // Nor by starting the daemon again over its file.
  await daemon.stop('SIGKILL');
  await daemon.start();
  desk = urlOfDesk();
  const again = (await daemon.control.call('GET', '/v1/approvers')).body;
  expect(again).toMatchObject({ digest: before.digest, sealed: true, held: after.held });
  const said = await daemon.cli('approvals', 'approve', other, '--as', 'ana', '--yes');
  expect(said).toMatchObject({ code: 1, err: expect.stringContaining('sign in') });
  expect((await client.call('acc__pay', { id: 'other' })).text).toContain('pending_approval');
  expect(acc.begun('pay')).toEqual(['mine']);
}, 180_000);
