// SPDX-License-Identifier: Apache-2.0
// The reference interpreter against sentences of the specification; the monitors say the same.
import { describe, expect, test } from 'vitest';
import { prepare } from '../../src/core/temporal/prepare.ts';
import { monitored } from '../../src/core/temporal/replay.ts';
import { askedOf, readTrace } from '../../src/core/temporal/trace-log.ts';
import { referenceTimeline } from './reference.ts';

/** Events as `time kind fields`; the last one asks, with `context.u` and `context.n` as it logs them. */
function holds(condition: string, events: readonly string[], pin = ''): boolean {
  const schema = `decision event <A>::q { ...inputs(A), ${pin} } event <A>::r { ...inputs(A), ${pin} }`;
  const got = prepare({
    policies: [
      { name: 'p.dw', text: `permit (principal, action, resource) when temporal { ${condition} };` },
    ],
    macros: [],
    events: { name: 'e', text: schema },
  });
  if (!got.ok) throw new Error(JSON.stringify(got.problems));
  const lines = events.map((event) => {
    const [, time, action, kind, fields = ''] = /^(\S+) (\w)(\w) ?(.*)$/.exec(event) ?? [];
    return `@${time} scope(principal: U::"ada", resource: R::"r") entities(U::"ada": { team: "t" }) request_context(${fields}) Action::"${action}"::${kind}(${fields})`;
  });
  const trace = readTrace({ name: 't', text: lines.join('\n') });
  if (!trace.ok) throw new Error(JSON.stringify(trace.problems));
  const { leaves, keys } = got.prepared;
  const asked = askedOf(trace.points.at(-1) ?? expect.fail('no events'));
  if (asked === undefined) throw new Error('nobody asks');
  const answers = [referenceTimeline, monitored].map((timelines) => {
    const timeline = timelines(leaves, keys);
    for (const { event } of trace.points) timeline.push(event);
    return timeline.holds(0, asked);
  });
  expect(answers[1]).toBe(answers[0]);
  return answers[0] === true;
}
const e = (action: string, fields = '', kind = 'q') => `Action::"${action}"::${kind}{ ${fields} }`;
const counted = (where: string, n: number) => `(count for (t: Timepoint). where ${where}) == ${n}`;
const summed = (binders: string, where: string, n: number | string) =>
  `(sum a for ${binders}. where ${where}) == ${n}`;

