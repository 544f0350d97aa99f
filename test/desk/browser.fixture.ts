// SPDX-License-Identifier: Apache-2.0
// A real browser without a head. `CHROMIUM` says where it is; else where Debian has it.
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Absent where no browser is installed: what needs one is skipped, and says so. */
export const browserPath: string | undefined = places.find((path) => path !== undefined && existsSync(path));

export function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('there is no chromium here');
  return chromium.launch({
    executablePath: browserPath,
    args: [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
}
