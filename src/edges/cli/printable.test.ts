// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLine, paintFor, printable, printableLines, shortId } from './printable.ts';

test.each<[what: string, text: string, shown: string]>([
  ['plain text stays', 'Grüße, 世界', 'Grüße, 世界'],
  ['an escape sequence does nothing', '\u001b[2Jgone', '\\u{1b}[2Jgone'],
  ['so does one of the C1 kind', '\u009b31m', '\\u{9b}31m'],
  ['text is not turned around', 'exe.\u202egpj', 'exe.\\u{202e}gpj'],
  ['what has no width is seen', 'pay\u200bpal', 'pay\\u{200b}pal'],
  ['tags beyond the first plane are seen', 'a\u{e0041}', 'a\\u{e0041}'],
  ['a line stays one line', 'a\nb\u2028c\rd', 'a\\u{a}b\\u{2028}c\\u{d}d'],
  ['half a character is seen', 'a\ud800', 'a\\u{d800}'],
])('%s', (_what, text, shown) => expect(printable(text)).toBe(shown));

test('line feeds of our own end lines', () => {
  expect(printableLines('a\n\u202eb')).toEqual(['a', '\\u{202e}b']);
});

test('JSON says the same, on one line and without anything hidden', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const line = jsonLine({ value, text });
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ value, text })));
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test.each([
  ['d-01m7y06ghs64c5p7jhna2xn6cb', 'd..2xn6cb'],
  ['support-bot', 'support-bot'],
  ['x', 'x'],
  ['', ''],
])('`%s` is told short as `%s`', (id, short) => expect(shortId(id)).toBe(short));

describe('colours', () => {
  const painted = '\u001b[31mno\u001b[39m';
  test.each<[isTTY: boolean, env: NodeJS.ProcessEnv, shown: string]>([
    [true, {}, painted],
    [true, { NO_COLOR: '' }, painted],
    [true, { NO_COLOR: '1' }, 'no'],
    [true, { CI: 'true' }, 'no'],
    [true, { TERM: 'dumb' }, 'no'],
    [false, {}, 'no'],
  ])('tty %j, %j', (isTTY, env, shown) => expect(paintFor({ isTTY }, env)('red', 'no')).toBe(shown));
});
