// SPDX-License-Identifier: Apache-2.0
/**
 * Deciding, ending, holding and delegating as the daemon does them, gathered so that a model can be run with any one of
 * them broken. Nothing is rewritten here: the functions are those of src, over the example's catalogue.
 */
import { join } from 'node:path';
import { consider } from '../../src/app/consider.ts';
import { createLiveCalls, isLost, type LiveCalls } from '../../src/app/live.ts';
import { shaped } from '../../src/app/publish.ts';
import type { InForce } from '../../src/app/road.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import type { Event, EventBody } from '../../src/core/record/event.ts';
import type { Caller, Proposal } from '../../src/core/request/proposal.ts';
import { type Facet, type FacetVersion, facets, type View } from '../../src/core/state/facet.ts';
import { createHead, unitOver } from '../../src/core/state/head.ts';
import { changes } from '../../src/core/state/reduce.ts';
import { childTerms } from '../../src/core/task/child.ts';
import { above } from '../../src/core/task/lineage.ts';
import type { Scope } from '../../src/core/task/scope.ts';
import { compileOver, load } from '../../src/main/load.ts';

export type Facets = ReadonlyMap<string, Facet>;

export const tickMs = 1000;
/** The parent's task lives for so many ticks. */
export const lifeTicks = 3;

/** What can be broken. */
export interface Parts {
  /** What deciding sees of the state. */
  readonly sees: (view: View) => View;
  readonly child: typeof childTerms;
  readonly fold: typeof changes;
  readonly learn: (live: LiveCalls, event: Event, view: View, at: number) => void;
  readonly restsOn: (read: FacetVersion) => boolean;
  /** Ticks within which a decision has to be released. */
  readonly releaseBy: number;
  readonly crashRepeats: boolean;
}

export const sound: Parts = {
  sees: (view) => view,
  child: childTerms,
  fold: changes,
  learn: (live, event, view, at) => live.learn(event, (who) => !isLost(view, who, at)),
  restsOn: () => true,
  releaseBy: 1,
  crashRepeats: false,
};

export const callers = {
  parent: { agent: 'a', task: 't', session: 's', tokenId: 'k-p' },
  child: { agent: 'b', task: 'u', session: 'v', tokenId: 'k-c' },
} as const satisfies Record<string, Caller>;
export type Who = keyof typeof callers;

const customer = (customerId: number): Proposal => ({
  ...{ method: 'tools/call', server: 'crm', target: 'get_customer' },
  args: { customerId },
});
export const acts = {
  read: customer(1),
  /** Of a customer that the parent has nothing to do with. */
  'read other': customer(2),
  send: {
    ...{ method: 'tools/call', server: 'mail', target: 'send_mail' },
    args: { to: 'x@example.com', subject: 's', body: 'b' },
  },
} as const satisfies Record<string, Proposal>;
export type Act = keyof typeof acts;

const between = (min: number, max: number): Scope => ({
  capabilities: [
    {
      actions: ['crm/get_customer'],
      args: [{ argument: 'customerId', must: { is: 'integer', min, max } }],
    },
    { classes: ['send'] },
  ],
});
export const scopes = { parent: between(1, 1), fits: between(1, 1), wide: between(1, 2) } as const;

const force = inForce();

function inForce(): InForce {
  const dir = join(import.meta.dirname, '../../examples/demo');
  const demo = load({
    policyDir: join(dir, 'policies'),
    catalogueDir: join(dir, 'catalogue'),
    mode: 'enforce',
  });
  if (!demo.ok) throw new Error('the example does not load');
  const files = [{ name: 'p.cedar', text: '@id("all") permit (principal, action, resource);' }];
  const compiled = compileOver(files, demo.published.catalogue, { mode: 'enforce' });
  if (!compiled.ok) throw new Error('the policies do not compile');
  return shaped(compiled.published);
}

/** What one attempt reads, writes and says, on the state that a node has. */
export interface Attempt {
  readonly allowed: boolean;
  readonly expected: readonly FacetVersion[];
  readonly events: readonly EventBody[];
}

export function decide(parts: Parts, view: Facets, who: Who, act: Act, tick: number): Attempt {
  const seen = unitOver(createHead(view));
  const moment = { at: tick * tickMs, past: { ask: () => new Map() } as never };
  const considering = { pseudonym: (text: string) => digestJson(text) };
  const asked = [callers[who], acts[act], new Set<string>()] as const;
  const considered = consider(considering, force, parts.sees(seen), moment, ...asked);
  const allowed = considered.outcome === 'allow';
  return { allowed, events: [], expected: seen.reads().filter(parts.restsOn) };
}