describe.each<[about: string, rows: [rule: string, condition: string, events: string[], want: boolean][]]>([
  [
    'a predicate',
    [
      ['matches the deciding event', e('A'), ['0 Aq'], true],
      ['not another action', e('A'), ['0 Bq'], false],
      ['not another kind', e('A', '', 'r'), ['0 Aq'], false],
      ['a field that is absent never matches', e('A', 'u: *'), ['0 Aq'], false],
      ['a field that is not named may be anything', e('A'), ['0 Aq u: 1'], true],
      ['null is present', e('A', 'u: _'), ['0 Aq u: null'], true],
      ['1 is not "1"', e('A', 'u: 1'), ['0 Aq u: "1"'], false],
      ['a reference without a value never matches', e('A', 'u: context.nowhere'), ['0 Aq u: 1'], false],
      ['an attribute of the principal', e('A', 'u: principal.team'), ['0 Aq u: "t"'], true],
      ['its id, where there is no such attribute', e('A', 'u: principal.id'), ['0 Aq u: "ada"'], true],
      [
        'a variable twice is an equality',
        `exists (x: Long). ${e('A', 'u: x, n: x')}`,
        ['0 Aq u: 1, n: 2'],
        false,
      ],
      ['and holds when equal', `exists (x: Long). ${e('A', 'u: x, n: x')}`, ['0 Aq u: 1, n: 1'], true],
      ['decimals are numbers', e('A', 'u: decimal("1.5")'), ['0 Aq u: 01.50'], true],
      ['lists are structural', e('A', 'u: ["a", context.n]'), ['0 Aq u: ["a", 2], n: 2'], true],
      [
        'records too, in any order',
        e('A', 'u: context.n'),
        ['0 Aq u: { a: 1, b: 2 }, n: { b: 2, a: 1 }'],
        true,
      ],
    ],
  ],
  [
    'formerly',
    [
      ['sees the deciding event', `formerly within 0s ${e('A')}`, ['0 Aq'], true],
      ['a window is closed', `formerly within 5s ${e('A')}`, ['0 Aq', '5 Bq'], true],
      ['and ends', `formerly within 5s ${e('A')}`, ['0 Aq', '6 Bq'], false],
      ['never looks into the future', `formerly within 5s ${e('A')}`, ['9 Aq', '6 Bq'], false],
      [
        'skips what is out of the window and goes on',
        `formerly within 5s ${e('A')}`,
        ['4 Aq', '0 Cq', '6 Bq'],
        true,
      ],
      [
        'inner windows start at the match',
        `formerly within 5s (${e('B')} && formerly within 5s ${e('A')})`,
        ['0 Aq', '5 Bq', '10 Cq'],
        true,
      ],
      [
        '`context` is always of the request',
        `formerly within 5s ${e('A', 'u: context.u')}`,
        ['0 Aq u: 1', '1 Bq u: 2'],
        false,
      ],
    ],
  ],
  [
    'previous',
    [
      ['is the one before', `previous within 5s ${e('A')}`, ['0 Aq', '1 Bq'], true],
      ['and no other', `previous within 5s ${e('A')}`, ['0 Aq', '1 Cr', '1 Bq'], false],
      ['in its window', `previous within 5s ${e('A')}`, ['0 Aq', '6 Bq'], false],
      ['there is none at first', `previous within 5s ${e('A')}`, ['0 Aq'], false],
      ['its negation holds at first', `${e('A')} && !(previous within 5s ${e('A')})`, ['0 Aq'], true],
      ['not one that is later', `previous within 5s ${e('A')}`, ['3 Aq', '1 Bq'], false],
    ],
  ],
  [
    'since',
    [
      ['the anchor may be now', `${e('B')} since within 5s ${e('A')}`, ['0 Aq'], true],
      ['the left is not asked at the anchor', `${e('B')} since within 5s ${e('A')}`, ['0 Aq', '1 Bq'], true],
      ['but at every later point', `${e('B')} since within 5s ${e('A')}`, ['0 Aq', '1 Cq', '2 Bq'], false],
      ['the last included', `${e('B')} since within 5s ${e('A')}`, ['0 Aq', '1 Bq', '2 Cq'], false],
      ['nothing of it since', `!${e('C')} since within 5s ${e('A')}`, ['0 Aq', '1 Bq', '2 Bq'], true],
      ['something of it since', `!${e('C')} since within 5s ${e('A')}`, ['0 Aq', '1 Cq', '2 Bq'], false],
      [
        'a newer anchor will do',
        `!${e('C')} since within 5s ${e('A')}`,
        ['0 Aq', '1 Cq', '2 Aq', '3 Bq'],
        true,
      ],
      ['an anchor that is too old', `!${e('C')} since within 5s ${e('A')}`, ['0 Aq', '6 Bq'], false],
      [
        'the left sees what the anchor bound',
        `exists (x: Long). (!${e('C', 'u: x')} since within 5s ${e('A', 'u: x')})`,
        ['0 Aq u: 1', '1 Cq u: 2', '2 Bq'],
        true,
      ],
      [
        'for each anchor its own',
        `exists (x: Long). (!${e('C', 'u: x')} since within 5s ${e('A', 'u: x')})`,
        ['0 Aq u: 1', '1 Cq u: 1', '2 Bq'],
        false,
      ],
    ],
  ],
  [
    'binders and comparisons',
    [
      [
        'the same value in two events',
        `exists (x: Long). (formerly within 5s ${e('A', 'u: x')} && formerly within 5s ${e('B', 'u: x')})`,
        ['0 Aq u: 1', '1 Bq u: 2', '2 Bq u: 1'],
        true,
      ],
      [
        'an inner binder hides an outer',
        `exists (x: Long). (${e('A', 'u: x')} && exists (x: Long). (formerly within 5s ${e('B', 'u: x')} && x > 5))`,
        ['0 Bq u: 9', '1 Aq u: 1'],
        true,
      ],
      [
        'a filter after what binds',
        `exists (x: Long). (formerly within 5s ${e('A', 'u: x')} && x > 1)`,
        ['0 Aq u: 1', '1 Aq u: 2'],
        true,
      ],
      ['text is in no order', `exists (x: Long). (${e('A', 'u: x')} && x > 0)`, ['0 Aq u: "5"'], false],
      [
        'nor are decimals',
        `exists (x: decimal). (${e('A', 'u: x')} && x > decimal("0.0"))`,
        ['0 Aq u: 5.0'],
        false,
      ],
      [
        'what has no value compares to nothing',
        `${e('A')} && context.nowhere == context.nowhere`,
        ['0 Aq'],
        false,
      ],
      ['so its negation holds', `${e('A')} && !(context.nowhere == 1)`, ['0 Aq'], true],
      [
        'numbers past 2^53 are exact',
        `exists (x: Long). (${e('A', 'u: x')} && x > 9007199254740993)`,
        ['0 Aq u: 9007199254740994'],
        true,
      ],
    ],
  ],
  [
    'aggregates',
    [
      [
        'count timepoints',
        counted(`formerly within 9s (${e('A')} && tp(t))`, 2),
        ['0 Aq', '0 Aq', '1 Bq'],
        true,
      ],
      [
        'count values once',
        `(count for (x: Long). where formerly within 9s ${e('A', 'u: x')}) == 2`,
        ['0 Aq u: 1', '1 Aq u: 1', '2 Aq u: 2'],
        true,
      ],
      ['only now without an operator', counted(`(${e('A')} && tp(t))`, 1), ['0 Aq', '1 Aq'], true],
      ['nothing counts 0', counted(`formerly within 9s (${e('C')} && tp(t))`, 0), ['0 Aq'], true],
      ['nothing sums to 0', summed('(a: Long)', `formerly within 9s ${e('C', 'u: a')}`, 0), ['0 Aq'], true],
      [
        'equal amounts are one without timepoints',
        summed('(a: Long)', `formerly within 9s ${e('A', 'u: a')}`, 5),
        ['0 Aq u: 5', '1 Aq u: 5'],
        true,
      ],
      [
        'and two with them',
        summed('(a: Long), (t: Timepoint)', `formerly within 9s (${e('A', 'u: a')} && tp(t))`, 10),
        ['0 Aq u: 5', '1 Aq u: 5'],
        true,
      ],
      [
        'what is no number is skipped',
        summed('(a: Long)', `formerly within 9s ${e('A', 'u: a')}`, 5),
        ['0 Aq u: 5', '1 Aq u: "x"'],
        true,
      ],
      [
        'but counted',
        `(count for (a: Long). where formerly within 9s ${e('A', 'u: a')}) == 2`,
        ['0 Aq u: 5', '1 Aq u: "x"'],
        true,
      ],
      [
        'sums are exact on the way',
        summed('(a: Long), (t: Timepoint)', `formerly within 9s (${e('A', 'u: a')} && tp(t))`, 1),
        ['0 Aq u: 9223372036854775807', '1 Aq u: 1', '2 Aq u: -9223372036854775807'],
        true,
      ],
      [
        'and end at 64 bits',
        summed(
          '(a: Long), (t: Timepoint)',
          `formerly within 9s (${e('A', 'u: a')} && tp(t))`,
          '9223372036854775807',
        ),
        ['0 Aq u: 9223372036854775807', '1 Aq u: 1'],
        true,
      ],
      [
        'one for each outer value',
        `exists (x: String). (formerly within 9s ${e('A', 'u: x')} && ${counted(`formerly within 9s (${e('A', 'u: x')} && tp(t))`, 2)})`,
        ['0 Aq u: "a"', '1 Aq u: "b"', '2 Aq u: "b"'],
        true,
      ],
      [
        'pairs of a nested window',
        `(count for (s: Timepoint), (t: Timepoint). where formerly within 9s (${e('B')} && tp(s) && formerly within 9s (${e('A')} && tp(t)))) == 3`,
        ['0 Aq', '1 Bq', '2 Aq', '3 Bq'],
        true,
      ],
      [
        'the name of a binder outside is another',
        `exists (t: Long). (${counted(`formerly within 9s (${e('A')} && tp(t))`, 2).replace('== 2', '== t')} && t == 2)`,
        ['0 Aq', '1 Aq'],
        true,
      ],
    ],
  ],
])('%s', (_about, rows) => {
  test.each(rows)('%s', (_rule, condition, events, want) => expect(holds(condition, events)).toBe(want));
});

