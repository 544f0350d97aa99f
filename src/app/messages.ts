// SPDX-License-Identifier: Apache-2.0
/**
 * Tells people what happened: takes from the outbox what a target has still to be told, sends it, and puts on record how
 * that ended. One after another for each target, so that nobody hears of an answer before the question.
 *
 * At least once: what was sent and is not on record as sent is sent again, under the same id. Never holds anything up:
 * decisions do not wait for a target, and a target does not wait for another. Decides nothing; whatever a target
 * answers is that it has heard, or has not.
 *
 * Source: docs/adr/0029-messages.md.
 */
import { deedOf, type Message } from '../core/message/message.ts';
import { createOutbox } from '../core/message/outbox.ts';
import type { Telling } from '../core/message/telling.ts';
import type { Event, EventOf } from '../core/record/event.ts';
import type { Review, ReviewQueue } from '../core/review/queue.ts';
import { backoffMs, type Sent, type Target } from './message-target.ts';
import type { Ledger, Randomness } from './ports.ts';
import { streamBack } from './read-records.ts';
import type { Road } from './road.ts';
import type { Sequencer } from './sequencer.ts';

/** How a target does. */
export interface TargetState {
  readonly name: string;
  readonly kind: 'webhook' | 'slack';
  readonly origin: string;
  readonly events: readonly string[];
  readonly shows: 'deed' | 'id';
  readonly waiting: number;
  /** Of what happened first of all that waits. */
  readonly since?: number;
  readonly dropped: number;
  /** Attempts that failed since one went well, and how the last one did. */
  readonly failures: number;
  readonly lastFailure?: string;
  readonly lastAt?: number;
}

export type DeskUrlOf = (approval: string) => string | undefined;

export interface Messages {
  states(): readonly TargetState[];
  /** One message that says that it is a test, once, past the queue. @returns undefined where nobody is called so */
  test(target: string): Promise<Sent | undefined>;
  /**
   * Puts on record where messages go, where that is something else than before; then tells what waits.
   *
   * @param deskUrlOf where a request is answered; absent, or undefined for one: nowhere that a link could lead to
   */
  start(author: string, deskUrlOf?: DeskUrlOf): Promise<void>;
  /** Ends what is under way. What was not told yet is told after the next start. */
  close(): Promise<void>;
}

export interface MessageParts {
  readonly road: Pick<Road, 'sequencer' | 'clock' | 'vault'>;
  readonly ledger: Pick<Ledger, 'readStream'>;
  readonly randomness: Randomness;
  readonly targets: readonly Target[];
  /** What has to be looked at, made before this is, so that it has heard of an event first. Absent: nobody is told. */
  readonly reviews?: Pick<ReviewQueue, 'find'>;
}

/** For one attempt, from the name to the last byte of the answer. */
const attemptMs = 15_000;

/** A target that says of one message, so often, that it is wrong is not asked again: others wait behind it. */
const maxRefusals = 3;

/** A store that is away for longer than these attempts: what was sent may be sent again. */
const maxRecordings = 5;

interface Line {
  readonly target: Target;
  busy: boolean;
  /** Takes the next attempt back, while one is waited for. */
  cancel: (() => void) | undefined;
  failures: number;
  lastFailure: string | undefined;
  /** Of the message that is being told. */
  attempts: number;
  refusals: number;
  of: string;
}

