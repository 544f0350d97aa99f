// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { visible } from './visible.ts';

test.each<[what: string, text: string, shown: string]>([
  ['plain text stands', 'pay 100 to Zoë', 'pay 100 to Zoë'],
  ['a bidirectional override', 'a\u202eb', 'a\\u{202e}b'],
  ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
  ['a line break', 'a\nb', 'a\\u{a}b'],
  ['an escape sequence', '\u001b[2J', '\\u{1b}[2J'],
  ['a no-break space', 'a\u00a0b', 'a\\u{a0}b'],
  ['a tag character', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['a filler that looks like nothing', 'a\u3164b', 'a\\u{3164}b'],
  ['a variation selector', 'a\ufe0fb', 'a\\u{fe0f}b'],
  ['a blank of braille', 'a\u2800b', 'a\\u{2800}b'],
  ['half a character', 'a\ud800b', 'a\\u{d800}b'],
])('%s', (_what, text, shown) => {
  const made = visible(text);
  expect(made.text).toBe(shown);
  expect(made.hidden).toBe(text === shown ? 0 : 1);
});
