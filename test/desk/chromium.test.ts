// SPDX-License-Identifier: Apache-2.0
// People before a real browser, a real daemon and a real server: enrol, sign in, approve and refuse with passkeys.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from '../scenarios/accounting.fixture.ts';
import { permitAll } from '../scenarios/daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { connectV2 } from '../scenarios/eras/clients.fixture.ts';
import { openBrowser } from './browser.fixture.ts';
import { hasChromium, type Seat, seat } from './chromium.fixture.ts';

const approvers = `people:
  ana: { operators: ["local:${process.getuid?.() ?? 0}"] }
  ben: { operators: ["local:${process.getuid?.() ?? 0}"] }
groups:
  finance: [ana, ben]
  keepers: [ana, ben]
`;
const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("finance") @quorum("2") @expires("10m")
@reason("Payments need two people from finance.")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
`;

const acc = openAccounting([tool('pay')]);
let daemon: DaemonProcess;
let browser: Browser;
let desk: string;

beforeAll(async () => {
  if (!hasChromium) return;
  daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies,
    approvers,
    flags: ['--approval-hold', '120s', '--desk-port', '0'],
  });
  await daemon.accept('acc');
  desk = /the desk is at (\S+)/.exec(daemon.said())?.[1] ?? '';
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await daemon?.[Symbol.asyncDispose]();
  acc.remove();
});

async function enrol({ page }: Seat, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('What you call it').fill('laptop');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.waitForURL(`${desk}/sign-in`);
}

async function signIn({ page }: Seat): Promise<void> {
  await page.goto(`${desk}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.waitForURL(`${desk}/`);
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test.runIf(hasChromium)(
  'two people enrol, sign in and approve with passkeys: the server gets the call, once; and one refuses',
  async () => {
    verifies('approvals.signed');
    await using ana = await seat(browser);
    await using ben = await seat(browser, 390);

    const link = (await daemon.cli('approvers', 'enroll', 'ana')).out.trim();
    expect(link).toContain(`${desk}/enrol?invitation=`);
    await enrol(ana, link);
    expect(await daemon.cli('approvers', 'ls')).toMatchObject({ err: expect.stringContaining('sealed') });
    await signIn(ana);

    // Ben's by Ana's word, on the page: the socket has no more links.
    expect(await daemon.cli('approvers', 'enroll', 'ben')).toMatchObject({ code: 1 });
    await ana.page.goto(`${desk}/keepers`);
    await ana.page.getByLabel('For whom').selectOption('ben');
    await ana.page.getByRole('button', { name: 'Make a link' }).click();
    await enrol(ben, (await ana.page.locator('p.value').textContent()) ?? '');
    await signIn(ben);

    const pass = await daemon.task({ agent: 'payer' });
    await using client = await connectV2(
      { url: daemon.url, token: pass.token, folder: acc.dir },
      speaking('2026-07-28'),
    );
    const running = client.call('acc__pay', { id: 'rent' });
    const approval: string = await vi.waitFor(async () => {
      const [one] = JSON.parse((await daemon.cli('approvals', 'ls', '--json')).out).approvals;
      if (one === undefined) throw new Error('nothing waits');
      return one.approval;
    }, 20_000);

    // Over the socket nobody is anybody any more, and is told where the page is.
    const over = await daemon.cli('approvals', 'approve', approval, '--as', 'ana', '--yes');
    expect(over).toMatchObject({ code: 1, err: expect.stringContaining(`${desk}/approvals/${approval}`) });

    for (const { page } of [ana, ben]) {
      await page.goto(`${desk}/`);
      await page
        .getByRole('link', { name: /pay with acc\/pay/ })
        .first()
        .click();
      await page.waitForURL(`${desk}/approvals/${approval}`);
      expect(acc.begun('pay')).toEqual([]);
      await page.getByRole('button', { name: 'Approve once' }).click();
      await expect.poll(() => heading(page).textContent(), { timeout: 15_000 }).toBe('You said yes');
    }
    expect(await running).toMatchObject({ isError: false });
    expect(acc.begun('pay')).toEqual(['rent']);

    const decided = await daemon.events('type=approval.decided');
    expect(decided).toMatchObject([
      { person: 'ana', assurance: 'passkey', operator: 'person:ana' },
      { person: 'ben', assurance: 'passkey', operator: 'person:ben' },
    ]);
    expect(decided[0].passkey.credential).not.toBe(decided[1].passkey.credential);

    const again = client.call('acc__pay', { id: 'yacht' });
    const second: string = await vi.waitFor(async () => {
      const listed = JSON.parse((await daemon.cli('approvals', 'ls', '--json')).out).approvals;
      const one = listed.find((each: { approval: string }) => each.approval !== approval);
      if (one === undefined) throw new Error('nothing waits');
      return one.approval;
    }, 20_000);
    await ben.page.goto(`${desk}/approvals/${second}`);
    await ben.page.getByText('Refuse and tell the agent').click();
    await ben.page.getByLabel('What the agent is told').fill('not this one');
    await ben.page.getByRole('button', { name: 'Refuse and say this' }).click();
    await expect.poll(() => heading(ben.page).textContent(), { timeout: 15_000 }).toBe('You said no');
    expect(await again).toMatchObject({ isError: true, text: expect.stringContaining('not this one') });
    expect(acc.begun('pay')).toEqual(['rent']);

    for (const { faults } of [ana, ben]) expect(faults).toEqual([]);
    const shots = process.env.COUNTERSIGN_SCREENSHOTS;
    if (shots !== undefined) {
      await ana.page.goto(`${desk}/passkeys`);
      await ana.page.screenshot({ path: `${shots}/passkeys.png` });
      await ana.page.goto(`${desk}/keepers`);
      await ana.page.screenshot({ path: `${shots}/keepers.png` });
    }
  },
  180_000,
);
