// SPDX-License-Identifier: Apache-2.0
/**
 * A call that people are asked about, as the record has it: for who makes another request of it. Whether all of it is
 * still as it was when it was asked is computed again; where it is not, there is nothing to make a request of.
 */
import type { Approval } from '../core/approval/approval.ts';
import { voteOf } from '../core/approval/vote.ts';
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonObject } from '../core/json/value.ts';
import { originFacts, untold } from '../core/origin/facts.ts';
import type { Caller, Operator, Proposal } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Asked } from './approving.ts';
import { type Considered, type Considering, consider } from './consider.ts';
import type { Ledger } from './ports.ts';
import { readApproval } from './read-approval.ts';
import { eventOf } from './read-records.ts';
import type { Road } from './road.ts';
import type { Place } from './sequencer.ts';
import type { SignedIn } from './signed.ts';
import type { Sealer } from './vault.ts';

/** Somebody speaks about a request that they looked at. */
export interface Speaking {
  readonly approval: string;
  readonly card: string;
  readonly as?: string;
}

/** The call that was asked about. */
export interface Call {
  readonly approval: string;
  /** The decision that asked. */
  readonly decision: string;
  /** Digest by which the agent's call finds the request. */
  readonly sent: string;
  readonly caller: Caller;
  readonly proposal: Proposal;
  /** With secrets hidden. */
  readonly args: JsonObject;
  readonly seal: Sealer;
}

export type Refused = {
  readonly ok: false;
  readonly code: 'not_found' | 'not_possible';
  readonly reason: string;
};

const argLimits = { maxBytes: 64 << 20, maxDepth: 512, maxNodes: 5_000_000 };
const understood: ReadonlySet<string> = new Set(['max_result_bytes']);

/** Everything that has to be fetched, before anything is decided. */
export async function recall(
  road: Pick<Road, 'vault' | 'origins'>,
  ledger: Pick<Ledger, 'readStream' | 'find'>,
  approval: string,
): Promise<{ readonly ok: true; readonly value: Call } | Refused> {
  const read = await readApproval(ledger, approval);
  if (read === undefined)
    return { ok: false, code: 'not_found', reason: `there is no request \`${approval}\`` };
  const { decision, task, agent, session, matter, instead } = read.request;
  const found = await ledger.find(decision);
  const event = found === undefined ? undefined : eventOf(found);
  const asked = event?.ok === true && event.event.type === 'decision' ? event.event : undefined;
  const digest = asked?.request.args?.digest;
  if (found === undefined || asked === undefined || digest === undefined)
    return impossible('what was asked about is not on record any more');
  const opened = await road.vault.open(digest, found.position);
  const parsed = opened.ok ? parseJson(Buffer.from(opened.content, 'utf8'), argLimits) : undefined;
  const seal = await road.vault.sealer(task);
  if (parsed?.ok !== true || !isObject(parsed.value) || seal === undefined)
    return impossible('the arguments that were asked about cannot be read any more');
  if (asked.transforms.length > 0)
    return impossible('policy had changed its arguments already: say yes or no to it as it is');
  await road.origins.ready(task);
  const { method, server, target, definition } = asked.request;
  return {
    ok: true,
    value: {
      ...{ approval, decision, seal, args: parsed.value },
      sent: instead?.matter ?? matter,
      caller: { agent, task, session, tokenId: '' },
      proposal: {
        ...{ method, server, target, args: parsed.value },
        ...(definition === undefined ? {} : { definition }),
      },
    },
  };
}

/** The same call, decided again now. */
export interface Recalled {
  readonly entry: CatalogueEntry;
  readonly considered: Considered;
  readonly asked: Extract<Asked, { is: 'open' }> & { readonly sent: string };
  readonly considering: Considering;
}

export function recalled(
  road: Road,
  call: Call,
  view: View,
  place: Place,
): { readonly ok: true; readonly value: Recalled } | Refused {
  const { caller, proposal, approval, sent } = call;
  const considering: Considering = {
    pseudonym: road.pseudonym,
    // Its arguments are those of a record: what was hidden is not hidden again.
    replayed: true,
    programs: road.programs,
    roster: road.roster?.(),
    origins: (entry, args, program) => {
      const known = road.origins.of(caller.task);
      return known === undefined ? untold(entry, args, program) : originFacts(known, entry, args, program);
    },
  };
  const considered = consider(considering, road.published(), view, place, caller, proposal, understood);
  // What is at a path is looked at where the call is, and not here.
  if (considered.sighting !== undefined)
    return impossible(
      'it names files or commits, which are looked at with the call: say yes or no to it as it is',
    );
  const { asked, entry } = considered;
  if (asked?.is !== 'open' || asked.approval !== approval || entry === undefined)
    return impossible(
      `it is not any more what was asked about (\`${considered.code}\`): the agent has to make the call again`,
    );
  return { ok: true, value: { entry, considered, considering, asked: { ...asked, sent } } };
}

/** Whoever may say no may make another request of it. Nothing comes of it before it is said yes to, so nothing is signed. */
export function whoSays(
  road: Pick<Road, 'roster'>,
  view: View,
  at: number,
  operator: Operator,
  { approval, card, as }: Speaking,
  by: SignedIn | undefined,
): { readonly ok: true; readonly person: string; readonly state: Approval } | Refused {
  const said = {
    approval,
    verdict: 'refuse' as const,
    card,
    reason: 'instead',
    ...(as === undefined ? {} : { as }),
  };
  const answerer = {
    operator: operator.id,
    ...(by === undefined ? {} : { person: by.person, isTrusted: by.isTrusted }),
  };
  const voted = voteOf(view, at, road.roster?.(), answerer, said);
  if (!voted.ok) return voted;
  const state = view.get(facets.approval(approval));
  if (state === undefined || state.glass !== undefined)
    return impossible('it is about no call: say yes or no to it');
  return { ok: true, person: voted.event.person, state };
}

function impossible(reason: string): Refused {
  return { ok: false, code: 'not_possible', reason };
}
