// SPDX-License-Identifier: Apache-2.0
/**
 * Asking again whether sessions go on, when something changes that they rest on: `Action::"continue"`.
 *
 * Of every session the policies that speak of that are asked, on the state as it stands; only where the answer is another
 * than before is anything written, and then it is asked once more on the state that the event rests on. Without such a policy
 * nothing is asked. Calls are decided by themselves, whatever was said here: this ends or holds what is idle as well.
 *
 * Source: docs/adr/0036-revocation.md, "Asked again".
 */
import { continueQuestion } from '../core/policy/context.ts';
import { continueAction } from '../core/policy/layout.ts';
import type { BodyOf, Event } from '../core/record/event.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { liveAt } from '../core/signal/heard.ts';
import type { Registry } from '../core/signal/registry.ts';
import { facets, type View } from '../core/state/facet.ts';
import { lineOf } from '../core/task/lineage.ts';
import { isInForce, judge } from './consider.ts';
import type { InForce, Road } from './road.ts';
import type { Writing } from './sequencer.ts';

export type Course = BodyOf<'session.redecided'>['outcome'];

export interface Redecided {
  /** Sessions that were asked about. */
  readonly asked: number;
  readonly changed: number;
}

/** What a session rests on, as whoever tells of a change names it. */
export interface Affected {
  readonly agent?: string;
  readonly task?: string;
}

export interface Redecider {
  /**
   * Asks about all sessions that the change affects; whoever changes a fact calls it.
   *
   * @param trigger what changed, for the record: `signal dependency.payments`
   * @param affected absent: all
   */
  redecide(trigger: string, affected?: Affected): Promise<Redecided>;
  close(): void;
}

type Asking = Pick<Road, 'sequencer' | 'published' | 'clock' | 'registry'>;

const order: readonly Course[] = ['end', 'pause', 'narrow'];

interface Said {
  readonly outcome: Course;
  readonly by: BodyOf<'session.redecided'>['by'];
  readonly reason: string;
}

/** @returns undefined where there is nothing to say: it is over already, or nobody knows what is in force */
export function courseOf(
  force: InForce,
  view: View,
  session: string,
  at: number,
  registry?: Registry,
): Said | undefined {
  const state = view.get(facets.session(session));
  if (state === undefined) return undefined;
  const { agent, task } = state;
  const standing = circumstances(view, { agent, task, session, tokenId: '' }, at);
  if (!standing.ok || !isInForce(view, force)) return undefined;
  const mentioned = force.policies.mentions.for(continueAction);
  // As with calls: a node that has not loaded which signals count says nothing by them.
  const isHere = registry === undefined || view.get(facets.signals) === registry.digest;
  if (!isHere && (mentioned.signals.length > 0 || mentioned.time)) return undefined;
  const { live } = liveAt({ registry }, view, mentioned, at);
  const judged = judge(force, continueQuestion(standing.value, live), []);
  // An error is never a permission, and ends nothing for good.
  if (!judged.ok) return { outcome: 'pause', by: [], reason: 'the policy engine gave no answer' };
  const spoken = judged.verdicts.filter(({ policy }) => policy.about === 'continue');
  const course = (one: (typeof spoken)[number]): Course =>
    one.kind === 'errored' ? 'pause' : (one.policy.course ?? 'end');
  const outcome = order.find((each) => spoken.some((one) => course(one) === each));
  if (outcome === undefined) return { outcome: 'keep', by: [], reason: '' };
  const because = spoken.filter((one) => course(one) === outcome);
  return {
    outcome,
    by: because.slice(0, 8).map(({ policy }) => ({ policy: policy.id, text: policy.textDigest })),
    reason: because[0]?.policy.reason ?? '',
  };
}

