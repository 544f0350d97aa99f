// SPDX-License-Identifier: Apache-2.0
// The deferral protocol, explored to its end: in no order of what agent, dependency, operator, time and nodes do is a
// waiting call lost, let through by nothing, or made twice; and defects put in on purpose are seen.
import { describe, expect, test } from 'vitest';
import { lettingThrough, liftedNow, underDeferral } from '../../src/app/deferring.ts';
import { prospectAt } from '../../src/app/waking.ts';
import { circumstances } from '../../src/core/session/circumstances.ts';
import { facets, type View } from '../../src/core/state/facet.ts';
import { changes } from '../../src/core/state/reduce.ts';
import { verifies } from '../requirements.ts';
import { type Parts, sound } from './deferral-parts.ts';
import { explore, type Happenings } from './deferral-world.ts';

const minutes = 300_000;

describe('in every order of asking, waiting and doing, on two nodes', () => {
  test.each<[beside: string, happenings: Happenings, asks: number, done: number]>([
    ['a dependency that is down', { ticks: 4 }, 2, 0],
    ['one that comes up', { flips: 1 }, 3, 3],
    ['one that comes up and goes down again', { flips: 2 }, 2, 2],
    ['one that comes up for a moment', { flips: 1, brief: true, ticks: 2 }, 2, 2],
    ['time', { flips: 1, ticks: 3 }, 2, 2],
    ['a revocation', { flips: 1, revoke: 1 }, 2, 2],
    ['a crash', { flips: 1, crash: 2 }, 2, 2],
    ['somebody who ends the wait', { flips: 1, cancel: 1 }, 2, 2],
    ['time and a crash', { flips: 1, ticks: 3, crash: 1 }, 2, 2],
    ['a revocation and time', { flips: 1, revoke: 1, ticks: 3 }, 2, 2],
    ['a revocation and somebody who ends the wait', { flips: 1, revoke: 1, cancel: 1 }, 2, 2],
  ])(
    'with %s',
    (_beside, happenings, asks, done) => {
      verifies('deferral.model-checked');
      const { wrong, way, mostDone, states } = explore(happenings, sound, asks, prospectAt);
      expect(wrong === undefined ? [] : [wrong, ...(way ?? [])]).toEqual([]);
      // What is never done goes never wrong.
      expect(mostDone).toBe(done);
      expect(states).toBeGreaterThan(200);
    },
    minutes,
  );
});

/** Reads one facet as if something else stood in it. */
function seeing(view: View, name: string, value: unknown): View {
  return { get: (key) => (key.name === name ? (value as never) : view.get(key)) };
}

interface Defect {
  readonly what: string;
  readonly parts: Partial<Parts>;
  readonly happenings: Happenings;
  readonly found: string;
}

const defects: readonly Defect[] = [
  {
    what: 'who was held makes the call anew and not at its place',
    parts: { resumes: false },
    happenings: { flips: 1 },
    found: 'one place was taken twice',
  },
  {
    what: 'nobody looks whether the place is there still',
    parts: { letting: (granted, place) => lettingThrough(granted, place, undefined) },
    happenings: { flips: 1 },
    found: 'one place was taken twice',
  },
  {
    what: 'a place is not given up',
    parts: {
      fold: (view, event, ...rest) =>
        changes(view, event.type === 'decision' ? { ...event, deferral: undefined } : event, ...rest),
    },
    happenings: { flips: 1 },
    found: 'a call that passed waits on',
  },
  {
    what: 'a decision does not rest on its session and its place',
    parts: { restsOn: ({ facet }) => facet !== 'session/s' && !facet.startsWith('deferral') },
    happenings: { flips: 1 },
    found: 'it waits at two places',
  },
  {
    what: 'a decision does not rest on the signal',
    parts: { restsOn: ({ facet }) => !facet.startsWith('signal/') },
    happenings: { flips: 2 },
    found: 'allowed though what it waits for does not hold',
  },
  {
    what: 'what was said once is good for ever',
    parts: { lifted: (hearing, view, because, _at, place) => liftedNow(hearing, view, because, 0, place) },
    happenings: { flips: 1, brief: true, ticks: 2 },
    found: 'allowed though what it waits for does not hold',
  },
  {
    what: 'what was ready stays ready',
    parts: {
      lifted: (hearing, view, because, at, place) =>
        place === undefined
          ? liftedNow(hearing, view, because, at, place)
          : {
              lifts: because.map(({ policy }) => ({ policy: policy.id, textDigest: policy.textDigest })),
              facts: {},
            },
    },
    happenings: { flips: 1 },
    found: 'allowed though what it waits for does not hold',
  },
  {
    what: 'a wait has no end',
    parts: {
      under: (view, _at, ...rest) => underDeferral(view, 0, ...rest),
    },
    happenings: { ticks: 4 },
    found: 'it waits after its time',
  },
  {
    what: 'each time the wait begins anew',
    parts: { place: () => undefined },
    happenings: {},
    found: 'it waits at two places',
  },
  {
    what: 'a cancelled wait goes on',
    parts: {
      fold: (view, event, ...rest) =>
        event.type === 'deferral.cancelled' ? [] : changes(view, event, ...rest),
    },
    happenings: { flips: 1, cancel: 1 },
    found: 'allowed though cancelled',
  },
  {
    what: 'a revoked session still stands',
    parts: {
      standing(view, caller, at) {
        const session = view.get(facets.session(caller.session));
        return circumstances(
          session === undefined ? view : seeing(view, 'session/s', { ...session, status: 'active' }),
          caller,
          at,
        );
      },
    },
    happenings: { flips: 1, revoke: 1 },
    found: 'allowed after a revocation',
  },
  {
    what: 'who waits listens and does not look',
    parts: { prospect: () => 'waiting' },
    happenings: { flips: 1 },
    found: 'a wake-up was lost',
  },
  {
    what: 'a call that a crash cut off is made again',
    parts: { crashRepeats: true },
    happenings: { flips: 1, crash: 1 },
    found: 'a waiting call ran twice',
  },
  {
    what: 'a request drops the places before it',
    parts: {
      fold: (view, event, ...rest) =>
        event.type === 'session.started' || event.type !== 'signal.set'
          ? changes(view, event, ...rest)
          : [
              ...changes(view, event, ...rest),
              ...(view.get(facets.session('s'))?.deferred ?? []).map(({ deferral }) => ({
                facet: facets.deferral(deferral).name,
                value: undefined,
              })),
            ],
    },
    happenings: { flips: 1 },
    found: 'a waiting call was lost',
  },
];

describe('is noticed:', () => {
  test.each(defects.map((defect) => [defect.what, defect] as const))(
    '%s',
    (_what, { parts, happenings, found }) => {
      const { wrong, way } = explore(happenings, { ...sound, ...parts }, 2, prospectAt);
      expect(wrong, way?.join(', ')).toBe(found);
    },
    minutes,
  );
});
