// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awsKey } from '../../core/result/result.fixture.ts';
import { personalFinder, TooManyCandidates } from './personal.ts';
import { secretlintFinder } from './secretlint.ts';

// Put together here, so that no scanner of this repository takes them for real.
const slack = ['xoxb', '123456789012', '1234567890123', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-');
const awsSecret = ['wJalrXUtnFEMI/K7', 'MDENG/bPxRfiCYZZZZZZZZZZ'].join('');

const cut = async (finder: ReturnType<typeof personalFinder>, text: string) =>
  (await finder.find(text)).map(({ kind, start, end }) => [kind, text.slice(start, end)]);

describe('personal data with a checksum', () => {
  const finder = personalFinder();
  test.each<[kind: string, written: string]>([
    ['card', '4111 1111 1111 1111'],
    ['card', '4111111111111111'],
    ['card', '5500-0000-0000-0004'],
    ['card', '340000000000009'],
    ['iban', 'DE89 3704 0044 0532 0130 00'],
    ['iban', 'GB33BUKB20201555555555'],
    ['national_id', '12345678Z'],
    ['national_id', '131052-308T'],
    ['national_id', '110101199003074514'],
    ['national_id', 'RSSMRA85T10A562S'],
    ['national_id', '111.444.777-35'],
    ['email', 'ada@example.com'],
  ])('%s: %s', async (kind, written) => {
    expect(await cut(finder, `it is ${written}, AND MORE`)).toEqual([[kind, written]]);
    if (kind !== 'email') expect(finder.kinds).toContain(kind);
  });

  test('an account before words in capitals ends where it ends', async () => {
    expect(await cut(finder, 'DE89 3704 0044 0532 0130 00 OK THEN')).toEqual([
      ['iban', 'DE89 3704 0044 0532 0130 00'],
    ]);
  });

  test.each([
    ['a wrong digit', '4111 1111 1111 1112'],
    ['a wrong account', 'DE88 3704 0044 0532 0130 00'],
    ['a wrong letter', '12345678A'],
    ['a longer number', '41111111111111111111111'],
    ['a time', '2027-01-04 12:00:00'],
    ['a telephone number', '+1 202 555 0104'],
  ])('%s is none', async (_what, written) => {
    expect(await finder.find(written)).toEqual([]);
  });

  test('with more to look at than it looks at, it cannot tell', async () => {
    await expect(finder.find('ada@example.com '.repeat(60_000))).rejects.toThrow(TooManyCandidates);
  });
});

describe('secrets by the rules of secretlint', () => {
  const finder = secretlintFinder();
  test.each<[kind: string, written: string]>([
    ['slack', slack],
    ['basicauth', 'https://bob:s3cretpw@example.com'],
    ['database_connection_string', 'postgres://u:pw1234@db.host/x'],
  ])('%s', async (kind, written) => {
    expect(await cut(finder, `it is ${written} here`)).toEqual([[kind, written]]);
    expect(finder.kinds).toContain(kind);
  });

  test('whole, where the rule ends within it', async () => {
    const text = `aws_secret_access_key = ${awsSecret}`;
    expect(await cut(finder, `${text} here`)).toEqual([['aws', text]]);
  });

  test('a comment in the text does not switch it off', async () => {
    expect(await cut(finder, `/* secretlint-disable */ ${slack}\n// secretlint-disable-line`)).toEqual([
      ['slack', slack],
    ]);
  });
});

test('never throw but by their bound, and stay within the text', async () => {
  const pieces = fc.constantFrom(
    slack,
    awsKey,
    awsSecret,
    '4111 1111 1111 1111',
    'DE89370400440532013000',
    'a@b.c',
    ' ',
    '\n',
    '\u0000',
    '{"',
    '://',
    ':x@',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 9 })), { maxLength: 9 }),
      async (parts) => {
        const text = parts.join('');
        for (const finder of [personalFinder(), secretlintFinder()])
          for (const { start, end } of await finder.find(text)) {
            expect(start).toBeGreaterThanOrEqual(0);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(text.length);
          }
      },
    ),
    { numRuns: 200 },
  );
});

// What is compared is growth within one run: quadratic work would be sixty-four times as much for eight times the text.
test('hostile texts cost as much as others of their length', { timeout: 120_000 }, async () => {
  const units = [
    'a',
    'AKIA',
    '-----BEGIN PRIVATE KEY-----',
    'sk-ant-',
    'xoxb-1',
    'aws_secret_access_key=',
    '{"private_key":',
    'https://a:',
    'mongodb://',
    'https://hooks.slack.com/services/',
    'ghp_',
    'glpat-',
    '1 ',
    '1-',
    'DE12 ',
    'AB12CD34 ',
    'a@',
    'a.',
    'a@a.',
    ' ',
    '=',
  ];
  const finders = [secretlintFinder(), personalFinder()];
  for (const finder of finders) {
    const cost = async (text: string): Promise<number> => {
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 3; i++) {
        const startedAt = process.cpuUsage();
        await finder.find(text).catch(() => undefined);
        const { user, system } = process.cpuUsage(startedAt);
        best = Math.min(best, user + system);
      }
      return best;
    };
    for (const unit of units) {
      const text = (size: number): string => unit.repeat(Math.ceil(size / unit.length));
      await cost(text(1000));
      const [small, large] = [await cost(text(32_000)), await cost(text(256_000))];
      expect(large, unit).toBeLessThan(Math.max(small, 5000) * 32);
    }
  }
});
