// SPDX-License-Identifier: Apache-2.0
// Every page of the desk by a name, and a server that shows them as strictly as the desk does. To look at them oneself:
// `node test/desk/pages.fixture.ts 8123`.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { cardPage } from '../../src/edges/desk/pages/card.ts';
import type { Waiting } from '../../src/edges/desk/pages/groups.ts';
import { keepersPage } from '../../src/edges/desk/pages/keepers.ts';
import { listPage } from '../../src/edges/desk/pages/list.ts';
import {
  answeredPage,
  answeredTogetherPage,
  gonePage,
  problemPage,
} from '../../src/edges/desk/pages/outcome.ts';
import type { Looking } from '../../src/edges/desk/pages/shell.ts';
import { enrolPage, passkeysPage, signInPage } from '../../src/edges/desk/pages/sign-in.ts';
import { type Alike, togetherPage } from '../../src/edges/desk/pages/together.ts';
import { cardWith, hostile, now, viewOf } from './cards.fixture.ts';

const ana: Looking = { person: 'ana', token: 'tok', now };
const nobody: Looking = { now };
const long = 'w'.repeat(300);

function waiting(i: number, more: Partial<Waiting> = {}): Waiting {
  return {
    approval: `a-${i}`,
    agent: 'a1',
    expiresAt: now + 1000 * (600 - i),
    votes: [{ policy: 'mail-goes-out', have: 0, need: 1 }],
    digest: `sha256:${String(i).padStart(64, '0')}`,
    card: cardWith({ to: `p${i}@example.com`, subject: `invoice ${i}`, body: 'It is paid.' }),
    ...more,
  };
}

const alike = Array.from({ length: 12 }, (_, i) => waiting(i)).filter(
  (one): one is Alike => one.card !== undefined,
);
const votes = [{ policy: 'mail-goes-out', have: 1, need: 2 }];
const said = [{ person: 'ben', verdict: 'approve', reason: 'as agreed <b>yesterday</b>', at: now - 60_000 }];

