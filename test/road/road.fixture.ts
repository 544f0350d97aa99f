// SPDX-License-Identifier: Apache-2.0
// A road of real parts (Cedar, the demo's catalogue, the sequencer) over a store that a test can break,
// with an edge that keeps an account of what it really did.
import { join } from 'node:path';
import { masterKey } from '../../src/adapters/keys/master.ts';
import { type CommitHooks, createMemoryStore, type MemoryStore } from '../../src/adapters/memory/ledger.ts';
import { type Approvers, publishApproversAtStart } from '../../src/app/approvers.ts';
import { type Authorization, authorize } from '../../src/app/authorize.ts';
import type { IntentReader } from '../../src/app/intent.ts';
import { type Observed, observe, type Upshot } from '../../src/app/observe.ts';
import type { Clock, Ledger, Operands, PolicySet, Published } from '../../src/app/ports.ts';
import { type Force, publishAtStart } from '../../src/app/publish.ts';
import { publishSignalsAtStart } from '../../src/app/registries.ts';
import type { Finders, Road, Second } from '../../src/app/road.ts';
import { startTask, type TaskOrder } from '../../src/app/tasks.ts';
import type { Roster } from '../../src/core/approval/roster.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { ReadProgram } from '../../src/core/program/of-call.ts';
import type { Caller, Operator, Proposal } from '../../src/core/request/proposal.ts';
import type { Registry } from '../../src/core/signal/registry.ts';
import { load } from '../../src/main/load.ts';
import { roadOver } from '../builders/road.ts';

export const demoDir = join(import.meta.dirname, '../../examples/demo');
export const operator: Operator = { id: 'local:0', channel: 'local-socket' };

const compiled = compiledDemo();

function compiledDemo(): Published {
  const loaded = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.published;
}

export interface Rig {
  readonly road: Road;
  readonly force: Force;
  readonly store: MemoryStore;
  readonly ledger: Ledger;
  /** Moves both clocks. */
  pass(ms: number): void;
  start(order?: Partial<TaskOrder>): Promise<Caller>;
  /** What an edge does with a call; `effects` is its own account of what it sent. */
  call(caller: Caller, proposal: Proposal): Promise<{ answer: Authorization; observed?: Observed }>;
  readonly effects: string[];
  /** Present where somebody may be asked. */
  readonly approvers?: Approvers;
}

export interface RigOptions {
  readonly hooks?: CommitHooks;
  readonly policies?: PolicySet;
  /** Instead of the demo's. */
  readonly published?: Published;
  /** One that another rig has used: a restart. */
  readonly store?: MemoryStore;
  /** What the upstream answers, instead of nothing. `undefined`: nobody knows what became of it. */
  readonly answers?: (proposal: Proposal) => JsonObject | undefined;
  /** Default: `n1`. */
  readonly node?: string;
  readonly mode?: 'enforce' | 'shadow';
  /** Default: shell commands are read, and SQL is not. */
  readonly programs?: ReadProgram | undefined;
  /** Who may be asked. */
  readonly roster?: Roster;
  /** Which signals there are. */
  readonly registry?: Registry;
  /** Asked beside policy. */
  readonly second?: Second;
  /** Asked what prompts ask for. */
  readonly intent?: IntentReader;
  /** Present: results come as they are, and are decided. Default: they are what was recorded. */
  readonly finders?: Finders;
  /** Looks at what calls name. */
  readonly operands?: Operands;
  /** Between the decision and the release. */
  readonly beforeRelease?: (rig: Rig) => Promise<void> | void;
}

export async function rig(options: RigOptions = {}): Promise<Rig> {
  const published: Published = {
    ...(options.published ?? compiled),
    mode: options.mode ?? 'enforce',
    ...(options.policies === undefined ? {} : { policies: options.policies }),
  };

  let nowMs = 1_800_000_000_000;
  const clock: Clock = {
    wallMs: () => nowMs,
    monotonicMs: () => nowMs,
    after: () => () => undefined,
  };
  // Two nodes over one store make up different ids.
  const { node = 'n1' } = options;
  let seed = [...node].reduce((sum, letter) => sum * 31 + (letter.codePointAt(0) ?? 0), 0);
  const randomness = {
    bytes: (count: number) =>
      Uint8Array.from({ length: count }, () => {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        return seed >> 16;
      }),
  };
  const store =
    options.store ?? createMemoryStore(options.hooks === undefined ? {} : { hooks: options.hooks });
  const ledger = store.ledger();
  const master = masterKey(new Uint8Array(32).fill(7));
  const wired = roadOver({
    ledger,
    keys: store.keys,
    clock,
    randomness,
    master,
    first: published,
    node,
    limits: { commitTimeoutMs: 1000, maxGroup: 64, maxQueued: 1000, maxAttempts: 4 },
    releaseWithinMs: 1000,
    roster: options.roster,
    registry: options.registry,
  });
  const { force, approvers } = wired;
  const { roster, registry, second, finders } = options;
  const road: Road = {
    ...wired.road,
    ...(second === undefined ? {} : { second }),
    ...(finders === undefined ? {} : { finders }),
    ...(options.operands === undefined ? {} : { operands: { port: options.operands, timeoutMs: 30_000 } }),
    ...(options.programs === undefined ? {} : { programs: options.programs }),
    ...(options.intent === undefined ? {} : { intent: options.intent }),
  };
  await road.sequencer.catchUp();
  await publishAtStart(road, published, 'local:0');
  if (roster !== undefined) await publishApproversAtStart(road, { roster, source: '{}' }, 'local:0');
  if (registry !== undefined) await publishSignalsAtStart(road, { registry, source: '{}' }, 'local:0');

  const effects: string[] = [];
  const made: Rig = {
    road,
    force,
    store,
    ledger,
    effects,
    ...(approvers === undefined ? {} : { approvers }),
    pass(ms) {
      nowMs += ms;
    },
    async start(order = {}) {
      const started = await startTask(road, randomness, operator, {
        type: 'support',
        agent: 'a1',
        owner: 'o1',
        autonomy: 'semi',
        params: {},
        budgets: [],
        ttlMs: 3_600_000,
        ...order,
      });
      if (!started.ok) throw new Error(started.code);
      const { agent, task, session, tokenId } = started.value;
      return { agent, task, session, tokenId };
    },
    async call(caller, proposal) {
      const answer = await authorize(road, caller, proposal, new Set(['max_result_bytes']));
      if (answer.outcome !== 'allow') return { answer };
      await options.beforeRelease?.(made);
      await answer.call.ready();
      const sent = answer.call.release() === 'go';
      if (sent) effects.push(`${proposal.server}/${proposal.target} ${answer.args}`);
      const observed = await observe(road, answer.call, {
        ...upshotOf(sent, finders !== undefined, (options.answers ?? (() => ({ content: [] })))(proposal)),
        tookMs: 1,
      });
      return { answer, observed };
    },
  };
  return made;
}

export function tool(server: string, target: string, args: JsonObject = {}): Proposal {
  return { method: 'tools/call', server, target, args };
}

function upshotOf(sent: boolean, decided: boolean, content: JsonObject | undefined): Omit<Upshot, 'tookMs'> {
  if (!sent) return { status: 'unreleased' };
  if (content === undefined) return { status: 'ambiguous' };
  const status = content.isError === true ? 'error' : 'ok';
  return decided ? { status, result: content } : { status, content };
}
