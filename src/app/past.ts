// SPDX-License-Identifier: Apache-2.0
/**
 * What has happened, as conditions over history ask about it. State folded from the ledger like all
 * other: rebuilt at a start, taken back when a group fails, and evaluated beside what it rests on.
 *
 * An event is kept as long as a condition may look back. What had to be dropped before that, because
 * there is too much of it, is never taken for "did not happen": a condition that would have needed it
 * is unresolved, which denies.
 *
 * Source: docs/temporal.md; docs/adr/0012-temporal.md.
 */
import type { DecisionEvent, Event, ObservationEvent } from '../core/record/event.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Locality, Together } from '../core/temporal/condition.ts';
import type { Asked, TemporalEvent } from '../core/temporal/event.ts';
import {
  type Answer,
  compileHistory,
  type History,
  type HistoryPlan,
  type Panel,
} from '../core/temporal/history.ts';
import { hashedFormula } from '../core/temporal/kept.ts';
import {
  type AskedFor,
  type Asking,
  askingOf,
  createNames,
  type Ending,
  endsOf,
  type Names,
  type Recorded,
  requestEvent,
} from './happening.ts';
import type { Conditions } from './ports.ts';

/** One decision or observation as history has it, and whose it is. */
export interface Happening {
  readonly session: string;
  readonly agent: string;
  readonly event: TemporalEvent;
}

/** A decision that may have taken effect, as long as nobody knows what became of it. */
interface Open extends Happening {
  readonly event: Recorded;
}

/** The conditions that hold, and those that cannot be told; all others do not hold. */
export interface Told {
  readonly holding: ReadonlySet<string>;
  readonly untold: ReadonlyMap<string, Untold>;
}

/** `unresolved`: a term has no value. `unknown`: a call that never settled. `forgotten`: too much has happened. */
export type Untold = 'unresolved' | 'unknown' | 'forgotten';

/** What of an event belongs to the past. */
export type Learnt =
  | (AskedFor & Pick<DecisionEvent, 'type' | 'id'> & { readonly open?: object | undefined })
  | Ending
  | Exclude<Event, DecisionEvent | ObservationEvent>;

export interface Past {
  /**
   * Which conditions hold for a request that has just been made: it is part of its own history.
   * Leaves no trace.
   *
   * @param which the same object from question to question: what is asked together is prepared once
   */
  ask(of: Conditions, which: Together, asking: Asking, asked: Asked): Told;
  /** Takes in what a record says happened. */
  learn(event: Learnt): void;
  /** From here on what is learnt can be taken back. */
  begin(): void;
  /** What was learnt since `begin` stays. */
  settle(): void;
  /** Takes back what was learnt since `begin`. */
  rollback(): void;
  /** How many events are kept, without what can be taken back. */
  size(): number;
}

export interface PastLimits {
  /** Longer than any window: what is older goes, and conditions that reach it cannot be told. */
  readonly keepMs: number;
  /** Beyond this the oldest goes, and conditions that reach it cannot be told. */
  readonly maxEvents: number;
  /** Histories of sessions and agents that are kept ready for one policy set. */
  readonly maxHistories: number;
}

export const pastLimits: PastLimits = {
  keepMs: 31 * 86_400_000,
  maxEvents: 200_000,
  maxHistories: 20_000,
};

/** The policy sets that are asked: the one in force, one that is tried, and one that is about to be or was. */
const maxSets = 3;

/** Everything that happened, in order, under one key. */
interface Line {
  /** Of its histories: made once, since every event needs it. */
  readonly key: string;
  readonly happenings: Happening[];
}

/** What one policy set needs of the past, ready to be asked. */
interface Ready {
  readonly of: Conditions;
  readonly plans: ReadonlyMap<Locality, HistoryPlan>;
  /** By locality and key; made when first asked. */
  readonly histories: Map<string, History>;
  /** For each list of conditions that is asked together. */
  readonly panels: WeakMap<Together, Panels>;
}

type Panels = ReadonlyMap<
  Locality,
  {
    readonly panel: Panel;
    /** By the number of the leaf. */
    readonly names: ReadonlyMap<number, string>;
    /** Of the one that reaches furthest. */
    readonly reachMs: number;
  }
>;

/** What conditions are compiled to, and names: the same for every past that is kept under one pseudonym. */
export interface PastPlans {
  readonly names: Names;
  of(conditions: Conditions): ReadonlyMap<Locality, HistoryPlan>;
}

