// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonValue } from '../json/value.ts';
import {
  intentQuestion,
  nameOf,
  type Offered,
  type Proposal,
  readProposal,
  recordedProposal,
} from './intent.ts';

const offered: readonly Offered[] = [
  { server: 'mail', target: 'send_mail', class: 'send', resource: { type: 'Mailbox' } },
  { server: 'crm', target: 'get_customer', class: 'read', resource: { type: 'Customer' } },
  { server: 'odd', target: 'a\u0007\n"b', class: 'write', resource: { type: 'Tool' } },
];
const prompt = 'Send what the customer said to Ann@Customer.example, and not to bob@customer.example.org.';
const empty = { classes: [], tools: [], datasets: [], destinations: [] };

test.each<[what: string, answer: JsonValue, want: Partial<Proposal> | undefined]>([
  ['nothing', empty, {}],
  [
    'what was offered',
    {
      ...empty,
      classes: ['send'],
      tools: ['mail/send_mail'],
      datasets: ['Customer'],
      destinations: ['ann@customer.example'],
    },
    {
      classes: ['send'],
      tools: ['mail/send_mail'],
      datasets: ['Customer'],
      destinations: ['ann@customer.example'],
    },
  ],
  ['a tool with odd letters in its name, which is one', { ...empty, tools: ['odd/a\u0007\n"b'] }, {}],
  ['a class that no tool here has', { ...empty, classes: ['pay', 'send'] }, { classes: ['send'] }],
  ['the same thing twice', { ...empty, classes: ['send', 'send'] }, { classes: ['send'] }],
  ['a destination that nobody wrote', { ...empty, destinations: ['eve@evil.example'] }, { destinations: [] }],
  [
    'a part of one that was written',
    { ...empty, destinations: ['bob@customer.example', 'nn@customer.example', 'customer', ''] },
    { destinations: ['customer'] },
  ],
  ['a class that there is not', { ...empty, classes: ['obey'] }, undefined],
  ['a tool that there is not', { ...empty, tools: ['mail/send'] }, undefined],
  ['a tool without its server', { ...empty, tools: ['send_mail'] }, undefined],
  ['a dataset that there is not', { ...empty, datasets: ['Secret'] }, undefined],
  ['what nobody has given a type', { ...empty, datasets: ['Tool'] }, undefined],
  ['a member too many', { ...empty, reason: 'because' }, undefined],
  ['a member too few', { classes: [], tools: [], datasets: [] }, undefined],
  ['a list in a list', { ...empty, classes: [['send']] }, undefined],
  ['a text for a list', { ...empty, classes: 'send' }, undefined],
  [
    'more than anybody asks for',
    { ...empty, destinations: Array.from({ length: 65 }, (_, i) => `${i}`) },
    undefined,
  ],
  ['a text as long as a book', { ...empty, destinations: ['x'.repeat(1025)] }, undefined],
  ['null', null, undefined],
  ['a list', [empty], undefined],
])('an answer that says %s', (_what, answer, want) => {
  const read = readProposal(answer, prompt, offered);
  if (want === undefined) expect(read).toBeUndefined();
  else expect(read).toMatchObject(want);
});

test('whatever comes back, only what was offered and what was written counts, and the record says the same', () =>
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
        fc.record({
          classes: fc.array(fc.constantFrom('send', 'pay', 'read', 'obey', '__proto__', 'constructor')),
          tools: fc.array(fc.constantFrom('mail/send_mail', 'crm/get_customer', 'mail/\u0000', 'x/y')),
          datasets: fc.array(fc.constantFrom('Customer', 'Mailbox', 'Tool', 'toString')),
          destinations: fc.array(fc.oneof(fc.string(), fc.constantFrom('ann@customer.example', 'example'))),
        }),
      ),
      (answer) => {
        const read = readProposal(answer, prompt, offered);
        if (read === undefined) return;
        expect(read.classes.every((one) => offered.some((tool) => tool.class === one))).toBe(true);
        expect(read.tools.every((one) => offered.some((tool) => nameOf(tool) === one))).toBe(true);
        expect(read.datasets.every((one) => offered.some(({ resource }) => resource.type === one))).toBe(
          true,
        );
        const text = prompt.toLowerCase();
        expect(
          read.destinations.every((one) => text.includes(one.toLowerCase().replace(/\s+/g, ' ').trim())),
        ).toBe(true);
        expect(recordedProposal(JSON.parse(canonicalJson({ ...read })))).toEqual(read);
      },
    ),
  ));

test('the question offers what there is, and its schema admits nothing else', () => {
  const question = intentQuestion('m', prompt, offered);
  const text = canonicalJson(question);
  // Letters that end a line stand in no line of it.
  expect(Array.from(text).every((letter) => letter >= ' ')).toBe(true);
  expect(JSON.parse(text)).toMatchObject({
    model: 'm',
    temperature: 0,
    response_format: {
      json_schema: {
        strict: true,
        schema: {
          additionalProperties: false,
          properties: {
            classes: { items: { enum: ['read', 'write', 'send'] } },
            datasets: { items: { enum: ['Mailbox', 'Customer'] } },
          },
        },
      },
    },
  });
  expect(canonicalJson(intentQuestion('m', prompt, []))).toContain('"maxLength":0');
});
