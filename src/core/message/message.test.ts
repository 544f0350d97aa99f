// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { canonicalJson } from '../json/canonical.ts';
import { bodyOf, deedOf, type Message } from './message.ts';

const told = { id: 'e-1', type: 'approval.requested', title: 't', at: 1000, about: 'a-1', lateAt: 2000 };
const why = [{ policy: 'p', reason: 'r', approvers: ['finance'], quorum: 2 }];
const card = { verb: 'pay', chain: ['ana', 'a1'], why, expiresAt: 61_000 };

test('a body has of the card what it needs, and of a card of any version no more', () => {
  verifies('messages.say-little');
  const more = {
    effect: { arguments: [{ path: 'note', value: 'secret plan' }] },
    lineage: ['x'],
    raw: 'all of it',
  };
  const deed = deedOf(JSON.stringify({ ...card, ...more, why: [{ ...why[0], owner: 'o', separate: [] }] }));
  if (deed === undefined) throw new Error('no deed');
  const message: Message = { ...told, status: 'requested', deed, desk: 'https://desk.example.com/a-1' };
  expect(bodyOf(message)).toEqual({
    type: 'approval.requested',
    timestamp: '1970-01-01T00:00:01.000Z',
    data: {
      ...{ approval: 'a-1', status: 'requested', verb: 'pay', chain: ['ana', 'a1'], why },
      ...{ expiresAt: '1970-01-01T00:01:01.000Z', desk: 'https://desk.example.com/a-1' },
    },
  });
});

test.each<[what: string, text: string]>([
  ['nothing', ''],
  ['no JSON', 'pay'],
  ['no card', '{}'],
  ['a card without an end', JSON.stringify({ ...card, expiresAt: 'soon' })],
  ['an end that is no time', JSON.stringify({ ...card, expiresAt: 1e18 })],
  ['a key twice', '{"verb":"a","verb":"b","chain":[],"why":[],"expiresAt":1}'],
])('%s is not told of', (_what, text) => expect(deedOf(text)).toBeUndefined());

test('whatever a card says, a body is short, can be sent, and hides no character', () =>
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 40 }),
      fc.nat({ max: 3000 }),
      (names, times) => {
        const asks = names.map((name) => ({
          policy: name,
          reason: name.repeat(9),
          approvers: names,
          quorum: 1,
        }));
        const verb = `\u202e${'x'.repeat(times)}`;
        const deed = deedOf(canonicalJson({ verb, chain: names, why: asks, expiresAt: 1 }));
        if (deed === undefined) throw new Error('no deed');
        const body = canonicalJson(bodyOf({ ...told, deed }));
        expect(body.length).toBeLessThan(20_000);
        expect(body).toContain('\\\\u{202e}');
        expect(deed.verb.includes('more characters')).toBe(times + 8 > 400);
      },
    ),
    { numRuns: 50 },
  ));