export function createPastPlans(pseudonym: Pseudonym): PastPlans {
  const known = new WeakMap<Conditions, ReadonlyMap<Locality, HistoryPlan>>();
  return {
    names: createNames(pseudonym),
    of(conditions) {
      const plans = known.get(conditions) ?? plansFor(conditions, pseudonym);
      known.set(conditions, plans);
      return plans;
    },
  };
}

function plansFor(of: Conditions, pseudonym: Pseudonym): ReadonlyMap<Locality, HistoryPlan> {
  const plans = new Map<Locality, HistoryPlan>();
  for (const locality of ['session', 'agent', 'tenant'] as const) {
    const leaves = of.all.filter((condition) => condition.locality === locality);
    if (leaves.length > 0)
      plans.set(
        locality,
        compileHistory(
          leaves.map(({ name, formula }) => ({ id: name, formula: hashedFormula(formula, pseudonym) })),
        ),
      );
  }
  return plans;
}

export function createPast(
  pseudonym: Pseudonym,
  limits: PastLimits = pastLimits,
  compiled: PastPlans = createPastPlans(pseudonym),
): Past {
  const all: Line = { key: join('tenant', ''), happenings: [] };
  const sessions = new Map<string, Line>();
  const agents = new Map<string, Line>();
  /** Decisions that may have taken effect and were not observed yet. */
  const open = new Map<string, Open>();
  const { names } = compiled;
  let ready: readonly Ready[] = [];
  let undo: (() => void)[] | undefined;
  let settledSize = 0;
  /** Nothing is known of what happened up to here. */
  let forgottenUpTo = Number.NEGATIVE_INFINITY;
  let newestAt = 0;

  function taken(back: () => void): void {
    undo?.push(back);
  }

  function happened(happening: Happening): void {
    const { session, agent, event } = happening;
    for (const line of [all, lineOf(sessions, 'session', session), lineOf(agents, 'agent', agent)]) {
      line.happenings.push(happening);
      taken(() => void line.happenings.pop());
      for (const { histories } of ready) {
        const history = histories.get(line.key);
        if (history === undefined) continue;
        const before = history.size;
        history.push(event);
        taken(() => history.truncate(before));
      }
    }
    newestAt = Math.max(newestAt, event.at);
  }

  /** Outside of what may be taken back: that counts from the end of what is there. */
  function trim(): void {
    const { happenings } = all;
    const slack = Math.ceil(limits.maxEvents / 16);
    // In pieces: dropping one from the front of a list costs the whole list.
    const tooMany = happenings.length - limits.maxEvents > slack;
    const tooOld = at(happenings, Math.min(slack, happenings.length - 1)) < newestAt - limits.keepMs;
    if (!tooMany && !tooOld) return;
    const most = tooMany ? happenings.length - limits.maxEvents : 0;
    let drop = 0;
    while (drop < happenings.length && (drop < most || at(happenings, drop) < newestAt - limits.keepMs))
      drop++;
    const gone = new Set(happenings.splice(0, drop));
    // What went because it is old as well: nested windows may reach further than anything is kept.
    for (const { event } of gone) forgottenUpTo = Math.max(forgottenUpTo, event.at);
    for (const lines of [sessions, agents]) {
      for (const [key, line] of lines) {
        const first = line.happenings.findIndex((one) => !gone.has(one));
        if (first < 0) lines.delete(key);
        else line.happenings.splice(0, first);
      }
    }
    for (const { histories } of ready) {
      for (const [key, history] of histories) {
        const [locality, name] = split(key);
        const line = locality === 'tenant' ? all : (locality === 'session' ? sessions : agents).get(name);
        if (line === undefined) histories.delete(key);
        else history.forget(at(happenings, 0));
      }
    }
  }

  function readyFor(of: Conditions): Ready {
    const known = ready.find((one) => one.of === of);
    if (known !== undefined) return known;
    const plans = compiled.of(of);
    const made: Ready = { of, plans, histories: new Map(), panels: new WeakMap() };
    ready = [...ready.slice(-(maxSets - 1)), made];
    return made;
  }

  function panelsFor({ plans, panels }: Ready, which: Together): Panels {
    const known = panels.get(which);
    if (known !== undefined) return known;
    const made: Panels = new Map(
      [...plans].flatMap(([locality, plan]) => {
        const own = which.conditions.filter((condition) => condition.locality === locality);
        const byLeaf = new Map(own.map(({ name }) => [plan.numberOf(name) ?? -1, name]));
        const reachMs = 1000 * Math.max(0, ...own.map(({ reachSeconds }) => reachSeconds));
        const panel = plan.panel([...byLeaf.keys()]);
        return own.length === 0 ? [] : [[locality, { panel, names: byLeaf, reachMs }] as const];
      }),
    );
    panels.set(which, made);
    return made;
  }

  function historyFor({ plans, histories }: Ready, locality: Locality, name: string): History {
    const line = locality === 'tenant' ? all : (locality === 'session' ? sessions : agents).get(name);
    const key = line?.key ?? join(locality, name);
    const known = histories.get(key);
    if (known !== undefined) {
      // Used last, dropped last.
      histories.delete(key);
      histories.set(key, known);
      return known;
    }
    const plan = plans.get(locality);
    if (plan === undefined) throw new RangeError(`no condition is local to a ${locality}`);
    const history = plan.start();
    for (const { event } of line?.happenings ?? []) history.push(event);
    histories.set(key, history);
    // A rollback takes from the end of what is there; a history made since `begin` holds it as well.
    const oldest = histories.size > limits.maxHistories ? histories.keys().next().value : undefined;
    if (oldest !== undefined) histories.delete(oldest);
    if (undo !== undefined) taken(() => void histories.delete(key));
    return history;
  }

  return {
    ask(of, which, asking, asked) {
      const set = readyFor(of);
      const event = requestEvent(asking, names);
      const holding = new Set<string>();
      const untold = new Map<string, Untold>();
      for (const [locality, { panel, names: byLeaf, reachMs }] of panelsFor(set, which)) {
        const key = locality === 'session' ? asking.session : locality === 'agent' ? asking.agent : '';
        const history = historyFor(set, locality, key);
        const before = history.size;
        history.push(event);
        try {
          const answers = history.ask(panel, asked);
          for (const leaf of answers.holding) holding.add(byLeaf.get(leaf) ?? '');
          for (const [leaf, answer] of answers.doubts) {
            if (!('holds' in answer)) untold.set(byLeaf.get(leaf) ?? '', whyNot(answer));
          }
        } finally {
          history.truncate(before);
        }
        if (asking.at - reachMs > forgottenUpTo) continue;
        for (const { name, reachSeconds } of which.conditions)
          if (asking.at - reachSeconds * 1000 <= forgottenUpTo) untold.set(name, 'forgotten');
      }
      for (const name of untold.keys()) holding.delete(name);
      return { holding, untold };
    },
    learn(event) {
      if (event.type === 'decision') {
        const asking = askingOf(event);
        if (asking === undefined) return;
        const { session, agent } = asking;
        const made = requestEvent(asking, names, event.id);
        happened({ session, agent, event: made });
        if (event.open !== undefined) {
          happened({ session, agent, event: made.as('admitted') });
          open.set(event.id, { session, agent, event: made });
          taken(() => void open.delete(event.id));
        }
      }
      if (event.type === 'observation') {
        const call = open.get(event.decision);
        if (call === undefined) return;
        open.delete(event.decision);
        taken(() => void open.set(event.decision, call));
        const { session, agent } = call;
        for (const ended of endsOf(call.event, event, names)) happened({ session, agent, event: ended });
      }
      if (undo === undefined) trim();
    },
    begin() {
      undo = [];
      settledSize = all.happenings.length;
    },
    settle() {
      undo = undefined;
      trim();
    },
    rollback() {
      const steps = undo ?? [];
      undo = undefined;
      for (const back of steps.reverse()) back();
    },
    size: () => (undo === undefined ? all.happenings.length : settledSize),
  };
}

function whyNot(answer: Exclude<Answer, { readonly holds: boolean }>): Untold {
  if ('unresolved' in answer) return 'unresolved';
  return answer.unknown === 'response' ? 'unknown' : 'forgotten';
}

function at(happenings: readonly Happening[], index: number): number {
  return happenings[index]?.event.at ?? Number.POSITIVE_INFINITY;
}

function lineOf(lines: Map<string, Line>, locality: Locality, name: string): Line {
  const known = lines.get(name);
  if (known !== undefined) return known;
  const made: Line = { key: join(locality, name), happenings: [] };
  lines.set(name, made);
  return made;
}

function join(locality: Locality, name: string): string {
  return `${locality} ${name}`;
}

function split(key: string): readonly [Locality, string] {
  const [locality, name = ''] = [key.slice(0, key.indexOf(' ')), key.slice(key.indexOf(' ') + 1)];
  return [locality === 'session' || locality === 'agent' ? locality : 'tenant', name];
}
