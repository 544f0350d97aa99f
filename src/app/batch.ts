// SPDX-License-Identifier: Apache-2.0
/**
 * Requests that differ in nothing but arguments, answered together: the same agent, the same tool as it was accepted, the
 * same rules and the same people.
 *
 * One commit, and each an answer of its own, with its own decision, card and binding. What ended meanwhile, or was decided
 * by somebody else, leaves the others alone: they rest on nothing of each other, and whoever has read twenty cards is not
 * made to read nineteen again. Requests that are not alike are answered by no list: one look at the first would stand
 * for all.
 *
 * Source: docs/approvals.md, "Many at once"; docs/adr/0033-reviews-and-load.md.
 */
import { statusAt } from '../core/approval/approval.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administerEach } from './administer.ts';
import { answered, type Decided, listApprovals } from './approvals.ts';
import type { Ledger } from './ports.ts';
import { readApproval } from './read-approval.ts';
import { eventOf } from './read-records.ts';
import type { Road } from './road.ts';
import { type SignedIn, sealed } from './signed.ts';

export interface BatchSaid {
  /** Each with the card that was shown. */
  readonly items: readonly { readonly approval: string; readonly card: string }[];
  readonly verdict: 'approve' | 'refuse';
  readonly reason: string;
  readonly as?: string;
}

/** More than this nobody has read one by one. */
export const maxBatch = 50;

export type Batch =
  | {
      readonly ok: true;
      readonly items: readonly { readonly approval: string; readonly done: Administered<Decided> }[];
    }
  | { readonly ok: false; readonly code: 'not_possible'; readonly reason: string };

type Reads = Pick<Ledger, 'readStream' | 'find'>;

/** @param by who signed in; one signature of a passkey is of the whole list, each request and card in it */
export async function decideBatch(
  road: Pick<Road, 'sequencer' | 'published' | 'roster' | 'vault'>,
  ledger: Reads,
  operator: Operator,
  { items, verdict, reason, as }: BatchSaid,
  by?: SignedIn,
): Promise<Batch> {
  const signed = by?.signed === undefined ? undefined : await sealed(road.vault, by.signed);
  const answerer = {
    operator: operator.id,
    ...(by === undefined ? {} : { person: by.person, isTrusted: by.isTrusted }),
    ...(signed === undefined ? {} : { signed: signed.signed }),
  };
  const names = items.map(({ approval }) => approval);
  if (items.length === 0 || items.length > maxBatch)
    return impossible(`a list has 1 to ${maxBatch} requests: nobody reads more cards than that`);
  if (new Set(names).size < names.length) return impossible('a request stands in the list twice');
  const alike = await Promise.all(names.map((one) => likenessOf(ledger, one)));
  const [first] = alike;
  const other = names.find((_one, i) => alike[i] === undefined || alike[i] !== first);
  if (other !== undefined)
    return impossible(
      `\`${other}\` is not like \`${names[0]}\`: they differ in more than arguments, or one is not there; answer it by itself`,
    );
  const done = await administerEach<Decided>(
    road,
    operator,
    'approval.decide',
    items.map(({ approval, card }) => ({
      subject: { kind: 'approval', id: approval },
      deed: (view, place) => {
        const said = { approval, card, verdict, reason, ...(as === undefined ? {} : { as }) };
        return answered(road, view, place, answerer, said, signed === undefined ? [] : [signed.payload]);
      },
    })),
  );
  return { ok: true, items: items.flatMap(({ approval }, i) => withDone(approval, done[i])) };
}

function withDone(approval: string, done: Administered<Decided> | undefined) {
  return done === undefined ? [] : [{ approval, done }];
}

/** What waits and differs from this one in its arguments alone: it first, then the one whose time ends first. */
export async function alikeTo(
  road: Pick<Road, 'sequencer' | 'clock'>,
  ledger: Reads,
  approval: string,
): Promise<readonly string[] | undefined> {
  const { head } = road.sequencer;
  const state = head.get(facets.approval(approval));
  if (state === undefined || statusAt(state, road.clock.wallMs()) !== 'requested') return undefined;
  const wanted = await likenessOf(ledger, approval);
  if (wanted === undefined) return [approval];
  const alike = [approval];
  for (const one of listApprovals(road)) {
    if (alike.length >= maxBatch) break;
    const isCandidate =
      one.approval !== approval && one.status === 'requested' && one.agent === state.from.agent;
    if (isCandidate && (await likenessOf(ledger, one.approval)) === wanted) alike.push(one.approval);
  }
  return alike;
}

/** @returns what two requests must share to be answered together; undefined where it cannot be told */
async function likenessOf(ledger: Reads, approval: string): Promise<string | undefined> {
  const read = await readApproval(ledger, approval);
  const entry = read === undefined ? undefined : await ledger.find(read.request.decision);
  const parsed = entry === undefined ? undefined : eventOf(entry);
  if (read === undefined || parsed?.ok !== true || parsed.event.type !== 'decision') return undefined;
  const { method, server, target, action, definition } = parsed.event.request;
  const { agent, asks, edit, standing } = read.request;
  // What a person made of a request is about other things than its arguments.
  if (edit !== undefined || standing !== undefined) return undefined;
  return canonicalJson({
    call: { method, server, target, action, definition: definition ?? '' },
    agent,
    asks: asks.map((ask) => JSON.stringify(ask)).sort(),
  });
}

function impossible(reason: string): Batch {
  return { ok: false, code: 'not_possible', reason };
}
