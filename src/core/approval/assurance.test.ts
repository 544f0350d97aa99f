// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actionClasses } from '../catalogue/taxonomy.ts';
import { type Assurance, assurances, isEnough, type isGrave, neededFor } from './assurance.ts';

const read = { class: 'read', reversible: false } as const;
const pay = { class: 'pay', reversible: true } as const;
const note = { class: 'create', reversible: true } as const;
const send = { class: 'send', reversible: false } as const;

test.each<
  [
    sentence: string,
    deed: Parameters<typeof isGrave>[0],
    said: Assurance | undefined,
    sealed: boolean,
    want: Assurance,
  ]
>([
  ['nothing is sealed, so whoever can open the socket may', pay, undefined, false, 'socket'],
  ['a policy may want more all the same', note, 'passkey', false, 'passkey'],
  ['sealed, the least is to sign in', note, undefined, true, 'sign_in'],
  ['whatever a policy says', note, 'socket', true, 'sign_in'],
  ['what is grave takes a passkey', pay, undefined, true, 'passkey'],
  ['and a policy cannot want less', pay, 'sign_in', true, 'passkey'],
  ['what cannot be undone is grave', send, undefined, true, 'passkey'],
  ['but for what changes nothing', read, undefined, true, 'sign_in'],
  ['unless a policy says so', read, 'passkey', true, 'passkey'],
])('%s', (_sentence, deed, said, sealed, want) => {
  expect(neededFor(deed, said, sealed)).toBe(want);
});

test('to seal, to be graver and to want more never make less be enough', () => {
  const deed = fc.record({ class: fc.constantFrom(...actionClasses), reversible: fc.boolean() });
  const said = fc.constantFrom(undefined, ...assurances);
  fc.assert(
    fc.property(deed, said, (one, wanted) => {
      const open = neededFor(one, wanted, false);
      const sealed = neededFor(one, wanted, true);
      expect(isEnough(sealed, open)).toBe(true);
      expect(isEnough(sealed, 'sign_in')).toBe(true);
      expect(isEnough(sealed, neededFor(one, undefined, true))).toBe(true);
      if (wanted !== undefined) expect(isEnough(open, wanted)).toBe(true);
      expect(isEnough(neededFor({ ...one, reversible: false }, wanted, true), sealed)).toBe(true);
    }),
  );
});
