// SPDX-License-Identifier: Apache-2.0
/**
 * What each running task has been asked and has read, kept ready so that a decision can say where values come from.
 *
 * Learnt when a record is durable, from the contents that lie beside it; made again from those where this node has
 * not heard it. What cannot be had is not made up: nothing is known then, and policy is told that.
 *
 * Source: docs/origins.md.
 */
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { Proposal } from '../core/origin/intent.ts';
import type { Knowledge } from '../core/origin/knowledge.ts';
import type { Reading } from '../core/origin/reading.ts';
import type { Event, EventOf } from '../core/record/event.ts';
import { facets } from '../core/state/facet.ts';
import { type FindEntry, isRead, knowledgeAtStart, knowledgeOf, tellOf } from './origins-recorded.ts';
import type { CatalogueIndex, Clock, Ledger } from './ports.ts';
import type { Sequencer } from './sequencer.ts';
import type { Vault } from './vault.ts';

/** What a call was and what came of it, before its record is durable. */
export interface Telling {
  readonly task: string;
  readonly entry: CatalogueEntry;
  readonly args: JsonObject;
  readonly content: JsonObject;
}

export interface Origins {
  /** Has what is known of a task at hand, from the ledger if need be. Never rejects. */
  ready(task: string): Promise<void>;
  /** Undefined where it could not be had. */
  of(task: string): Knowledge | undefined;
  /** Hands over what the prompt that is sealed under this digest says; learnt once that is durable. @returns how to forget it */
  hear(digest: string, text: string, proposal?: Proposal): () => void;
  /** Hands over what the observation of a decision will be about; learnt once that is durable. */
  tell(decision: string, telling: Telling): void;
  /** It will not come to that. */
  forget(decision: string): void;
}

export interface OriginParts {
  readonly ledger: Pick<Ledger, 'read' | 'readStream'>;
  readonly vault: Pick<Vault, 'open'>;
  readonly sequencer: Pick<Sequencer, 'head' | 'onEvent'>;
  readonly clock: Pick<Clock, 'after'>;
  readonly catalogue: () => CatalogueIndex;
  /** How results are taken apart. Default: each time anew. */
  readonly reading?: Reading;
}

/** Tasks of which it is kept ready; the one that was used longest ago goes first, and is made again. */
const maxTasks = 256;

const maxTries = 5;
/** How long a decision waits for it: a store that hangs must not make a call hang. */
const makeWithinMs = 2000;

/** Listens to the sequencer from here on. */
export function createOrigins(parts: OriginParts): Origins {
  const { ledger, vault, sequencer, clock, catalogue, reading } = parts;
  const { head } = sequencer;
  const known = new Map<string, Knowledge>();
  const making = new Map<string, Promise<Knowledge | undefined>>();
  const tellings = new Map<string, Telling>();
  const prompts = new Map<string, { readonly text: string; readonly proposal?: Proposal | undefined }>();
  sequencer.onEvent(learn);

  function keep(task: string, knowledge: Knowledge): void {
    known.delete(task);
    known.set(task, knowledge);
    const [oldest] = known.keys();
    if (known.size > maxTasks && oldest !== undefined) known.delete(oldest);
  }

  function make(task: string): Promise<Knowledge | undefined> {
    const terms = head.get(facets.task(task));
    const find: FindEntry = ({ method, server, target }) => catalogue().find(method, server, target);
    return terms === undefined
      ? Promise.resolve(undefined)
      : knowledgeOf({ ledger, vault, find, reading }, terms);
  }

  return {
    ready: (task) => (known.has(task) ? Promise.resolve() : inTime(made(task))),
    of(task) {
      const knowledge = known.get(task);
      if (knowledge !== undefined) keep(task, knowledge);
      return knowledge;
    },
    hear(digest, text, proposal) {
      prompts.set(digest, { text, proposal });
      return () => void prompts.delete(digest);
    },
    tell: (decision, telling) => void tellings.set(decision, telling),
    forget: (decision) => void tellings.delete(decision),
  };

  function learn(event: Event): void {
    if (event.type === 'task.started') begin(event);
    if (event.type === 'prompt.submitted') ask(event);
    if (event.type === 'task.ended') drop(event.task);
    if (event.type !== 'observation') return;
    const telling = tellings.get(event.decision);
    tellings.delete(event.decision);
    if (telling === undefined) {
      const task = event.session === undefined ? undefined : head.get(facets.session(event.session))?.task;
      // Another node heard it, or it came back without contents.
      if (task !== undefined && isRead(event)) drop(task);
      return;
    }
    making.delete(telling.task);
    const knowledge = known.get(telling.task);
    if (knowledge === undefined || !isRead(event)) return;
    try {
      tellOf(knowledge, telling, event, reading);
    } catch {
      // The state is folded whatever becomes of this; it is read again from the ledger.
      drop(telling.task);
    }
  }

  /** Of a task that has only just begun all is known that there is. */
  function begin({ task, moves }: EventOf<'task.started'>): void {
    // One that was there before does not begin again.
    if (moves.includes(facets.task(task.id).name)) keep(task.id, knowledgeAtStart(task, reading));
  }

  function ask({ task, text, channel }: EventOf<'prompt.submitted'>): void {
    const said = prompts.get(text.digest);
    const knowledge = known.get(task);
    // Another node heard it.
    if (said === undefined || channel === 'agent-claimed') {
      drop(task);
      return;
    }
    making.delete(task);
    knowledge?.ask(said.text, said.proposal);
  }

  /** What is learnt while it is made is not in it: then it is made again. */
  async function made(task: string): Promise<void> {
    for (let tries = 0; tries < maxTries && !known.has(task); tries++) {
      const one = making.get(task) ?? make(task).catch(() => undefined);
      making.set(task, one);
      const knowledge = await one;
      if (making.get(task) !== one) continue;
      making.delete(task);
      if (knowledge === undefined) return;
      keep(task, knowledge);
    }
  }

  function inTime(made: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.after(makeWithinMs, resolve);
      void made.then(() => {
        stop();
        resolve();
      });
    });
  }

  function drop(task: string): void {
    known.delete(task);
    making.delete(task);
  }
}
