// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { originFacts } from './facts.ts';
import { createKnowledge } from './knowledge.ts';
import { readLines } from './read-lines.ts';
import { readResult } from './read-result.ts';

const table = `| id | customer | total |
|----|:--------:|------:|
| R1 | Ann Lee | 12.50 |
| R2 | **Bo** | 80.00 |`;

describe('what is laid out as something', () => {
  test.each<[what: string, text: string, want: unknown]>([
    [
      'a table',
      table,
      [
        { id: 'R1', customer: 'Ann Lee', total: '12.50' },
        { id: 'R2', customer: 'Bo', total: '80.00' },
      ],
    ],
    ['fields', 'Order: R7\nTotal: 3.00', [{ Order: 'R7', Total: '3.00' }]],
    ['fields of a list', '- **Order:** R7\n- **Total:** 3.00', [{ Order: 'R7', Total: '3.00' }]],
    [
      'fields under headings, and what is said below',
      '# Ticket 1\nStatus: open\nIt leaks.\n# Ticket 2\nStatus: closed',
      [
        { title: 'Ticket 1', Status: 'open', text: 'It leaks.' },
        { title: 'Ticket 2', Status: 'closed' },
      ],
    ],
    ['a stroke in a cell', '| a |\n|---|\n| x \\| y |', [{ a: 'x | y' }]],
    ['prose', 'Dear all,\nwe meet at one: be there.', undefined],
    ['one line with a colon', 'Subject: lunch', undefined],
    ['a table without its rule', '| a | b |\n| 1 | 2 |', undefined],
    ['nothing', '', undefined],
  ])('%s', (_what, text, want) => expect(readLines(text)).toEqual(want));

  test('a row of another width ends the table', () =>
    expect(readLines('| a | b |\n|---|---|\n| 1 | 2 |\n| 3 |')).toEqual([
      { a: '1', b: '2' },
      { text: '| 3 |' },
    ]));
});

describe('what it is worth', () => {
  const order = {
    class: 'pay' as const,
    args: {
      order: { role: 'selector' as const },
      amount: { role: 'amount' as const },
      to: { role: 'destination' as const },
    },
  };

  function having(text: string, trusted = false) {
    const known = createKnowledge();
    known.ask('Refund what Ann Lee paid, to her address.');
    known.tell(
      { source: 'shop/list', class: 'read', holds: 'records', trusted, id: 'o-1' },
      {},
      readResult(text),
      text,
    );
    return (args: { order?: string; to?: string }) => originFacts(known, order, args).roles;
  }

  test('it says which thing is meant', () => {
    expect(having(table)({ order: 'R1' }).selector.doubt).toBe(0);
    expect(having(table)({ order: 'R2' }).selector.doubt).toBeGreaterThan(0);
  });

  const addresses = `| customer | email |\n|---|---|\n| Ann Lee | ann@post.example |\n| Bo | bo@post.example |`;

  test('and never where something may go: a row can be written by whoever writes a cell', () =>
    expect(having(addresses)({ to: 'ann@post.example' }).destination.doubt).toBeGreaterThan(0));

  test('but where nobody else writes it', () =>
    expect(having(addresses, true)({ to: 'ann@post.example' }).destination.doubt).toBe(0));
});

test('no text makes it fail', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('|', '-', '\n', ':', '*', '#', ' ', 'a', '1', '\\') }),
      (text) => {
        readLines(text);
      },
    ),
    { numRuns: 3000 },
  );
});
