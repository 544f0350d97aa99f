// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Signing, softPasskey } from '../../../test/desk/authenticator.fixture.ts';
import { webauthn } from './webauthn.ts';

const site = { origin: 'http://localhost:7172', rpId: 'localhost' };
const challenge = createHash('sha256').update('what is signed').digest();
const verifier = webauthn();

async function enrolled(counts = true) {
  const passkey = softPasskey(site, counts);
  const made = await verifier.enrolled(passkey.create({ challenge }), site, challenge);
  if (!made.ok) throw new Error(made.reason);
  return { passkey, made };
}

test('a new passkey is one, and what it signs is verified', async () => {
  const { passkey, made } = await enrolled();
  expect(made.credential).toBe(passkey.credential);
  const response = passkey.get({ challenge });
  expect(verifier.named(response)).toBe(passkey.credential);
  expect(await verifier.signed(response, site, challenge, made)).toMatchObject({ ok: true, uses: 2 });
});

test('one that counts nothing is one, too', async () => {
  const { passkey, made } = await enrolled(false);
  expect(await verifier.signed(passkey.get({ challenge }), site, challenge, made)).toMatchObject({
    ok: true,
    uses: 0,
  });
});

const other = createHash('sha256').update('something else').digest();
const wrong: readonly [what: string, signing: Signing][] = [
  ['another challenge', { challenge: other }],
  ['another origin', { challenge, origin: 'http://localhost:9999' }],
  ['an origin that only begins alike', { challenge, origin: 'http://localhost:71720' }],
  ['another site', { challenge, rpId: 'example.com' }],
  ['nobody verified', { challenge, userVerified: false }],
  ['a page within another', { challenge, crossOrigin: true }],
  ['another ceremony', { challenge, type: 'payment.get' }],
];

test.each([...wrong, ['as often used as before', { challenge, uses: 1 }] as const])(
  'a signature with %s is none',
  async (_what, signing) => {
    const { passkey, made } = await enrolled();
    expect(await verifier.signed(passkey.get(signing), site, challenge, made)).toMatchObject({ ok: false });
  },
);

test.each(wrong)('a new passkey with %s is none', async (_what, signing) => {
  const made = await verifier.enrolled(softPasskey(site).create(signing), site, challenge);
  expect(made).toMatchObject({ ok: false });
});

test('what another passkey signed is none, whatever id it says', async () => {
  const { made } = await enrolled();
  const stranger = softPasskey(site);
  const theirs = { ...stranger.get({ challenge }), id: made.credential, rawId: made.credential };
  expect(await verifier.signed(theirs, site, challenge, made)).toMatchObject({ ok: false });
});

test.each([
  {},
  { id: 'x' },
  { id: 'x', rawId: 'x', type: 'public-key', response: {} },
  { id: 'x'.repeat(701), rawId: 'x', type: 'public-key', response: { clientDataJSON: 'e30' } },
])('what is no answer at all is refused', async (response) => {
  const { made } = await enrolled();
  expect(await verifier.signed(response, site, challenge, made)).toMatchObject({ ok: false });
  expect(await verifier.enrolled(response, site, challenge)).toMatchObject({ ok: false });
});
