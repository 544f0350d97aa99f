// SPDX-License-Identifier: Apache-2.0
// Several requests that are alike, answered by one form and one signature: each is a request, a card and an answer of its own.
import { decideBatch } from '../../app/batch.ts';
import { prove, type SignedIn } from '../../app/signed.ts';
import { statusAt } from '../../core/approval/approval.ts';
import type { StatedItem, Statement } from '../../core/approval/statement.ts';
import { type Said, statementOf } from '../../core/approval/vote.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { facets } from '../../core/state/facet.ts';
import { type Answer, html, json, seeOther } from './http.ts';
import { groupsOf, maxTogether } from './pages/groups.ts';
import { type AnsweredItem, answeredTogetherPage } from './pages/outcome.ts';
import { paths } from './pages/paths.ts';
import { type Alike, togetherPage } from './pages/together.ts';
import { mayAnswer, signOptions, waitingFor } from './requests.ts';
import {
  type DeskState,
  isTrusted,
  operatorOf,
  passkeyIn,
  problem,
  rosterOf,
  type SignedInVisitor,
} from './visitor.ts';

/** Those that were asked for and are still alike; who names others sees what waits. */
export async function together(state: DeskState, visitor: SignedInVisitor, told?: string): Promise<Answer> {
  const { query, form } = visitor.asked;
  const wanted = new Set([...query.getAll('of'), ...itemsIn(form).map(({ approval }) => approval)]);
  const waiting = (await waitingFor(state, visitor)).filter(({ approval }) => wanted.has(approval));
  const [group = [], more] = groupsOf(waiting);
  const alike: readonly Alike[] = group.flatMap((one) =>
    one.card === undefined ? [] : [{ ...one, card: one.card }],
  );
  const [first, ...rest] = alike;
  if (first === undefined || more !== undefined || rest.length === 0)
    return seeOther(paths.list, visitor.cookies);
  const takesPasskey = alike.some((one) => {
    const standing = state.road.sequencer.head.get(facets.approval(one.approval));
    const status = standing === undefined ? 'expired' : statusAt(standing, state.road.clock.wallMs());
    const can = mayAnswer(state, visitor.session.person, standing, status, one);
    return can.answer && can.passkey;
  });
  const page = togetherPage(visitor.looking, [first, ...rest], takesPasskey, told);
  return html(page, told === undefined ? 200 : 409, visitor.cookies);
}

/** `ID DIGEST`, as the boxes have it. */
function itemsIn(form: URLSearchParams): readonly { readonly approval: string; readonly card: string }[] {
  return form
    .getAll('item')
    .slice(0, maxTogether)
    .flatMap((item) => {
      const [, approval, card] = /^([A-Za-z0-9_-]{1,100}) (sha256:[0-9a-f]{64})$/.exec(item) ?? [];
      return approval === undefined || card === undefined ? [] : [{ approval, card }];
    });
}

function saidIn({ asked: { form } }: SignedInVisitor): readonly Said[] | undefined {
  const verdict = form.get('verdict');
  const reason = form.get('reason') ?? '';
  const items = itemsIn(form);
  if ((verdict !== 'approve' && verdict !== 'refuse') || items.length === 0) return undefined;
  if (reason.length > maxReasonLength || (verdict === 'refuse' && reason.trim() === '')) return undefined;
  return items.map((item) => ({ ...item, verdict, reason: verdict === 'refuse' ? reason : '' }));
}

/** One statement for all of them, or none where one of them cannot be answered any more. */
function statementIn(
  state: DeskState,
  visitor: SignedInVisitor,
  said: readonly Said[],
): Extract<Statement, { what: 'approvals' }> | undefined {
  const { sequencer, clock } = state.road;
  const roster = rosterOf(state);
  const { person } = visitor.session;
  const items: StatedItem[] = [];
  for (const one of said) {
    const statement = statementOf(sequencer.head, clock.wallMs(), roster, person, one);
    if (statement === undefined) return undefined;
    items.push({ binding: statement.binding, policies: statement.policies });
  }
  const verdict = said[0]?.verdict;
  return verdict === undefined ? undefined : { what: 'approvals', person, verdict, items };
}

const moved = 'One of them is decided, or its time is over: look at them again.';

export function togetherOptions(state: DeskState, visitor: SignedInVisitor): Answer {
  const said = saidIn(visitor);
  if (said === undefined) return json({ problem: 'tick those that you mean' }, 409);
  const statement = statementIn(state, visitor, said);
  return statement === undefined ? json({ problem: moved }, 409) : signOptions(state, visitor, statement);
}

export async function answerTogether(state: DeskState, visitor: SignedInVisitor): Promise<Answer> {
  const said = saidIn(visitor);
  if (said === undefined)
    return problem(
      visitor,
      409,
      'Nothing was answered',
      'Tick those that you mean, and load the page again.',
    );
  const { person } = visitor.session;
  const plain: SignedIn = { person, isTrusted: isTrusted(state) };
  const response = passkeyIn(visitor);
  let by = plain;
  if (response !== undefined) {
    const statement = statementIn(state, visitor, said);
    if (statement === undefined) return together(state, visitor, moved);
    const proving = await prove(state.road, state.verifier, state.site, statement, response);
    if (!proving.ok) return together(state, visitor, proving.reason);
    by = { ...plain, signed: proving.proved };
  }
  const [{ verdict = 'refuse', reason = '' } = {}] = said;
  const items = said.map(({ approval, card }) => ({ approval, card }));
  const operator = operatorOf(visitor);
  const batch = await decideBatch(state.road, state.ledger, operator, { items, verdict, reason }, by);
  if (!batch.ok) return problem(visitor, 409, 'Nothing was answered', batch.reason);
  const answered = batch.items.map(({ approval, done }): AnsweredItem => {
    const shown = visitor.session.cards.get(approval)?.card;
    return {
      approval,
      verb: shown === undefined || typeof shown === 'string' ? approval : shown.verb,
      result: done.ok
        ? { ok: true, status: done.value.status }
        : { ok: false, why: done.reason ?? `policy does not let you: ${done.code}` },
    };
  });
  return html(answeredTogetherPage(visitor.looking, verdict, answered), 200, visitor.cookies);
}
