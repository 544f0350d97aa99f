// SPDX-License-Identifier: Apache-2.0
/**
 * The pieces of the approval protocol as the daemon has them, gathered so that a model can be run with any one of them
 * broken. Nothing is rewritten here: the functions are those of src.
 */
import { type Approving, underApproval } from '../../src/app/approving.ts';
import { requestOf } from '../../src/app/asking.ts';
import { openedBy } from '../../src/app/break-glass.ts';
import type { Considered } from '../../src/app/consider.ts';
import type { InForce } from '../../src/app/road.ts';
import type { Place } from '../../src/app/sequencer.ts';
import type { Approval } from '../../src/core/approval/approval.ts';
import { broken } from '../../src/core/approval/break-glass.ts';
import { statusOf } from '../../src/core/approval/match.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { voteOf } from '../../src/core/approval/vote.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { Policy } from '../../src/core/decision/verdict.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import { nothingRead } from '../../src/core/label/label.ts';
import { unasked } from '../../src/core/origin/facts.ts';
import type { BodyOf, EventBody } from '../../src/core/record/event.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { circumstances } from '../../src/core/session/circumstances.ts';
import { type Facet, type FacetVersion, facets, type View } from '../../src/core/state/facet.ts';
import { createHead, unitOver } from '../../src/core/state/head.ts';
import { changes } from '../../src/core/state/reduce.ts';

export type Facets = ReadonlyMap<string, Facet>;

export const tickMs = 1000;
/** A request lives for so many ticks. */
export const expiresTicks = 3;

/** What can be broken. */
export interface Parts {
  readonly standing: typeof circumstances;
  readonly under: typeof underApproval;
  readonly vote: typeof voteOf;
  readonly fold: typeof changes;
  readonly pseudonym: (text: string) => string;
  readonly restsOn: (read: FacetVersion) => boolean;
  readonly statusOf: typeof statusOf;
  readonly broken: typeof broken;
  readonly opens: typeof openedBy;
  /** Ticks within which a decision has to be released. */
  readonly releaseBy: number;
  readonly learnsOfRevocation: boolean;
  /** Whether what a call names is looked at again before it is let go. */
  readonly looksAgain: boolean;
  readonly crashRepeats: boolean;
  /** Whether what those who wait are told is held against what really happened, too. */
  readonly looksAtTold: boolean;
}

export const sound: Parts = {
  standing: circumstances,
  under: underApproval,
  vote: voteOf,
  fold: changes,
  pseudonym: (text) => digestJson(text),
  restsOn: () => true,
  statusOf,
  broken,
  opens: openedBy,
  releaseBy: 1,
  learnsOfRevocation: true,
  looksAgain: true,
  crashRepeats: false,
  looksAtTold: true,
};

export const caller: Caller = { agent: 'a', task: 't', session: 's', tokenId: 'k' };

const person = (name: string) => ({ name, operators: [`local:${name}`], also: [] });
export const rosters = {
  all: rosterOf([person('ana'), person('ben'), person('eve')], [['finance', ['ana', 'ben', 'eve']]]),
  'without ben': rosterOf([person('ana'), person('ben'), person('eve')], [['finance', ['ana', 'eve']]]),
} as const;
export type People = keyof typeof rosters;

const entry: CatalogueEntry = {
  kind: 'tool',
  server: 'bank',
  target: 'pay',
  action: 'pay',
  class: 'pay',
  resource: { type: 'Account', label: nothingRead },
  args: { amount: { role: 'amount' } },
  result: nothingRead,
  reversible: false,
  stateless: true,
};

const asksTwo: Policy = {
  id: 'two-people',
  effect: 'forbid',
  textDigest: digestJson('two-people'),
  remedy: {
    kind: 'step_up',
    approvers: ['finance'],
    quorum: 2,
    expiresMs: expiresTicks * tickMs,
    standing: 'yes',
  },
  breakGlass: 'finance',
  obligations: [],
  controls: [],
  file: 'p.cedar',
  line: 1,
};

export const policyDigest = (version: number): string => digestJson(['policy', version]);
const catalogueDigest = digestJson('catalogue');

