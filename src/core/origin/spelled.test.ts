// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spellingsOf } from './spelled.ts';

/** RFC 4648 as others write it, to compare with. */
const legible = (decoded: string): readonly string[] => decoded.match(/[ -~]{5,}/g) ?? [];
const base64 = (run: string): string => Buffer.from(run, 'base64').toString('latin1');

function base32(text: string): string {
  const bits = Array.from(Buffer.from(text), (byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? [])
    .map((five) => 'abcdefghijklmnopqrstuvwxyz234567'[parseInt(five.padEnd(5, '0'), 2)])
    .join('');
}

const readable = fc.stringMatching(/^[ -~]{12,40}$/);

test('what is written in base 64 or 32 is read, whatever letters stand before it', () =>
  fc.assert(
    fc.property(readable, fc.stringMatching(/^[a-z]{0,7}$/), fc.boolean(), (text, before, url) => {
      const sixtyFour = Buffer.from(text).toString(url ? 'base64url' : 'base64');
      // The last letters may be lost with what stands before it, never those in the middle.
      const middle = text.slice(3, 8);
      for (const hidden of [`${before}${sixtyFour}`, `${before}${base32(text)}`, `"${sixtyFour}"`])
        expect(spellingsOf(hidden).some((one) => one.includes(middle))).toBe(true);
    }),
  ));

test('a run of base 64 says what others read in it, from each of its first four letters on', () =>
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9+/_-]{8,60}={0,2}$/), (run) => {
      const [, first = ''] = spellingsOf(`(${run})`);
      const want = [0, 1, 2, 3].flatMap((by) => legible(base64(run.slice(by)))).join('\n');
      if (want !== '' && !/[%+&]/.test(run)) expect(first).toBe(want);
    }),
  ));

test.each(['customer statement', 'Ordinary words, none of which says anything else.', '', 'a.b.c'])(
  'words are words: %s',
  (text) => expect(spellingsOf(text).slice(1).join('')).not.toMatch(/[a-z]{5}/),
);
