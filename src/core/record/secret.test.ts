// SPDX-License-Identifier: Apache-2.0
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { projected, projectedValue, withoutSecrets } from './secret.ts';

const pseudonym = (secret: string) => createHmac('sha256', 'of a test').update(secret).digest('hex');
const name = (kind: string, secret: string) => `secret(${kind}, ${pseudonym(secret).slice(0, 32)})`;

const signs = (alphabet: string, minLength: number, maxLength = minLength) =>
  fc
    .array(fc.constantFrom(...alphabet), { minLength, maxLength, size: 'max' })
    .map((letters) => letters.join(''));
const digits = '0123456789';
const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const alnum = `${digits}${upper}${upper.toLowerCase()}`;

// Built from parts, so that no scanner takes this file for a leak.
const after = (prefix: string, rest: fc.Arbitrary<string>) => rest.map((text) => `${prefix}${text}`);
const pem = (label: string, newline: string) =>
  fc.array(signs(`${alnum}+/`, 64), { minLength: 1, maxLength: 200, size: 'max' }).map((lines) => {
    const body = [...lines, 'Ab+/cw=='].join(newline);
    return `-----BEGIN ${label}PRIVATE KEY-----${newline}${body}${newline}-----END ${label}PRIVATE KEY-----`;
  });
const jwt = fc
  .tuple(signs(`${alnum}_-`, 10, 60), signs(`${alnum}_-`, 10, 9000), signs(`${alnum}_-`, 43, 700))
  .map(([header, claims, signature]) => `eyJ${header}.eyJ${claims}.${signature}`);

const secrets: Readonly<Record<string, fc.Arbitrary<string>>> = {
  private_key: fc.oneof(pem('', '\n'), pem('RSA ', '\r\n'), pem('EC ', '\\n'), pem('ENCRYPTED ', '\\r\\n')),
  aws_access_key: after('AKIA', signs(`${digits}${upper}`, 16)),
  github_token: fc.oneof(
    after('ghp_', signs(alnum, 36, 400)),
    after('github_pat_', signs(`${alnum}_`, 22, 300)),
  ),
  slack_token: after('xoxb-', signs(`${alnum}-`, 10, 400)),
  api_key: after('sk-', signs(`${alnum}_-`, 20, 400)),
  google_api_key: after('AIza', signs(`${alnum}_-`, 35)),
  npm_token: after('npm_', signs(alnum, 36, 80)),
  jwt,
};
const anySecret = fc.oneof(...Object.values(secrets));
const plain = fc.constantFrom('', ' ', 'see ', 'the customer asked: ', '"', '\n', 'ключ=');

/** A value with `secret` somewhere in it, as text or inside text, as a value or as a key. */
const around = (secret: string): fc.Arbitrary<JsonValue> => {
  const text = fc.tuple(plain, plain).map(([before, behind]) => `${before}${secret}${behind}`);
  const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.tuple(fc.integer(), tie('value')).map((items): JsonValue => items),
      tie('value').map((inner): JsonValue => ({ note: inner })),
      text.map((key): JsonValue => ({ [key]: 1 })),
    ),
  }));
  return value;
};

