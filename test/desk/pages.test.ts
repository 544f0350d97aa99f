// SPDX-License-Identifier: Apache-2.0
// The pages of the desk in a real browser, as strictly as they are served, with what agents could put into them.

import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { browserPath, openBrowser } from './browser.fixture.ts';
import { hostile, now } from './cards.fixture.ts';
import { pages, servePages } from './pages.fixture.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looking = readFileSync(join(import.meta.dirname, 'look.js'), 'utf8');
const sizes = [
  { width: 360, height: 740, colorScheme: 'light', isJudged: true },
  { width: 768, height: 1024, colorScheme: 'light', isJudged: false },
  { width: 1280, height: 800, colorScheme: 'dark', isJudged: true },
] as const;

let browser: Browser;
let served: { readonly url: string; readonly server: Server };

beforeAll(async () => {
  if (browserPath === undefined) return;
  browser = await openBrowser();
  served = await servePages();
});

afterAll(async () => {
  await browser?.close();
  served?.server.close();
});

interface Seen {
  readonly page: Page;
  /** Whatever the browser complained about, and what would have been asked of a person. */
  readonly complaints: readonly string[];
}

async function show(context: BrowserContext, name: string): Promise<Seen> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(served.url)) complaints.push(`asks ${request.url()}`);
  });
  await page.goto(`${served.url}/page/${encodeURIComponent(name)}`);
  return { page, complaints };
}

/** Inside of the page: look.js. */
async function look<T>(page: Page, what: string): Promise<T> {
  return page.evaluate(`${looking}\n;look.${what}()`);
}

