// SPDX-License-Identifier: Apache-2.0
// A data directory opened for reading: its store, and its contents where the key is at hand. Makes no file and no key.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { masterKeyFromFile, masterKeyFromText } from '../adapters/keys/master.ts';
import { openEvidence } from '../adapters/sqlite/evidence.ts';
import { systemRandomness } from '../adapters/system/clock.ts';
import type { Evidence } from '../app/evidence.ts';
import type { MasterKey } from '../app/ports.ts';
import { createVault, type Vault } from '../app/vault.ts';

/** @throws what opening a store throws */
export function openStoreOf(dataDir: string, live = false): Evidence {
  return openEvidence(join(dataDir, 'ledger.sqlite'), { live });
}

/** A file that is not there is not made: to a reader a new key would open nothing. */
export function masterKeyOf(dataDir: string, env: NodeJS.ProcessEnv): MasterKey | undefined {
  const text = env.COUNTERSIGN_MASTER_KEY;
  if (text !== undefined) return masterKeyFromText(text);
  const file = join(dataDir, 'master.key');
  return existsSync(file) ? masterKeyFromFile(file) : undefined;
}

/** @returns undefined where there is no key */
export function vaultOver(
  evidence: Evidence,
  master: MasterKey | undefined,
): Pick<Vault, 'open'> | undefined {
  if (master === undefined) return undefined;
  const readOnly = {
    load: evidence.keys.load,
    save: () => Promise.reject(new Error('a reader saves no key')),
    erase: () => Promise.reject(new Error('a reader erases no key')),
  };
  const vault = createVault(readOnly, evidence.ledger, master, systemRandomness());
  return {
    open: (digest, position, beside) =>
      // A key that does not fit the master key was put there by somebody else.
      vault.open(digest, position, beside).catch(() => ({ ok: false, reason: 'unreadable' }) as const),
  };
}
