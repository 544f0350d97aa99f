// SPDX-License-Identifier: Apache-2.0
// Defects put in on purpose, each around one piece of the protocol: a model that does not see them is worth nothing.
import { underApproval } from '../../src/app/approving.ts';
import type { InForce } from '../../src/app/road.ts';
import type { Status } from '../../src/core/approval/approval.ts';
import { statusOf } from '../../src/core/approval/match.ts';
import { voteOf } from '../../src/core/approval/vote.ts';
import { nothingRead } from '../../src/core/label/label.ts';
import { circumstances } from '../../src/core/session/circumstances.ts';
import { facets, type View } from '../../src/core/state/facet.ts';
import { changes } from '../../src/core/state/reduce.ts';
import { type Parts, policyDigest, rosters, sound } from './approval-parts.ts';
import type { Happenings } from './approval-world.ts';

export interface Defect {
  readonly what: string;
  readonly parts: Parts;
  /** Where it shows. */
  readonly happenings: Happenings;
  readonly found: string;
  /** How often the agent asks; twice unless said. */
  readonly asks?: number;
}

/** Reads one facet as if something else stood in it. */
export function seeing(view: View, name: string, value: unknown): View {
  return { get: (key) => (key.name === name ? (value as never) : view.get(key)) };
}

const everybody = rosters.all;

/** Takes what became of a request for something else. */
function saying(one: Status, other: Status): Parts['statusOf'] {
  return (view, waited, at) => {
    const status = statusOf(view, waited, at);
    return status === one ? other : status;
  };
}

