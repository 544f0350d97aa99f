// SPDX-License-Identifier: Apache-2.0
// The way out: what became of a released call, decided and durable before anybody reads its result.
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { touchedBy } from '../core/label/items.ts';
import { flowsTo, join, nothingRead } from '../core/label/label.ts';
import { labelOf, worstOf } from '../core/label/of-result.ts';
import type { ObservationEvent } from '../core/record/event.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { ResultTransform } from '../core/result/narrow.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { storedIn } from '../core/session/stored.ts';
import { facets, type View } from '../core/state/facet.ts';
import { keptOfResult } from '../core/temporal/kept.ts';
import type { LiveCall } from './live.ts';
import {
  decidedRecord,
  further,
  type InHand,
  judgeResult,
  type ResultCode,
  type Round,
  raisedBy,
  takeInHand,
} from './result.ts';
import type { Road } from './road.ts';
import { NotCommitted } from './sequencer.ts';
import type { Sealer } from './vault.ts';

export interface Upshot {
  /** `withheld`: it came back and must not be shown (too large, not understood). */
  readonly status: ObservationEvent['status'];
  /** The result as it came: policy decides what of it may be shown. */
  readonly result?: JsonObject;
  /** Instead of `result`, of what the agent has already: secrets replaced, and nothing left to decide. */
  readonly content?: JsonObject;
  /** Tools of its server that are not declared as they were accepted. */
  readonly changedTools?: number;
  /** Bounded text of ours, never the upstream's. */
  readonly detail?: string;
  readonly tookMs: number;
}

export type Observed =
  /** `result`: what may be shown, where there was one to decide; `transforms`: what was done to it. */
  | {
      readonly released: true;
      readonly observation: string;
      readonly result?: JsonObject;
      readonly transforms: readonly ResultTransform[];
    }
  | { readonly released: false; readonly code: 'quarantined'; readonly quarantine: Quarantine }
  | { readonly released: false; readonly code: NotReleased };

/** A result that policy keeps from the agent: it lies beside its record. */
export interface Quarantine {
  readonly observation: string;
  readonly code: Exclude<ResultCode, 'permitted'>;
  readonly policies: readonly string[];
  readonly reason?: string;
}

export type NotReleased = 'withheld' | 'stopped' | 'already_closed' | NotCommitted['code'] | 'internal';

/**
 * Makes durable what became of a call, and says what of its result may be released. Never throws.
 *
 * A caller that lost its standing while the call ran gets nothing: the record says `withheld`.
 */
export async function observe(road: Road, call: LiveCall, upshot: Upshot): Promise<Observed> {
  try {
    const { result, changedTools = 0 } = upshot;
    let hand =
      result === undefined
        ? undefined
        : await takeInHand(road, { result, error: upshot.status === 'error', changedTools });
    const content = hand?.came ?? upshot.content;
    const seal = content === undefined ? undefined : await road.vault.sealer(call.caller.task);
    if (content !== undefined && seal === undefined) return { released: false, code: 'internal' };
    for (;;) {
      const observed = await once(road, call, upshot, hand, content, seal);
      if (!('again' in observed)) return observed;
      if (hand === undefined) return { released: false, code: 'internal' };
      hand = await further(road, hand, observed.again);
    }
  } catch (error) {
    return { released: false, code: error instanceof NotCommitted ? error.code : 'internal' };
  } finally {
    road.live.close(call.decision);
    road.origins.forget(call.decision);
  }
}

/**
 * Of what the caller gets, by what is in it; of what nobody saw, the worst that it could have been. Joined with what was
 * written to the items that it may come from, whoever wrote it.
 */
function labelShown(
  view: View,
  { caller, entry, args }: LiveCall,
  status: ObservationEvent['status'],
  content: JsonObject | undefined,
  pseudonym: Pseudonym,
): Pick<ObservationEvent, 'label' | 'stored'> {
  if (status === 'unreleased') return { label: nothingRead };
  const own =
    content !== undefined && (status === 'ok' || status === 'error')
      ? labelOf(entry, content)
      : worstOf(entry);
  const touched = touchedBy(entry, args, pseudonym);
  if (!touched.reads) return { label: own };
  const { label, by, untrusted } = storedIn(view, caller.task, touched);
  return flowsTo(label, own) ? { label: own } : { label: join(own, label), stored: { by, untrusted } };
}

/** Nothing was written: this has to be done to the result first. */
interface Again {
  readonly again: Round;
}

