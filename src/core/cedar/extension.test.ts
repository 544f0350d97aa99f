// SPDX-License-Identifier: Apache-2.0
// Texts at the edges of what each extension takes; test/cedar draws from more of them, against the engine.
import { describe, expect, test } from 'vitest';
import { extensionFunctions } from './extension.ts';
import type { Value } from './value.ts';

function call(name: string, ...args: readonly Value[]): Value | undefined {
  const known = extensionFunctions.get(name);
  const [a, b = a] = args;
  if (known === undefined || a === undefined || b === undefined) throw new Error(name);
  return known.apply(a, b);
}

const made = (name: string, text: string): Value => {
  const value = call(name, text);
  if (value === undefined) throw new Error(`${name}("${text}")`);
  return value;
};

describe('texts', () => {
  test.each<[name: string, text: string, want: object | undefined]>([
    ['decimal', '1.5', { units: 15000 }],
    ['decimal', '-0.5', { units: -5000 }],
    ['decimal', '922337203685477.5807', { units: 2n ** 63n - 1n }],
    ['decimal', '922337203685477.5808', undefined],
    ['decimal', '1.23456', undefined],
    ['decimal', '1', undefined],
    ['decimal', '+1.0', undefined],
    ['ip', '1.2.3.4', { version: 4, address: 0x01020304n, prefix: 32 }],
    ['ip', '::1/127', { version: 6, address: 1n, prefix: 127 }],
    ['ip', '1:2:3:4:5:6:7::', { version: 6, address: 0x00010002000300040005000600070000n }],
    ['ip', '1:2:3:4:5:6:7:8::', undefined],
    ['ip', '01.2.3.4', undefined],
    ['ip', '1.2.3.4/032', undefined],
    ['ip', '::ffff:1.2.3.4', undefined],
    ['ip', '::1%1', undefined],
    ['datetime', '1970-01-02', { ms: 86_400_000 }],
    ['datetime', '2024-02-29T23:59:59.999Z', { ms: Date.UTC(2024, 1, 29, 23, 59, 59, 999) }],
    ['datetime', '2024-01-01T00:00:00+0130', { ms: Date.UTC(2023, 11, 31, 22, 30) }],
    ['datetime', '0000-01-01', { ms: -62_167_219_200_000 }],
    ['datetime', '1900-02-29', undefined],
    ['datetime', '2024-01-01T00:00:00', undefined],
    ['datetime', '2024-01-01T00:00:60Z', undefined],
    ['datetime', '2024-01-01T00:00:00+2400', undefined],
    ['duration', '1d2h3m4s5ms', { ms: 93_784_005 }],
    ['duration', '-9223372036854775808ms', { ms: -(2n ** 63n) }],
    ['duration', '9223372036854775808ms', undefined],
    ['duration', '1h1d', undefined],
    ['duration', '', undefined],
    ['duration', '-', undefined],
  ])('%s("%s")', (name, text, want) => {
    if (want === undefined) expect(call(name, text)).toBeUndefined();
    else expect(call(name, text)).toMatchObject(want);
  });

  test('every day is where the calendar has it', () => {
    for (let day = -800_000; day < 2_900_000; day += 997) {
      const date = new Date(day * 86_400_000);
      if (date.getUTCFullYear() < 0 || date.getUTCFullYear() > 9999) continue;
      const text = date.toISOString().slice(-24, -14);
      expect(call('datetime', text)).toEqual({ kind: 'datetime', ms: date.getTime() });
    }
  });
});

describe('functions', () => {
  test.each<[what: string, got: Value | undefined, want: unknown]>([
    ['a loopback range', call('isLoopback', made('ip', '127.0.0.1/8')), true],
    ['a range wider than the loopback', call('isLoopback', made('ip', '127.0.0.1/7')), false],
    ['a multicast range', call('isMulticast', made('ip', 'ff00::/8')), true],
    ['a range wider than multicast', call('isMulticast', made('ip', '224.0.0.0/3')), false],
    ['a range in another', call('isInRange', made('ip', '10.0.0.0/24'), made('ip', '10.0.0.5/24')), true],
    ['versions never mix', call('isInRange', made('ip', '1.2.3.4'), made('ip', '::/0')), false],
    [
      'everything is in the widest',
      call('isInRange', made('ip', '1.2.3.4/0'), made('ip', '0.0.0.0/0')),
      true,
    ],
    ['decimals by value', call('lessThanOrEqual', made('decimal', '1.0'), made('decimal', '1.00')), true],
    [
      'days before 1970',
      call('toDate', made('datetime', '1969-12-31T23:59:59Z')),
      made('datetime', '1969-12-31'),
    ],
    [
      'times before 1970',
      call('toTime', made('datetime', '1969-12-31T23:59:59Z')),
      made('duration', '86399s'),
    ],
    ['seconds towards zero', call('toSeconds', made('duration', '-1999ms')), -1],
    ['another type', call('toSeconds', 5), undefined],
    [
      'an offset that does not fit',
      call('offset', made('datetime', '1970-01-02'), made('duration', '9223372036854775807ms')),
      undefined,
    ],
  ])('%s', (_what, got, want) => expect(got).toEqual(want));
});