/** Hears of every event from here on: made before the first catch-up it knows what was never told. */
export function createMessages(parts: MessageParts): Messages {
  const { road, ledger, randomness, targets, reviews } = parts;
  const { sequencer, clock, vault } = road;
  const outbox = createOutbox();
  const stopped = new AbortController();
  const lines = targets.map(
    (target): Line => ({
      target,
      ...{ busy: false, cancel: undefined, failures: 0, lastFailure: undefined },
      ...{ attempts: 0, refusals: 0, of: '' },
    }),
  );
  let started = false;
  let deskUrlOf: DeskUrlOf | undefined;
  let running: readonly Promise<void>[] = [];

  const stopListening = sequencer.onEvent((event) => {
    outbox.take(event, sequencer.head, openedBy(event));
    if (started) for (const line of lines) wake(line);
  });

  /** What nobody answered in time is told as such. */
  function openedBy({ id }: Event): Review | undefined {
    const review = reviews?.find(id);
    return review?.kind === 'unanswered' ? undefined : review;
  }

  function wake(line: Line): void {
    if (line.busy || line.cancel !== undefined || stopped.signal.aborted) return;
    const next = outbox.of(line.target.told.name)?.waiting[0];
    if (next === undefined) return;
    line.busy = true;
    // Nothing in it rejects but for a defect: then this target hears nothing more, and the others do.
    const run = tell(line, next).then(
      (waitMs) => {
        line.busy = false;
        running = running.filter((one) => one !== run);
        if (waitMs === 0) return wake(line);
        line.cancel = clock.after(waitMs, () => {
          line.cancel = undefined;
          wake(line);
        });
      },
      () => {
        line.failures += 1;
        line.lastFailure = 'internal';
        running = running.filter((one) => one !== run);
      },
    );
    running = [...running, run];
  }

  /** @returns how long to wait before this target is told anything again */
  async function tell(line: Line, next: Telling): Promise<number> {
    const { told } = line.target;
    if (line.of !== next.id) Object.assign(line, { of: next.id, attempts: 0, refusals: 0 });
    const end = (end: EventOf<'message.ended'>['end'], more: object = {}) =>
      ended(line, next, { end, attempts: line.attempts, ...more });
    if (clock.wallMs() >= next.lateAt) return end('late');
    const card = told.shows === 'deed' && next.review === undefined ? await cardOf(next.about) : undefined;
    const message = messageOf(next, card?.text);
    line.attempts += 1;
    const sent = await line.target.send(message, attemptMs, stopped.signal);
    const status = sent.status === undefined ? {} : { status: sent.status };
    const opened = message.deed === undefined || card === undefined ? {} : { card: card.digest };
    if (sent.ok) {
      line.failures = 0;
      line.lastFailure = undefined;
      return end('delivered', { ...status, ...opened });
    }
    if (stopped.signal.aborted) return 0;
    line.failures += 1;
    line.lastFailure = sent.status === undefined ? sent.code : `${sent.code} ${sent.status}`;
    if (sent.code === 'refused' && ++line.refusals >= maxRefusals)
      return end('refused', { ...status, ...opened });
    const [random = 0] = randomness.bytes(1);
    return Math.min(
      backoffMs(line.failures, random, sent.retryAfterMs),
      Math.max(1, next.lateAt - clock.wallMs()),
    );
  }

  /** @returns how long to wait before this target is told anything again */
  async function ended(
    { target }: Line,
    { id: of, about }: Telling,
    how: Pick<EventOf<'message.ended'>, 'end' | 'attempts' | 'status' | 'card'>,
  ): Promise<number> {
    const { name } = target.told;
    for (let failures = 1; ; failures++) {
      try {
        await sequencer.submit((_view, place) => ({
          writings: [
            {
              id: place.id('e'),
              stream: `message/${name}`,
              event: { type: 'message.ended' as const, target: name, of, about, ...how },
            },
          ],
          depends: false,
          result: undefined,
        }));
        return 0;
      } catch {
        // Not on record, so it would be told again: only after the record was tried for a while.
        if (stopped.signal.aborted || failures >= maxRecordings) return backoffMs(failures, 0, undefined);
        await later(backoffMs(failures, 0, undefined));
      }
    }
  }

  function later(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      stopped.signal.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }

  function messageOf(next: Telling, card: string | undefined): Message {
    const deed = card === undefined ? undefined : deedOf(card);
    const desk = next.review === undefined ? deskUrlOf?.(next.about) : undefined;
    return { ...next, ...(deed === undefined ? {} : { deed }), ...(desk === undefined ? {} : { desk }) };
  }

  /** Where it was erased or cannot be had there is none, and people are told the id. */
  async function cardOf(
    approval: string,
  ): Promise<{ readonly digest: string; readonly text: string } | undefined> {
    try {
      for await (const { position, event } of streamBack(ledger, `approval/${approval}`, behindAll)) {
        if (!('card' in event) || typeof event.card !== 'object') continue;
        const opened = await vault.open(event.card.digest, position);
        return opened.ok ? { digest: event.card.digest, text: opened.content } : undefined;
      }
    } catch {
      // The store gives no answer: the id is told, which is more than nothing.
    }
    return undefined;
  }

  return {
    states: () =>
      lines.map(({ target: { told }, failures, lastFailure }) => {
        const box = outbox.of(told.name);
        const since = box?.waiting[0]?.at;
        return {
          ...{
            name: told.name,
            kind: told.kind,
            origin: told.origin,
            events: told.events,
            shows: told.shows,
          },
          waiting: box?.waiting.length ?? 0,
          dropped: box?.dropped ?? 0,
          failures,
          ...(since === undefined ? {} : { since }),
          ...(lastFailure === undefined ? {} : { lastFailure }),
          ...(box?.lastAt === undefined ? {} : { lastAt: box.lastAt }),
        };
      }),
    async test(name) {
      const target = targets.find(({ told }) => told.name === name);
      const at = clock.wallMs();
      const [a = 0, b = 0, c = 0] = randomness.bytes(3);
      return target?.send(testMessage(at, `test-${at}-${a}-${b}-${c}`), attemptMs, stopped.signal);
    },
    async start(author, urlOf) {
      deskUrlOf = urlOf;
      const wanted = targets.map(({ told }) => told);
      if (JSON.stringify(wanted) !== JSON.stringify(outbox.published().map(inOrder)))
        await publishTargets(sequencer, wanted, author);
      started = true;
      for (const line of lines) wake(line);
    },
    async close() {
      stopListening();
      stopped.abort();
      for (const line of lines) line.cancel?.();
      await Promise.all(running);
    },
  };
}

/** Behind every record. */
const behindAll = Number.MAX_SAFE_INTEGER;

function testMessage(at: number, id: string): Message {
  return { id, type: 'message.test', title: 'A test of messages', at, about: 'test', lateAt: at };
}

type Told = EventOf<'messages.published'>['targets'][number];

/** Members as targets have them, so that the same is spelt the same. */
function inOrder({ name, kind, origin, address, events, shows }: Told): Told {
  return { name, kind, origin, address, events, shows };
}

/** What a node starts with: nobody is there to ask yet. */
function publishTargets(
  sequencer: Pick<Sequencer, 'submit'>,
  targets: readonly Told[],
  author: string,
): Promise<void> {
  return sequencer.submit((_view, place) => ({
    writings: [
      {
        id: place.id('e'),
        stream: 'tenant',
        event: {
          type: 'messages.published' as const,
          targets: targets.map(inOrder),
          author,
          reason: 'what this node started with',
        },
      },
    ],
    depends: false,
    result: undefined,
  }));
}