/** What one attempt reads, writes and says, on the state that a node has. */
export interface Attempt {
  readonly answer: 'allow' | 'pending' | 'deny';
  readonly approval?: string;
  /** What is done, where people made something else of what was asked. */
  readonly amount?: number;
  readonly expected: readonly FacetVersion[];
  readonly events: readonly EventBody[];
}

/** What a person makes of an amount, whoever does it. */
export const editedTo = 50;

/** The call as it is decided, were it not for what people can lift. */
export interface Deciding {
  readonly seen: ReturnType<typeof unitOver>;
  readonly at: number;
  readonly granted: Considered;
  under(amount: number, edit?: Approving['edit']): Considered;
}

export function deciding(
  parts: Parts,
  view: Facets,
  amount: number,
  tick: number,
  file = 1,
): Deciding | undefined {
  const seen = unitOver(createHead(view));
  const at = tick * tickMs;
  const standing = parts.standing(seen, caller, at);
  if (!standing.ok) return undefined;
  const policy = seen.get(facets.policy) ?? '';
  seen.get(facets.catalogue);
  const force = { policies: { digest: policy }, catalogue: { digest: catalogueDigest } } as InForce;
  const grantedFor = (sent: number): Considered => ({
    outcome: 'allow',
    code: 'permitted',
    entry,
    who: standing.value,
    above: [],
    facts: {},
    resource: { type: 'Account', id: 'x' },
    projection: { amount: sent },
    values: { amount: sent },
    opaque: false,
    args: { amount: sent },
    verdicts: [],
    because: [],
    lifts: [],
    transforms: [],
    obligations: [],
    reserves: [],
    sighting: {
      directory: '/w',
      operands: [{ path: '/w/f', state: { is: 'file', digest: `sha256:${file}`, sizeBytes: 1 } }],
      git: [],
      whole: true,
    },
  });
  const approving: Approving = { roster: rosterIn(seen), pseudonym: parts.pseudonym };
  const under = (sent: number, edit?: Approving['edit']): Considered => {
    const proposal = { method: 'tools/call', server: 'bank', target: 'pay', args: { amount: sent } };
    const one = edit === undefined ? approving : { ...approving, edit };
    return parts.under(one, force, seen, at, caller, proposal, grantedFor(sent), asking, unasked);
  };
  return { seen, at, granted: grantedFor(amount), under };
}

const asking = [{ policy: asksTwo, kind: 'satisfied' as const }];

export function decide(
  parts: Parts,
  view: Facets,
  amount: number,
  tick: number,
  fresh: string,
  file = 1,
): Attempt {
  const on = deciding(parts, view, amount, tick, file);
  if (on === undefined) return { answer: 'deny', expected: [], events: [] };
  const { seen, at } = on;
  const lifts = parts.broken(seen, rosterIn(seen), caller, at, asking, []);
  const first = lifts.length > 0 ? { ...on.granted, lifts } : on.under(amount);
  const considered = first.asked?.is === 'edited' ? asEdited(on, first.asked) : first;
  const decision = decisionOf(considered);
  if (considered.outcome === 'allow') {
    const approval = considered.lifts[0]?.via;
    return written(parts, seen, [decision], at, {
      answer: 'allow',
      amount: Number(considered.args.amount),
      ...(approval === undefined ? {} : { approval }),
    });
  }
  const { asked } = considered;
  if (asked?.is === 'open') return { answer: 'pending', approval: asked.approval, expected: [], events: [] };
  if (asked?.is !== 'wanted') return { answer: 'deny', expected: [], events: [] };
  const request = requestOf(asked, considered, caller, 'd', placeOf(at, fresh), sealed);
  if (request === undefined) throw new Error('a request that cannot be made');
  return written(parts, seen, [decision, request.writing.event], at, { answer: 'pending', approval: fresh });
}

/** As `authorize` does. */
function asEdited(
  on: Deciding,
  { approval, otherwise }: Extract<NonNullable<Considered['asked']>, { is: 'edited' }>,
): Considered {
  const done = on.under(editedTo, { approval });
  return done.asked?.is === 'unfit' ? otherwise : done;
}

export function rosterIn(view: View) {
  const digest = view.get(facets.approvers);
  return rosters['without ben'].digest === digest ? rosters['without ben'] : rosters.all;
}

