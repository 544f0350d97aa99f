// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visible } from '../../../core/approval/visible.ts';
import { foreign, marksIn, remarksOn } from './foreign.ts';

const inner = (text: string) => foreign(text).toString().replace('<bdi dir="ltr">', '').replace('</bdi>', '');

test.each<[what: string, text: string, want: string]>([
  ['text stays text', 'a < b', 'a &lt; b'],
  ['what hides is marked', 'a\\u{202e}b', 'a<mark class="hidden">\\u{202e}</mark>b'],
  ['a line ends where it ended', 'a\\u{a}b', 'a<mark class="layout">\\u{a}</mark><br>b'],
  ['what is no number is no mark', '\\u{xyz}\\u{}', '\\u{xyz}\\u{}'],
  [
    'marks that are heaped on a letter are told one by one',
    `a${'\u0301'.repeat(6)}`,
    `a${'\u0301'.repeat(4)}<mark class="hidden">\\u{301}</mark><mark class="hidden">\\u{301}</mark>`,
  ],
])('%s', (_what, text, want) => expect(inner(text)).toBe(want));

test('nothing of a text is left out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
      const shown = visible(text).text;
      const told = inner(shown)
        .replaceAll(/<[^<>]*>/g, '')
        .replaceAll(
          /&(lt|gt|amp|quot|#39);/g,
          (_all, name) => ({ lt: '<', gt: '>', amp: '&', quot: '"' })[name as 'lt'] ?? "'",
        );
      expect(told.replaceAll(/\\u\{[0-9a-f]+\}/g, '')).toBe(
        shown.replaceAll(/\\u\{[0-9a-f]+\}/g, '').replaceAll(/(?<=\p{M}{4})\p{M}/gu, ''),
      );
    }),
    { numRuns: 300 },
  );
});

describe('what does not show is counted', () => {
  test.each<[what: string, text: string, hidden: number, layout: number]>([
    ['a turn', 'a\u202eb', 1, 0],
    ['lines and tabs by themselves', 'a\r\n\tb', 0, 3],
    ['nothing in plain text', 'abc', 0, 0],
    ['and what is written so in letters does not take away from it', '\\u{a}\\u{a}\u202e', 1, 2],
  ])('%s', (_what, text, hidden, layout) =>
    expect(marksIn([visible(text).text])).toEqual({ hidden, layout }),
  );
});

describe('remarks', () => {
  test.each<[text: string, want: RegExp | undefined]>([
    ['ana@example.com', undefined],
    ['дана', undefined],
    ['pay@p\u0430ypal.example', /several alphabets: Latin, Cyrillic/],
    ['\uff41dmin', /special forms/],
    ['\u05d3\u05e0\u05d4 100', /right to left/],
  ])('on %j', (text, want) => {
    const [first] = remarksOn(text);
    if (want === undefined) expect(first).toBeUndefined();
    else expect(first).toMatch(want);
  });
});
