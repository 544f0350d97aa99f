// SPDX-License-Identifier: Apache-2.0
/**
 * What is done with signals: said, taken back, looked at. Administration like any other, decided by policy first
 * (`Action::"signal.set"`) and then by the file of signals: who may say what, and for how long it may count.
 *
 * The same said again soon is no event: whoever says it each second writes no more than the age of the signal needs.
 *
 * Source: docs/signals.md; docs/adr/0034-signals.md.
 */
import type { Operator } from '../core/request/proposal.ts';
import { spoken } from '../core/signal/heard.ts';
import {
  calendarPrefix,
  type Registry,
  type SignalTerms,
  type SignalValue,
  spokenAs,
} from '../core/signal/registry.ts';
import { countsAt, freshAt, toWrite } from '../core/signal/signal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Road } from './road.ts';

/** Whoever says something, and as what. */
export interface Speaker {
  readonly operator: Operator;
  /** `operators`, `probe`, or a registered source. */
  readonly as: string;
}

export interface Statement {
  readonly signal: string;
  readonly value: SignalValue;
  /** Default: as long as the file allows. */
  readonly maxAgeMs?: number;
  readonly reason: string;
}

export interface SignalSet {
  readonly signal: string;
  readonly value: string;
  /** When it will be stale, unless it is said again. */
  readonly staleAt: number;
  /** False where that was known and fresh enough: nothing was written. */
  readonly written: boolean;
}

type Signalling = Pick<Road, 'sequencer' | 'published' | 'registry'>;

export function setSignal(
  road: Signalling,
  { operator, as }: Speaker,
  { signal, value, maxAgeMs, reason }: Statement,
): Promise<Administered<SignalSet>> {
  return administer<SignalSet>(
    road,
    operator,
    'signal.set',
    { kind: 'signal', id: signal },
    (view, place) => {
      const found = mayBeSaid(road.registry?.(), view, signal, as);
      if (!found.ok) return found;
      const { terms } = found;
      const said = spokenAs(terms, read(terms, value));
      if (!said.ok) return impossible(`\`${signal}\` must be ${said.want}`);
      const ageMs = maxAgeMs ?? terms.maxAgeMs;
      if (ageMs > terms.maxAgeMs)
        return impossible(`\`${signal}\` counts for at most ${terms.maxAgeMs / 1000} seconds`);
      const source = as === 'operators' ? `operator/${operator.id}` : as;
      const next = { value: said.value, number: said.number, source, maxAgeMs: ageMs };
      const state = view.get(facets.signal(signal));
      const what = toWrite(state, next, place.at);
      const id = place.id('e');
      const stream = `signal/${signal}`;
      switch (what) {
        case 'unchanged': {
          const staleAt = (state?.said?.at ?? place.at) + ageMs;
          return {
            ok: true,
            quiet: true,
            writings: [],
            value: { signal, value: said.value, staleAt, written: false },
          };
        }
        case 'set': {
          const event = { type: 'signal.set' as const, signal, ...next, author: operator.id, reason };
          return {
            ok: true,
            writings: [{ id, stream, event }],
            value: { signal, value: said.value, staleAt: place.at + ageMs, written: true },
          };
        }
        case 'too_often': {
          const why =
            'it changes too often to mean anything: it counts as missing, and may be said again in a minute';
          if (state?.said === null) return impossible(why);
          const event = {
            type: 'signal.cleared' as const,
            signal,
            author: operator.id,
            reason: 'it changes too often',
          };
          return {
            ok: true,
            writings: [{ id, stream, event }],
            value: { signal, value: said.value, staleAt: place.at, written: true },
          };
        }
      }
    },
  );
}

export function clearSignal(
  road: Signalling,
  { operator, as }: Speaker,
  signal: string,
  reason: string,
): Promise<Administered<{ readonly signal: string; readonly written: boolean }>> {
  return administer(road, operator, 'signal.clear', { kind: 'signal', id: signal }, (view, place) => {
    // What is registered no longer can still be taken back by an operator.
    const found = as === 'operators' ? { ok: true as const } : mayBeSaid(road.registry?.(), view, signal, as);
    if (!found.ok) return found;
    const written = (view.get(facets.signal(signal))?.said ?? null) !== null;
    const event = { type: 'signal.cleared' as const, signal, author: operator.id, reason };
    const writings = written ? [{ id: place.id('e'), stream: `signal/${signal}`, event }] : [];
    return { ok: true, writings, value: { signal, written } };
  });
}

type MayBe =
  | { readonly ok: true; readonly terms: SignalTerms }
  | { readonly ok: false; readonly code: 'not_found' | 'not_possible'; readonly reason: string };

function mayBeSaid(registry: Registry | undefined, view: View, signal: string, as: string): MayBe {
  if (registry === undefined)
    return impossible('this node has no file of signals: `signals.yaml`, or --signals');
  if (view.get(facets.signals) !== registry.digest)
    return impossible('the file of signals in force is not loaded here');
  const terms = registry.signals.get(signal);
  if (terms === undefined)
    return { ok: false, code: 'not_found', reason: `nobody has registered a signal \`${signal}\`` };
  return terms.from.includes(as) ? { ok: true, terms } : impossible(`\`${signal}\` is not said by \`${as}\``);
}

function impossible(reason: string) {
  return { ok: false as const, code: 'not_possible' as const, reason };
}

/** Whoever types it has only text. */
function read({ type }: SignalTerms, value: SignalValue): SignalValue {
  if (typeof value !== 'string') return value;
  if (type.is === 'bool') return value === 'true' ? true : value === 'false' ? false : value;
  return type.is === 'integer' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
}

export interface ListedSignal {
  readonly signal: string;
  /** `stale`: it was said and is too old. `unregistered`: it was said when the file had it. */
  readonly state: 'fresh' | 'stale' | 'missing' | 'unregistered';
  readonly value?: string;
  readonly source?: string;
  readonly at?: number;
  readonly staleAt?: number;
  readonly from: readonly string[];
}

/** All that are registered, calendars among them, and what was said of others. */
export function listSignals({
  sequencer: { head },
  clock,
  registry: current,
}: Pick<Road, 'sequencer' | 'clock' | 'registry'>): readonly ListedSignal[] {
  const registry = current?.();
  const at = clock.wallMs();
  const prefix = facets.signal('').name;
  const names = new Set(registry?.signals.keys());
  for (const [name] of head.facets()) if (name.startsWith(prefix)) names.add(name.slice(prefix.length));
  const listed = [...names].map((signal): ListedSignal => {
    const terms = registry?.signals.get(signal);
    const state = head.get(facets.signal(signal));
    const from = terms?.from ?? [];
    const said = state?.said ?? undefined;
    if (said === undefined) return { signal, state: terms === undefined ? 'unregistered' : 'missing', from };
    const counts = countsAt(state, terms, at) !== undefined;
    return {
      ...{ signal, from, value: said.value, source: said.source, at: said.at },
      staleAt: said.at + said.maxAgeMs,
      state: counts ? 'fresh' : freshAt(state, at) === undefined ? 'stale' : 'unregistered',
    };
  });
  const calendars = (registry?.calendars ?? []).flatMap(({ name }): readonly ListedSignal[] => {
    const signal = `${calendarPrefix}${name}`;
    const said = spoken({ registry }, head, signal, at);
    return said === undefined
      ? []
      : [{ signal, state: 'fresh', value: said.value, source: 'calendar', from: [] }];
  });
  return [...listed, ...calendars].sort((a, b) => (a.signal < b.signal ? -1 : 1));
}
