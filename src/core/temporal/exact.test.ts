// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { type Exact, minus, plus, toLong } from './exact.ts';

const most = 2n ** 63n - 1n;

test.each<[rule: string, got: Exact, want: Exact]>([
  ['small sums are numbers', plus(2, 3), 5],
  ['a sum beyond what a number holds exactly is a bigint', plus(2 ** 53 - 1, 14), 2n ** 53n + 13n],
  ['and a number again when it fits', minus(2n ** 53n + 13n, 14), 2 ** 53 - 1],
  ['a Long may be passed on the way', minus(plus(most, most), most), most],
  ['what is too much for a Long ends at its edge', toLong(plus(most, 1)), most],
  ['what is too little as well', toLong(minus(-most, 2)), -(2n ** 63n)],
  ['what fits stays', toLong(-7), -7],
])('%s', (_rule, got, want) => expect(got).toBe(want));
