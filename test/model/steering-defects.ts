// SPDX-License-Identifier: Apache-2.0
// Defects put in on purpose, each around one piece: a model that does not see them is worth nothing.
import type { AgentState, FacetKey, View } from '../../src/core/state/facet.ts';
import { facets } from '../../src/core/state/facet.ts';
import { changes } from '../../src/core/state/reduce.ts';
import { childTerms } from '../../src/core/task/child.ts';
import { type Parts, sound } from './steering-parts.ts';
import type { Happenings } from './steering-world.ts';

export interface Defect {
  readonly what: string;
  readonly parts: Parts;
  /** Where it shows. */
  readonly happenings: Happenings;
  readonly found: RegExp;
}

/** Sees some facets as something else; what is there was read all the same. */
function seeing(change: <T>(key: FacetKey<T>, value: T | undefined) => unknown): Parts['sees'] {
  return (view): View => ({ get: (key) => change(key, view.get(key)) as never });
}

const without = (value: object | undefined, ...names: readonly string[]): unknown =>
  value === undefined
    ? undefined
    : Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

const plain = (name: string) => !/\/.*\//.test(name);

export const defects: readonly Defect[] = [
  {
    what: 'deciding does not look at the status of an agent',
    parts: {
      ...sound,
      sees: seeing((key, value) =>
        /^agent\//.test(key.name) && value !== undefined
          ? { ...(value as unknown as AgentState), status: 'active' }
          : value,
      ),
    },
    happenings: { cuts: ['revoke the agent'] },
    found: /^allowed after: revoke the agent/,
  },
  {
    what: 'deciding does not look at what is above',
    parts: {
      ...sound,
      sees: seeing((key, value) =>
        /^task\/u$/.test(key.name) ? without(value as object | undefined, 'above') : value,
      ),
    },
    happenings: { cuts: ['end the task'], runs: 'fits' },
    found: /^allowed after: end the task/,
  },
  {
    what: 'deciding does not look at holds',
    parts: {
      ...sound,
      sees: seeing((key, value) =>
        /^(agent|task|session)\//.test(key.name) && plain(key.name) && typeof value === 'object'
          ? without(value as object, 'holds')
          : value,
      ),
    },
    happenings: { cuts: ['pause the agent'] },
    found: /^allowed after: pause the agent/,
  },
  {
    what: 'deciding does not look at what the tenant has halted',
    parts: { ...sound, sees: seeing((key, value) => (key.name === 'halt' ? undefined : value)) },
    happenings: { cuts: ['sweep the agent'] },
    found: /^allowed after: sweep the agent/,
  },
  {
    what: 'a decision does not rest on what is halted',
    parts: { ...sound, restsOn: ({ facet }) => facet !== 'halt' },
    happenings: { cuts: ['stop all'] },
    found: /^allowed after: stop all/,
  },
  {
    what: 'a decision does not rest on the task above',
    parts: { ...sound, restsOn: ({ facet }) => facet !== 'task/t' },
    happenings: { cuts: ['quarantine the task'], runs: 'fits' },
    found: /^allowed after: quarantine the task/,
  },
  {
    what: 'a start of a child does not rest on its parent',
    parts: { ...sound, restsOn: ({ facet }) => facet !== 'task/t' },
    happenings: { cuts: ['revoke the task'], child: 'fits', acts: ['read'] },
    found: /^(a child was started|allowed) after: revoke the task/,
  },
  {
    what: 'whether a child fits its parent is not asked',
    parts: {
      ...sound,
      child(view, parent, asked, at) {
        const terms = childTerms(view, parent, { ...asked, scope: undefined as never }, at);
        return terms.ok ? { ...terms, terms: { ...terms.terms, scope: asked.scope as never } } : terms;
      },
    },
    happenings: { child: 'wide' },
    found: /^a child was given more than its parent has/,
  },
  {
    what: 'only the own scope is asked',
    parts: {
      ...sound,
      sees: seeing((key, value) =>
        key.name === facets.task('t').name ? without(value as object | undefined, 'scope') : value,
      ),
    },
    happenings: { runs: 'wide', acts: ['read other'] },
    found: /^allowed though its parent may not/,
  },
  {
    what: 'a child lives as long as it likes',
    parts: {
      ...sound,
      child(view, parent, asked, at) {
        const terms = childTerms(view, parent, asked, at);
        return terms.ok ? { ...terms, terms: { ...terms.terms, above: [], expiresAt: 1e9 } } : terms;
      },
    },
    happenings: { child: 'fits', ticks: 3, acts: ['read'] },
    found: /^allowed after its time/,
  },
  {
    what: 'an allow does not age, and nobody tells who runs',
    parts: { ...sound, releaseBy: 99, learn: () => undefined },
    happenings: { cuts: ['revoke the session'], ticks: 2 },
    found: /^(begun after the time to learn of|goes on after): revoke the session/,
  },
  {
    what: 'nobody tells who runs of what a sweep ends',
    parts: {
      ...sound,
      learn(live, event, view, at) {
        if (event.type !== 'swept') sound.learn(live, event, view, at);
      },
    },
    happenings: { cuts: ['sweep the agent'] },
    found: /^goes on after: sweep the agent/,
  },
  {
    what: 'who runs hears of their own task alone',
    parts: {
      ...sound,
      learn(live, event, view, at) {
        if (event.type !== 'task.ended' || event.task !== 't') sound.learn(live, event, view, at);
      },
    },
    happenings: { cuts: ['end the task'], runs: 'fits' },
    found: /^goes on after: end the task/,
  },
  {
    what: 'what is registered again is held no more',
    parts: {
      ...sound,
      fold: (view, event, ...rest) =>
        event.type === 'hold.set' && event.scope === 'agent' ? [] : changes(view, event, ...rest),
    },
    happenings: { cuts: ['pause the agent'] },
    found: /^allowed after: pause the agent/,
  },
  {
    what: 'a lifted pause lifts a revocation',
    parts: {
      ...sound,
      fold: (view, event, id, ...rest) => {
        const done = changes(view, event, id, ...rest);
        if (event.type !== 'hold.lifted') return done;
        return done.map((change) =>
          change.facet === 'agent/a'
            ? { ...change, value: { ...(change.value as object), status: 'active' } }
            : change,
        );
      },
    },
    happenings: { cuts: ['pause the agent', 'revoke the agent'], lifts: 1 },
    found: /^(allowed|goes on) after: revoke the agent/,
  },
  {
    what: 'a call that a crash cut off is made again',
    parts: { ...sound, crashRepeats: true },
    happenings: { crash: 1 },
    found: /^begun twice/,
  },
];
