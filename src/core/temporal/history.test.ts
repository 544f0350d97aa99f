// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { wholeOf } from './cursor.ts';
import type { Asked, TemporalEvent } from './event.ts';
import type { Formula } from './formula.ts';
import { formulaOf } from './formula-of.ts';
import { compileHistory } from './history.ts';
import { readCondition } from './read-condition.ts';
import { reading, scan } from './scan.ts';
import { EntityValue, type TemporalValue } from './value.ts';

function formula(text: string): Formula {
  const written = text.replace(
    /\b([A-Z][a-z]+)(!?)\{/g,
    (_all, id, response) => `N::Action::"${id}"::${response ? 'response' : 'request'}{`,
  );
  const read = reading(() => formulaOf(readCondition(wholeOf(scan({ name: 'p.dw', text: written })))));
  if (!read.ok) throw new Error(`${read.problem.message} in ${text}`);
  return read.value;
}

type Fields = Readonly<Record<string, TemporalValue>>;

function event(seconds: number, actionId: string, input: Fields = {}, output?: Fields): TemporalEvent {
  const groups = new Map<string, TemporalValue>([['input', new Map(Object.entries(input))]]);
  if (output !== undefined) groups.set('output', new Map(Object.entries(output)));
  const kind = output === undefined ? 'request' : 'response';
  return { actionType: 'N::Action', actionId, kind, at: seconds * 1000, fields: groups };
}

function asking(context: Fields = {}): Asked {
  const scope = (id: string) => ({ uid: new EntityValue('N::User', id), attrs: new Map([['limit', 3]]) });
  return { context: new Map(Object.entries(context)), principal: scope('ann'), resource: scope('thing') };
}

function holdsAfter(text: string, events: readonly TemporalEvent[], asked = asking()): boolean {
  const history = compileHistory([{ id: 'leaf', formula: formula(text) }]).start();
  for (const each of events) history.push(each);
  const held = history.holds('leaf', asked);
  if (!('holds' in held)) throw new Error(held.unknown);
  return held.holds;
}

const [grant, revoke, noise] = [event(0, 'Grant'), event(1, 'Revoke'), event(2, 'Other')];
const grouped: TemporalEvent = { ...grant, groups: [{ type: 'N::Action', id: 'Some' }] };
const pays = [3, 3, 4].map((amount, i) => event(i, 'Pay', { amount, to: i < 2 ? 'x' : 'y' }));

describe('the language', () => {
  test.each<[rule: string, text: string, events: readonly TemporalEvent[], want: boolean]>([
    [
      'a timepoint is the one that it was bound at',
      'exists (t: Timepoint). (formerly within 1h (previous within 1h (Grant{} && tp(t))) && formerly within 1h (Grant{} && tp(t)))',
      [grant, revoke],
      true,
    ],
    [
      'and no other',
      'exists (t: Timepoint). (formerly within 1h (previous within 1h (Grant{} && tp(t))) && formerly within 1h (Revoke{} && tp(t)))',
      [grant, revoke],
      false,
    ],
    ['the deciding event is part of its history', 'formerly within 1s Grant{}', [grant], true],
    [
      'a group is all that were in it when they happened',
      'formerly within 1h Some{}',
      [noise, grouped],
      true,
    ],
    ['and nothing else, of whatever name', 'formerly within 1h Some{}', [grant, revoke, noise], false],
    ['an event in a group is still one of its action', 'formerly within 1h Grant{}', [grouped], true],
    [
      'one and the same event is both',
      'formerly within 1h (Some{} && Grant{input.user: "x"})',
      [grant, { ...grouped, fields: new Map([['input', new Map([['user', 'x']])]]) }],
      true,
    ],
    [
      'each event of a group counts',
      '(count for (t: Timepoint). where (formerly within 1h (Some{} && tp(t)))) == 3',
      [grouped, grant, { ...grouped, actionId: 'Other' }, grouped],
      true,
    ],
    ['one of a group ends a streak', '!Some{} since within 1h Revoke{}', [revoke, grouped], false],
    ['a window is closed at its far end', 'formerly within 2s Grant{}', [grant, noise], true],
    ['and ends there', 'formerly within 1s Grant{}', [grant, noise], false],
    ['nothing comes before the first event', 'previous within 1h Grant{}', [grant], false],
    [
      'previous is the event before, whatever it is',
      'previous within 1h Grant{}',
      [grant, revoke, noise],
      false,
    ],
    ['previous has a window', 'previous within 1s Grant{}', [grant, noise], false],
    [
      'an inner window begins where the outer one matched',
      'formerly within 1s (Revoke{} && formerly within 1s Grant{})',
      [grant, revoke, noise],
      true,
    ],
    ['since needs nothing at the anchor itself', 'Revoke{} since within 1h Grant{}', [grant], true],
    [
      'since needs the left at the decision',
      'Revoke{} since within 1h Grant{}',
      [grant, revoke, noise],
      false,
    ],
    ['others do not break a negated left', '!Revoke{} since within 1h Grant{}', [grant, noise], true],
    ['what it names does', '!Revoke{} since within 1h Grant{}', [grant, revoke, noise], false],
    [
      'a newer anchor begins anew',
      '!Revoke{} since within 1h Grant{}',
      [grant, revoke, { ...grant, at: 3000 }],
      true,
    ],
    [
      'a listed field that is absent does not match, not even anything',
      'formerly within 1h Grant{input.user: *}',
      [grant],
      false,
    ],
    [
      'occurrences count with their timepoints',
      '(count for (t: Timepoint). where (formerly within 1h (Pay{} && tp(t)))) == 3',
      pays,
      true,
    ],
    [
      'values count once',
      '(count for (a: Long). where (formerly within 1h Pay{input.amount: a})) == 2',
      pays,
      true,
    ],
    [
      'equal amounts add up with their timepoints',
      '(sum a for (a: Long), (t: Timepoint). where (formerly within 1h (Pay{input.amount: a} && tp(t)))) == 10',
      pays,
      true,
    ],
    [
      'and collapse without',
      '(sum a for (a: Long). where (formerly within 1h Pay{input.amount: a})) == 7',
      pays,
      true,
    ],
    [
      'an inner binder shadows an outer one',
      'exists (a: Long). (formerly within 1h Pay{input.amount: a} && (count for (a: Long). where (formerly within 1h Pay{input.amount: a})) == 2)',
      pays,
      true,
    ],
    [
      'nothing counted is zero',
      '(count for (t: Timepoint). where (formerly within 1h (Grant{} && tp(t)))) == 0',
      pays,
      true,
    ],
    [
      'without a temporal operator only the deciding event is counted',
      '(count for (t: Timepoint). where (Pay{} && tp(t))) == 1',
      pays,
      true,
    ],
    [
      'order is between Longs only',
      'exists (x: String). (formerly within 1h Pay{input.to: x} && x > 0)',
      pays,
      false,
    ],
    [
      'a term that cannot be resolved compares false, and its negation true',
      '!(context.nothing == 1)',
      [grant],
      true,
    ],
    [
      'principal attributes are read off the request',
      '(count for (t: Timepoint). where (formerly within 1h (Pay{} && tp(t)))) == principal.limit',
      pays,
      true,
    ],
  ])('%s', (_rule, text, events, want) => expect(holdsAfter(text, events)).toBe(want));

  test('time that goes back hides nothing that is in the window', () => {
    const events = [event(10, 'Grant'), event(100, 'Other'), event(11, 'Other')];
    expect(holdsAfter('formerly within 1s Grant{}', events)).toBe(true);
    expect(holdsAfter('formerly within 1s Other{input.user: *}', events)).toBe(false);
  });

  test('sums are exact, and end at the edge of 64 bits', () => {
    const sum =
      '(sum a for (a: Long), (t: Timepoint). where (formerly within 1h (Pay{input.amount: a} && tp(t))))';
    const of = (...amounts: bigint[]) =>
      amounts.map((amount, i) => event(i, 'Pay', { amount: BigInt.asIntN(64, amount) }));
    const most = 2n ** 63n - 1n;
    expect(holdsAfter(`${sum} == ${most - 1n}`, of(most, most, -(2n ** 63n)))).toBe(true);
    expect(holdsAfter(`${sum} == ${most}`, of(most, most))).toBe(true);
  });
});

describe('many leaves', () => {
  test('differ in literals and share what is kept', () => {
    const leaves = Array.from({ length: 1000 }, (_, i) => ({
      id: `r${i}`,
      formula: formula(`formerly within 1h Login{input.server: context.server, input.user: "blocked${i}"}`),
    }));
    const plan = compileHistory(leaves);
    expect(plan.selections).toBe(1);
    const history = plan.start();
    history.push(event(0, 'Login', { server: 's', user: 'blocked7' }));
    history.push(event(1, 'Login', { server: 'other', user: 'blocked8' }));
    history.push(event(2, 'Login', { server: 's', user: 'somebody' }));
    const panel = plan.panel(leaves.map(({ id }) => id));
    expect(history.ask(panel, asking({ server: 's' })).holding).toEqual([7]);
    expect(history.counts()).toEqual({ events: 3, slices: 1, keys: 2, entries: 2 });
  });

  test('answer as one where nothing is kept under their literals', () => {
    const leaves = Array.from({ length: 10 }, (_, i) => ({
      id: `r${i}`,
      formula: formula(`!(formerly within 1h Login{input.user: "u${i}"})`),
    }));
    const plan = compileHistory(leaves);
    const history = plan.start();
    history.push(event(0, 'Login', { user: 'u3' }));
    const answers = history.ask(plan.panel([0, 3, 5]), asking());
    expect(answers.holding.toSorted()).toEqual([0, 5]);
    const all = history.ask(plan.panel(leaves.map(({ id }) => id)), asking());
    expect(all.holding.toSorted()).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]);
  });

  test('are asked one by one where rows lead to their literals', () => {
    const leaves = ['a', 'b', 'c', 'd', 'e'].map((to) => ({
      id: to,
      formula: formula(
        `exists (u: String). (formerly within 1h Login{input.user: u} && formerly within 1h Pay{input.user: u, input.to: "${to}"})`,
      ),
    }));
    const plan = compileHistory(leaves);
    const history = plan.start();
    history.push(event(0, 'Login', { user: 'ann' }));
    history.push(event(0, 'Pay', { user: 'ann', to: 'c' }));
    expect(history.ask(plan.panel(leaves.map(({ id }) => id)), asking()).holding).toEqual([2]);
  });
});

