// SPDX-License-Identifier: Apache-2.0
// One node, built as main/compose.ts builds the daemon: catch up, publish, close what was left open,
// prove the road, and only then take calls. A fault is a defect put in on purpose, around a part.
import { hash } from 'node:crypto';
import { publishApproversAtStart } from '../../src/app/approvers.ts';
import { proveRoad } from '../../src/app/canary.ts';
import { watchContact } from '../../src/app/contact.ts';
import { createLiveCalls, type LiveCalls } from '../../src/app/live.ts';
import { createPast, type Past } from '../../src/app/past.ts';
import type { Clock, Ledger, MasterKey, Published } from '../../src/app/ports.ts';
import { type Force, publishAtStart } from '../../src/app/publish.ts';
import { closeAbandoned, watchAbandoned } from '../../src/app/recover.ts';
import type { Road } from '../../src/app/road.ts';
import { createSequencer, type Sequencer } from '../../src/app/sequencer.ts';
import { tail } from '../../src/app/tail.ts';
import type { Facet } from '../../src/core/state/facet.ts';
import { roadOn } from '../builders/road.ts';
import type { Chance } from './chance.ts';
import type { Link } from './network.ts';
import type { Process } from './process.ts';
import { roster } from './rules.ts';

export const releaseWithinMs = 1000;
const commitTimeoutMs = 1500;
const tailMs = 200;

/** A defect to be put in: the simulator that does not see it is worth nothing. */
export interface Fault {
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly sequencer?: (sequencer: Sequencer) => Sequencer;
  readonly past?: (past: Past) => Past;
  readonly live?: (live: LiveCalls, clock: Clock) => LiveCalls;
  /** Around what observations are submitted to, and nothing else. */
  readonly observing?: (sequencer: Sequencer) => Sequencer;
  readonly without?: 'recovery' | 'revocations' | 'tail and contact' | 'canonical bytes';
}

export interface Running {
  readonly name: string;
  readonly process: Process;
  readonly road: Road;
  /** The road as observations see it. */
  readonly observing: Road;
  readonly force: Force;
  /** The bytes that its edge forwards. */
  readonly forwards: 'decided' | 'sent';
  readonly sequencer: Sequencer;
  /** How many records are folded. */
  folded(): number;
  state(): ReadonlyMap<string, Facet>;
  /** How many events its past holds. */
  happened(): number;
  /** Stops what runs by the clock, and no call. */
  stop(): void;
}

export interface Parts {
  readonly name: string;
  readonly process: Process;
  readonly link: Link;
  readonly first: Published;
  readonly chance: Chance;
  readonly fault: Fault;
}

/** Wraps nothing: what keys protect is not what these runs are about. */
const master: MasterKey = {
  id: 'mk-simulated',
  wrap: (key) => key,
  unwrap: (wrapped) => wrapped,
  mac: (_purpose, text) => text,
};

/** @throws what a daemon would die of: it is started again */
export async function startNode({ name, process, link, first, chance, fault }: Parts): Promise<Running> {
  const { clock } = process;
  const ledger = fault.ledger?.(link.ledger) ?? link.ledger;
  const pseudonym = (secret: string) => hash('sha256', secret, 'hex');
  const plainPast = createPast(pseudonym);
  const past = fault.past?.(plainPast) ?? plainPast;
  const plain = createSequencer(ledger, clock, chance, past, {
    node: name,
    tenant: 'default',
    commitTimeoutMs,
    maxGroup: chance.pick([2, 8]),
    maxQueued: chance.pick([6, 64, 64]),
    maxAttempts: chance.pick([3, 8]),
  });
  const sequencer = fault.sequencer?.(plain) ?? plain;
  const plainLive = createLiveCalls(clock, releaseWithinMs);
  const live = fault.live?.(plainLive, clock) ?? plainLive;
  if (fault.without !== 'revocations') sequencer.onEvent((event) => live.learn(event));
  let folded = 0;
  sequencer.onEvent((_event, position) => {
    folded = position + 1;
  });
  const { road, force } = roadOn({
    ledger,
    keys: link.keys,
    clock,
    randomness: chance,
    master,
    first,
    sequencer,
    live,
    pseudonym,
    releaseWithinMs,
    roster,
  });
  await sequencer.catchUp();
  await publishAtStart(road, first, 'local:0');
  await publishApproversAtStart(road, { roster, source: '{}' }, 'local:0');
  if (fault.without !== 'recovery') await closeAbandoned(road, name);
  await proveRoad(road, ledger);
  const stops =
    fault.without === 'tail and contact' ? [] : [tail(road, tailMs, () => undefined), watchContact(road)];
  if (fault.without !== 'recovery') stops.push(watchAbandoned(road, name, tailMs));
  return {
    name,
    process,
    road,
    forwards: fault.without === 'canonical bytes' ? 'sent' : 'decided',
    observing: fault.observing === undefined ? road : { ...road, sequencer: fault.observing(sequencer) },
    force,
    sequencer,
    folded: () => folded,
    happened: () => past.size(),
    state: () => new Map(sequencer.head.facets()),
    stop() {
      for (const stop of stops) stop();
    },
  };
}