export const defects: readonly Defect[] = [
  {
    what: 'arguments are no part of the matter',
    parts: { ...sound, pseudonym: () => 'any' },
    happenings: { operand: 1 },
    found: 'allowed with other arguments',
  },
  {
    what: 'what a call names is no part of the matter',
    parts: {
      ...sound,
      under: (approving, force, view, at, caller, proposal, granted, asking, origin) => {
        const { sighting: _seen, ...blind } = granted;
        return underApproval(approving, force, view, at, caller, proposal, blind, asking, origin);
      },
    },
    happenings: { file: 1 },
    found: 'allowed with another file',
  },
  {
    what: 'nobody looks again at what a call names',
    parts: { ...sound, looksAgain: false },
    happenings: { file: 1 },
    found: 'done with another file',
  },
  {
    what: 'the policies are no part of the matter',
    parts: {
      ...sound,
      under: (approving, _force, ...rest) =>
        underApproval(
          approving,
          { policies: { digest: policyDigest(1) }, catalogue: { digest: 'c' } } as InForce,
          ...rest,
        ),
    },
    happenings: { policy: 1 },
    found: 'allowed under another policy',
  },
  {
    what: 'labels are no part of the matter',
    parts: {
      ...sound,
      under: (approving, force, view, at, caller, proposal, granted, asking, origin) => {
        const { who } = granted;
        const blind =
          who === undefined
            ? granted
            : { ...granted, who: { ...who, session: { ...who.session, labels: nothingRead } } };
        return underApproval(approving, force, view, at, caller, proposal, blind, asking, origin);
      },
    },
    happenings: { labels: 1 },
    found: 'allowed with other labels',
  },
  {
    what: 'who may approve is no part of the matter',
    parts: {
      ...sound,
      under: (approving, force, view, ...rest) =>
        underApproval(
          { ...approving, roster: everybody },
          force,
          seeing(view, facets.approvers.name, everybody.digest),
          ...rest,
        ),
    },
    happenings: { people: 1 },
    found: 'allowed by people who may not any more',
  },
  {
    what: 'people are asked by the file that this node has, whatever is in force',
    parts: {
      ...sound,
      vote: (view, at, _roster, operator, said) =>
        voteOf(seeing(view, facets.approvers.name, everybody.digest), at, everybody, operator, said),
      under: (approving, force, view, ...rest) =>
        underApproval(
          { ...approving, roster: everybody },
          force,
          seeing(view, facets.approvers.name, everybody.digest),
          ...rest,
        ),
    },
    happenings: { people: 1 },
    found: 'allowed by people who may not any more',
  },
  {
    what: 'nothing is consumed',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        changes(view, event.type === 'decision' ? { ...event, lifts: [] } : event, ...rest),
    },
    happenings: {},
    found: 'consumed twice',
  },
  {
    what: 'a decision does not rest on the approval that it uses',
    parts: {
      ...sound,
      restsOn: ({ facet }) => !facet.startsWith('approval/') && facet !== 'session/s/asked',
    },
    happenings: {},
    found: 'consumed twice',
  },
  {
    what: 'a person counts as often as they say yes',
    parts: {
      ...sound,
      vote(view, at, roster, operator, said) {
        const state = view.get(facets.approval(said.approval));
        const voted = voteOf(
          state === undefined
            ? view
            : seeing(view, facets.approval(said.approval).name, { ...state, votes: [] }),
          at,
          roster,
          operator,
          said,
        );
        const nth = state?.votes.length ?? 0;
        return voted.ok
          ? { ...voted, event: { ...voted.event, person: `${voted.event.person}${nth}` } }
          : voted;
      },
    },
    happenings: {},
    found: 'allowed by too few people',
  },
  {
    what: 'one person is enough',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        changes(
          view,
          event.type === 'approval.requested'
            ? { ...event, asks: event.asks.map((ask) => ({ ...ask, quorum: 1 })) }
            : event,
          ...rest,
        ),
    },
    happenings: {},
    found: 'allowed by too few people',
  },
  {
    what: 'a no is not heard',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        event.type === 'approval.decided' && event.verdict === 'refuse' ? [] : changes(view, event, ...rest),
    },
    happenings: { refuse: 1 },
    found: 'allowed though refused',
  },
  {
    what: 'nobody looks at the time when it is used',
    parts: {
      ...sound,
      under: (approving, force, view, _at, ...rest) => underApproval(approving, force, view, 0, ...rest),
      // Somebody who waits would be told wrongly before anything is done.
      looksAtTold: false,
    },
    happenings: { ticks: 3 },
    found: 'allowed after its time',
  },
  {
    what: 'a revoked session still stands',
    parts: {
      ...sound,
      standing(view, caller, at) {
        const session = view.get(facets.session(caller.session));
        return circumstances(
          session === undefined ? view : seeing(view, 'session/s', { ...session, status: 'active' }),
          caller,
          at,
        );
      },
    },
    happenings: { revoke: 1 },
    found: 'allowed after a revocation',
  },
  {
    what: 'a decision rests on nothing',
    parts: { ...sound, restsOn: () => false, looksAtTold: false },
    happenings: { revoke: 1 },
    found: 'allowed after a revocation',
  },
  {
    what: 'an allow does not age, and nobody tells who runs',
    parts: { ...sound, releaseBy: 99, learnsOfRevocation: false },
    happenings: { revoke: 1, ticks: 2 },
    found: 'begun after a revocation and the time to learn of it',
  },
  {
    what: 'a call that a crash cut off is made again',
    parts: { ...sound, crashRepeats: true },
    happenings: { crash: 1 },
    found: 'done twice',
  },
  {
    what: 'who waits listens and does not look',
    parts: { ...sound, statusOf: () => 'requested' },
    happenings: {},
    found: 'a wake-up was lost',
  },
  {
    what: 'who waits takes a yes for one that is used up',
    parts: { ...sound, statusOf: saying('approved', 'consumed') },
    happenings: {},
    found: 'told that it is used up, and it is not',
  },
  {
    what: 'who waits takes a no for the end of the time',
    parts: { ...sound, statusOf: saying('refused', 'expired') },
    happenings: { refuse: 1 },
    found: 'told that its time is over, and it is not',
  },
];