test('two leaves of one name are refused', () => {
  const leaf = { id: 'leaf', formula: formula('formerly within 1h Grant{}') };
  expect(() => compileHistory([leaf, leaf])).toThrow(RangeError);
});

describe('what is kept', () => {
  const budget = formula(
    '(sum a for (a: Long), (t: Timepoint). where (formerly within 10s (Pay{input.amount: a} && tp(t)))) > 5',
  );
  test('is taken back with the event', () => {
    const history = compileHistory([{ id: 'budget', formula: budget }]).start();
    history.push(event(0, 'Pay', { amount: 4 }));
    const before = history.size;
    history.push(event(1, 'Pay', { amount: 4 }));
    expect(history.holds('budget', asking())).toEqual({ holds: true });
    history.truncate(before);
    expect(history.holds('budget', asking())).toEqual({ holds: false });
    history.push(event(1, 'Pay', { amount: 1 }));
    expect(history.holds('budget', asking())).toEqual({ holds: false });
  });

  test('is bounded by the window, however long it goes on', () => {
    const history = compileHistory([
      { id: 'budget', formula: budget },
      {
        id: 'kinds',
        formula: formula('(count for (x: String). where (formerly within 10s Pay{input.to: x})) > 99'),
      },
    ]).start();
    for (let i = 0; i < 5000; i++) {
      history.push(event(i, 'Pay', { amount: i % 3, to: `p${i % 7}` }));
      history.forget(i * 1000);
      expect(history.counts().events).toBeLessThanOrEqual(11);
    }
    expect(history.counts()).toEqual({ events: 11, slices: 1, keys: 2, entries: 22 });
    expect(history.holds('budget', asking())).toEqual({ holds: true });
    expect(history.size).toBe(5000);
    expect(() => history.truncate(10)).toThrow(RangeError);
  });

  test('is let go beyond the limit, and whoever may have reached it cannot be answered', () => {
    const leaves = [1, 100].map((within) => ({
      id: `${within}`,
      formula: formula(`formerly within ${within}s Grant{}`),
    }));
    const history = compileHistory(leaves).start({ maxEvents: 3 });
    for (let i = 0; i < 6; i++) history.push(event(i, 'Other'));
    expect(history.holds('1', asking())).toEqual({ holds: false });
    expect(history.holds('100', asking())).toEqual({ unknown: 'overflow' });
    history.push(event(200, 'Other'));
    expect(history.holds('100', asking())).toEqual({ holds: false });
  });

  test('a question that takes too much work is cut off, and says so', () => {
    const pairs = formula(
      '(count for (s: Timepoint), (t: Timepoint). where (formerly within 1h (Pay{} && tp(s) && formerly within 1h (Pay{} && tp(t))))) > 3',
    );
    const leaves = [
      { id: 'pairs', formula: pairs },
      { id: 'any', formula: formula('formerly within 1h Pay{}') },
    ];
    const plan = compileHistory(leaves);
    const history = plan.start({ maxSteps: 1000 });
    for (let i = 0; i < 100; i++) history.push(event(i, 'Pay'));
    expect(history.holds('pairs', asking())).toEqual({ unknown: 'work' });
    expect(history.holds('any', asking())).toEqual({ holds: true });
    expect(history.ask(plan.panel(['pairs']), asking()).of(0)).toEqual({ unknown: 'work' });
  });
});