/** An operator starts the child, as `task start --parent` does. */
export function startChild(parts: Parts, view: Facets, scope: Scope, tick: number): Attempt {
  const seen = unitOver(createHead(view));
  const at = tick * tickMs;
  const refused: Attempt = { allowed: false, expected: [], events: [] };
  if (seen.get(facets.task(callers.child.task)) !== undefined) return refused;
  const terms = parts.child(seen, callers.parent.task, { scope, ttlMs: tickMs, ttlAsked: false }, at);
  if (!terms.ok) return refused;
  const { above: over, expiresAt, scope: within } = terms.terms;
  return {
    allowed: true,
    events: begun('child', at, expiresAt, {
      above: over,
      ...(within === undefined ? {} : { scope: within }),
    }),
    expected: seen.reads().filter(parts.restsOn),
  };
}

function begun(who: Who, startedAt: number, expiresAt: number, more: object): readonly EventBody[] {
  const { agent, task, session, tokenId } = callers[who];
  const terms = { id: task, type: 'x', agent, params: {}, budgets: [], startedAt, expiresAt };
  return [
    { type: 'task.started', task: { ...terms, approver: 'local:o', ...more } },
    { type: 'session.started', session, task, agent, tokenId },
  ];
}

/** @param child the scope of one that runs already */
export function beginning(child: Scope | undefined): Facets {
  const line = [{ task: callers.parent.task, agent: callers.parent.agent }];
  const registered = (agent: string): EventBody => ({
    ...{ type: 'agent.registered', agent, owner: 'o', autonomy: 'semi', verifiedAt: 0 },
  });
  const sources = { digest: digestJson('sources'), sizeBytes: 1 };
  const { policies, catalogue } = force;
  return folded(
    sound,
    new Map(),
    [
      registered('a'),
      registered('b'),
      ...begun('parent', 0, lifeTicks * tickMs, { scope: scopes.parent }),
      { type: 'policy.published', policy: policies.digest, engine: 'e', mode: 'enforce', sources },
      { type: 'catalogue.published', catalogue: catalogue.digest, sources },
      ...(child === undefined ? [] : begun('child', 0, lifeTicks * tickMs, { above: line, scope: child })),
    ],
    0,
  );
}

/** Folds events; a facet's version counts its moves, so that two orders that come to the same are one state. */
export function folded(parts: Parts, before: Facets, events: readonly EventBody[], tick: number): Facets {
  const after = new Map(before);
  for (const event of events) {
    const head = createHead(after);
    for (const { facet, value } of parts.fold(head, event, 'r', tick * tickMs, 'n', false)) {
      if (value === undefined) after.delete(facet);
      else after.set(facet, { version: `${Number(after.get(facet)?.version ?? 0) + 1}`, value });
    }
  }
  return after;
}

export function isCurrent(head: Facets, expected: readonly FacetVersion[]): boolean {
  return expected.every(({ facet, version }) => (head.get(facet)?.version ?? '') === version);
}

/** One call that was allowed: in `live` of its node, as often as it has to be asked. */
export interface Call {
  readonly id: string;
  readonly who: Who;
  readonly act: Act;
  readonly tick: number;
  readonly stopped: boolean;
  readonly done: boolean;
}

/** Whether the node's own list of calls stops it on hearing of an event. */
export function isStoppedBy(parts: Parts, call: Call, event: EventBody, view: Facets, tick: number): boolean {
  const { live, open } = opened(parts, call, view);
  if (call.done) open.release();
  const header = { v: 1, id: 'e', at: tick * tickMs, node: 'n', tenant: 'd' } as const;
  const whole: Event = { ...event, ...header, moves: [], drops: [], reads: {} };
  parts.learn(live, whole, createHead(view), tick * tickMs);
  return open.signal.aborted;
}

export function released(parts: Parts, call: Call, view: Facets, tick: number): 'go' | 'stale' | 'stopped' {
  const { live, open, pass } = opened(parts, call, view);
  if (call.stopped) live.stop(() => true, 'revoked');
  pass(tick - call.tick);
  return open.release();
}

function opened(parts: Parts, { who, act, tick }: Call, view: Facets) {
  let nowMs = tick * tickMs;
  const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
  const pass = (ticks: number): void => {
    nowMs += ticks * tickMs;
  };
  const live = createLiveCalls(clock, parts.releaseBy * tickMs);
  const { method, server, target, args } = acts[act];
  const entry = force.catalogue.find(method, server, target);
  if (entry === undefined) throw new Error('no such tool');
  const caller = callers[who];
  const resource = { type: 'Target', id: 'x' };
  const line = above(createHead(view), caller.task);
  const open = live.open('d', { caller, above: line, entry, args, resource }, nowMs);
  return { live, open, pass };
}
