// SPDX-License-Identifier: Apache-2.0
/**
 * What one event and one question cost for each shape of condition, with more and more history in the
 * window: `node bench/temporal-shapes.ts`. What is kept should not grow; what is enumerated does, and
 * how much is what the table is for. No disk. Prints one JSON object.
 */
import { wholeOf } from '../src/core/temporal/cursor.ts';
import type { Asked, TemporalEvent } from '../src/core/temporal/event.ts';
import type { Formula } from '../src/core/temporal/formula.ts';
import { formulaOf } from '../src/core/temporal/formula-of.ts';
import { compileHistory } from '../src/core/temporal/history.ts';
import { readCondition } from '../src/core/temporal/read-condition.ts';
import { reading, scan } from '../src/core/temporal/scan.ts';
import { EntityValue, type TemporalValue } from '../src/core/temporal/value.ts';

const pay = (fields: string) => `N::Action::"Pay"::request{${fields}}`;
const paid = (fields: string) => `N::Action::"Pay"::response{${fields}}`;
const mine = 'input.user: context.user';
const count = (body: string, names = '(t: Timepoint)') => `(count for ${names}. where (${body}))`;

const shapes: readonly (readonly [name: string, condition: string])[] = [
  ['something happened', `formerly within 24h ${pay(`${mine}, input.to: "x"`)}`],
  ['nothing happened', `!(formerly within 24h ${pay('input.user: "nobody"')})`],
  ['how often', `${count(`formerly within 24h (${pay(mine)} && tp(t))`)} > 1000000`],
  [
    'how often, of some',
    `${count(`formerly within 24h (exists (a: Long). (${pay(`${mine}, input.amount: a`)} && a > 5) && tp(t))`)} > 1000000`,
  ],
  [
    'how much',
    `(sum a for (a: Long), (t: Timepoint). where (formerly within 24h (${pay(`${mine}, input.amount: a`)} && tp(t)))) > context.limit`,
  ],
  [
    'how many different',
    `${count(`formerly within 24h ${pay(`${mine}, input.to: x`)}`, '(x: String)')} > 1000000`,
  ],
  ['nothing since', `!${paid(`${mine}, input.to: "y"`)} since within 24h ${pay(mine)}`],
  ['the one before', `previous within 24h ${pay(mine)}`],
  [
    'this after that',
    `formerly within 24h (${pay(mine)} && formerly within 1h ${paid(`${mine}, input.to: "nobody"`)})`,
  ],
  [
    'enumerated: the same one did both',
    `exists (x: String). (formerly within 24h ${pay(`${mine}, input.to: x`)} && formerly within 24h ${paid(`input.user: "nobody", input.to: x`)})`,
  ],
  [
    'enumerated: in flight',
    `${count(`formerly within 24h ${pay(`${mine}, requestId: r`)} && !(formerly within 24h ${paid('requestId: r')})`, '(r: String)')} > 1000000`,
  ],
  [
    'enumerated: that is not pinned',
    `formerly within 24h (${pay(mine)} && formerly within 1h ${paid('input.to: context.none')})`,
  ],
  [
    'enumerated: at every moment',
    `formerly within 24h (${count('formerly within 1h (N::Action::"Pay"::request{} && tp(t))')} > 1000000 && !${pay(mine)})`,
  ],
];

const histories = [200, 2000, 20_000] as const;
const users = 10;

const table = shapes.map(([name, text]) => {
  const formula = read(text);
  const us = histories.map((events) => measured(formula, events));
  return { name, quick: compileHistory([{ id: name, formula }]).describe(name).quick, us };
});
console.log(JSON.stringify({ node: process.version, histories, usPerEventAndQuestion: table }));

function read(text: string): Formula {
  const got = reading(() => formulaOf(readCondition(wholeOf(scan({ name: 'shape', text })))));
  if (!got.ok) throw new Error(`${got.problem.message} in ${text}`);
  return got.value;
}

function eventOf(i: number): TemporalEvent {
  const input = new Map<string, TemporalValue>([
    ['user', `u${i % users}`],
    ['to', i % 7 === 0 ? 'x' : `p${i % 97}`],
    ['amount', i % 11],
  ]);
  return {
    actionType: 'N::Action',
    actionId: 'Pay',
    kind: i % 3 === 2 ? 'response' : 'request',
    at: i * 1000,
    fields: new Map<string, TemporalValue>([
      ['input', input],
      ['requestId', `r${i - (i % 3 === 2 ? 2 : 0)}`],
    ]),
  };
}

/** With as many events in the window all the time, old ones being forgotten. */
function measured(formula: Formula, events: number): number {
  const plan = compileHistory([{ id: 'leaf', formula }]);
  const history = plan.start({ maxSteps: Number.POSITIVE_INFINITY });
  const scope = { uid: new EntityValue('N::User', 'u'), attrs: new Map() };
  const asked: readonly Asked[] = Array.from({ length: users }, (_, user) => ({
    context: new Map<string, TemporalValue>([
      ['user', `u${user}`],
      ['limit', 1_000_000_000],
      ['none', 'nobody'],
    ]),
    principal: scope,
    resource: scope,
  }));
  for (let i = 0; i < events; i++) history.push(eventOf(i));
  const times: number[] = [];
  const until = performance.now() + 300;
  for (let i = events; performance.now() < until; i++) {
    const event = eventOf(i);
    const by = asked[i % users];
    const start = performance.now();
    history.push(event);
    if (by !== undefined) history.holds(0, by);
    times.push(performance.now() - start);
    history.truncate(events);
  }
  const sorted = times.toSorted((a, b) => a - b);
  return Math.round((sorted[sorted.length >> 1] ?? Number.NaN) * 1e5) / 100;
}
