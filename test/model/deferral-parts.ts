// SPDX-License-Identifier: Apache-2.0
/**
 * The pieces of the deferral protocol as the daemon has them, gathered so that a model can be run with any one of them
 * broken. Nothing is rewritten here: the functions are those of src.
 */
import type { Considered } from '../../src/app/consider.ts';
import {
  lettingThrough,
  liftedNow,
  matterOf,
  placeOf,
  type Sent,
  underDeferral,
  waitRecord,
} from '../../src/app/deferring.ts';
import { prospectAt } from '../../src/app/waking.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { Policy } from '../../src/core/decision/verdict.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import { nothingRead } from '../../src/core/label/label.ts';
import type { BodyOf, EventBody } from '../../src/core/record/event.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { circumstances } from '../../src/core/session/circumstances.ts';
import { registryOf } from '../../src/core/signal/registry.ts';
import { type Facet, type FacetVersion, facets } from '../../src/core/state/facet.ts';
import { createHead, unitOver } from '../../src/core/state/head.ts';
import { changes } from '../../src/core/state/reduce.ts';

export type Facets = ReadonlyMap<string, Facet>;

export const tickMs = 1000;
/** A wait lasts for so many ticks. */
export const timeoutTicks = 3;

/** What can be broken. */
export interface Parts {
  readonly standing: typeof circumstances;
  readonly place: typeof placeOf;
  readonly lifted: typeof liftedNow;
  readonly under: typeof underDeferral;
  readonly letting: typeof lettingThrough;
  readonly fold: typeof changes;
  readonly restsOn: (read: FacetVersion) => boolean;
  readonly prospect: typeof prospectAt;
  /** Who was held says where it waited. */
  readonly resumes: boolean;
  readonly crashRepeats: boolean;
}

export const sound: Parts = {
  standing: circumstances,
  place: placeOf,
  lifted: liftedNow,
  under: underDeferral,
  letting: lettingThrough,
  fold: changes,
  restsOn: () => true,
  prospect: prospectAt,
  resumes: true,
  crashRepeats: false,
};

export const caller: Caller = { agent: 'a', task: 't', session: 's', tokenId: 'k' };

export const registry = registryOf(
  {
    zone: 'UTC',
    sources: [],
    signals: [
      {
        name: 'payments',
        type: { is: 'one_of', values: ['healthy', 'down'] },
        // It outlives the model, but for the world in which it grows stale.
        maxAgeMs: 100 * tickMs,
        from: ['operators'],
      },
    ],
    calendars: [],
    probes: [],
  },
  'sha256:registry',
);

const entry: CatalogueEntry = {
  kind: 'tool',
  server: 'vault',
  target: 'rotate',
  action: 'rotate',
  class: 'write',
  resource: { type: 'Secret', label: nothingRead },
  args: {},
  result: nothingRead,
  reversible: false,
  stateless: true,
};

const waits: Policy = {
  id: 'waits',
  effect: 'forbid',
  textDigest: digestJson('waits'),
  remedy: { kind: 'defer', until: 'signal:payments=healthy', timeoutMs: timeoutTicks * tickMs },
  obligations: [],
  controls: [],
  file: 'p.cedar',
  line: 1,
};

/** What one attempt reads, writes and says, on the state that a node has. */
export interface Attempt {
  readonly answer: 'allow' | 'wait' | 'deny';
  /** The place that it stands at, takes, or finds ended. */
  readonly place?: string;
  readonly code: string;
  readonly expected: readonly FacetVersion[];
  readonly events: readonly EventBody[];
}

const pseudonym = (text: string) => digestJson(text);
const proposal = { method: 'tools/call', server: 'vault', target: 'rotate', args: {} };
const sent: Sent = {
  proposal,
  action: 'rotate',
  definition: null,
  resource: { type: 'Secret', id: 'x' },
  projection: {},
};

