// SPDX-License-Identifier: Apache-2.0
/**
 * Somebody who may say no to a call says what it should have been. That is another request: what it comes to is decided
 * from the beginning, and people say yes to it, or no, as to any. It takes the place of the first one, with no answer.
 *
 * Decided here on what the record has of the call, where secrets are hidden; and once more, on the bytes, when the
 * agent makes its call again (authorize.ts).
 *
 * Source: docs/adr/0032-edits-patterns-glass.md.
 */
import type { CardEdit } from '../core/approval/card.ts';
import {
  type Changes,
  changedNames,
  changesAfter,
  changesBetween,
  changesFrom,
  changesText,
  withChanges,
} from '../core/approval/edit.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import { type JsonObject, own } from '../core/json/value.ts';
import { payloadRef } from '../core/record/payload.ts';
import { projected } from '../core/record/secret.ts';
import type { Operator } from '../core/request/proposal.ts';
import { type Administered, administer } from './administer.ts';
import { requestOf } from './asking.ts';
import { consider } from './consider.ts';
import type { Ledger } from './ports.ts';
import { readApproval } from './read-approval.ts';
import { type Call, type Recalled, recall, recalled, type Speaking, whoSays } from './recall.ts';
import type { Road } from './road.ts';
import type { SignedIn } from './signed.ts';
import type { Vault } from './vault.ts';

export interface EditOrder extends Speaking {
  /** All arguments as they are to be. */
  readonly args: JsonObject;
  readonly reason: string;
  /** Nothing is made: only said what it would come to. */
  readonly dryRun?: boolean;
}

export interface EditMade {
  /** The new request; absent where nothing was made. */
  readonly approval?: string;
  readonly expiresAt?: number;
  readonly changed: CardEdit['changed'];
  /** The rules that ask about it. */
  readonly policies: readonly string[];
}

export async function editApproval(
  road: Road,
  ledger: Pick<Ledger, 'readStream' | 'find'>,
  operator: Operator,
  order: EditOrder,
  by?: SignedIn,
): Promise<Administered<EditMade>> {
  const { approval, reason } = order;
  const found = await recall(road, ledger, approval);
  const before = found.ok ? await editOf(road.vault, ledger, approval) : undefined;
  return administer<EditMade>(
    road,
    operator,
    'approval.decide',
    { kind: 'approval', id: approval },
    (view, place) => {
      if (!found.ok) return found;
      if (isDescribedByItsArguments(found.value))
        return {
          ok: false,
          code: 'not_possible',
          reason: 'what this call is follows from its arguments: with others it would be another tool',
        };
      const said = whoSays(road, view, place.at, operator, order, by);
      if (!said.ok) return said;
      const now = recalled(road, found.value, view, place);
      if (!now.ok) return now;
      const { entry, asked, considering } = now.value;
      const earlier = before === undefined ? undefined : projectedChanges(road, entry, before);
      const shown = earlier === undefined ? found.value.args : withChanges(found.value.args, earlier);
      const edited = changesBetween(shown, order.args);
      if (!edited.ok) return { ok: false, code: 'not_possible', reason: edited.reason };
      const changes = before === undefined ? edited.changes : changesAfter(before, edited.changes);

      const args = withChanges(shown, projectedChanges(road, entry, edited.changes));
      const { caller, proposal } = found.value;
      const again = consider(
        { ...considering, edit: { asking: asked.about.why } },
        road.published(),
        view,
        place,
        caller,
        { ...proposal, args },
        understood,
      );
      if (again.asked?.is !== 'wanted')
        return {
          ok: false,
          code: 'not_possible',
          reason: `as it was changed it would be refused: ${again.detail ?? again.because[0]?.policy.reason ?? again.code}`,
        };
      const changed = changedFrom(found.value.args, again.projection ?? args, changes);
      const policies = again.asked.about.asks.map(({ policy }) => policy);
      if (order.dryRun === true) return { ok: true, writings: [], value: { changed, policies } };

      const sealed = found.value.seal(changesText(changes));
      const { person } = said;
      const made = requestOf(again.asked, again, caller, found.value.decision, place, found.value.seal, {
        card: { edit: { by: person, reason, of: approval, changed } },
        record: {
          instead: { of: approval, matter: asked.sent, person, operator: operator.id, reason },
          edit: { changes: payloadRef(sealed), changed: changedNames(changes) },
        },
        payloads: [sealed],
      });
      if (made === undefined) return { ok: false, code: 'not_possible', reason: 'it cannot be asked about' };
      return { ok: true, writings: [made.writing], value: { ...made.pending, changed, policies } };
    },
  );
}

/** A coding agent's own tools are told apart by where they point, and other methods by their target. */
function isDescribedByItsArguments({ proposal: { method, server } }: Call): boolean {
  return method !== 'tools/call' || server === 'claude';
}

const understood: ReadonlySet<string> = new Set(['max_result_bytes']);

/** As policy sees what is set. Only that: what was hidden before is not hidden again. */
function projectedChanges(
  { pseudonym }: Pick<Road, 'pseudonym'>,
  entry: Recalled['entry'],
  { set, without }: Changes,
): Changes {
  return { set: projected(set, entry.args, pseudonym), without };
}

function changedFrom(before: JsonObject, after: JsonObject, changes: Changes): CardEdit['changed'] {
  return changedNames(changes).map((argument) => {
    const [was, is] = [own(before, argument), own(after, argument)];
    return {
      argument,
      ...(was === undefined ? {} : { before: canonicalJson(was) }),
      ...(is === undefined ? {} : { after: canonicalJson(is) }),
    };
  });
}

/** What a request changes in what the agent sends; undefined where it changes nothing, or it cannot be had any more. */
export async function editOf(
  vault: Pick<Vault, 'open'>,
  ledger: Pick<Ledger, 'readStream'>,
  approval: string,
): Promise<Changes | undefined> {
  const read = await readApproval(ledger, approval);
  if (read?.request.edit === undefined) return undefined;
  const opened = await vault.open(read.request.edit.changes.digest, read.position);
  return opened.ok ? changesFrom(opened.content) : undefined;
}
