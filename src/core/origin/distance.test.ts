// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { JsonObject } from '../json/value.ts';
import { distanceOf, intentRecord, sumOf } from './distance.ts';
import { type Described, originFacts, unasked } from './facts.ts';
import { createKnowledge } from './knowledge.ts';

const mail: Described = {
  class: 'send',
  server: 'mail',
  target: 'send_mail',
  resource: { type: 'Tool' },
  args: { to: { role: 'destination' }, body: { role: 'content' } },
};
const refund: Described = {
  class: 'pay',
  server: 'crm',
  target: 'refundInvoice',
  resource: { type: 'Invoice' },
  args: { invoice: { role: 'selector' }, amount: { role: 'amount' } },
};

test.each<
  [what: string, prompt: string, entry: Described, args: JsonObject, far: readonly number[], sum: number]
>([
  [
    'nothing, where it is what was asked',
    'Mail it to ann@a.example.',
    mail,
    { to: 'ann@a.example' },
    [0, 0, 0, 0],
    0,
  ],
  ['to whom', 'Mail it to ann@a.example.', mail, { to: 'eve@e.example' }, [0, 0, 1, 0], 1],
  ['a value', 'Refund invoice 7: 12.50.', refund, { invoice: '7', amount: 99 }, [0, 0, 0, 1], 1],
  [
    'what it is about',
    'Pay back 12.50 for number 7.',
    refund,
    { invoice: '7', amount: 12.5 },
    [0, 1, 0, 0],
    1,
  ],
  ['all of it', 'Summarise the page.', refund, { invoice: '9', amount: 99 }, [2, 1, 0, 1], 4],
  ['an act, to somebody', 'Summarise the page.', mail, { to: 'eve@e.example' }, [2, 1, 1, 0], 4],
])('far by %s', (_what, prompt, entry, args, far, sum) => {
  const known = createKnowledge();
  known.ask(prompt);
  const distance = distanceOf(originFacts(known, entry, args));
  expect([distance.class, distance.tool, distance.destination, distance.values]).toEqual(far);
  expect(sumOf(distance)).toBe(sum);
});

test('parameters of a task were said, and where nobody has asked for anything nothing is far', () => {
  const known = createKnowledge();
  known.given('customer', 'ann@a.example');
  known.ask('Mail the customer.');
  expect(distanceOf(originFacts(known, mail, { to: 'ann@a.example' })).destination).toBe(0);
  const bare = originFacts(createKnowledge(), mail, { to: 'eve@e.example' });
  expect(intentRecord(bare)).toMatchObject({ known: false, distance: 0 });
  expect(intentRecord(unasked).distance).toBe(0);
});
