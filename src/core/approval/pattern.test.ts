// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Level } from '../label/label.ts';
import { unasked } from '../origin/facts.ts';
import type { Matter } from './matter.ts';
import {
  type Candidate,
  type Free,
  fits,
  freeInWords,
  isTold,
  type Pattern,
  patternDigest,
  patternOf,
} from './pattern.ts';

const pseudonym = (text: string) => `h(${text})`;

const matter: Matter = {
  who: {
    ...{ agent: 'a1', owner: 'o1', task: 't1', session: 's1', chain: ['ana', 'a1'] },
    ...{ requester: 'local:1', onBehalfOf: 'ana' },
  },
  call: {
    ...{ method: 'tools/call', server: 'bank', target: 'refund', action: 'refund' },
    resource: { type: 'Account', id: 'c1' },
    definition: 'sha256:1',
    args: { amount: 100, account: 'c1', note: 'x' },
    transforms: [],
  },
  labels: {
    level: 'internal',
    categories: ['pii'],
    readers: ['r', 's'],
    integrity: 'trusted',
    sources: ['a/b'],
  },
  origins: unasked,
  policy: 'sha256:p',
  catalogue: 'sha256:c',
  asks: [],
};
const seen = { amount: 100, account: 'c1', note: 'x' };
const base: Candidate = { matter, seen, idArgument: 'account' };
const upTo500: Free = { argument: 'amount', must: { is: 'integer', min: 0, max: 500 } };
const pattern = patternOf(base, [upTo500], matter.labels, pseudonym);

function call(more: Partial<Matter['call']>, see: object = {}): Candidate {
  const args = { ...matter.call.args, ...see };
  return {
    ...base,
    matter: { ...matter, call: { ...matter.call, args, ...more } },
    seen: { ...seen, ...see },
  };
}
const who = (more: Partial<Matter['who']>): Candidate => ({
  ...base,
  matter: { ...matter, who: { ...matter.who, ...more } },
});
const having = (more: Partial<Matter>): Candidate => ({ ...base, matter: { ...matter, ...more } });

