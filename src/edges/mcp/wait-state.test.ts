// SPDX-License-Identifier: Apache-2.0
// The state that a client carries about: good for what it was made for, and no bit of it can be turned.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../core/json/value.ts';
import { isWaitState, openWait, sealWait, type WaitState, whatIsAsked } from './wait-state.ts';

const key = (text: string): string => createHmac('sha256', 'k').update(text).digest('hex');
const what: JsonObject = {
  method: 'tools/call',
  params: { name: 'pay', arguments: { amount: 5 } },
  servers: [],
};
const state: WaitState = {
  approval: 'a-1',
  expiresAt: 1_000,
  round: 2,
  given: { inputResponses: { who: { action: 'accept' } }, requestState: 'theirs' },
};
const sealed = sealWait(key, 's-1', what, state) ?? '';

test('opens where it was sealed, as it was', () => {
  expect(isWaitState(sealed)).toBe(true);
  expect(openWait(key, 's-1', what, sealed)).toEqual(state);
});

test.each<[what: string, open: () => WaitState | undefined]>([
  ['in another session', () => openWait(key, 's-2', what, sealed)],
  [
    'for other arguments',
    () => openWait(key, 's-1', { ...what, params: { name: 'pay', arguments: { amount: 6 } } }, sealed),
  ],
  ['at another endpoint', () => openWait(key, 's-1', { ...what, servers: ['x'] }, sealed)],
  ['under another key', () => openWait((text) => key(`${text} `), 's-1', what, sealed)],
  ['with something behind it', () => openWait(key, 's-1', what, `${sealed}.x`)],
  ['without its proof', () => openWait(key, 's-1', what, sealed.slice(0, sealed.lastIndexOf('.')))],
])('does not open %s', (_what, open) => expect(open()).toBeUndefined());

test('does not open with anything in it changed', () => {
  const changed = fc.tuple(fc.nat(sealed.length - 1), fc.integer({ min: 33, max: 126 }));
  fc.assert(
    fc.property(changed, ([at, code]) => {
      const other = `${sealed.slice(0, at)}${String.fromCharCode(code)}${sealed.slice(at + 1)}`;
      expect(other !== sealed && isWaitState(other) && openWait(key, 's-1', what, other) !== undefined).toBe(
        false,
      );
    }),
  );
});

test('what is too much to carry about is not sealed', () => {
  const given = { inputResponses: { text: { content: 'x'.repeat(70_000) } } };
  expect(sealWait(key, 's-1', what, { ...state, given })).toBeUndefined();
});

test('says what is asked, and not what is said of it or answered', () => {
  const params = { name: 'pay', arguments: {}, _meta: { a: 1 }, inputResponses: {}, requestState: 'x' };
  const scope = { kind: 'one', server: 'bank' } as const;
  expect(whatIsAsked(scope, 'tools/call', params)).toEqual({
    method: 'tools/call',
    params: { name: 'pay', arguments: {} },
    servers: ['bank'],
  });
});