describe('slices', () => {
  const slice = [
    { path: ['input', 'user'], reference: { kind: 'reference', root: 'context', path: ['user'] } },
  ] as const;
  test('see their own events only', () => {
    const plan = compileHistory([{ id: 'leaf', formula: formula('previous within 1h Grant{}'), slice }]);
    const history = plan.start();
    history.push(event(0, 'Grant', { user: 'ann' }));
    history.push(event(1, 'Other', { user: 'bob' }));
    history.push(event(2, 'Read', { user: 'ann' }));
    expect(history.holds('leaf', asking({ user: 'ann' }))).toEqual({ holds: true });
    history.push(event(3, 'Read', { user: 'bob' }));
    expect(history.holds('leaf', asking({ user: 'bob' }))).toEqual({ holds: false });
    expect(history.counts().slices).toBe(2);
  });

  test('go when nothing is left of them', () => {
    const plan = compileHistory([{ id: 'leaf', formula: formula('formerly within 1s Grant{}'), slice }]);
    const history = plan.start();
    for (let i = 0; i < 500; i++) {
      history.push(event(i, 'Grant', { user: `u${i}` }));
      history.forget(i * 1000);
    }
    expect(history.counts()).toEqual({ events: 2, slices: 2, keys: 2, entries: 2 });
  });
});