/** @param log told where something could not be settled; the next change asks again */
export function createRedecider(road: Asking, log: (line: string) => void): Redecider {
  const { sequencer, clock } = road;
  let pending: { trigger: string; affected: Affected | undefined }[] = [];
  let running: Promise<unknown> = Promise.resolve();
  let closed = false;

  const speaks = (): boolean => road.published().policies.speaksOfContinuing;

  async function redecide(trigger: string, affected?: Affected): Promise<Redecided> {
    const all = liveSessions(sequencer.head).filter(
      ({ course, agent, task }) =>
        // Where no policy speaks of it any more, what one had said is taken back.
        (speaks() || course !== 'keep') && concerns(sequencer.head, affected, agent, task),
    );
    const force = road.published();
    const at = clock.wallMs();
    const other = all.filter(({ session, course }) => {
      const said = courseOf(force, sequencer.head, session, at, road.registry?.());
      return said !== undefined && said.outcome !== course;
    });
    const changed = await Promise.all(other.map(({ session }) => settle(road, session, trigger)));
    return { asked: all.length, changed: changed.filter(Boolean).length };
  }

  function run(): void {
    const now = pending;
    pending = [];
    // What changed for everybody is asked once, whatever else did.
    const whole = now.find(({ affected }) => affected === undefined);
    running = running.then(async () => {
      for (const { trigger, affected } of whole === undefined ? now : [whole]) {
        if (closed) return;
        await redecide(trigger, affected).catch(() =>
          log(`sessions could not be asked about again: ${trigger}`),
        );
      }
    });
  }

  function soon(trigger: string, affected?: Affected): void {
    if (pending.length === 0) clock.after(0, run);
    const same = pending.some(
      (one) => one.affected?.agent === affected?.agent && one.affected?.task === affected?.task,
    );
    if (!same) pending.push({ trigger, affected });
  }

  const forget = sequencer.onEvent((event) => {
    // It closes a publication, of the catalogue as well.
    if (event.type === 'policy.published') return soon(event.type);
    if (!speaks()) return;
    const signal = signalOf(event);
    const { signals } = road.published().policies.mentions.for(continueAction);
    if (signal !== undefined && (signal === '*' || signals.includes(signal)))
      return soon(signal === '*' ? event.type : `signal ${signal}`);
    for (const affected of movedBy(event)) soon(event.type, affected);
  });

  return {
    async redecide(trigger, affected) {
      const before = running;
      const done = before.then(() => redecide(trigger, affected));
      running = done.catch(() => undefined);
      return done;
    },
    close() {
      closed = true;
      forget();
    },
  };
}

/** The signal of which something else is known now; `*` is all of them. */
function signalOf(event: Event): string | undefined {
  if (event.type === 'signals.published') return '*';
  return event.type === 'signal.set' || event.type === 'signal.cleared' ? event.signal : undefined;
}

/** Labels, and who an agent is. What a session itself did is decided at its next call. */
function movedBy(event: Event): readonly Affected[] {
  const found: Affected[] = [];
  for (const name of event.moves) {
    const [, task] = /^task\/([^/]+)\/labels$/.exec(name) ?? [];
    if (task !== undefined) found.push({ task });
    const [, agent] = /^agent\/([^/]+)$/.exec(name) ?? [];
    if (agent !== undefined) found.push({ agent });
  }
  return found;
}

function concerns(view: View, affected: Affected | undefined, agent: string, task: string): boolean {
  if (affected === undefined) return true;
  if (affected.agent !== undefined && affected.agent === agent) return true;
  return affected.task !== undefined && lineOf(view, task).includes(affected.task);
}

function liveSessions(head: Asking['sequencer']['head']) {
  const found: { session: string; agent: string; task: string; course: Course }[] = [];
  for (const [name] of head.facets()) {
    const [, session] = /^session\/([^/]+)$/.exec(name) ?? [];
    const state = session === undefined ? undefined : head.get(facets.session(session));
    if (session === undefined || state?.status !== 'active') continue;
    const { agent, task, course } = state;
    found.push({ session, agent, task, course: course?.outcome ?? 'keep' });
  }
  return found;
}

/** @returns whether it is otherwise now */
function settle(road: Asking, session: string, trigger: string): Promise<boolean> {
  return road.sequencer.submit<boolean>((view, place) => {
    const force = road.published();
    const said = courseOf(force, view, session, place.at, road.registry?.());
    const before = view.get(facets.session(session))?.course?.outcome ?? 'keep';
    if (said === undefined || said.outcome === before) return { writings: [], depends: false, result: false };
    const event: BodyOf<'session.redecided'> = {
      ...{ type: 'session.redecided', session, outcome: said.outcome, trigger: trigger.slice(0, 200) },
      ...{ policy: force.policies.digest, by: said.by, reason: said.reason },
    };
    const writings: Writing[] = [{ id: place.id('e'), stream: `session/${session}`, event }];
    return { writings, depends: true, result: true };
  });
}
