// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { type Meter, TooMuchWork, validationBudget } from './meter.ts';
import { linearPattern, PatternRefused } from './pattern.ts';

const endless = (): Meter => ({ left: Number.POSITIVE_INFINITY });

describe('means what JavaScript means', () => {
  const patterns = [
    '^[a-z]+$',
    'b',
    '^(?:a|b){2,3}$',
    '^\\d{4}-\\d{2}$',
    '^[\\w.-]+$',
    '^(?!a)b?',
    '^(?=.*1)(?!.*2)[a-z0-9]+$',
    '^(?!\\.)(?!.*\\.\\.)([A-Za-z0-9_.]*)[A-Za-z0-9_]@([A-Za-z0-9][A-Za-z0-9-]*\\.)+[A-Za-z]{2,}$',
    '^\\p{Lu}\\p{Ll}*$',
    '^[^\\]|]+$',
    '^(?<year>\\d+)$',
    '^\\u0041\\x42$',
    '^$',
    '',
    '[|)(]',
  ];
  const texts = ['', 'a', 'b', 'ab', 'abab', '2026-11', 'a-b.c', 'x1', 'x12', '1', 'a.b@c.de', 'a..b@c.de'];
  texts.push('.a@c.de', 'É', 'Éa', 'a|b', ']', '|', 'AB', 'AB\n', '\n', 'a\nb', 'b1', '(');
  test.each(patterns)('%s', (pattern) => {
    const linear = linearPattern(pattern, endless());
    const native = new RegExp(pattern, 'u');
    for (const text of texts) expect([text, linear.test(text)]).toEqual([text, native.test(text)]);
  });
});

describe('refuses what it cannot match in linear time', () => {
  test.each([
    ['a backreference', '(a)\\1'],
    ['a lookahead in the middle', 'a(?=b)'],
    ['a lookbehind', '(?<=a)b'],
    ['a lookahead that belongs to one alternative', '^(?=a)b|c'],
    ['a lookahead inside a lookahead', '^(?=a(?!b))c'],
    ['repetition of repetition', '((a{1000}){1000}){1000}'],
    ['no pattern at all', '('],
    ['flags', '(?z)a'],
    ['a long one', `^${'a?'.repeat(2000)}$`],
  ])('%s', (_what, pattern) => expect(() => linearPattern(pattern, endless())).toThrow(PatternRefused));
});

describe('bombs', () => {
  test.each([
    ['^(a+)+$', `${'a'.repeat(100_000)}!`],
    ['^(a|aa)+$', `${'a'.repeat(100_000)}!`],
    ['^(?!(a+)+$)', `${'a'.repeat(100_000)}!`],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['^(.*,){1,50}P$', 'a,'.repeat(50_000)],
  ])('%s is done at once', (pattern, text) => {
    const linear = linearPattern(pattern, endless());
    const before = performance.now();
    linear.test(text);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  test('what would be too long is not begun', () => {
    const meter: Meter = { left: validationBudget };
    const linear = linearPattern('^(.{0,900}){0,1}x$', meter);
    expect(() => linear.test('a'.repeat(1_000_000))).toThrow(TooMuchWork);
  });
});

test('patterns differ in their text, since ajv shares them by it', () => {
  const [a, b] = [linearPattern('a', endless()), linearPattern('b', endless())];
  expect(a.toString()).not.toBe(b.toString());
});