describe.skipIf(browserPath === undefined)('in a browser', () => {
  test.each([...pages.keys()])('%s', async (name) => {
    verifies('desk.shows-what-is-done');
    const context = await browser.newContext();
    const { page, complaints } = await show(context, name);
    await page.evaluate(axe);
    // What is folded up is looked at as well.
    await look(page, 'unfold');
    for (const { width, height, colorScheme, isJudged } of sizes) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      expect(await look(page, 'misplaced'), `${width}`).toEqual([]);
      if (isJudged) expect(await look(page, 'faults'), `${width}, ${colorScheme}`).toEqual([]);
    }
    expect(await look(page, 'foreignElements')).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test.each(hostile)('%s: everything on the card is on the page, and seen', async (what, card) => {
    verifies('desk.shows-what-is-done');
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const { page } = await show(context, `card ${what}`);
    const unmarked = (text: string) => text.replaceAll(/\\u\{[0-9a-f]+\}|\p{M}/gu, '');
    const texts = new Set((await look<string[]>(page, 'told')).map(unmarked));
    for (const { path, value } of card.effect.arguments) {
      expect(texts).toContain(unmarked(value));
      expect(texts).toContain(path === '' ? 'without a name' : unmarked(path));
    }
    await context.close();
  });

  test('what is said stands in the order in which it is asked, and to refuse comes before to approve', async () => {
    const context = await browser.newContext();
    const { page } = await show(context, 'card-everything');
    expect(await page.locator('h1, h2').allTextContents()).toEqual([
      expect.stringMatching(/^send with mail\/send_mail: to/),
      ...['For whom', 'Why you are asked', 'What is done', 'Where it comes from', 'How far it reaches'],
      ...['What was answered before', 'What you say'],
    ]);
    expect(await page.locator('#main button:visible').allTextContents()).toEqual(['Refuse', 'Approve once']);
    expect(await page.locator('summary').allTextContents()).toEqual([
      'As it is sent',
      ...['Refuse and tell the agent', 'Approve with edits', 'Approve for this task'],
    ]);
    await context.close();
  });

  test.each([
    ['card what a person changed', 'Approve once, as changed', 'not as the agent asked'],
    ['card more calls than this one', 'Approve up to 20 such calls', 'up to 20 calls'],
  ])('%s: the button says what a yes is to', async (name, button, flag) => {
    const context = await browser.newContext();
    const { page } = await show(context, name);
    expect(await page.locator('.buttons button').allTextContents()).toEqual(['Refuse', button]);
    expect(await page.locator('.flags li').allTextContents()).toContain(flag);
    await context.close();
  });

  test('nothing has the focus, and the keyboard reaches everything in that order', async () => {
    const context = await browser.newContext();
    const { page } = await show(context, 'card nothing unusual');
    expect(await look(page, 'focused')).toBe('nothing');
    const reached: string[] = [];
    for (let i = 0; i < 10; i++) {
      await page.keyboard.press('Tab');
      reached.push(await look(page, 'focused'));
    }
    expect(reached).toEqual([
      ...['to the content', 'Countersign', 'who approves', 'ana', 'sign out', 'to the answer'],
      ...['As it is sent', 'Refuse', 'Approve once', 'Refuse and tell the agent'],
    ]);
    await context.close();
  });

  test('time runs by the clock of the desk, whatever the one of the phone says', async () => {
    const context = await browser.newContext({ timezoneId: 'Asia/Tokyo' });
    const page = await context.newPage();
    await page.clock.install({ time: now + 3_600_000 });
    await page.goto(`${served.url}/page/${encodeURIComponent('card nothing unusual')}`);
    const left = page.locator('.standing .left');
    await page.clock.runFor(2000);
    expect(await left.textContent()).toMatch(/^ \(3 min (9|10) s left\)$/);
    expect(await page.locator('.standing time').textContent()).toMatch(/^14:03:12 UTC, .*03.* here$/);
    await page.clock.runFor(150_000);
    expect(await left.getAttribute('class')).toBe('left soon');
    await page.clock.runFor(60_000);
    expect(await left.textContent()).toBe(' (over)');
    await context.close();
  });

  test('without the script all of it can be read, and refused, and the time is there', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page } = await show(context, 'card-passkey');
    expect(await page.locator('.standing').textContent()).toMatch(
      /waits until 14:03:12 UTC, then it is denied/,
    );
    expect(await page.locator('noscript').textContent()).toMatch(/not approve/);
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST'),
      page.getByRole('button', { name: 'Refuse', exact: true }).click(),
    ]);
    expect(sent.url()).toMatch(/\/approvals\/a-01m7xkq2t9\/answer$/);
    expect(Object.fromEntries(new URLSearchParams(sent.postData() ?? ''))).toEqual({
      ...{ token: 'tok', verdict: 'refuse', reason: 'no reason was given' },
      card: `sha256:${'ab'.repeat(32)}`,
    });
    await context.close();
  });

  test('where the passkey fails nothing is sent, and the person is told', async () => {
    const context = await browser.newContext();
    const { page } = await show(context, 'card-passkey');
    const posted: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST')
        posted.push(`${new URL(request.url()).pathname} ${request.postData()}`);
    });
    await page.route('**/options', (route) =>
      route.fulfill({ status: 409, json: { problem: 'its time is over' } }),
    );
    await page.getByRole('button', { name: 'Approve once' }).click();
    await page.getByText('Nothing was sent: its time is over').waitFor();
    expect(posted).toEqual([
      `/approvals/a-01m7xkq2t9/options token=tok&card=sha256%3A${'ab'.repeat(32)}&verdict=approve`,
    ]);
    expect(await page.getByRole('button', { name: 'Approve once' }).isEnabled()).toBe(true);
    await context.close();
  });

  test('what a passkey signs for is sent with it', async () => {
    const context = await browser.newContext();
    const { page } = await show(context, 'card-passkey');
    const devices = await context.newCDPSession(page);
    await devices.send('WebAuthn.enable');
    const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    const { privateKey } = await crypto.subtle
      .generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
      .then(async (pair) => ({
        privateKey: Buffer.from(await crypto.subtle.exportKey('pkcs8', pair.privateKey)).toString('base64'),
      }));
    await devices.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: {
        credentialId: Buffer.from('passkey-of-ana-1').toString('base64'),
        ...{ isResidentCredential: true, rpId: 'localhost', privateKey, signCount: 0 },
        userHandle: Buffer.from('ana').toString('base64'),
      },
    });
    const at = served.url.replace('127.0.0.1', 'localhost');
    await page.route('**/options', (route) =>
      route.fulfill({ json: { challenge: 'AAECAw', rpId: 'localhost', userVerification: 'required' } }),
    );
    await page.route(`${at}/**`, async (route) => {
      const url = route.request().url();
      if (url.endsWith('/options') || url.endsWith('/answer')) return route.fallback();
      const answer = await route.fetch({ url: url.replace('localhost', '127.0.0.1') });
      return route.fulfill({ response: answer });
    });
    await page.goto(`${at}/page/card-passkey`);
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.url().endsWith('/answer')),
      page.getByRole('button', { name: 'Approve once' }).click(),
    ]);
    const fields = new URLSearchParams(sent.postData() ?? '');
    expect([...fields.keys()]).toEqual(['token', 'card', 'verdict', 'passkey']);
    const credential = JSON.parse(fields.get('passkey') ?? '');
    const client = JSON.parse(Buffer.from(credential.response.clientDataJSON, 'base64url').toString());
    expect(client).toMatchObject({ type: 'webauthn.get', challenge: 'AAECAw', origin: at });
    await context.close();
  });
});
