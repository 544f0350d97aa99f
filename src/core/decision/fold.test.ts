// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { fold, type Outcome } from './fold.ts';
import type { Lift, Obligation, Policy, Remedy, Transform, Verdict } from './verdict.ts';

const digestOf = (id: string) => `sha256:${id.padEnd(64, '0')}`;

function policy(id: string, effect: Policy['effect'], more: Partial<Policy> = {}): Policy {
  const textDigest = digestOf(id);
  return { id, effect, textDigest, obligations: [], controls: [], file: 'a.cedar', line: 1, ...more };
}

const permit = (id: string, obligations: readonly Obligation[] = []): Verdict => ({
  policy: policy(id, 'permit', { obligations }),
  kind: 'satisfied',
});
const forbid = (id: string, remedy?: Remedy): Verdict => ({
  policy: policy(id, 'forbid', remedy === undefined ? {} : { remedy }),
  kind: 'satisfied',
});
const broken = (verdict: Verdict): Verdict => ({ ...verdict, kind: 'errored' });

const stepUp: Remedy = { kind: 'step_up', approvers: ['finance'], quorum: 2, expiresMs: 900_000 };
const later: Remedy = { kind: 'defer', until: 'signal:change-window', timeoutMs: 60_000 };
const cap = (most: number): Transform => ({ name: 'cap', argument: 'amount', most });
const narrows = (most: number): Remedy => ({ kind: 'modify', transform: cap(most) });
const lift = (id: string): Lift => ({ policy: id, textDigest: digestOf(id) });
const glass = (id: string): Lift => ({ ...lift(id), via: 'g-1', glass: true });
const breakable = (verdict: Verdict): Verdict => ({
  ...verdict,
  policy: { ...verdict.policy, breakGlass: 'on-call' },
});
const atMost = (bytes: number): Obligation => ({ name: 'max_result_bytes', bytes });

const remedy: fc.Arbitrary<Remedy> = fc.oneof(
  fc.constantFrom(stepUp, later),
  fc.integer({ min: 0, max: 3 }).map(narrows),
);
const drawnPolicy = (id: string): fc.Arbitrary<Policy> =>
  fc.oneof(
    fc
      .array(fc.integer({ min: 1, max: 3 }).map(atMost), { maxLength: 2 })
      .map((o) => policy(id, 'permit', { obligations: o })),
    fc.constant(policy(id, 'forbid')),
    remedy.map((r) => policy(id, 'forbid', { remedy: r })),
  );
const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
const verdicts: fc.Arbitrary<readonly Verdict[]> = fc.subarray(ids).chain((some) =>
  fc.tuple(
    ...some.map((id) =>
      fc.record({
        policy: drawnPolicy(id),
        kind: fc.oneof(
          { weight: 4, arbitrary: fc.constant('satisfied' as const) },
          fc.constant('errored' as const),
        ),
      }),
    ),
  ),
);
const lifts: fc.Arbitrary<readonly Lift[]> = fc.subarray(ids).map((some) => some.map(lift));

const admits = (outcome: Outcome) => outcome.outcome === 'allow' || outcome.outcome === 'modify';
/** From what lets most through to what lets least. */
const strictness = ['allow', 'modify', 'step_up', 'defer', 'deny'];
const strict = (outcome: Outcome) => strictness.indexOf(outcome.outcome);

