// SPDX-License-Identifier: Apache-2.0
/**
 * Holding a client's call that waits for people, and answering it in the way that the client can use.
 *
 * Nothing of the call has begun: no decision is open, no budget reserved, no time of the tool's runs, and whoever waits
 * holds nothing that others need. Bounded by the operator's patience, the life of the token, the number of questions, and
 * the number of those who wait. A client that is gone leaves nothing but the request to people.
 *
 * - where people decide has an address and the client can be sent there, it is sent at once, since that is what gets it
 *   decided; a form only says that it waits, so that comes when patience is over
 * - 2025: the question goes beside the call, which is held meanwhile
 * - 2026-07-28: the question ends the request, and the one that brings the answer is held
 *
 * Source: docs/adr/0030-the-wait.md.
 */
import type { Pending } from '../../app/asking.ts';
import type { Over, Seat } from '../../app/waiting.ts';
import { integerAt, type JsonObject, stringAt } from '../../core/json/value.ts';
import type { Wait } from './decided.ts';
import type { Gate, Talk } from './gate.ts';
import { overReply, withAddress } from './refusal.ts';
import type { Reply } from './rpc.ts';
import { type Answer, addressOf, answerOf, type Mode, modeOf, questionOf } from './wait-question.ts';
import { type Given, sealWait, type WaitState } from './wait-state.ts';

export interface Waiting {
  readonly method: string;
  /** What the request asks; in the later era only. */
  readonly what: JsonObject;
  /** The client's own `_meta`. */
  readonly asked: JsonObject | undefined;
  /** What it had given the upstream. */
  readonly given: Given;
  /** The question before, and whether this request answers it. */
  readonly resumed: { readonly state: WaitState; readonly answered: boolean } | undefined;
}

type End = 'changed' | 'expired' | 'late' | 'gone' | 'declined' | 'asks';
type First = Over | 'late' | 'gone' | 'declined' | 'accept' | 'unanswered';

/** Under which our question stands in `inputRequests`. */
export const questionKey = 'countersign-approval';
/** Each time is a decision on record, so there are not many. */
const maxWakes = 8;