function once(
  road: Road,
  call: LiveCall,
  upshot: Upshot,
  hand: InHand | undefined,
  content: JsonObject | undefined,
  seal: Sealer | undefined,
): Promise<Observed | Again> {
  const payload = content === undefined ? undefined : seal?.(canonicalJson(content));
  return road.sequencer.submit<Observed | Again>((view, place) => {
    if (view.get(facets.call(call.decision)) === undefined) {
      return { writings: [], depends: false, result: { released: false, code: 'already_closed' } };
    }
    const force = road.published();
    // What was let go may have taken effect, whatever the edge believes.
    const said = upshot.status === 'unreleased' && call.released() ? 'ambiguous' : upshot.status;
    const answered = upshot.status === 'ok' || upshot.status === 'error';
    const standing = circumstances(view, call.caller, place.at);
    const stopped = call.signal.aborted || !standing.ok;
    const judged =
      hand === undefined || !answered || stopped ? undefined : judgeResult(force, call, hand, standing.value);
    const shadow = force.mode === 'shadow';
    if (judged?.again !== undefined && !shadow)
      return { writings: [], depends: false, result: { again: judged.again } };
    const kept = judged !== undefined && judged.outcome !== 'allow' && judged.outcome !== 'modify';
    const quarantined = kept && !shadow;
    const isNarrowed = hand !== undefined && judged?.outcome === 'modify' && !shadow;
    const status = answered && (stopped || quarantined) ? 'withheld' : said;
    const id = place.id('o');
    const history =
      content === undefined || payload === undefined
        ? undefined
        : keptOfResult(call.entry, content, payload.sizeBytes, road.pseudonym);
    const released = isNarrowed ? seal?.(canonicalJson(hand.nowRecorded)) : undefined;
    const decided =
      hand === undefined || judged === undefined ? undefined : decidedRecord(force, hand, judged, shadow);
    // Values and labels come from what the agent was shown, and from nothing else.
    const shown = isNarrowed ? hand.nowRecorded : content;
    const found = labelShown(view, call, status, quarantined ? undefined : shown, road.pseudonym);
    const label =
      hand === undefined || judged === undefined || quarantined
        ? found.label
        : raisedBy(hand, found.label, call.entry);
    if (shown !== undefined && !quarantined) {
      const { caller, entry, args, decision } = call;
      road.origins.tell(decision, { task: caller.task, entry, args, content: shown });
    } else road.origins.forget(call.decision);
    return {
      writings: [
        {
          id,
          stream: `session/${call.caller.session}`,
          event: {
            type: 'observation' as const,
            decision: call.decision,
            session: call.caller.session,
            status,
            ...(upshot.detail === undefined ? {} : { detail: upshot.detail }),
            ...(payload === undefined ? {} : { result: payloadRef(payload) }),
            ...(history === undefined ? {} : { kept: history }),
            ...(decided === undefined
              ? {}
              : {
                  decided: {
                    ...decided,
                    ...(released === undefined ? {} : { released: payloadRef(released) }),
                  },
                }),
            ...found,
            label,
            tookMs: Math.round(upshot.tookMs * 1000) / 1000,
          },
          payloads: [payload, released].filter((one) => one !== undefined),
        },
      ],
      depends: true,
      result: observedAs(id, answered, stopped, hand, judged, quarantined, shadow),
    };
  });
}

function observedAs(
  id: string,
  answered: boolean,
  stopped: boolean,
  hand: InHand | undefined,
  judged: ReturnType<typeof judgeResult> | undefined,
  quarantined: boolean,
  shadow: boolean,
): Observed {
  if (!answered || stopped) return { released: false, code: stopped ? 'stopped' : 'withheld' };
  if (hand === undefined || judged === undefined) return { released: true, observation: id, transforms: [] };
  if (!quarantined)
    return {
      released: true,
      observation: id,
      result: hand.now,
      transforms: shadow ? [] : hand.applied,
    };
  const { because } = judged;
  // Nothing is kept back with a permit; were it so, it would be kept back all the same.
  const code = judged.code === 'permitted' ? 'forbidden' : judged.code;
  const reason = because.find(({ policy }) => policy.reason !== undefined)?.policy.reason;
  const policies = because.map(({ policy }) => policy.id);
  const quarantine = { observation: id, code, policies, ...(reason === undefined ? {} : { reason }) };
  return { released: false, code: 'quarantined', quarantine };
}
