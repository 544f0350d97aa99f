// SPDX-License-Identifier: Apache-2.0
// The way out: what became of a released call, durable before anybody reads its result.
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { touchedBy } from '../core/label/items.ts';
import { flowsTo, join, nothingRead } from '../core/label/label.ts';
import { labelOf, worstOf } from '../core/label/of-result.ts';
import type { ObservationEvent } from '../core/record/event.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { storedIn } from '../core/session/stored.ts';
import { facets, type View } from '../core/state/facet.ts';
import { keptOfResult } from '../core/temporal/kept.ts';
import type { LiveCall } from './live.ts';
import type { Road } from './road.ts';
import { NotCommitted } from './sequencer.ts';

export interface Upshot {
  /** `withheld`: it came back and must not be shown (too large, not understood). */
  readonly status: ObservationEvent['status'];
  /** The result, secrets replaced; its canonical form is kept beside the record. */
  readonly content?: JsonObject;
  /** Bounded text of ours, never the upstream's. */
  readonly detail?: string;
  readonly tookMs: number;
}

export type Observed =
  | { readonly released: true; readonly observation: string }
  | { readonly released: false; readonly code: NotReleased };

export type NotReleased = 'withheld' | 'stopped' | 'already_closed' | NotCommitted['code'] | 'internal';

/**
 * Makes durable what became of a call and says whether its result may be released. Never throws.
 *
 * A caller that lost its standing while the call ran gets nothing: the record says `withheld`.
 */
export async function observe(road: Road, call: LiveCall, upshot: Upshot): Promise<Observed> {
  try {
    const seal = upshot.content === undefined ? undefined : await road.vault.sealer(call.caller.task);
    const payload = upshot.content === undefined ? undefined : seal?.(canonicalJson(upshot.content));
    if (upshot.content !== undefined && payload === undefined) return { released: false, code: 'internal' };
    if (upshot.content !== undefined) {
      const { caller, entry, args, decision } = call;
      road.origins.tell(decision, { task: caller.task, entry, args, content: upshot.content });
    }
    return await road.sequencer.submit((view, place) => {
      if (view.get(facets.call(call.decision)) === undefined) {
        return { writings: [], depends: false, result: { released: false, code: 'already_closed' } };
      }
      // What was let go may have taken effect, whatever the edge believes.
      const said = upshot.status === 'unreleased' && call.released() ? 'ambiguous' : upshot.status;
      const answered = upshot.status === 'ok' || upshot.status === 'error';
      const stopped = call.signal.aborted || !circumstances(view, call.caller, place.at).ok;
      const status = answered && stopped ? 'withheld' : said;
      const id = place.id('o');
      const kept =
        upshot.content === undefined || payload === undefined
          ? undefined
          : keptOfResult(call.entry, upshot.content, payload.sizeBytes, road.pseudonym);
      const result: Observed =
        answered && !stopped
          ? { released: true, observation: id }
          : { released: false, code: stopped ? 'stopped' : 'withheld' };
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
              ...(kept === undefined ? {} : { kept }),
              ...labelShown(view, call, status, upshot.content, road.pseudonym),
              tookMs: Math.round(upshot.tookMs * 1000) / 1000,
            },
            payloads: payload === undefined ? [] : [payload],
          },
        ],
        depends: true,
        result,
      };
    });
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
