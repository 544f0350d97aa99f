// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Locality } from './condition.ts';
import { localityOf } from './locality.ts';
import { prepare } from './prepare.ts';

function locality(condition: string, events = 'decision event <A>::e {}'): Locality | undefined {
  const text = `permit (principal, action, resource) when temporal { ${condition} };`;
  const got = prepare({
    policies: [{ name: 'p.dw', text }],
    macros: [],
    events: { name: 'e.dwschema', text: events },
  });
  if (!got.ok) throw new Error(JSON.stringify(got.problems));
  const [leaf] = got.prepared.leaves;
  return leaf && localityOf(leaf.formula, got.prepared.keys);
}
const session = 'A::Action::"x"::e{ sessionId: context.session.id }';
const agent = 'A::Action::"x"::e{ callerPrincipal: principal }';
const both = 'A::Action::"x"::e{ sessionId: context.session.id, callerPrincipal: principal }';
const anyone = 'A::Action::"x"::e{ input.user: context.input.user }';
const pinned = (pin: string) => `decision event <A>::e { ${pin} } event <A>::r { ${pin} }`;

describe('whose history a leaf looks at', () => {
  test.each<[rule: string, condition: string, want: Locality]>([
    ['a predicate of the session', `formerly within 1h ${session}`, 'session'],
    ['of the agent', `formerly within 1h ${agent}`, 'agent'],
    ['of both is of the session', `formerly within 1h ${both}`, 'session'],
    ['of nobody', `formerly within 1h ${anyone}`, 'tenant'],
    ['of one and of the other', `formerly within 1h ${session} && formerly within 1h ${agent}`, 'tenant'],
    ['all of the agent', `formerly within 1h ${both} && formerly within 1h ${agent}`, 'agent'],
    [
      'an aggregate',
      `3 < count for (t: Timepoint). where formerly within 1h (${session} && tp(t))`,
      'session',
    ],
    ['never since', `!${session} since within 1h ${session}`, 'session'],
    ['neither since', `(!${session} && !${session}) since within 1h ${session}`, 'session'],
    ['only such since: whoever comes between ends it', `${session} since within 1h ${session}`, 'tenant'],
    ['the one before: anybody may be it', `previous within 1h ${session}`, 'tenant'],
    ['a time when something was not', `formerly within 1h (!${session})`, 'tenant'],
    [
      'a time since something: others say when',
      `formerly within 1h (formerly within 1h ${session})`,
      'tenant',
    ],
    [
      'the same at such an event',
      `formerly within 1h (${session} && formerly within 1h ${session})`,
      'session',
    ],
    ['another session', 'formerly within 1h A::Action::"x"::e{ sessionId: "s1" }', 'tenant'],
    [
      'the session of another field',
      'formerly within 1h A::Action::"x"::e{ sessionId: context.input.s }',
      'tenant',
    ],
  ])('%s', (_rule, condition, want) => expect(locality(condition)).toBe(want));

  test('what slices history by the agent leaves nothing else to see', () => {
    const events = pinned('pin callerPrincipal: principalType(A) = principal');
    expect(locality(`previous within 1h ${anyone}`, events)).toBe('agent');
    expect(locality(`formerly within 1h ${session}`, events)).toBe('session');
  });

  test('a pin of one kind holds its predicates, and slices nothing', () => {
    const events =
      'decision event <A>::e { pin callerPrincipal: principalType(A) = principal } event <A>::r {}';
    expect(locality(`formerly within 1h ${anyone}`, events)).toBe('agent');
    expect(locality(`previous within 1h ${anyone}`, events)).toBe('tenant');
  });
});
