// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { publishedOver } from '../../test/builders/published.ts';
import { toolEntry } from '../../test/builders/tools.ts';
import { counterexamples } from './counterexample.ts';
import { shaped } from './publish.ts';
import type { InForce } from './road.ts';

const entries = [
  toolEntry(
    'refund',
    { amount: { type: 'integer' }, to: { type: 'string' } },
    { args: { amount: { role: 'amount', money: true }, to: { role: 'destination' } } },
  ),
  toolEntry('read', { id: { type: 'string' } }),
];

const force = (text: string): InForce => shaped(publishedOver(entries, text));

const all = '@id("all") @reason("r") permit (principal is Agent, action, resource);\n';
const rule = (id: string, when: string, action = 'refund') =>
  `@id("${id}") @reason("r") forbid (principal is Agent, action == Action::"crm.${action}", resource) ${when};\n`;
const amount = (most: number) =>
  rule('over', `when { context.args has amount && context.args.amount > ${most} }`);

const found = (before: string, after: string) =>
  counterexamples(force(before), force(after), { seed: 7, tries: 3000, texts: [before, after] });

describe('requests that nobody made', () => {
  test('show nothing between a set and itself, nor where a set only refuses more', () => {
    expect(found(all + amount(100), all + amount(100))).toEqual([]);
    expect(found(all + amount(100), all + amount(50))).toEqual([]);
  });

  test('show a bound that moved by one, and nothing else about the request', () => {
    expect(found(all + amount(100), all + amount(101))).toEqual([
      {
        target: 'crm/refund',
        action: 'crm.refund',
        before: { outcome: 'deny', policies: ['over'] },
        after: { outcome: 'allow', policies: ['all'] },
        request: { 'context.args.amount': 101 },
      },
    ]);
  });

  test.each<[what: string, before: string, after: string, shown: object]>([
    [
      'a rule that is gone',
      all + rule('no-evil', 'when { context.args has to && context.args.to == "evil@example.com" }'),
      all,
      { 'context.args.to': 'evil@example.com' },
    ],
    [
      'a rule about labels that is gone',
      all + rule('no-untrusted', 'when { context.session.labels.untrusted }'),
      all,
      { 'context.session.labels.untrusted': true },
    ],
    [
      'a rule about history that is gone',
      all +
        rule(
          'once',
          'when temporal { formerly within 1h Action::"crm.refund"::admitted{ callerPrincipal: principal } }',
        ),
      all,
      { 'history once__0': true },
    ],
    [
      'a rule about first use that is gone',
      all + rule('new', 'when { context.first.destination }'),
      all,
      { 'context.first.destination': true },
    ],
    ['a permit that is new', rule('x', ''), all + rule('x', ''), {}],
  ])('show %s', (_what, before, after, shown) => {
    const [first] = found(before, after);
    expect(first?.request).toEqual(shown);
  });

  test('are the same ones again for the same seed', () => {
    const [before, after] = [all + amount(10), all];
    expect(found(before, after)).toEqual(found(before, after));
  });
});
