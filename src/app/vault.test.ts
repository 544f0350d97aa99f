// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { chanceOf } from '../../test/simulator/chance.ts';
import { testMaster } from '../../test/simulator/one-node.ts';
import { createMemoryStore } from '../adapters/memory/ledger.ts';
import type { SealedPayload } from '../core/record/payload.ts';
import { createVault, type Vault } from './vault.ts';

function setUp() {
  const store = createMemoryStore();
  const ledger = store.ledger();
  const vault = (seed: number): Vault => createVault(store.keys, ledger, testMaster, chanceOf(seed));
  let numbers = 0;
  const keep = async (payload: SealedPayload): Promise<number> => {
    const draft = {
      id: `e-${++numbers}`,
      stream: 's',
      body: '{}',
      moves: [],
      drops: [],
      payloads: [payload],
    };
    const [result] = await ledger.commit([{ drafts: [draft], expected: [] }], 1000);
    return result?.committed ? (result.positions[0] ?? -1) : -1;
  };
  return { vault: vault(1), restarted: vault(2), keep };
}

async function sealed(vault: Vault, task: string, content: string): Promise<SealedPayload> {
  const seal = await vault.sealer(task);
  if (seal === undefined) throw new Error('no key');
  return seal(content);
}

describe('what is sealed under the key of a task', () => {
  test('opens here and after a restart', async () => {
    const { vault, restarted, keep } = setUp();
    await vault.create('t');
    const payload = await sealed(vault, 't', 'to be kept');
    const at = await keep(payload);
    for (const one of [vault, restarted]) {
      expect(await one.open(payload.digest, at)).toEqual({ ok: true, content: 'to be kept' });
    }
  });

  test('is gone with the key, and no more is sealed', async () => {
    const { vault, keep } = setUp();
    await vault.create('t');
    await vault.create('u');
    const [mine, other] = [await sealed(vault, 't', 'x'), await sealed(vault, 'u', 'y')];
    const [at, there] = [await keep(mine), await keep(other)];
    await vault.erase('t');
    expect(await vault.open(mine.digest, at)).toEqual({ ok: false, reason: 'erased' });
    expect(await vault.sealer('t')).toBeUndefined();
    expect(await vault.open(other.digest, there)).toEqual({ ok: true, content: 'y' });
  });

  test('is unreadable under a key that was made anew', async () => {
    const { vault, keep } = setUp();
    await vault.create('t');
    const payload = await sealed(vault, 't', 'x');
    const at = await keep(payload);
    await vault.create('t');
    expect(await vault.open(payload.digest, at)).toEqual({ ok: false, reason: 'unreadable' });
  });

  test('stays readable when the key is only ensured', async () => {
    const { vault, restarted, keep } = setUp();
    await vault.ensure('t');
    const payload = await sealed(vault, 't', 'x');
    const at = await keep(payload);
    await restarted.ensure('t');
    expect(await restarted.open(payload.digest, at)).toEqual({ ok: true, content: 'x' });
  });

  test('never has the same digest twice', async () => {
    const { vault } = setUp();
    await vault.create('t');
    const [one, other] = [await sealed(vault, 't', 'same'), await sealed(vault, 't', 'same')];
    expect(one.digest).not.toBe(other.digest);
  });
});

test('what was never sealed is missing', async () => {
  const { vault } = setUp();
  expect(await vault.open(`sha256:${'0'.repeat(64)}`, 0)).toEqual({ ok: false, reason: 'missing' });
  expect(await vault.sealer('nobody')).toBeUndefined();
});
