// SPDX-License-Identifier: Apache-2.0
// What keepers do: links for the passkeys of others, and a saved file of approvers brought into force, by nobody else.
import { publishApprovers } from '../../app/approvers.ts';
import { isKeeper } from '../../core/approval/passkey.ts';
import { rosterChanges } from '../../core/approval/roster-changes.ts';
import type { Statement } from '../../core/approval/statement.ts';
import { type Answer, html, json, seeOther } from './http.ts';
import { freshNonce, invitable, usedNonce, wantingOf } from './own-passkeys.ts';
import { type Keeping, keepersPage } from './pages/keepers.ts';
import { paths } from './pages/paths.ts';
import { signOptions } from './requests.ts';
import { type DeskState, operatorOf, rosterOf, type SignedInVisitor } from './visitor.ts';

export function keepers(
  state: DeskState,
  visitor: SignedInVisitor,
  told: Pick<Keeping, 'link' | 'problem'> = {},
): Answer {
  const roster = rosterOf(state);
  const held = state.approvers.held();
  const { person } = visitor.session;
  const page = keepersPage(visitor.looking, {
    people: roster === undefined ? [] : invitable(roster, person),
    ...(held === undefined || roster === undefined
      ? {}
      : { proposed: { digest: held.roster.digest, changes: rosterChanges(roster, held.roster) } }),
    ...(roster !== undefined && isKeeper(roster, person)
      ? {}
      : { mayNot: 'Who may approve is changed by people of the group keepers, and you are not of it.' }),
    ...told,
  });
  return html(page, told.problem === undefined ? 200 : 409, visitor.cookies);
}

function statementIn(
  state: DeskState,
  visitor: SignedInVisitor,
  nonce: string,
): Extract<Statement, { what: 'approvers.publish' }> {
  return {
    ...{ what: 'approvers.publish', person: visitor.session.person, nonce },
    from: rosterOf(state)?.digest ?? '',
    to: visitor.asked.form.get('to') ?? '',
  };
}

const savedAgain = 'the file was saved again: look at it again';

export function approversOptions(state: DeskState, visitor: SignedInVisitor): Answer {
  const statement = statementIn(state, visitor, freshNonce(visitor, 'approvers.publish'));
  return state.approvers.held()?.roster.digest === statement.to
    ? signOptions(state, visitor, statement)
    : json({ problem: savedAgain }, 409);
}

export async function acceptApprovers(state: DeskState, visitor: SignedInVisitor): Promise<Answer> {
  const statement = statementIn(state, visitor, usedNonce(visitor, 'approvers.publish'));
  const held = state.approvers.held();
  if (held === undefined || held.roster.digest !== statement.to)
    return keepers(state, visitor, { problem: savedAgain });
  const wanting = await wantingOf(state, visitor, statement);
  if (!wanting.ok) return keepers(state, visitor, { problem: wanting.reason });
  const done = await publishApprovers(
    ...([state.road, state.approvers, operatorOf(visitor), held, 'agreed to on the desk'] as const),
    ...([wanting.by, wanting.proved] as const),
  );
  if (!done.ok)
    return keepers(state, visitor, { problem: done.reason ?? `policy does not allow it: ${done.code}` });
  state.approvers.hold(undefined);
  return seeOther(paths.keepers, visitor.cookies);
}
