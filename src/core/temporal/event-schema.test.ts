// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { eventsByPrincipal, globalEvents } from './defaults.ts';
import { readEventSchema } from './event-schema.ts';
import { ownAliases, pinsByKind, sliceKeys } from './pins.ts';
import { reading } from './scan.ts';

const read = (text: string) => reading(() => readEventSchema({ name: 'e.dwschema', text }));
function schema(text: string) {
  const got = read(text);
  if (!got.ok) throw new Error(got.problem.message);
  return got.value;
}
const keys = (text: string) => sliceKeys(schema(text)).map(({ path }) => path.join('.'));

test('kinds, which of them decide, and their fields', () => {
  expect(
    schema(`// all
      max_window = 30d
      decision event <A>::attempt { ...inputs(A), actor: principalType(A), log: { pin id: String = context.log.id, deep: { x: Long } }, }
      event <B>::outcome { ...outputs(B), pin: N::T }
      event <A>::ping {}`),
  ).toEqual({
    maxWindowSeconds: 2_592_000,
    events: [
      {
        kind: 'attempt',
        decides: true,
        fields: [
          { kind: 'spread', of: 'input' },
          { kind: 'leaf', name: 'actor', type: { kind: 'principalType' } },
          {
            kind: 'group',
            name: 'log',
            fields: [
              {
                kind: 'leaf',
                name: 'id',
                type: { kind: 'named', name: 'String' },
                pin: { kind: 'reference', root: 'context', path: ['log', 'id'] },
              },
              {
                kind: 'group',
                name: 'deep',
                fields: [{ kind: 'leaf', name: 'x', type: { kind: 'named', name: 'Long' } }],
              },
            ],
          },
        ],
      },
      {
        kind: 'outcome',
        decides: false,
        fields: [
          { kind: 'spread', of: 'output' },
          { kind: 'leaf', name: 'pin', type: { kind: 'named', name: 'N::T' } },
        ],
      },
      { kind: 'ping', decides: false, fields: [] },
    ],
  });
});

test('windows reach a day back where nothing else is said', () => {
  expect(schema('event <A>::x {}').maxWindowSeconds).toBe(86_400);
});

describe('slices', () => {
  const all = (field: string) => `decision event <A>::a { ${field} } event <A>::b { ${field} }`;
  test.each<[rule: string, text: string, want: readonly string[]]>([
    ['no pin, one history', all('f: String'), []],
    ['the principal', all('pin callerPrincipal: principalType(A) = principal'), ['callerPrincipal']],
    ['the resource', all('pin callerResource: resourceType(A) = resource'), ['callerResource']],
    ['a field of the context of the same path', all('s: { pin id: String = context.s.id }'), ['s.id']],
    [
      'both of two',
      all('pin t: String = context.t, pin callerPrincipal: T = principal'),
      ['t', 'callerPrincipal'],
    ],
    ['not another field', all('pin actor: principalType(A) = principal'), []],
    ['not an attribute', all('pin callerPrincipal: String = principal.id'), []],
    ['not another path', all('pin t: String = context.tenant'), []],
    ['not `context.principal`', all('pin callerPrincipal: T = context.principal'), []],
    [
      'not a pin of one kind only',
      'event <A>::a { pin t: String = context.t } event <A>::b { t: String }',
      [],
    ],
    [
      'not one that differs',
      'event <A>::a { pin t: T = context.t } event <A>::b { pin t: T = context.u }',
      [],
    ],
  ])('%s', (_rule, text, want) => expect(keys(text)).toEqual(want));

  test('the session, where events are our own', () => {
    const own = schema(all('pin sessionId: String = context.session.id'));
    expect(sliceKeys(own)).toEqual([]);
    expect(sliceKeys(own, ownAliases)).toHaveLength(1);
  });

  test('the built-in schemas', () => {
    expect(keys(globalEvents.text)).toEqual([]);
    expect(keys(eventsByPrincipal.text)).toEqual(['callerPrincipal']);
    expect([...pinsByKind(schema(eventsByPrincipal.text)).keys()]).toEqual(['request', 'response', 'error']);
    expect(schema(globalEvents.text).events.filter(({ decides }) => decides)).toHaveLength(1);
  });
});

describe('what is refused', () => {
  test.each<[what: string, text: string, message: string]>([
    ['nothing', ' // nothing', 'declares no event'],
    ['a kind twice', 'event <A>::x {} event <A>::x {}', 'twice'],
    ['a field twice', 'event <A>::x { f: T, f: T }', '`f` is declared twice'],
    [
      'a field with the name of a spread',
      'event <A>::x { ...inputs(A), input: T }',
      '`input` is declared twice',
    ],
    ['one inside of a group', 'event <A>::x { g: { f: T, f: T } }', '`f` is declared twice'],
    ['no action', 'event A::x {}', 'expected `<`'],
    ['no body', 'event <A>::x', 'expected `{`'],
    ['another action', 'event <A>::x { ...inputs(B) }', 'say `A`'],
    ['types spread', 'event <A>::x { ...principalType(A) }', 'only `inputs` and `outputs`'],
    ['fields as a type', 'event <A>::x { f: inputs(A) }', 'write `...inputs(A)`'],
    ['an unknown selector', 'event <A>::x { f: anything(A) }', 'found `anything`'],
    ['a pin without what it is held to', 'event <A>::x { pin f: T }', 'needs what it is held to'],
    ['what it is held to without a pin', 'event <A>::x { f: T = principal }', 'must be marked `pin`'],
    ['a pinned group', 'event <A>::x { pin f: { g: T } = context.f }', 'pin one of its fields'],
    [
      'a group that is held to something',
      'event <A>::x { f: { g: T } = context.f }',
      'pin one of its fields',
    ],
    ['a pin to anything', 'event <A>::x { pin f: T = action }', 'not `action`'],
    ['a pin to the whole context', 'event <A>::x { pin f: T = context }', 'a field of the context'],
    ['a window of no length', 'max_window = 0h event <A>::x {}', 'no length'],
    ['a window after the events', 'event <A>::x {} max_window = 1h', 'before the events'],
    ['a window of no unit', 'max_window = 5 event <A>::x {}', 'such as `24h`'],
    ['a comma too many', 'event <A>::x { f: T,, }', 'expected the name of a field'],
  ])('%s', (_what, text, message) => {
    const got = read(text);
    expect(got.ok ? 'accepted' : got.problem.message).toContain(message);
  });
});
