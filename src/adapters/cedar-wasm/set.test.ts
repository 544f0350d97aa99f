// SPDX-License-Identifier: Apache-2.0
// Closures answer; the engine answers for what they do not cover, and is asked again by chance.
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../core/decision/verdict.ts';
import type { Question } from '../../core/policy/question.ts';
import { allUses } from '../../core/policy/uses.ts';
import { together } from '../../core/temporal/condition.ts';
import { policySet, type ShadowCheck } from './set.ts';

const schema = `
entity Agent = { team: String };
entity Doc;
action read appliesTo { principal: [Agent], resource: [Doc], context: { calls: Long } };
`;

/** A function that the engine parses and that closures do not know. */
const unknownFunction = 'if context.calls > 9 then unknown("x") else context.calls > 1';

function published(
  policies: { readonly [id: string]: string },
  { shadow, text = schema }: { readonly shadow?: ShadowCheck; readonly text?: string } = {},
) {
  const permits = Object.entries(policies).map(([id, condition]) => [
    id,
    `permit (principal, action, resource) when { ${condition} };`,
  ]);
  const policy = (id: string): Policy => ({
    id,
    effect: 'permit',
    textDigest: '',
    file: 'x',
    line: 1,
    obligations: [],
    controls: [],
  });
  return policySet({
    digest: 'sha256:',
    engine: 'test',
    policies: new Map(Object.keys(policies).map((id) => [id, policy(id)])),
    conditions: { all: [], for: () => together([]) },
    mentions: { all: [], by: new Map(), for: () => ({ signals: [], time: false }) },
    parsable: { schema: text, requests: text, policies: Object.fromEntries(permits) },
    uses: allUses,
    bound: new Set(),
    shadow,
  });
}

function question(calls: number): Question {
  const principal = { type: 'Agent', id: 'a' };
  return {
    principal,
    action: { type: 'Action', id: 'read' },
    resource: { type: 'Doc', id: 'd' },
    context: { calls },
    entities: [{ uid: principal, attrs: { team: 't' }, parents: [] }],
  };
}

describe('a policy that closures do not cover', () => {
  const set = published({ a: 'context.calls < 9', b: unknownFunction, c: 'principal.team == "t"' });

  test.each<[what: string, calls: number, satisfied: string[], errored: string[]]>([
    ['is satisfied by what the engine says', 5, ['a', 'b', 'c'], []],
    ['is not satisfied', 1, ['a', 'c'], []],
    ['errs', 10, ['c'], ['b']],
  ])('%s', (_what, calls, satisfied, errored) => {
    expect(set.evaluate(question(calls))).toEqual({ ok: true, satisfied, errored });
  });
});

test('a schema that closures do not understand leaves all of it to the engine', () => {
  const text = `${schema} entity Colour enum ["red"];`;
  const set = published({ a: 'context.calls < 9', b: 'context.calls > 0' }, { text });
  expect(set.evaluate(question(5))).toEqual({ ok: true, satisfied: ['a', 'b'], errored: [] });
  const unreadable = { ...question(5), resource: { type: 'Doc', id: '\ud800' } };
  expect(set.evaluate(unreadable)).toEqual({ ok: false, reason: 'the engine gave up' });
  expect(set.evaluate(question(10))).toEqual({ ok: true, satisfied: ['b'], errored: [] });
});

describe('a shadow check', () => {
  function checked(share: number, chances: readonly number[]) {
    const alarms: string[] = [];
    let at = 0;
    const shadow = {
      share,
      chance: () => chances[at++ % chances.length] ?? 0,
      alarm: (what: string) => alarms.push(what),
    };
    return { shadow, alarms, asked: () => at };
  }

  test('says nothing while both engines agree', () => {
    const { shadow, alarms, asked } = checked(1, [0]);
    const set = published(
      { a: 'context.calls < 9', b: unknownFunction, big: '9223372036854775807 == context.calls' },
      { shadow },
    );
    for (const calls of [0, 1, 5, 9, 10]) expect(set.evaluate(question(calls)).ok).toBe(true);
    expect(alarms).toEqual([]);
    expect(asked()).toBe(5);
  });

  test('denies and raises the alarm where they do not', () => {
    const { shadow, alarms } = checked(1, [0]);
    const set = published({ a: 'context.calls < 9', b: 'context.calls > 3' }, { shadow });
    expect(set.evaluate({ ...question(5), context: twoFaced(2) })).toEqual({
      ok: false,
      reason: 'the two engines do not agree',
    });
    expect(alarms).toEqual(['satisfied by one engine only: `b`; erring in one only: none']);
    expect(set.evaluate(question(5))).toMatchObject({ ok: true });
  });

  test('takes its share', () => {
    const { shadow, alarms } = checked(0.5, [0.5, 0.499]);
    const set = published({ b: 'context.calls > 3' }, { shadow });
    const answers = [1, 2, 3, 4].map(() => set.evaluate({ ...question(5), context: twoFaced(2) }).ok);
    expect(answers).toEqual([true, false, true, false]);
    expect(alarms).toHaveLength(2);
  });
});

/** A context that says one thing when it is read, and another when it is written as JSON for the engine. */
function twoFaced(written: number): Question['context'] {
  const context = { calls: 5 };
  Object.defineProperty(context, 'toJSON', { value: () => ({ calls: written }), enumerable: false });
  return context;
}
