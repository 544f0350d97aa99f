// SPDX-License-Identifier: Apache-2.0
// The adversary of approvals: a process of the same user as the agent, with its files, its socket, its token and its
// network, and a session cookie of a person that it came by. It tries to be heard as that person. What each try was told
// goes to standard output, one JSON line each.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { daemonAt } from '../../src/edges/cli/client.ts';
import { softPasskey } from './authenticator.fixture.ts';
import { type Browser, browser } from './form-browser.fixture.ts';

interface Loot {
  readonly socketPath: string;
  readonly dataDir: string;
  readonly approversFile: string;
  readonly command: string;
  readonly gateway: string;
  readonly token: string;
  readonly desk: string;
  /** What waits, and what lets its effect happen. */
  readonly approval: string;
  readonly card: string;
  /** Cookies of a person's browser: those of localhost go to every port. */
  readonly cookies: readonly (readonly [name: string, value: string])[];
  /** What that person's passkey has signed, elsewhere or otherwise, by what is wrong with it. */
  readonly signed: Readonly<Record<string, unknown>>;
}

const loot: Loot = JSON.parse(readFileSync(0, 'utf8'));
const { approval, card, desk } = loot;
const control = daemonAt(loot.socketPath);
const port = Number(new URL(desk).port);
const mine = softPasskey({ origin: desk, rpId: 'localhost' });

function tell(what: string, got: unknown): void {
  process.stdout.write(`${JSON.stringify({ what, got })}\n`);
}

async function attempt(what: string, trying: () => Promise<unknown>): Promise<void> {
  try {
    tell(what, await trying());
  } catch (error) {
    tell(what, { failed: error instanceof Error ? error.message : 'unknown' });
  }
}

const yes = { approval, verdict: 'approve', card, reason: '' };

// The socket.
for (const as of ['ana', 'ben', 'eve', undefined])
  await attempt(`socket: a yes as ${as}`, () =>
    control.call('POST', '/v1/approvals/decide', as === undefined ? yes : { ...yes, as }),
  );
for (const more of [{ person: 'ana' }, { assurance: 'passkey' }, { operator: 'person:ana', channel: 'desk' }])
  await attempt(`socket: a yes with ${Object.keys(more).join(' and ')}`, () =>
    control.call('POST', '/v1/approvals/decide', { ...yes, as: 'ana', ...more }),
  );
await attempt('command: a yes as ana', () => run('approvals', 'approve', approval, '--as', 'ana', '--yes'));
for (const person of ['ana', 'ben', 'eve', 'mallory'])
  await attempt(`socket: a link for ${person}`, () =>
    control.call('POST', '/v1/approvers/enroll', { person }),
  );

// The file.
const me = `local:${process.getuid?.() ?? 0}`;
writeFileSync(
  loot.approversFile,
  `people:\n  ana: { operators: ["${me}"] }\n  mallory: { operators: ["${me}"] }\ngroups:\n  finance: [ana, mallory]\n  keepers: [mallory]\n`,
);
await new Promise((resolve) => setTimeout(resolve, 4000));
await attempt('file: who approves now', () => control.call('GET', '/v1/approvers'));
await attempt('file: a yes as mallory', () =>
  control.call('POST', '/v1/approvals/decide', { ...yes, as: 'mallory' }),
);

// The desk, as nobody.
const answerAt = `/approvals/${approval}/answer`;
const stranger = browser(port, desk);
await stranger.get('/sign-in');
await attempt('desk: a yes of nobody', () => stranger.post(answerAt, yes));
await attempt('desk: signing in with a passkey of its own', () =>
  stranger.sign('/sign-in', '/sign-in/options', mine),
);
await attempt('desk: signing in with what was signed elsewhere', () =>
  stranger.post('/sign-in', { passkey: JSON.stringify(loot.signed['for another page']) }),
);
await attempt('desk: an answer of an issuer', () => stranger.get('/sign-in/issuer/callback?code=x&state=y'));
await attempt('desk: the token of the agent', () =>
  stranger.post(answerAt, yes, { authorization: `Bearer ${loot.token}` }),
);
await attempt('desk: a link that it made up', () =>
  stranger.post('/enrol', {
    ...{ invitation: 'A'.repeat(43), name: 'x' },
    passkey: JSON.stringify(mine.create({ challenge: Buffer.alloc(32) })),
  }),
);
for (const value of ['A'.repeat(43), 'ana', loot.token.slice(0, 43)]) {
  const forged = browser(port, desk);
  forged.cookies.set('countersign-session', value);
  await forged.get('/sign-in');
  await attempt(`desk: a cookie that it made up, ${value.slice(0, 3)}`, () => forged.post(answerAt, yes));
}

// The desk, in the session of a person.
const stolen = browser(port, desk);
for (const [name, value] of loot.cookies) stolen.cookies.set(name, value);
await stolen.get(`/approvals/${approval}`);
const without = (what: string, headers: Record<string, string>) =>
  attempt(`session: a yes from ${what}`, () => stolen.post(answerAt, yes, headers));
await without('another site', { origin: 'https://evil.example' });
await without('another port', { origin: 'http://localhost:9999' });
await without('a frame', { 'sec-fetch-site': 'cross-site' });
await attempt('session: a yes without a signature', () => stolen.post(answerAt, yes));
await attempt('session: a yes signed by its own passkey', () => signedBy(stolen));
for (const [what, response] of Object.entries(loot.signed))
  await attempt(`session: a yes signed ${what}`, () =>
    stolen.post(answerAt, { ...yes, passkey: JSON.stringify(response) }),
  );
await attempt('session: a yes of another person', () => stolen.post(answerAt, { ...yes, person: 'ben' }));
await stolen.get('/keepers');
await attempt('session: an invitation without a signature', () =>
  stolen.post('/passkeys/invite', { person: 'ana' }),
);
await attempt('session: an invitation signed by its own passkey', () =>
  stolen.sign('/passkeys/invite', '/passkeys/invite/options', mine, { person: 'ana' }),
);
const { body: told } = await control.call('GET', '/v1/approvers');
await attempt('session: its file brought into force', () =>
  stolen.post('/keepers/approvers', { to: String(told.held) }),
);
await attempt('session: its file brought into force, signed by its own passkey', () =>
  stolen.sign('/keepers/approvers', '/keepers/approvers/options', mine, { to: String(told.held) }),
);
await attempt('session: a passkey removed', () =>
  stolen.post('/passkeys/remove', { id: String(told.people[0]?.passkeys[0]?.credential) }),
);

// The gateway.
for (const meta of [{}, { approval }, { approved: true, person: 'ana' }])
  await attempt(`gateway: the call again with ${JSON.stringify(meta)}`, () => callAgain(meta));

async function signedBy(as: Browser): Promise<unknown> {
  return as.sign(answerAt, `/approvals/${approval}/options`, mine, yes);
}

async function callAgain(meta: object): Promise<unknown> {
  const answer = await fetch(loot.gateway, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${loot.token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'acc__pay',
    },
    body: JSON.stringify({
      ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
      params: {
        name: 'acc__pay',
        arguments: { id: 'mine' },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
          ...meta,
        },
      },
    }),
  });
  return { status: answer.status, text: (await answer.text()).slice(0, 400) };
}

function run(...args: readonly string[]): Promise<unknown> {
  return new Promise((resolve) => {
    execFile(loot.command, [...args, '--data', loot.dataDir], (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}