/** As `consider` and `authorize` put them together. */
export function decide(
  parts: Parts,
  view: Facets,
  tick: number,
  fresh: string,
  resume: string | undefined,
): Attempt {
  const seen = unitOver(createHead(view));
  const at = tick * tickMs;
  const standing = parts.standing(seen, caller, at);
  if (!standing.ok) return { answer: 'deny', code: standing.code, expected: [], events: [] };
  const because = [{ policy: waits, kind: 'satisfied' as const }];
  const soFar: Considered = {
    outcome: 'defer',
    code: 'deferred',
    entry,
    who: standing.value,
    above: [],
    facts: {},
    resource: sent.resource,
    projection: {},
    opaque: false,
    args: {},
    verdicts: [],
    because,
    lifts: [],
    transforms: [],
    obligations: [],
    reserves: [],
  };
  const place = parts.place(seen, caller, sent, pseudonym);
  const { lifts } = parts.lifted({ registry }, seen, because, at, place);
  const considered =
    lifts === undefined
      ? parts.under(seen, at, caller, soFar, place, matterOf(caller, sent, pseudonym), resume)
      : parts.letting({ ...soFar, outcome: 'allow', code: 'permitted', lifts }, place, resume);
  const { waiting, code } = considered;
  const allowed = considered.outcome === 'allow';
  const { writing, told } = allowed
    ? { writing: undefined, told: undefined }
    : waitRecord(waiting, caller, 'd', { id: () => fresh });
  const passes = waiting?.is === 'passes' ? waiting.deferral : undefined;
  const decision = decisionOf(allowed, passes);
  const events = [...(allowed ? [decision] : []), ...(writing === undefined ? [] : [writing.event])];
  const where = told?.deferral ?? passes ?? (waiting?.is === 'ended' ? waiting.deferral : undefined);
  const answer = allowed ? 'allow' : considered.outcome === 'defer' ? 'wait' : 'deny';
  // As the sequencer does: what folding reads is rested upon, too. Refusals append whatever else has happened.
  for (const event of events) seen.move(parts.fold(seen, event, 'r', at, 'n', false), 'r');
  const expected = events.length === 0 ? [] : seen.reads().filter(parts.restsOn);
  return { answer, code, ...(where === undefined ? {} : { place: where }), expected, events };
}

function decisionOf(allowed: boolean, deferral: string | undefined): BodyOf<'decision'> {
  return {
    type: 'decision',
    who: caller,
    chain: ['a'],
    request: {
      method: 'tools/call',
      server: 'vault',
      target: 'rotate',
      action: '',
      class: 'write',
      resource: sent.resource,
      argsOpaque: false,
    },
    versions: { policy: '', catalogue: '', fold: '', engine: '' },
    facts: {},
    verdicts: [],
    lifts: [],
    transforms: [],
    outcome: allowed ? 'allow' : 'deny',
    code: '',
    shadow: false,
    obligations: [],
    ...(deferral === undefined ? {} : { deferral }),
    ...(allowed ? { open: { reserves: [], worst: nothingRead, releaseWithinMs: 1000 } } : {}),
  };
}

/** Folds events; a facet's version counts its moves, so that two orders that come to the same are one state. */
export function folded(parts: Parts, before: Facets, events: readonly EventBody[], tick: number): Facets {
  const after = new Map(before);
  for (const event of events) {
    const head = createHead(after);
    for (const { facet, value } of parts.fold(head, event, 'r', tick * tickMs, 'n', false)) {
      // Whether a call is open plays no part here.
      if (facet.startsWith('call/') || facet.endsWith('/activity')) continue;
      if (value === undefined) after.delete(facet);
      else after.set(facet, { version: `${Number(after.get(facet)?.version ?? 0) + 1}`, value });
    }
  }
  return after;
}

export function isCurrent(head: Facets, expected: readonly FacetVersion[]): boolean {
  return expected.every(({ facet, version }) => (head.get(facet)?.version ?? '') === version);
}

export function beginning(): Facets {
  const events: EventBody[] = [
    { type: 'agent.registered', agent: 'a', owner: 'o', autonomy: 'semi', verifiedAt: 0 },
    {
      type: 'task.started',
      task: {
        id: 't',
        type: 'x',
        agent: 'a',
        params: {},
        budgets: [],
        startedAt: 0,
        expiresAt: 1e9,
        approver: 'local:o',
      },
    },
    { type: 'session.started', session: 's', task: 't', agent: 'a', tokenId: 'k' },
    saidEvent('down', 100 * tickMs),
  ];
  return folded(sound, new Map(), events, 0);
}

export function saidEvent(value: 'healthy' | 'down', maxAgeMs: number): EventBody {
  const number = value === 'healthy' ? 0 : 1;
  return {
    type: 'signal.set',
    signal: 'payments',
    value,
    number,
    source: 's',
    maxAgeMs,
    author: 'o',
    reason: '',
  };
}

export const revocation: EventBody = { type: 'revoked', scope: 'session', target: 's', reason: '' };

export function cancellation(deferral: string): EventBody {
  return { type: 'deferral.cancelled', deferral, author: 'o', reason: 'no' };
}

export function isWaiting(head: Facets, deferral: string): boolean {
  const state = createHead(head).get(facets.deferral(deferral));
  const session = createHead(head).get(facets.session('s'));
  return state?.status === 'waiting' && session?.deferred?.some((one) => one.deferral === deferral) === true;
}
