// SPDX-License-Identifier: Apache-2.0
// Which clients are asked how, in which words, and what their answers are taken for.
import { describe, expect, test } from 'vitest';
import type { Pending } from '../../app/asking.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { addressOf, answerIn, answerOf, modeOf, questionOf } from './wait-question.ts';

const url = 'https://desk.example/a-1';

test.each<
  [
    who: string,
    version: string,
    elicitation: JsonObject | undefined,
    url: string | undefined,
    want: string | undefined,
  ]
>([
  ['that declares nothing', '2026-07-28', undefined, url, undefined],
  ['that names no mode has forms', '2026-07-28', {}, url, 'form'],
  ['that names both is sent to the address', '2026-07-28', { form: {}, url: {} }, url, 'url'],
  ['that names both, and nobody has an address', '2026-07-28', { form: {}, url: {} }, undefined, 'form'],
  ['that only takes addresses, and nobody has one', '2026-07-28', { url: {} }, undefined, undefined],
  ['of 2025-11-25 that takes addresses', '2025-11-25', { url: {} }, url, 'url'],
  ['of 2025-06-18 knows forms only, whatever it says', '2025-06-18', { form: {}, url: {} }, url, 'form'],
  ['of 2025-03-26 knows neither', '2025-03-26', { form: {}, url: {} }, url, undefined],
])('a client %s', (_who, protocolVersion, elicitation, address, want) => {
  const era = protocolVersion === '2026-07-28' ? 'modern' : 'legacy';
  const clientCapabilities = elicitation === undefined ? {} : { elicitation };
  expect(modeOf({ era, protocolVersion, clientCapabilities }, 'tools/call', address)?.kind).toBe(want);
});

test('in the later era only three methods may be answered by a question', () => {
  const client = {
    era: 'modern',
    protocolVersion: '2026-07-28',
    clientCapabilities: { elicitation: {} },
  } as const;
  const asked = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete', 'tasks/get'].map(
    (method) => modeOf(client, method, url)?.kind,
  );
  expect(asked).toEqual(['form', 'form', 'form', undefined, undefined]);
});

describe('the words', () => {
  const pending: Pending = {
    approval: 'a-1',
    expiresAt: 0,
    line: 'pay with bank/pay: amount 5',
    needs: [
      { approvers: ['finance', 'board'], quorum: 2 },
      { approvers: ['security'], quorum: 1 },
    ],
  };
  const client = { era: 'legacy', protocolVersion: '2025-11-25', clientCapabilities: {} } as const;

  test('say what waits for whom, by group and number, and that the answer approves nothing', () => {
    const { message } = questionOf(client, { kind: 'form' }, pending);
    expect(message).toBe(
      'To pay with bank/pay: amount 5: this waits for 2 people of `finance` or `board` and one person of `security` (approval a-1). Nothing that is answered here approves it. Accept to look again, decline to stop waiting.',
    );
  });

  test('of an address have an id in the era that knows one', () => {
    expect(questionOf(client, { kind: 'url', url }, pending).elicitationId).toBe('a-1');
    const later = { ...client, era: 'modern', protocolVersion: '2026-07-28' } as const;
    expect(questionOf(later, { kind: 'url', url }, pending)).not.toHaveProperty('elicitationId');
  });
});

test.each<[said: JsonObject, taken: string | undefined]>([
  [{ action: 'accept' }, 'accept'],
  [{ action: 'accept', content: { approve: false } }, 'accept'],
  [{ action: 'decline' }, 'decline'],
  [{ action: 'cancel' }, 'decline'],
  [{ action: 'approve' }, undefined],
  [{ action: ['accept'] }, undefined],
  [{}, undefined],
])('%j is taken for %s', (said, taken) => {
  expect(answerIn(said)).toBe(taken);
  expect(answerOf({ result: said })).toBe(taken);
});

test('an error is no answer', () => expect(answerOf({ error: { code: -1, message: 'no' } })).toBeUndefined());

test.each<[what: string, said: string | undefined, want: string | undefined]>([
  ['an address', url, url],
  ['one of this machine', 'http://127.0.0.1:7000/a-1', 'http://127.0.0.1:7000/a-1'],
  ['none', undefined, undefined],
  ['no address', 'desk', undefined],
  ['a file', 'file:///etc/passwd', undefined],
  ['a script', 'javascript:alert(1)', undefined],
  ['one with credentials in it', 'https://ana:x@desk.example/', undefined],
  ['one that is very long', `https://desk.example/${'x'.repeat(3000)}`, undefined],
])('%s', (_what, said, want) => expect(addressOf(() => said, 'a-1')).toBe(want));
