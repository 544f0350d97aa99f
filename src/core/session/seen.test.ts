// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxSeen, neverSeen, type Seen, withSeen } from './seen.ts';

const all = ({ settled, recent }: Seen): readonly string[] => [...settled, ...recent];
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `tool t/${from + i}`);

test('what was used is no longer new, however much there is, and what was seen before stays as it was', () =>
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(300), { maxLength: 40 }), { maxLength: 40 }), (uses) => {
      const plain = new Set<string>();
      let seen: Seen | undefined;
      for (const use of uses) {
        const names = use.map((n) => `tool t/${n}`);
        const before = seen;
        const held = before === undefined ? [] : all(before);
        expect(neverSeen(seen, names)).toEqual(names.filter((name) => !plain.has(name)));
        seen = withSeen(seen, names);
        for (const name of names) plain.add(name);
        expect([...all(seen)].sort()).toEqual([...plain].sort());
        expect(before === undefined ? [] : all(before)).toEqual(held);
      }
    }),
  ));

test('nothing new leaves it the same, so that its version does not move', () => {
  const seen = withSeen(undefined, ['tool a', 'class b']);
  expect(withSeen(seen, ['class b'])).toBe(seen);
});

test('what does not fit any more counts as never seen', () => {
  let seen: Seen | undefined;
  for (let from = 0; from < maxSeen + 500; from += 50) seen = withSeen(seen, numbered(50, from));
  expect(seen === undefined ? 0 : all(seen).length).toBe(maxSeen);
  expect(neverSeen(seen, numbered(1, maxSeen - 1))).toEqual([]);
  expect(neverSeen(seen, numbered(2, maxSeen))).toEqual(numbered(2, maxSeen));
});

test('one more thing costs no copy of all the others', () => {
  let seen: Seen | undefined;
  let copies = 0;
  for (let n = 0; n < 2000; n++) {
    const before: Seen | undefined = seen;
    seen = withSeen(before, numbered(1, n));
    if (before !== undefined && seen.settled !== before.settled) copies += 1;
  }
  expect(copies).toBeLessThan(40);
});