export function waitOf(gate: Gate, talk: Talk, waiting: Waiting): Wait {
  const { waiting: room, road, limits } = gate;
  const { clock } = road;
  const patienceMs = (): number => Math.min(limits.approvalHoldMs, talk.expiresAtMs - clock.wallMs());
  const patience = patienceMs();
  let untilMs = clock.monotonicMs() + patience;
  const { resumed } = waiting;
  let rounds = resumed?.state.round ?? 0;
  /** The request whose address the client has been given. */
  let shown = resumed?.answered === true ? resumed.state.approval : undefined;

  return async (decide) => {
    let since = room.mark();
    let said = await decide();
    for (let wakes = 0; wakes < maxWakes; wakes++) {
      if (said.outcome === 'allow' || said.pending === undefined) return said;
      const { pending } = said;
      const refusal = said;
      const url = addressOf(gate.deskUrlOf, pending.approval);
      const mode = modeOf(talk, waiting.method, url);
      const end = await held(pending, mode, since);
      if (end === 'expired') return putOff(overReply('approval_expired', refusal, waiting.method));
      if (end === 'asks' && mode !== undefined) {
        const asks = question(pending, mode);
        if (asks !== undefined) return putOff(asks);
      }
      if (end !== 'changed') return withAddress(refusal, url);
      const next = await room.inTurn(pending.approval, async () => {
        if (talk.cancelled.aborted) return refusal;
        if (room.status(pending) === 'consumed')
          return putOff(overReply('approval_used', refusal, waiting.method));
        since = room.mark();
        return decide();
      });
      if (next.outcome === 'put_off') return next;
      said = next;
    }
    return said;
  };

  async function held(pending: Pending, mode: Mode | undefined, since: number): Promise<End> {
    // Not to be held at all is not to be asked either.
    if (patience <= 0) return 'late';
    const isNews = mode?.kind === 'url' && shown !== pending.approval;
    if (isNews && talk.era === 'modern') return 'asks';
    const seat = room.enter(pending, talk.caller, since);
    if (seat === undefined) return 'late';
    const hush = tellOfWaiting(gate, talk, waiting.asked, pending.approval);
    let open: Open | undefined;
    let sent = false;
    const ask = (how: Mode): void => {
      // Somebody who waits for the same is asked already.
      if (gate.asking.has(pending.approval)) return;
      rounds += 1;
      sent = how.kind === 'url';
      shown = pending.approval;
      open = opened(gate, talk, pending.approval, questionOf(talk, how, pending));
    };
    try {
      let canAsk = mode;
      if (isNews && rounds < limits.maxRounds) ask(mode);
      for (;;) {
        const end = await next(seat, open);
        switch (end) {
          case 'accept':
            open = undefined;
            untilMs = clock.monotonicMs() + patienceMs();
            break;
          case 'unanswered':
            open = undefined;
            canAsk = undefined;
            break;
          case 'late':
            // An answer would come after the token.
            if (patienceMs() <= 0) return 'late';
            if (open !== undefined || canAsk === undefined || rounds >= limits.maxRounds) return 'late';
            if (talk.era === 'modern') return 'asks';
            untilMs = clock.monotonicMs() + patienceMs();
            ask(canAsk);
            break;
          case 'closing':
            return 'late';
          case 'changed':
          case 'expired':
            if (sent) talk.notify('notifications/elicitation/complete', { elicitationId: pending.approval });
            return end;
          default:
            return end;
        }
      }
    } finally {
      seat.leave();
      hush();
      open?.close();
    }
  }

  /** Whatever happens first. */
  function next(seat: Seat, open: Open | undefined): Promise<First> {
    return new Promise((resolve) => {
      const end = (first: First): void => {
        takeBack();
        talk.cancelled.removeEventListener('abort', left);
        resolve(first);
      };
      const left = (): void => end('gone');
      const takeBack = clock.after(Math.max(untilMs - clock.monotonicMs(), 0), () => end('late'));
      if (talk.cancelled.aborted) return left();
      talk.cancelled.addEventListener('abort', left, { once: true });
      void seat.over.then(end);
      void open?.answer.then((said) =>
        end(said === undefined ? 'unanswered' : said === 'accept' ? 'accept' : 'declined'),
      );
    });
  }

  /** @returns undefined where the client cannot bring back what it would have to */
  function question(pending: Pending, mode: Mode): Reply | undefined {
    if (rounds >= limits.maxRounds) return undefined;
    const { approval, expiresAt } = pending;
    const requestState = sealWait(road.pseudonym, talk.caller.session, waiting.what, {
      approval,
      expiresAt,
      round: rounds + 1,
      given: waiting.given,
    });
    if (requestState === undefined) return undefined;
    const inputRequests = {
      [questionKey]: { method: 'elicitation/create', params: questionOf(talk, mode, pending) },
    };
    return { ok: true, result: { resultType: 'input_required', inputRequests, requestState } };
  }
}

function putOff(reply: Reply): { readonly outcome: 'put_off'; readonly reply: Reply } {
  return { outcome: 'put_off', reply };
}

/** A question that is with the client now. */
interface Open {
  readonly answer: Promise<Answer | undefined>;
  /** Takes it back, where it was not answered. */
  close(): void;
}

function opened({ asking }: Gate, talk: Talk, approval: string, params: JsonObject): Open {
  const stop = new AbortController();
  asking.add(approval);
  const answer = talk.ask('elicitation/create', params, stop.signal).then((said) => {
    asking.delete(approval);
    return answerOf(said);
  });
  return { answer, close: () => stop.abort('decided') };
}

const tellEveryMs = 5000;

/** Progress while people are waited for, to a client that asked for any. So little of it that the call's own comes after. */
function tellOfWaiting(
  { road }: Gate,
  talk: Talk,
  asked: JsonObject | undefined,
  approval: string,
): () => void {
  const meta = asked ?? {};
  const progressToken = stringAt(meta, 'progressToken') ?? integerAt(meta, 'progressToken');
  if (progressToken === undefined) return () => undefined;
  let told = 0;
  let cancel = (): void => undefined;
  const tell = (): void => {
    told += 1;
    const message = `waiting for a person's approval: ${approval}`;
    talk.notify('notifications/progress', { progressToken, progress: told / 1_000_000, message });
    cancel = road.clock.after(tellEveryMs, tell);
  };
  tell();
  return () => cancel();
}
