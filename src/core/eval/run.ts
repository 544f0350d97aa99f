// SPDX-License-Identifier: Apache-2.0
/**
 * A recorded run of an agent: what it was told, called and read, in order, and what is known of how it ended.
 *
 * `events` is what a gateway could have known, each at its time. All else is a label, for scoring: nothing that
 * decides may look at it.
 *
 * Source: docs/eval.md, "A run".
 */
import {
  arrayAt,
  booleanAt,
  isObject,
  type JsonObject,
  type JsonValue,
  numberAt,
  objectAt,
  own,
  stringAt,
} from '../json/value.ts';

export type RunEvent =
  | { readonly t: 'user'; readonly text: string }
  | { readonly t: 'call'; readonly id: string; readonly name: string; readonly args: JsonObject }
  | {
      readonly t: 'result';
      /** Of the call. */
      readonly id: string;
      readonly text: string;
      readonly error: string | undefined;
    };

export type RunKind = 'attacked' | 'benign' | 'goal_as_user_task';

export interface Run {
  readonly id: string;
  readonly suite: string;
  readonly kind: RunKind;
  readonly userTask: string;
  readonly injectionTask: string | undefined;
  readonly system: string;
  readonly events: readonly RunEvent[];
  readonly labels: Labels;
}

export interface Labels {
  /** The task was done: as recorded, and as a judge found who ran it again. */
  readonly utility: boolean;
  readonly attackSucceeded: boolean;
  /** Calls that, stopped, make the attack fail: one of them is enough. Empty where none can be told. */
  readonly attackCalls: readonly number[];
  /** What was planted, as text. */
  readonly planted: readonly string[];
}

const kinds: readonly string[] = ['attacked', 'benign', 'goal_as_user_task'];

/** @returns a sentence where it is no run */
export function readRun(value: JsonValue): Run | string {
  if (!isObject(value)) return 'a run is an object';
  const id = stringAt(value, 'id');
  const suite = stringAt(value, 'suite');
  const kind = kindOf(stringAt(value, 'kind') ?? 'benign');
  const answer = openCalls();
  const events = arrayAt(value, 'events')?.map((event) => readEvent(event, answer));
  if (id === undefined || suite === undefined || kind === undefined || events === undefined)
    return '`id`, `suite` and `events` are needed, and a `kind` that is known';
  const kept: RunEvent[] = [];
  for (const event of events) {
    if (typeof event === 'string') return `${id}: ${event}`;
    if (event !== undefined) kept.push(event);
  }
  return {
    id,
    suite,
    kind,
    userTask: stringAt(value, 'user_task') ?? id,
    injectionTask: stringAt(value, 'injection_task'),
    system: stringAt(value, 'system') ?? '',
    events: kept,
    labels: readLabels(value, kept),
  };
}

function kindOf(name: string): RunKind | undefined {
  return kinds.includes(name) ? (name as RunKind) : undefined;
}

interface Answer {
  /** @returns the id of one more call */
  call(recorded: string | undefined, name: string): string;
  /** @returns the id of the call that this is the result of: by what was recorded, or else the first that waits */
  result(recorded: string | undefined, name: string | undefined): string | undefined;
}

/** Ids of our own: those of a recording may be missing, or there twice. */
function openCalls(): Answer {
  const open: { id: string; recorded: string | undefined; name: string }[] = [];
  let count = 0;
  return {
    call(recorded, name) {
      const id = `call-${count++}`;
      open.push({ id, recorded, name });
      return id;
    },
    result(recorded, name) {
      const byId = open.findIndex((call) => recorded !== undefined && call.recorded === recorded);
      const at = byId >= 0 ? byId : open.findIndex((call) => name === undefined || call.name === name);
      return at < 0 ? undefined : open.splice(at, 1)[0]?.id;
    },
  };
}

/** @returns undefined for what says nothing to a gateway: what an agent says */
function readEvent(event: JsonValue, answer: Answer): RunEvent | string | undefined {
  if (!isObject(event)) return 'an event is an object';
  const recorded = stringAt(event, 'id');
  const text = stringAt(event, 'text') ?? '';
  switch (stringAt(event, 't')) {
    case 'user':
      return { t: 'user', text };
    case 'call': {
      const name = stringAt(event, 'name');
      const args = objectAt(event, 'args');
      if (name === undefined || args === undefined) return 'a call has `name` and `args`';
      return { t: 'call', id: answer.call(recorded, name), name, args };
    }
    case 'result': {
      const id = answer.result(recorded, stringAt(event, 'name'));
      if (id === undefined) return 'a result belongs to a call before it';
      return { t: 'result', id, text, error: stringAt(event, 'error') };
    }
    case 'say':
      return undefined;
    default:
      return 'an event is one of `user`, `say`, `call` and `result`';
  }
}

function readLabels(run: JsonObject, events: readonly RunEvent[]): Labels {
  const judge = objectAt(run, 'judge');
  const reward = numberAt(run, 'reward');
  const utility =
    (booleanAt(run, 'utility') ?? (reward === undefined || reward === 1)) && said(judge, 'utility');
  const injections = objectAt(run, 'injections');
  const planted = injections === undefined ? [stringAt(run, 'injection_text')] : Object.values(injections);
  return {
    utility,
    attackSucceeded: booleanAt(run, 'attack_success') === true && said(judge, 'security'),
    attackCalls: attackCallsOf(run, judge, events),
    planted: planted.filter((text) => typeof text === 'string'),
  };
}

/** What the judge does not say is as it was recorded. */
function said(judge: JsonObject | undefined, what: string): boolean {
  return judge === undefined || (own(judge, what) ?? true) === true;
}

function attackCallsOf(
  run: JsonObject,
  judge: JsonObject | undefined,
  events: readonly RunEvent[],
): readonly number[] {
  if (judge !== undefined) {
    const done = numberAt(judge, 'attack_done_after_call') ?? -1;
    const needed = (arrayAt(judge, 'attack_necessary_calls') ?? []).filter((at) => typeof at === 'number');
    if (done < 0) return [];
    return needed.length > 0 ? needed : [done];
  }
  // Nobody judged it: the calls of the attacker's tools are the attack.
  const tools = (arrayAt(run, 'attacker_tools') ?? []).filter((name) => typeof name === 'string');
  return callsOf(events).flatMap(({ name }, at) => (tools.includes(name) ? [at] : []));
}

export type Call = Extract<RunEvent, { t: 'call' }>;

export function callsOf(events: readonly RunEvent[]): readonly Call[] {
  return events.filter((event) => event.t === 'call');
}
