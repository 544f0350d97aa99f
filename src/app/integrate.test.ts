// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { createMemoryStore } from '../adapters/memory/ledger.ts';
import {
  frontierRoot,
  keyPairFromSeed,
  loadFrontier,
  openCheckpoint,
  parseSignerKey,
  parseVerifierKey,
} from '../log/index.ts';
import { createIntegrator } from './integrate.ts';
import type { Clock, Draft, TreeStore } from './ports.ts';

const origin = 'test/log';
const pair = keyPairFromSeed(origin, new Uint8Array(32).fill(3));
const clock: Clock = { wallMs: () => 0, monotonicMs: () => 0, after: () => () => undefined };

function draft(n: number): Draft {
  return { id: `e-${n}`, stream: 's', body: `{"n":${n}}`, moves: [], drops: [], payloads: [] };
}

function parts() {
  const store = createMemoryStore();
  const ledger = store.ledger();
  let written = 0;
  const write = async (count: number) => {
    const drafts = Array.from({ length: count }, () => draft(written++));
    await ledger.commit([{ drafts, expected: [] }], 1000);
  };
  const appended: number[] = [];
  const tree: TreeStore = {
    ...store.tree,
    append(from, hashes, size, checkpoint) {
      appended.push(size);
      return store.tree.append(from, hashes, size, checkpoint);
    },
  };
  const signer = parseSignerKey(pair.signerKey);
  if (!signer.ok) throw new Error('no signer');
  return { ledger, tree, write, appended, signer: signer.signer };
}

test('one signed head over everything that is durable, however much that is', async () => {
  const { ledger, tree, write, appended, signer } = parts();
  await write(2500);
  const integrator = createIntegrator(ledger, tree, signer, origin, clock);
  expect(await integrator.integrate()).toBe(2500);
  expect(appended).toEqual([2500]);
  const verifier = parseVerifierKey(pair.verifierKey);
  const head = await tree.checkpoint();
  if (!verifier.ok || head === undefined) throw new Error('no head');
  const opened = openCheckpoint(Buffer.from(head.note), { origin, keys: [verifier.verifier] });
  const root = frontierRoot(await loadFrontier(2500, (indexes) => tree.readHashes(indexes)));
  expect(opened).toMatchObject({ ok: true, checkpoint: { size: 2500, root } });
});

test('a ledger that grows while it is integrated does not keep it busy', async () => {
  const { ledger, tree, write, appended, signer } = parts();
  await write(10);
  const growing = {
    ...ledger,
    async read(from: number, limit: number) {
      const entries = await ledger.read(from, limit);
      if (appended.length < 50) await write(3);
      return entries;
    },
  };
  const integrator = createIntegrator(growing, tree, signer, origin, clock);
  await integrator.integrate();
  expect(appended).toHaveLength(1);
});

test('nothing new, nothing signed', async () => {
  const { ledger, tree, write, appended, signer } = parts();
  await write(3);
  const integrator = createIntegrator(ledger, tree, signer, origin, clock);
  await integrator.integrate();
  expect(await integrator.integrate()).toBe(3);
  expect(appended).toEqual([3]);
});
