// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whyWrong } from '../../../test/messages/receiver.fixture.ts';
import { signatureHeaders, signingSecretOf } from './signature.ts';

const secretText = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

function secret(text = secretText) {
  const read = signingSecretOf(text);
  if (read === undefined) throw new Error('no secret');
  return read;
}

test('what the published libraries sign is signed alike', () => {
  // The known answer of the tests of standard-webhooks.
  const signed = signatureHeaders(
    [secret()],
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_000,
    '{"test": 2432232314}',
  );
  expect(signed).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('the old secret signs as well, so that receivers can change over', () => {
  const old = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  const headers: Record<string, string> = signatureHeaders([secret(), secret(old)], 'e-1', 1000, '{}');
  for (const known of [secretText, old])
    expect(whyWrong((name) => headers[name] ?? '', '{}', known, 1000)).toBe('');
});

test('whatever is changed is found by a receiver: body, id, time, secret', () =>
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array({ minLength: 24, maxLength: 64 }),
      (text, key) => {
        const body = text.toWellFormed();
        const own = `whsec_${Buffer.from(key).toString('base64')}`;
        const headers: Record<string, string> = signatureHeaders([secret(own)], 'e-1', 5_000, body);
        const wrong = (changes: Record<string, string>, sent = body, known = own) =>
          whyWrong((name) => ({ ...headers, ...changes })[name] ?? '', sent, known, 5_000);
        expect(wrong({})).toBe('');
        expect(wrong({}, `${body} `)).not.toBe('');
        expect(wrong({ 'webhook-id': 'e-2' })).not.toBe('');
        expect(wrong({ 'webhook-timestamp': '6' })).not.toBe('');
        expect(wrong({}, body, `whsec_${Buffer.alloc(65, 1).toString('base64')}`)).not.toBe('');
      },
    ),
    { numRuns: 50 },
  ));

test.each<[what: string, text: string]>([
  ['nothing', ''],
  ['another form', Buffer.alloc(32, 1).toString('base64')],
  ['too short to be one', `whsec_${Buffer.alloc(23, 1).toString('base64')}`],
  ['too long', `whsec_${Buffer.alloc(65, 1).toString('base64')}`],
  ['no base64', 'whsec_this is not a secret, is it? it has spaces'],
  ['base64 that two readers read differently', `${secretText.slice(0, -1)}=`],
  ['a key of another scheme', `whsk_${Buffer.alloc(32, 1).toString('base64')}`],
])('%s is no secret', (_what, text) => expect(signingSecretOf(text)).toBeUndefined());