describe('what an enforcing engine is told', () => {
  const paid = formula('formerly within 10s Pay!{input.user: context.user, output.ok: true}');
  const plan = compileHistory([
    { id: 'paid', formula: paid },
    { id: 'other', formula: formula('formerly within 10s Pay!{input.user: "bob", output.ok: true}') },
    { id: 'asked', formula: formula('formerly within 10s Pay{}') },
  ]);
  const unsettled = (user: string): TemporalEvent => ({
    ...event(0, 'Pay', { user }, {}),
    outputUnknown: true,
  });

  test('which references the request does not have', () => {
    const history = plan.start();
    history.push(event(0, 'Read'));
    expect(history.answer('paid', asking())).toMatchObject({
      unresolved: 'term',
      reference: { path: ['user'] },
    });
    expect(history.unresolved('paid', asking())).toHaveLength(1);
    expect(history.holds('paid', asking())).toEqual({ holds: false });
    const answers = history.ask(plan.panel(['paid', 'asked']), asking());
    expect(answers.clear).toBe(false);
    expect(answers.of(0)).toMatchObject({ unresolved: 'term' });
    expect(answers.of(2)).toEqual({ holds: false });
  });

  test('that a call which never settled may have matched', () => {
    const history = plan.start();
    history.push(unsettled('ann'));
    history.push(event(5, 'Read'));
    expect(history.answer('paid', asking({ user: 'ann' }))).toEqual({
      unknown: 'response',
      event: unsettled('ann'),
    });
    expect(history.answer('paid', asking({ user: 'bob' }))).toEqual({ holds: false });
    expect(history.answer('other', asking({ user: 'ann' }))).toEqual({ holds: false });
    expect(history.answer('asked', asking({ user: 'ann' }))).toEqual({ holds: false });
    const answers = history.ask(plan.panel([0, 1, 2]), asking({ user: 'ann' }));
    expect([0, 1, 2].map((leaf) => 'unknown' in answers.of(leaf))).toEqual([true, false, false]);
    history.push(event(11, 'Read'));
    expect(history.answer('paid', asking({ user: 'ann' }))).toEqual({ holds: false });
  });
});
