// SPDX-License-Identifier: Apache-2.0
/**
 * What people make of a request, and breaking the glass, as attempts of the model: what src does, with the functions of
 * src, but for what it has to fetch first.
 */
import { candidateOf } from '../../src/app/approving.ts';
import { type Instead, requestOf } from '../../src/app/asking.ts';
import { askToBreak, type GlassTerms, glassMatter } from '../../src/core/approval/break-glass.ts';
import { fits, patternDigest, patternOf } from '../../src/core/approval/pattern.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import type { BodyOf } from '../../src/core/record/event.ts';
import { facets } from '../../src/core/state/facet.ts';
import { createHead, unitOver } from '../../src/core/state/head.ts';
import {
  type Attempt,
  caller,
  type Deciding,
  deciding,
  editedTo,
  type Facets,
  type Parts,
  placeOf,
  rosterIn,
  sealed,
  tickMs,
  written,
} from './approval-parts.ts';

/** What is approved for a task: so often, and for so long. */
export const standingCount = 2;
export const standingTicks = 2;
export const glassTicks = 2;
/** Amounts that it leaves free. */
export const standingMost = 2;

const nothing: Attempt = { answer: 'deny', expected: [], events: [] };
const by = { person: 'eve', operator: 'local:eve', reason: 'so' };

/** @param amount as the agent sent it */
export function edit(
  parts: Parts,
  view: Facets,
  approval: string,
  amount: number,
  tick: number,
  fresh: string,
): Attempt {
  const on = stillAsked(parts, view, approval, amount, tick);
  if (on === undefined) return nothing;
  const considered = on.under(editedTo, {});
  const { asked } = considered;
  if (asked?.is !== 'wanted') return nothing;
  const instead: Instead = {
    card: {},
    record: {
      instead: { of: approval, matter: on.sent, ...by },
      edit: { changes: { digest: digestJson('changes'), sizeBytes: 1 }, changed: ['amount'] },
    },
  };
  const request = requestOf(asked, considered, caller, 'd', placeOf(on.at, fresh), sealed, instead);
  if (request === undefined) throw new Error('a request that cannot be made');
  return written(parts, on.seen, [request.writing.event], on.at, { answer: 'pending', approval: fresh });
}

export function forTask(
  parts: Parts,
  view: Facets,
  approval: string,
  amount: number,
  tick: number,
  fresh: string,
): Attempt {
  const on = stillAsked(parts, view, approval, amount, tick);
  if (on === undefined) return nothing;
  const { asked } = on.considered;
  if (asked?.is !== 'open') return nothing;
  const candidate = candidateOf(on.considered, asked.about.matter);
  const free = [{ argument: 'amount', must: { is: 'integer' as const, min: 1, max: standingMost } }];
  const pattern = patternOf(candidate, free, asked.about.matter.labels, parts.pseudonym);
  if (!fits(pattern, candidate, parts.pseudonym)) return nothing;
  const until = (tick + standingTicks) * tickMs;
  const about = { ...asked.about, expiresAt: Math.min(asked.about.expiresAt, until) };
  const instead: Instead = {
    matter: patternDigest(pattern, standingCount, until),
    card: {},
    record: {
      instead: { of: approval, matter: on.sent, ...by },
      standing: { ...pattern, count: standingCount, until },
    },
  };
  const wanted = { is: 'wanted' as const, about };
  const request = requestOf(wanted, on.considered, caller, 'd', placeOf(on.at, fresh), sealed, instead);
  if (request === undefined) throw new Error('a request that cannot be made');
  return written(parts, on.seen, [request.writing.event], on.at, { answer: 'pending', approval: fresh });
}

/** Whether what was asked about is what would be asked now; and the digest that finds it. */
function stillAsked(parts: Parts, view: Facets, approval: string, amount: number, tick: number) {
  const on: Deciding | undefined = deciding(parts, view, amount, tick);
  const considered = on?.under(amount);
  const asked = on?.seen.get(facets.asked(caller.session))?.find((one) => one.approval === approval);
  if (on === undefined || considered?.asked?.is !== 'open' || asked === undefined) return undefined;
  return considered.asked.approval === approval ? { ...on, considered, sent: asked.matter } : undefined;
}

export function askForGlass(parts: Parts, view: Facets, tick: number, fresh: string): Attempt {
  const seen = unitOver(createHead(view));
  const at = tick * tickMs;
  const { agent, task } = caller;
  const terms: GlassTerms = { agent, task, group: 'finance', reason: 'so', forMs: glassTicks * tickMs };
  const now = seen.get(facets.glass(task));
  if (now?.status === 'open' && at < now.until) return nothing;
  const ask = askToBreak(rosterIn(seen), terms);
  if (ask === undefined) return nothing;
  const event: BodyOf<'break_glass.requested'> = {
    type: 'break_glass.requested',
    ...{ approval: fresh, ...terms, matter: glassMatter(terms), asks: [ask], expiresAt: at + 9 * tickMs },
    card: { digest: digestJson(fresh), sizeBytes: 1 },
    ...{ person: by.person, operator: by.operator },
  };
  return written(parts, seen, [event], at, { answer: 'pending', approval: fresh });
}

export function closeGlass(parts: Parts, view: Facets, tick: number): Attempt {
  const seen = unitOver(createHead(view));
  const { agent, task } = caller;
  const now = seen.get(facets.glass(task));
  if (now === undefined || now.status === 'closed') return nothing;
  const event: BodyOf<'break_glass.closed'> = {
    type: 'break_glass.closed',
    ...{ glass: now.id, agent, task, operator: by.operator, reason: by.reason },
  };
  return written(parts, seen, [event], tick * tickMs, { answer: 'allow', approval: now.id });
}
