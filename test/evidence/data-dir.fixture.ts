// SPDX-License-Identifier: Apache-2.0
// A data directory as a daemon leaves it: a real store file, written by the real road with the starter
// policies and the demo's catalogue, its keys beside it. Only the edge is played.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { masterKeyFromFile } from '../../src/adapters/keys/master.ts';
import { openSqliteStore } from '../../src/adapters/sqlite/ledger.ts';
import { systemClock, systemRandomness } from '../../src/adapters/system/clock.ts';
import { type Authorization, authorize } from '../../src/app/authorize.ts';
import { proveRoad } from '../../src/app/canary.ts';
import { createIntegrator } from '../../src/app/integrate.ts';
import { observe } from '../../src/app/observe.ts';
import type { Published } from '../../src/app/ports.ts';
import { publish, publishAtStart } from '../../src/app/publish.ts';
import { revoke } from '../../src/app/revoke.ts';
import { endTask, startTask, type TaskOrder } from '../../src/app/tasks.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { Caller, Operator } from '../../src/core/request/proposal.ts';
import { keyPairFromSeed, parseSignerKey } from '../../src/log/index.ts';
import { load } from '../../src/main/load.ts';
import { daemonLimits, roadOver } from '../builders/road.ts';

const starterDir = join(import.meta.dirname, '../../policies');
export const catalogueDir = join(import.meta.dirname, '../../examples/demo/catalogue');
const operator: Operator = { id: 'local:0', channel: 'local-socket' };
const origin = 'countersign/test';
const pair = keyPairFromSeed(origin, new Uint8Array(32).fill(9));
export const { signerKey, verifierKey } = pair;

/** @param policies more than the starter set, by file name */
export function published(policies?: string, mode: 'enforce' | 'shadow' = 'enforce'): Published {
  const loaded = load({ policyDir: policies ?? starterDir, catalogueDir, mode });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.published;
}

export interface DataDir {
  readonly dir: string;
  readonly file: string;
  start(order?: Partial<TaskOrder>): Promise<Caller>;
  /** Decided, sent and observed as an edge does it. @returns the decision's id with the answer */
  call(
    caller: Caller,
    server: string,
    target: string,
    args: JsonObject,
    /** `lost`: nobody knows what became of it. */
    result?: JsonObject | 'lost',
  ): Promise<Called>;
  end(task: string): Promise<void>;
  revoke(scope: 'agent' | 'task' | 'session', target: string): Promise<void>;
  publish(next: Published): Promise<void>;
  eraseKey(task: string): Promise<void>;
  /** Signs a head over all that is durable. */
  sign(): Promise<number>;
  /** The store as it stays behind; the directory goes with `remove`. */
  close(): Promise<void>;
  remove(): void;
}

export interface Called {
  readonly answer: Authorization;
  readonly decision: string;
}

export async function openDataDir(first: Published = published()): Promise<DataDir> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-evidence-'));
  const file = join(dir, 'ledger.sqlite');
  const master = masterKeyFromFile(join(dir, 'master.key'));
  writeFileSync(join(dir, 'log.pub'), `${verifierKey}\n`);
  const signer = parseSignerKey(signerKey);
  if (!signer.ok) throw new Error(signer.reason);

  const clock = systemClock;
  const randomness = systemRandomness();
  const store = await openSqliteStore({ path: file });
  const { road, force } = roadOver({
    ledger: store.ledger,
    keys: store.keys,
    clock,
    randomness,
    master,
    first,
    node: 'local',
    limits: daemonLimits,
    releaseWithinMs: 10_000,
  });
  await road.sequencer.catchUp();
  await publishAtStart(road, first, 'local:0');
  await proveRoad(road, store.ledger);
  const integrator = createIntegrator(store.ledger, store.tree, signer.signer, origin, clock);

  return {
    dir,
    file,
    async start(order = {}) {
      const started = must(
        await startTask(road, randomness, operator, {
          type: 'support',
          agent: 'support-bot',
          owner: 'support',
          autonomy: 'semi',
          onBehalfOf: 'alice@example.com',
          purpose: 'answer ticket 42',
          params: { ticket: '42' },
          budgets: [{ name: 'calls', limit: 100 }],
          ttlMs: 3_600_000,
          prompt: 'Answer ticket 42, please.',
          ...order,
        }),
      );
      const { agent, task, session, tokenId } = started.value;
      return { agent, task, session, tokenId };
    },
    async call(caller, server, target, args, result = { content: [{ type: 'text', text: 'done' }] }) {
      const proposal = { method: 'tools/call', server, target, args };
      const answer = await authorize(road, caller, proposal, new Set(['max_result_bytes']));
      if (answer.outcome !== 'allow') return { answer, decision: answer.decision ?? '' };
      if (answer.call.release() !== 'go') throw new Error('the call was not released');
      const observed = await observe(road, answer.call, {
        ...(result === 'lost'
          ? { status: 'ambiguous' as const }
          : { status: 'ok' as const, content: result }),
        tookMs: 1.234,
      });
      if (!observed.released && result !== 'lost') throw new Error(observed.code);
      return { answer, decision: answer.call.decision };
    },
    async end(task) {
      must(await endTask(road, operator, task, 'done'));
    },
    async revoke(scope, target) {
      must(await revoke(road, operator, scope, target, 'a test'));
    },
    async publish(next) {
      must(await publish(road, force, operator, next, { reason: 'test' }));
    },
    eraseKey: (task) => road.vault.erase(task),
    sign: () => integrator.integrate(),
    close: () => store.close(),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

function must<T extends { readonly ok: boolean }>(done: T): Extract<T, { ok: true }> {
  if (!isOk(done)) throw new Error(JSON.stringify(done));
  return done;
}

function isOk<T extends { readonly ok: boolean }>(done: T): done is Extract<T, { ok: true }> {
  return done.ok;
}

/** Some of a support agent's day: reads, a change, a refusal of each kind, and a revocation. */
export async function workDay(data: DataDir): Promise<Caller> {
  const caller = await data.start();
  await data.call(caller, 'files', 'list_files', {});
  await data.call(caller, 'crm', 'get_ticket', { ticketId: 42 });
  await data.sign();
  await data.call(caller, 'crm', 'get_customer', { customerId: 7 });
  await data.call(caller, 'mail', 'read_mail', { mailId: 'm1' });
  await data.call(caller, 'poster', 'http_get', { url: 'https://example.com/' });
  await data.call(caller, 'mail', 'send_mail', { to: 'a@example.com', subject: 's', body: 'b' });
  await data.call(caller, 'crm', 'refund', { customerId: 7, amount: 100, currency: 'EUR' });
  await data.call(caller, 'nobody', 'knows', {});
  await data.sign();
  const other = await data.start({ agent: 'other-bot', budgets: [{ name: 'calls', limit: 1 }] });
  await data.call(other, 'crm', 'get_ticket', { ticketId: 1 });
  await data.call(other, 'crm', 'get_ticket', { ticketId: 2 });
  await data.revoke('session', other.session);
  await data.call(other, 'crm', 'get_ticket', { ticketId: 3 });
  await data.end(other.task);
  await data.sign();
  return caller;
}