export const pages: ReadonlyMap<string, string> = new Map<string, string>([
  [
    'sign-in',
    signInPage(nobody, {
      passkey: true,
      providers: [{ name: 'corp', title: 'Example Corp' }],
      next: '/approvals/a-1',
    }),
  ],
  [
    'sign-in-problem',
    signInPage(nobody, { passkey: false, providers: [], problem: `You are not known here: ${long}` }),
  ],
  ['list-empty', listPage(ana, [], 'You said no. The agent was told so.')],
  [
    'list',
    listPage(ana, [
      waiting(590),
      ...alike,
      ...hostile.map(([, card], i) => waiting(100 + i, { card })),
      waiting(300, { card: undefined as never, agent: long }),
      waiting(301, { approved: true }),
      waiting(302, { settledForYou: true, votes }),
    ]),
  ],
  ['together', togetherPage(ana, alike as unknown as [Alike, ...Alike[]], true)],
  [
    'together-tap',
    togetherPage(ana, alike.slice(0, 2) as unknown as [Alike, ...Alike[]], false, 'Nothing was ticked.'),
  ],
  ...hostile.map(([what, card]) => [`card ${what}`, cardPage(ana, viewOf(card))] as const),
  [
    'card-passkey',
    cardPage(
      ana,
      viewOf(cardWith({ to: 'a@b.example' }), {
        can: { answer: true, passkey: true },
        votes: [{ policy: 'mail-goes-out', have: 1, need: 3 }],
        decided: said,
      }),
    ),
  ],
  [
    'card-everything',
    cardPage(
      ana,
      viewOf(cardWith({ to: 'a@b.example', body: 'first\nsecond' }), {
        problem: 'What was shown is not what is asked: look at it again.',
        can: {
          answer: true,
          passkey: true,
          edits: [
            { argument: 'to', value: '"a@b.example"' },
            { argument: `${long}"`, value: '\nfirst\nsecond </textarea><script>alert(1)</script>' },
          ],
          forTask: { maxCount: 100, maxMinutes: 480, arguments: ['to', `${long}"`] },
        },
      }),
    ),
  ],
  [
    'card-not-you',
    cardPage(
      ana,
      viewOf(cardWith({ to: 'a' }), {
        can: {
          answer: false,
          why: '`ana` is who started the task, and policy keeps them apart from who approves: one of `ben` may',
        },
      }),
    ),
  ],
  [
    'card-erased',
    cardPage(ana, viewOf('(the key was erased)', { can: { answer: false, why: 'nobody can' } })),
  ],
  [
    'card-used',
    cardPage(
      ana,
      viewOf(cardWith({ to: 'a' }), {
        status: 'consumed',
        can: { answer: false, why: 'It was used already.' },
        decided: said,
        usedBy: 'd-1',
      }),
    ),
  ],
  [
    'said-yes',
    answeredPage(ana, {
      approval: 'a-1',
      verdict: 'approve',
      status: 'approved',
      votes,
      verb: cardWith({ to: long }).verb,
    }),
  ],
  ['said-yes-first', answeredPage(ana, { approval: 'a-1', verdict: 'approve', status: 'requested', votes })],
  ['said-no', answeredPage(ana, { approval: 'a-1', verdict: 'refuse', status: 'refused', votes })],
  [
    'said-together',
    answeredTogetherPage(ana, 'approve', [
      { approval: 'a-1', verb: 'send', result: { ok: true, status: 'approved' } },
      { approval: 'a-2', verb: long, result: { ok: false, why: 'its time is over' } },
    ]),
  ],
  ...(['expired', 'consumed', 'approved', 'refused', 'standing', 'unknown'] as const).map(
    (how) =>
      [
        `gone-${how}`,
        gonePage(ana, { approval: 'a-1', how, decided: said, verb: cardWith({ to: long }).verb, at: now }),
      ] as const,
  ),
  ['passkeys-none', passkeysPage(ana, { passkeys: [], mayNotAdd: 'A keeper has to make the link.' })],
  [
    'passkeys',
    passkeysPage(ana, {
      problem: 'It was not removed.',
      passkeys: [
        { id: 'k-1', name: 'phone', addedAt: now - 86_400_000, usedAt: now },
        { id: 'k-2', name: `${long}<b>"`, addedAt: now },
      ],
    }),
  ],
  [
    'passkeys-link',
    passkeysPage(ana, { passkeys: [], link: `https://desk.example/enrol?invitation=${long}` }),
  ],
  ['enrol', enrolPage(nobody, { person: long, invitation: long, problem: 'That did not work.' })],
  [
    'keepers',
    keepersPage(ana, {
      people: ['ana', 'ben', `${long}"<`],
      link: { person: 'ben', link: `https://desk.example/enrol?invitation=${long}` },
      proposed: { digest: 'sha256:1', changes: ['eve joins finance', `${long} leaves \u202e`] },
    }),
  ],
  ['keepers-not-you', keepersPage(ana, { people: [], mayNot: '`ana` is not of the group `keepers`.' })],
  ['problem', problemPage(nobody, 'Not found', `There is no such page. ${long}`)],
]);

export const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const files = new Map([
  ['/desk.css', 'text/css'],
  ['/desk.js', 'text/javascript'],
]);

/** @returns its address; pages are at `/page/NAME` */
export async function servePages(port = 0): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const type = files.get(path);
    const page = pages.get(decodeURIComponent(path.replace('/page/', '')));
    response.setHeader('content-security-policy', policy);
    response.setHeader('x-content-type-options', 'nosniff');
    if (type !== undefined) {
      response.setHeader('content-type', `${type}; charset=utf-8`);
      response.end(readFileSync(join(import.meta.dirname, '../../src/edges/desk/pages', path)));
    } else if (page !== undefined) {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page);
    } else response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: at } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${at}`, server };
}

if (process.argv[1] === import.meta.filename) {
  const { url } = await servePages(Number(process.argv[2] ?? 0));
  for (const name of pages.keys()) console.log(`${url}/page/${encodeURIComponent(name)}`);
}
