// SPDX-License-Identifier: Apache-2.0
// A real browser with an authenticator that a test can use: Debian's chromium, driven over its own protocol.
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { browserPath } from './browser.fixture.ts';

/** CI has one, or fails: a browser that is missing there is no reason to look away. */
export const hasChromium = browserPath !== undefined;
if (!hasChromium) {
  const told = 'there is no chromium here (apt-get install chromium, or CHROMIUM)';
  if (process.env.CI !== undefined) throw new Error(told);
  console.error(`SKIPPED: the tests in a real browser: ${told}`);
}

export interface Seat extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of pages and of their security policy. */
  readonly faults: string[];
}

/** Somebody before a browser of their own, with an authenticator that knows them. */
export async function seat(browser: Browser, width = 1000): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content.Security|Refused/i.test(message.text()))
      faults.push(message.text());
  });
  const protocol = await context.newCDPSession(page);
  await protocol.send('WebAuthn.enable');
  await protocol.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, context, faults, [Symbol.asyncDispose]: () => context.close() };
}
