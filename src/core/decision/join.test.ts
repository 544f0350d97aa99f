// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Joined, join, strictness } from './join.ts';
import type { Opinion, OpinionAnswer } from './opinion.ts';
import type { Verdict } from './verdict.ts';

const verdict: Verdict = {
  kind: 'satisfied',
  policy: { id: 'p', effect: 'forbid', textDigest: 't', obligations: [], controls: [], file: 'f', line: 1 },
};
const because = [verdict];
const transforms = [{ name: 'remove', argument: 'a' }] as const;
const ofPolicy: Readonly<Record<Joined['outcome'], Joined>> = {
  allow: { outcome: 'allow', because, obligations: [{ name: 'max_result_bytes', bytes: 7 }] },
  modify: { outcome: 'modify', because, transforms },
  step_up: { outcome: 'step_up', because },
  defer: { outcome: 'defer', because },
  deny: { outcome: 'deny', code: 'no_permit', because },
};
const said = { reasons: [], obligations: [] };
const opinions: Readonly<Record<Joined['outcome'], Opinion>> = {
  allow: { outcome: 'allow', ...said, obligations: [{ name: 'max_result_bytes', bytes: 5 }] },
  modify: { outcome: 'modify', transform: { name: 'cap', argument: 'b', most: 1 }, ...said },
  step_up: { outcome: 'step_up', ...said },
  defer: { outcome: 'defer', ...said },
  deny: { outcome: 'deny', ...said },
};
const rank = (outcome: Joined['outcome']) => strictness.indexOf(outcome);
const answer = (opinion: Opinion): OpinionAnswer => ({ ok: true, opinion });
const pairs = strictness.flatMap((policy) => strictness.map((opa) => [policy, opa] as const));

test.each(pairs)('policy says %s, OPA says %s: the stricter of the two', (policy, opa) => {
  const joined = join(ofPolicy[policy], answer(opinions[opa]));
  expect(rank(joined.outcome)).toBe(Math.max(rank(policy), rank(opa)));
  // Whoever said it, the other order of the two says the same.
  expect(join(ofPolicy[opa], answer(opinions[policy])).outcome).toBe(joined.outcome);
});

test.each(strictness)('no opinion at all denies, where policy says %s', (policy) => {
  const joined = join(ofPolicy[policy], { ok: false, code: 'opa_timeout' });
  expect(joined).toMatchObject({
    outcome: 'deny',
    code: policy === 'deny' ? 'no_permit' : 'opa_timeout',
  });
});

test.each<[what: string, joined: Joined, want: object]>([
  [
    'the obligations of both bind',
    join(ofPolicy.allow, answer(opinions.allow)),
    {
      obligations: [
        { name: 'max_result_bytes', bytes: 5 },
        { name: 'max_result_bytes', bytes: 7 },
      ],
    },
  ],
  [
    'the transforms of both are applied',
    join(ofPolicy.modify, answer(opinions.modify)),
    { because, transforms: [{ name: 'cap', argument: 'b', most: 1 }, ...transforms] },
  ],
  [
    'what OPA alone asks for is told apart',
    join(ofPolicy.allow, answer(opinions.step_up)),
    { code: 'opa_step_up', because: [] },
  ],
  ['what policy asks for as well is not', join(ofPolicy.step_up, answer(opinions.step_up)), { because }],
  ['a refusal of policy is kept whole', join(ofPolicy.deny, answer(opinions.allow)), ofPolicy.deny],
])('%s', (_what, joined, want) => expect(joined).toMatchObject(want));

const drawn = fc.oneof(
  fc.constantFrom(...Object.values(opinions)).map(answer),
  fc.constant<OpinionAnswer>({ ok: false, code: 'opa_undefined' }),
);
test('of many opinions the order is irrelevant, saying one twice too, and none makes it milder', () => {
  const start = fc.constantFrom(...Object.values(ofPolicy));
  const many = fc.array(drawn, { maxLength: 5 });
  // What decides; a code may tell who was heard first.
  const decided = (joined: Joined) => ({ ...joined, code: undefined, because: undefined });
  fc.assert(
    fc.property(start, many, fc.infiniteStream(fc.nat()), (policy, said, keys) => {
      const all = (answers: readonly OpinionAnswer[]) => answers.reduce<Joined>(join, policy);
      const shuffled = said
        .map((one) => ({ one, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one);
      const result = all(said);
      if (said.length > 0) {
        expect(decided(all(shuffled))).toEqual(decided(result));
        expect(decided(all([...said, ...shuffled]))).toEqual(decided(result));
      }
      expect(rank(result.outcome)).toBeGreaterThanOrEqual(rank(policy.outcome));
    }),
    { numRuns: 2000 },
  );
});