describe('a pattern fits', () => {
  test.each<[what: string, candidate: Candidate, want: boolean]>([
    ['the call that it was made from', base, true],
    ['another value that it leaves free', call({}, { amount: 500 }), true],
    ['no value beyond', call({}, { amount: 501 }), false],
    ['no value of another type', call({}, { amount: '100' }), false],
    ['no other value of what it does not name', call({}, { note: 'y' }), false],
    ['no argument more', call({}, { more: 1 }), false],
    ['no other resource', call({ resource: { type: 'Account', id: 'c2' } }), false],
    ['another session of the task', who({ session: 's2' }), true],
    ['no other task', who({ task: 't2' }), false],
    ['no other agent', who({ agent: 'a2' }), false],
    ['no other owner', who({ owner: 'o2' }), false],
    ['no other chain', who({ chain: ['a1'] }), false],
    ['nobody else that it is done for', who({ onBehalfOf: null }), false],
    ['no other tool', call({ target: 'pay' }), false],
    ['no other definition of it', call({ definition: 'sha256:2' }), false],
    ['no other policies', having({ policy: 'sha256:q' }), false],
    ['no other catalogue', having({ catalogue: 'sha256:d' }), false],
    [
      'no other prompt',
      having({ origins: { ...unasked, intent: { ...unasked.intent, asked: false } } }),
      false,
    ],
    ['less that was read', having({ labels: { ...matter.labels, level: 'public', categories: [] } }), true],
    ['no more that was read', having({ labels: { ...matter.labels, level: 'confidential' } }), false],
    [
      'nothing of another kind',
      having({ labels: { ...matter.labels, categories: ['pii', 'secret'] } }),
      false,
    ],
    ['nothing that fewer may read', having({ labels: { ...matter.labels, readers: ['r'] } }), false],
    ['no text of strangers', having({ labels: { ...matter.labels, integrity: 'untrusted' } }), false],
    ['nothing from elsewhere', having({ labels: { ...matter.labels, sources: ['a/b', 'x/y'] } }), false],
    [
      'no value in doubt',
      having({
        origins: { ...unasked, roles: { ...unasked.roles, amount: { doubt: 1, from: ['unknown'] } } },
      }),
      false,
    ],
  ])('%s', (_what, candidate, want) => expect(fits(pattern, candidate, pseudonym)).toBe(want));

  test('another resource where the argument that names it is free', () => {
    const free: Free = { argument: 'account', must: { is: 'one_of', values: ['c1', 'c2'] } };
    const wide = patternOf(base, [free], matter.labels, pseudonym);
    const other = (id: string) => call({ resource: { type: 'Account', id } }, { account: id });
    expect(fits(wide, other('c2'), pseudonym)).toBe(true);
    expect(fits(wide, other('c3'), pseudonym)).toBe(false);
  });

  test('nothing where a free argument is not there', () => {
    const { amount: _gone, ...rest } = matter.call.args;
    const { amount: _gone2, ...less } = seen;
    const without = { ...base, matter: { ...matter, call: { ...matter.call, args: rest } }, seen: less };
    expect(fits(pattern, without, pseudonym)).toBe(false);
  });

  test('what is part of a matter one day and not told here is held fast', () => {
    const later = { ...matter, operands: 'sha256:o' };
    expect(fits(pattern, { ...base, matter: later }, pseudonym)).toBe(false);
  });

  const level = fc.constantFrom<Level>('public', 'internal', 'confidential', 'restricted');
  test('never more once labels rise: what does not fit does not fit with more read', () => {
    fc.assert(
      fc.property(level, level, fc.integer({ min: -10, max: 600 }), (one, other, amount) => {
        const at = (label: Level): boolean =>
          fits(
            pattern,
            {
              ...call({}, { amount }),
              matter: { ...call({}, { amount }).matter, labels: { ...matter.labels, level: label } },
            },
            pseudonym,
          );
        const [low, high] =
          ['public', 'internal', 'confidential', 'restricted'].indexOf(one) <=
          ['public', 'internal', 'confidential', 'restricted'].indexOf(other)
            ? [one, other]
            : [other, one];
        expect(at(high) && !at(low)).toBe(false);
        expect(at(low)).toBe(amount >= 0 && amount <= 500 && (low === 'public' || low === 'internal'));
      }),
    );
  });
});

describe('the digest of a pattern', () => {
  const digest = (more: Partial<Pattern>, count = 3, until = 9) =>
    patternDigest({ ...pattern, ...more }, count, until);
  test.each<[what: string, other: string]>([
    ['what is free', digest({ free: [{ ...upTo500, must: { is: 'integer', min: 0, max: 501 } }] })],
    ['what is fixed', digest({ fixed: 'sha256:x' })],
    ['what may be read', digest({ labels: { ...matter.labels, level: 'restricted' } })],
    ['how often', digest({}, 4)],
    ['how long', digest({}, 3, 10)],
  ])('has %s in it', (_what, other) => expect(other).not.toBe(digest({})));
});

test.each<[free: Free, words: string]>([
  [upTo500, 'amount a whole number from 0 to 500'],
  [{ argument: 'p', must: { is: 'within_path', prefixes: ['/a', '/b'] } }, 'p within "/a", "/b"'],
  [{ argument: 'u', must: { is: 'within_host', suffixes: ['a.org'] } }, 'u at a host under "a.org"'],
  [
    { argument: 'i', must: { is: 'one_of', values: ['1', '2', '3', '4', '5', '6', '7', '8'] } },
    'i one of "1", "2", "3", "4", "5", "6", "7", "8"',
  ],
])('%j is shown whole', (free, words) => expect(freeInWords(free)).toBe(words));

test('under a label that says "and others", nobody could tell more', () => {
  expect(isTold(matter.labels)).toBe(true);
  expect(isTold({ ...matter.labels, sources: ['...', 'a/b'] })).toBe(false);
});