/** One person's answer, as an attempt. */
export function vote(
  parts: Parts,
  view: Facets,
  name: string,
  approval: string,
  verdict: 'approve' | 'refuse',
  tick: number,
): Attempt {
  const seen = unitOver(createHead(view));
  const at = tick * tickMs;
  const card = seen.get(facets.approval(approval))?.card ?? '';
  const said = { approval, verdict, card, reason: 'no' };
  const voted = parts.vote(seen, at, rosterIn(seen), { operator: `local:${name}` }, said);
  if (!voted.ok) return { answer: 'deny', expected: [], events: [] };
  const opened = parts.opens(approval, voted.after, placeOf(at, 'e')).map(({ event }) => event);
  return written(parts, seen, [voted.event, ...opened], at, { answer: 'allow', approval });
}

export function written(
  parts: Parts,
  seen: ReturnType<typeof unitOver>,
  events: readonly EventBody[],
  at: number,
  said: Pick<Attempt, 'answer' | 'approval' | 'amount'>,
): Attempt {
  // As the sequencer does: what folding reads is rested upon, too.
  for (const event of events) seen.move(parts.fold(seen, event, 'r', at, 'n', false), 'r');
  return { ...said, events, expected: seen.reads().filter(parts.restsOn) };
}

function decisionOf({ outcome, lifts }: Considered): BodyOf<'decision'> {
  return {
    type: 'decision',
    who: caller,
    chain: ['a'],
    request: {
      method: 'tools/call',
      server: 'bank',
      target: 'pay',
      action: '',
      class: 'pay',
      resource: { type: 'Account', id: 'x' },
      argsOpaque: false,
    },
    versions: { policy: '', catalogue: '', fold: '', engine: '' },
    facts: {},
    verdicts: [],
    lifts,
    transforms: [],
    outcome,
    code: '',
    shadow: false,
    obligations: [],
    ...(outcome === 'allow' ? { open: { reserves: [], worst: nothingRead, releaseWithinMs: 1000 } } : {}),
  };
}

export function placeOf(at: number, fresh: string): Place {
  return { at, monotonicMs: at, past: { ask: () => new Map() } as never, id: () => fresh };
}

export const sealed = (content: string) => ({
  digest: digestJson(content),
  task: 't',
  sealed: new Uint8Array(),
  sizeBytes: content.length,
});

/** Folds events; a facet's version counts its moves, so that two orders that come to the same are one state. */
export function folded(parts: Parts, before: Facets, events: readonly EventBody[], tick: number): Facets {
  const after = new Map(before);
  for (const event of events) {
    const head = createHead(after);
    for (const { facet, value } of parts.fold(head, event, 'r', tick * tickMs, 'n', false)) {
      // Whether a call is open plays no part here, nor what cards tell of the past.
      if (facet.startsWith('call/') || facet.startsWith('answered/') || facet.endsWith('/activity')) continue;
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
    policyEvent(1),
    approversEvent('all'),
  ];
  return folded(sound, new Map(), events, 0);
}

export function policyEvent(version: number): EventBody {
  const sources = { digest: digestJson('sources'), sizeBytes: 1 };
  return { type: 'policy.published', policy: policyDigest(version), engine: 'e', mode: 'enforce', sources };
}

export function approversEvent(people: People): EventBody {
  const sources = { digest: digestJson('sources'), sizeBytes: 1 };
  return { type: 'approvers.published', approvers: rosters[people].digest, sources, author: 'o', reason: '' };
}

export const revocation: EventBody = { type: 'revoked', scope: 'session', target: 's', reason: '' };

/** The labels of a task, moved as an observation moves them. */
export function withLabels(head: Facets): Facets {
  const key = facets.labels('t').name;
  const value = { ...nothingRead, integrity: 'untrusted' as const, sources: ['web'] };
  return new Map(head).set(key, { version: `${Number(head.get(key)?.version ?? 0) + 1}`, value });
}

export function statusIn(view: Facets, approval: string): Approval['status'] | undefined {
  const state = view.get(facets.approval(approval).name)?.value as Approval | undefined;
  return state?.status;
}
