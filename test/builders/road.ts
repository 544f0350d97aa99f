// SPDX-License-Identifier: Apache-2.0
// One node's road over parts of a test's own, wired as the daemon wires it. Nothing is caught up or published yet.
import { createOperands } from '../../src/adapters/files/operands.ts';
import { type Approvers, createApprovers } from '../../src/app/approvers.ts';
import { editOf } from '../../src/app/editing.ts';
import { createLiveCalls, isLost, type LiveCalls } from '../../src/app/live.ts';
import { createOrigins } from '../../src/app/origins.ts';
import { createPast } from '../../src/app/past.ts';
import type { Clock, KeyStore, Ledger, MasterKey, Published, Randomness } from '../../src/app/ports.ts';
import { createForce, type Force } from '../../src/app/publish.ts';
import { createRegistries } from '../../src/app/registries.ts';
import type { Road } from '../../src/app/road.ts';
import { createSequencer, type Sequencer, type SequencerOptions } from '../../src/app/sequencer.ts';
import { createVault } from '../../src/app/vault.ts';
import type { Roster } from '../../src/core/approval/roster.ts';
import type { Pseudonym } from '../../src/core/record/secret.ts';
import type { Registry } from '../../src/core/signal/registry.ts';
import { programs } from '../../src/main/programs.ts';

export interface RoadParts {
  readonly ledger: Ledger;
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly master: MasterKey;
  /** What it starts with. */
  readonly first: Published;
  readonly releaseWithinMs: number;
  /** Who may be asked; without it nobody is. */
  readonly roster?: Roster | undefined;
  /** Which signals there are; without it none. */
  readonly registry?: Registry | undefined;
}

export interface Wired {
  readonly road: Road;
  readonly force: Force;
  readonly approvers?: Approvers;
}

/** The limits of the daemon. */
export const daemonLimits: Omit<SequencerOptions, 'node' | 'tenant'> = {
  commitTimeoutMs: 10_000,
  maxGroup: 128,
  maxQueued: 10_000,
  maxAttempts: 8,
};

export function roadOver(
  parts: RoadParts & { readonly node: string; readonly limits: Omit<SequencerOptions, 'node' | 'tenant'> },
): Wired {
  const { ledger, clock, randomness, master, node, limits, releaseWithinMs } = parts;
  const pseudonym = (secret: string) => master.mac('secret', secret);
  const past = createPast(pseudonym);
  const sequencer = createSequencer(ledger, clock, randomness, past, { node, tenant: 'default', ...limits });
  const live = createLiveCalls(clock, releaseWithinMs);
  sequencer.onEvent((event) => live.learn(event, (who) => !isLost(sequencer.head, who, clock.wallMs())));
  return roadOn({ ...parts, sequencer, live, pseudonym });
}

/** Where what decides and what is in flight stand already. */
export function roadOn(
  parts: RoadParts & {
    readonly sequencer: Sequencer;
    readonly live: LiveCalls;
    readonly pseudonym: Pseudonym;
  },
): Wired {
  const { ledger, keys, clock, randomness, master, first, sequencer, live, pseudonym, releaseWithinMs } =
    parts;
  const { roster, registry } = parts;
  const registries = registry === undefined ? undefined : createRegistries(registry, sequencer);
  const approvers = roster === undefined ? undefined : createApprovers(roster, sequencer);
  const vault = createVault(keys, ledger, master, randomness);
  const force = createForce(first, sequencer);
  const origins = createOrigins({
    ledger,
    vault,
    sequencer,
    clock,
    catalogue: () => force.current().catalogue,
  });
  const road: Road = {
    clock,
    sequencer,
    vault,
    live,
    origins,
    pseudonym,
    programs: programs(),
    operands: { port: createOperands({ clock }), timeoutMs: 30_000 },
    published: force.current,
    candidate: force.candidate,
    releaseWithinMs,
    ...(approvers === undefined ? {} : { roster: approvers.current }),
    ...(registries === undefined ? {} : { registry: registries.current }),
    edits: (approval) => editOf(vault, ledger, approval),
  };
  return { road, force, ...(approvers === undefined ? {} : { approvers }) };
}