describe('a projection', () => {
  test.each(Object.entries(secrets))('replaces every %s by its name', (kind, secret) => {
    fc.assert(
      fc.property(secret, (one) => {
        expect(withoutSecrets(one, pseudonym)).toBe(name(kind, one));
        expect(withoutSecrets(`a "${one}", b`, pseudonym)).toBe(`a "${name(kind, one)}", b`);
      }),
    );
  });

  test('keeps no secret, wherever it stands', () =>
    fc.assert(
      fc.property(
        anySecret.chain((secret) => fc.tuple(fc.constant(secret), around(secret))),
        ([secret, value]) => {
          const after = canonicalJson(projectedValue(value, pseudonym));
          expect(after).not.toContain(canonicalJson(secret).slice(1, -1));
          // Nor a large part of it.
          expect(after).not.toContain(secret.slice(-24));
          expect(after).toContain('secret(');
        },
      ),
    ));

  test('keeps nothing of an argument that is a credential, numbers and keys included', () =>
    fc.assert(
      fc.property(
        anySecret.chain((secret) => fc.tuple(fc.constant(secret), around(secret))),
        // With a half, since six digits may stand in a hash by chance.
        fc.integer({ min: 100_000, max: 999_999 }).map((n) => n + 0.5),
        ([secret, value], pin) => {
          const args: JsonObject = { auth: { pin, list: [value] }, other: 1 };
          const after = canonicalJson(projected(args, { auth: { role: 'credential' } }, pseudonym));
          expect(after).not.toContain(canonicalJson(secret).slice(1, -1));
          expect(after).not.toContain(String(pin));
          expect(after).toContain('"other":1');
        },
      ),
    ));

  test('gives equal secrets equal names and different ones different names', () =>
    fc.assert(
      fc.property(jwt, jwt, (a, b) => {
        const [one, again, other] = [a, a, b].map((secret) => withoutSecrets(`x ${secret} y`, pseudonym));
        expect(one).toBe(again);
        if (a !== b) expect(one).not.toBe(other);
      }),
    ));

  test('done again changes nothing', () =>
    fc.assert(
      fc.property(anySecret.chain(around), (value) => {
        const once = projectedValue(value, pseudonym);
        expect(projectedValue(once, pseudonym)).toEqual(once);
      }),
    ));

  test('leaves alone what holds no secret', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        expect(projectedValue(value as JsonValue, pseudonym)).toEqual(value);
      }),
    ));

  test.each<[what: string, text: string]>([
    ['a word that ends in sk', 'risk-assessment-of-the-third-quarter'],
    ['a commit', 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3'],
    ['dotted names', 'com.example.deeply.nested.packages.that.go.on.and.on'],
    ['a certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'],
    ['a public key', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'],
  ])('leaves %s alone', (_what, text) => expect(withoutSecrets(text, pseudonym)).toBe(text));

  test.each<[what: string, text: string, kind: string, secret: string]>([
    [
      'a key that was cut off',
      `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(300)}`,
      'private_key',
      `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(300)}`,
    ],
    ['a token glued to a name', `GITHUB_ghp_${'a'.repeat(36)}`, 'github_token', `ghp_${'a'.repeat(36)}`],
  ])('finds %s', (_what, text, kind, secret) => {
    expect(withoutSecrets(text, pseudonym)).toBe(text.replace(secret, name(kind, secret)));
  });

  test('finds the token behind a dotted name', () => {
    const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(43)}`;
    const text = `some-long-name-of-a-host.${token}`;
    expect(withoutSecrets(text, pseudonym)).toBe(`some-long-name-of-a-host.${name('jwt', token)}`);
  });
});

test('the time it takes grows with the length and no faster, whatever the text', () => {
  const hostile = [
    'eyJaaaaaaaaaa-',
    'eyJaaaaaaaaaa.eyJaaaaaaaaaa-',
    `eyJ${'a'.repeat(5000)}.`,
    '-----BEGIN PRIVATE KEY-----',
    `-----BEGIN PRIVATE KEY-----${'A'.repeat(9000)}`,
    `-----BEGIN ${'A'.repeat(30)}`,
    'sk-a-',
    'ghp_a',
    'xoxb-',
    'github_pat_a_',
    'AKIA0000',
    'npm_a',
    '.',
    '-',
  ];
  const took = (text: string) => {
    const from = performance.now();
    withoutSecrets(text, () => '0'.repeat(64));
    return performance.now() - from;
  };
  for (const part of hostile) {
    const text = part.repeat(Math.ceil(1_000_000 / part.length));
    // A quadratic pattern takes minutes here, and the bounded one that once stood there more than a second.
    expect({ part: part.slice(0, 30), slow: Math.min(took(text), took(text)) > 400 }).toEqual({
      part: part.slice(0, 30),
      slow: false,
    });
  }
});
