// SPDX-License-Identifier: Apache-2.0
// Defects around what people make of a request, and around breaking the glass.
import { underApproval } from '../../src/app/approving.ts';
import { openedBy } from '../../src/app/break-glass.ts';
import type { Approval } from '../../src/core/approval/approval.ts';
import { broken } from '../../src/core/approval/break-glass.ts';
import { unlabelled } from '../../src/core/label/label.ts';
import { facets } from '../../src/core/state/facet.ts';
import { type Change, changes } from '../../src/core/state/reduce.ts';
import { type Defect, seeing } from './approval-defects.ts';
import { rosters, sound } from './approval-parts.ts';

export const insteadDefects: readonly Defect[] = [
  {
    what: 'a change keeps the votes',
    parts: {
      ...sound,
      fold(view, event, ...rest) {
        const made = changes(view, event, ...rest);
        if (event.type !== 'approval.requested' || event.instead === undefined) return made;
        const before = view.get(facets.approval(event.instead.of))?.votes ?? [];
        const name = facets.approval(event.approval).name;
        return made.map(
          (one): Change =>
            one.facet === name ? { ...one, value: { ...(one.value as Approval), votes: before } } : one,
        );
      },
    },
    happenings: { edit: 1 },
    found: 'allowed by too few people',
    asks: 1,
  },
  {
    what: 'people say yes to the change, and the call is made as it was',
    parts: {
      ...sound,
      under(...args) {
        const done = underApproval(...args);
        const [, , , , , , granted] = args;
        return done.asked?.is === 'edited'
          ? { ...granted, lifts: [{ policy: 'two-people', textDigest: '', via: done.asked.approval }] }
          : done;
      },
    },
    happenings: { edit: 1 },
    found: 'done with other arguments than were shown',
    asks: 1,
  },
  {
    what: 'what was asked first stays beside the change',
    parts: {
      ...sound,
      fold(view, event, ...rest) {
        if (event.type !== 'approval.requested' || event.instead === undefined)
          return changes(view, event, ...rest);
        const { instead: _gone, ...alone } = event;
        return changes(view, alone, ...rest);
      },
    },
    happenings: { edit: 1 },
    found: 'allowed though something else was made of it',
    asks: 1,
  },
  {
    what: 'a use for a task is not counted',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        event.type === 'decision' &&
        event.lifts.some(({ via = '' }) => view.get(facets.approval(via))?.standing !== undefined)
          ? changes(view, { ...event, lifts: [] }, ...rest)
          : changes(view, event, ...rest),
    },
    happenings: { standing: 1 },
    found: 'used more often than was approved',
    asks: 3,
  },
  {
    what: 'a use for a task does not rest on what it is counted by',
    parts: {
      ...sound,
      restsOn: ({ facet }) => !facet.startsWith('approval/') && facet !== 'task/t/standing',
    },
    happenings: { standing: 1 },
    found: 'used more often than was approved',
    asks: 3,
  },
  {
    what: 'what is approved for a task fits whatever was read',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        changes(
          view,
          event.type === 'approval.requested' && event.standing !== undefined
            ? { ...event, standing: { ...event.standing, labels: unlabelled } }
            : event,
          ...rest,
        ),
    },
    happenings: { standing: 1, labels: 1 },
    found: 'allowed with other labels',
    asks: 1,
  },
  {
    what: 'what is approved for a task outlives its time',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        changes(
          view,
          event.type === 'approval.requested' && event.standing !== undefined
            ? { ...event, standing: { ...event.standing, until: 1e9 } }
            : event,
          ...rest,
        ),
    },
    happenings: { standing: 1, ticks: 3 },
    found: 'allowed after its time',
    asks: 1,
  },
  {
    what: 'a broken glass outlives its time',
    parts: {
      ...sound,
      broken: (view, roster, who, _at, ...rest) => broken(view, roster, who, 0, ...rest),
    },
    happenings: { glass: 1, ticks: 3 },
    found: 'allowed after its time',
    asks: 1,
  },
  {
    what: 'one person breaks it',
    parts: {
      ...sound,
      opens: (approval, after, place) =>
        openedBy(
          approval,
          { ...after, status: 'approved', votes: ['ana', 'ben'].map((person) => ({ person, policies: [] })) },
          place,
        ),
    },
    happenings: { glass: 1 },
    found: 'allowed by too few people',
    asks: 1,
  },
  {
    what: 'closing it closes nothing',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        event.type === 'break_glass.closed' ? [] : changes(view, event, ...rest),
    },
    happenings: { glass: 1, close: 1 },
    found: 'allowed after it was closed',
    asks: 1,
  },
  {
    what: 'a decision does not rest on the glass',
    parts: { ...sound, restsOn: ({ facet }) => facet !== 'task/t/glass' },
    happenings: { glass: 1, close: 1 },
    found: 'allowed after it was closed',
    asks: 1,
  },
  {
    what: 'whoever left the group still breaks it',
    parts: {
      ...sound,
      broken: (view, _roster, ...rest) =>
        broken(seeing(view, facets.approvers.name, rosters.all.digest), rosters.all, ...rest),
    },
    happenings: { glass: 1, people: 1 },
    found: 'allowed by people who may not any more',
    asks: 1,
  },
];