describe('pins', () => {
  const pin = 'pin u: Long = context.u';
  test.each<[rule: string, condition: string, events: string[], want: boolean]>([
    ['hold every predicate', `formerly within 9s ${e('A')}`, ['0 Aq u: 2', '1 Bq u: 1'], false],
    [
      'are not undone by a wildcard',
      `formerly within 9s ${e('A', 'u: *')}`,
      ['0 Aq u: 2', '1 Bq u: 1'],
      false,
    ],
    ['nor by a value', `formerly within 9s ${e('A', 'u: 2')}`, ['0 Aq u: 2', '1 Bq u: 1'], false],
    [
      'the one before is the one before of the slice',
      `previous within 9s ${e('A')}`,
      ['0 Aq u: 1', '1 Cq u: 2', '2 Bq u: 1'],
      true,
    ],
    [
      'what lies between is of the slice',
      `${e('B')} since within 9s ${e('A')}`,
      ['0 Aq u: 1', '1 Cq u: 2', '2 Bq u: 1'],
      true,
    ],
    [
      'an event without the field is in no slice',
      `previous within 9s ${e('A')}`,
      ['0 Aq u: 1', '1 Cq', '2 Bq u: 1'],
      true,
    ],
  ])('%s', (_rule, condition, events, want) => expect(holds(condition, events, pin)).toBe(want));
});