describe('the fold', () => {
  verifies('decide.fold-laws');
  test.each<[rule: string, verdicts: readonly Verdict[], lifts: readonly Lift[], want: Partial<Outcome>]>([
    ['nothing permits, so deny', [], [], { outcome: 'deny', code: 'no_permit' }],
    ['a permit allows', [permit('p')], [], { outcome: 'allow' }],
    [
      'a permit that errors allows nothing',
      [broken(permit('p'))],
      [],
      { outcome: 'deny', code: 'no_permit' },
    ],
    ['a permit beside one that errors allows', [permit('p'), broken(permit('q'))], [], { outcome: 'allow' }],
    [
      'a final forbid beats every permit',
      [permit('p'), forbid('f')],
      [],
      { outcome: 'deny', code: 'forbidden' },
    ],
    [
      'a forbid that errors still forbids',
      [permit('p'), broken(forbid('f'))],
      [],
      { outcome: 'deny', code: 'forbid_errored' },
    ],
    [
      'so does one that would only have asked',
      [permit('p'), broken(forbid('f', stepUp))],
      [],
      { outcome: 'deny', code: 'forbid_errored' },
    ],
    [
      'a final forbid is named before one that errored',
      [permit('p'), broken(forbid('e')), forbid('f')],
      [],
      { outcome: 'deny', code: 'forbidden' },
    ],
    [
      'without a permit nothing is asked for',
      [forbid('f', stepUp)],
      [],
      { outcome: 'deny', code: 'no_permit' },
    ],
    ['a forbid may ask for people', [permit('p'), forbid('f', stepUp)], [], { outcome: 'step_up' }],
    ['or for a signal', [permit('p'), forbid('f', later)], [], { outcome: 'defer' }],
    ['or for less', [permit('p'), forbid('f', narrows(5))], [], { outcome: 'modify', transforms: [cap(5)] }],
    [
      'waiting beats asking',
      [permit('p'), forbid('f', stepUp), forbid('g', later)],
      [],
      { outcome: 'defer' },
    ],
    [
      'asking beats narrowing',
      [permit('p'), forbid('f', narrows(5)), forbid('g', stepUp)],
      [],
      { outcome: 'step_up' },
    ],
    [
      'an approval lifts the forbid that it names',
      [permit('p'), forbid('a', stepUp)],
      [lift('a')],
      { outcome: 'allow' },
    ],
    ['an approval lifts no final forbid', [permit('p'), forbid('f')], [lift('f')], { outcome: 'deny' }],
    [
      'nor one that may only be broken',
      [permit('p'), breakable(forbid('f'))],
      [lift('f')],
      { outcome: 'deny' },
    ],
    [
      'a broken glass lifts the forbid that says so, a final one too',
      [permit('p'), breakable(forbid('f'))],
      [glass('f')],
      { outcome: 'allow' },
    ],
    [
      'and none that does not, whatever its outcome',
      [permit('p'), forbid('f', stepUp)],
      [glass('f')],
      { outcome: 'step_up' },
    ],
    [
      'nor one that errored',
      [permit('p'), broken(breakable(forbid('f')))],
      [glass('f')],
      { outcome: 'deny', code: 'forbid_errored' },
    ],
    ['and makes no permit', [breakable(forbid('f'))], [glass('f')], { outcome: 'deny', code: 'no_permit' }],
    [
      'and no other',
      [permit('p'), forbid('a', stepUp), forbid('b', stepUp)],
      [lift('a')],
      { outcome: 'step_up' },
    ],
    [
      'a final forbid is not lifted',
      [permit('p'), forbid('f')],
      [lift('f')],
      { outcome: 'deny', code: 'forbidden' },
    ],
    [
      'nor one that errored',
      [permit('p'), broken(forbid('f', stepUp))],
      [lift('f')],
      { outcome: 'deny', code: 'forbid_errored' },
    ],
    ['a lift permits nothing', [forbid('f', stepUp)], [lift('f')], { outcome: 'deny', code: 'no_permit' }],
    ['a lift takes no permit away', [permit('p')], [lift('p')], { outcome: 'allow' }],
    [
      'a lift of the text before does not hold',
      [permit('p'), forbid('f', stepUp)],
      [{ policy: 'f', textDigest: digestOf('older') }],
      { outcome: 'step_up' },
    ],
    [
      'the same narrowing twice is asked for once',
      [permit('p'), forbid('f', narrows(5)), forbid('g', narrows(5))],
      [],
      { outcome: 'modify', transforms: [cap(5)] },
    ],
    [
      'obligations of all permits are united',
      [permit('q', [atMost(2), atMost(1)]), permit('p', [atMost(1)])],
      [],
      { outcome: 'allow', obligations: [atMost(1), atMost(2)] },
    ],
  ])('%s', (_rule, given, lifted, want) => expect(fold(given, lifted)).toMatchObject(want));

  test('does not depend on the order of policies or lifts', () =>
    fc.assert(
      fc.property(
        verdicts.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
        ),
        lifts,
        ([all, shuffled], lifted) => {
          expect(fold(shuffled, [...lifted].reverse())).toEqual(fold(all, lifted));
        },
      ),
    ));

  test('never lets more through for one forbid more, satisfied or errored', () =>
    fc.assert(
      fc.property(
        verdicts,
        lifts,
        fc.option(remedy, { nil: undefined }),
        fc.boolean(),
        (all, lifted, asks, errored) => {
          const one = errored ? broken(forbid('z', asks)) : forbid('z', asks);
          const [before, after] = [fold(all, lifted), fold([...all, one], lifted)];
          expect(strict(after)).toBeGreaterThanOrEqual(strict(before));
          if (!admits(before)) expect(admits(after)).toBe(false);
        },
      ),
    ));

  test('a lift changes the fold as taking away its one forbid would, and only one that can be lifted', () =>
    fc.assert(
      fc.property(verdicts, fc.constantFrom(...ids), (all, id) => {
        const named = all.find((v) => v.policy.id === id);
        const can =
          named?.policy.effect === 'forbid' &&
          named.kind === 'satisfied' &&
          named.policy.remedy !== undefined;
        expect(fold(all, [lift(id)])).toEqual(fold(can ? all.filter((v) => v !== named) : all, []));
      }),
    ));

  test('no set of lifts gets past a final forbid, one that errored, or the want of a permit', () =>
    fc.assert(
      fc.property(verdicts, (all) => {
        const hard =
          all.some(
            (v) => v.policy.effect === 'forbid' && (v.kind === 'errored' || v.policy.remedy === undefined),
          ) || !all.some((v) => v.policy.effect === 'permit' && v.kind === 'satisfied');
        expect(fold(all, ids.map(lift)).outcome).toBe(hard ? 'deny' : 'allow');
      }),
    ));

  test('an allow carries the obligations of every satisfied permit, each once', () =>
    fc.assert(
      fc.property(verdicts, lifts, (all, lifted) => {
        const outcome = fold(all, lifted);
        fc.pre(outcome.outcome === 'allow');
        if (outcome.outcome !== 'allow') return;
        const permits = all.filter((v) => v.policy.effect === 'permit' && v.kind === 'satisfied');
        const wanted = new Set(permits.flatMap((v) => v.policy.obligations.map((o) => o.bytes)));
        expect(outcome.obligations.map((o) => o.bytes).sort()).toEqual([...wanted].sort());
      }),
    ));

  test('names why: every reason is one of the verdicts, in order of id', () =>
    fc.assert(
      fc.property(verdicts, lifts, (all, lifted) => {
        const { because } = fold(all, lifted);
        for (const reason of because) expect(all).toContain(reason);
        const named = because.map((v) => v.policy.id);
        expect(named).toEqual([...named].sort());
      }),
    ));
});
