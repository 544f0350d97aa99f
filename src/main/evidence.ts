// SPDX-License-Identifier: Apache-2.0
// What the reading commands are given: the store opened for reading, the keys if they are at hand, and
// the engine to ask which clause holds. Makes no file and no key.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compilePolicies } from '../adapters/cedar-wasm/compile.ts';
import { publishedPolicies } from '../adapters/cedar-wasm/published.ts';
import { masterKeyFromFile, masterKeyFromText } from '../adapters/keys/master.ts';
import { openEvidence } from '../adapters/sqlite/evidence.ts';
import { systemRandomness } from '../adapters/system/clock.ts';
import type { Evidence } from '../app/evidence.ts';
import type { MasterKey } from '../app/ports.ts';
import { createVault, type Vault } from '../app/vault.ts';
import type { Books } from '../edges/cli/books.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';

export function booksOf(dataDir: string, env: NodeJS.ProcessEnv): Books {
  return {
    keyFile: join(dataDir, 'log.pub'),
    open({ live = false } = {}) {
      try {
        return openEvidence(join(dataDir, 'ledger.sqlite'), { live });
      } catch (error) {
        const message = error instanceof Error ? error.message : 'the store cannot be read';
        throw new CommandFailed(`${message} (--data names the data directory)`, exit.unreachable);
      }
    },
    vault: (evidence) => vaultOf(evidence, masterKeyAt(dataDir, env)),
    tools: {
      policies: publishedPolicies,
      ask(files, entries, engine, question) {
        const compiled = compilePolicies({ files, entries });
        if (!compiled.ok || compiled.set.engine !== engine) return undefined;
        const answer = compiled.set.evaluate(question);
        return answer.ok ? answer : undefined;
      },
    },
  };
}

// A file that is not there is not made: to a reader a new key would open nothing.
function masterKeyAt(dataDir: string, env: NodeJS.ProcessEnv): MasterKey | undefined {
  const text = env.COUNTERSIGN_MASTER_KEY;
  if (text !== undefined) return masterKeyFromText(text);
  const file = join(dataDir, 'master.key');
  return existsSync(file) ? masterKeyFromFile(file) : undefined;
}

function vaultOf(evidence: Evidence, master: MasterKey | undefined): Pick<Vault, 'open'> | undefined {
  if (master === undefined) return undefined;
  const readOnly = {
    load: evidence.keys.load,
    save: () => Promise.reject(new Error('a reader saves no key')),
    erase: () => Promise.reject(new Error('a reader erases no key')),
  };
  const vault = createVault(readOnly, evidence.ledger, master, systemRandomness());
  return {
    open: (digest, position) =>
      // A key that does not fit the master key was put there by somebody else.
      vault.open(digest, position).catch(() => ({ ok: false, reason: 'unreadable' }) as const),
  };
}
