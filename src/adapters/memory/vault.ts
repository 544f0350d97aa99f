// SPDX-License-Identifier: Apache-2.0
// Contents of a ledger that ends with the process: named by a digest like all others, and kept as they are. What is on
// no disk needs no key. Never for what outlives the process.
import { hash } from 'node:crypto';
import type { Vault } from '../../app/vault.ts';

const nothing = new Uint8Array(0);

export function createMemoryVault(): Vault {
  const tasks = new Map<string, Map<string, string>>();

  async function create(task: string): Promise<void> {
    tasks.set(task, new Map());
  }

  return {
    create,
    async ensure(task) {
      if (!tasks.has(task)) await create(task);
    },
    async sealer(task) {
      const contents = tasks.get(task);
      if (contents === undefined) return undefined;
      return (content) => {
        const digest = `sha256:${hash('sha256', content, 'hex')}`;
        contents.set(digest, content);
        return { digest, task, sealed: nothing, sizeBytes: Buffer.byteLength(content) };
      };
    },
    async open(digest) {
      for (const contents of tasks.values()) {
        const content = contents.get(digest);
        if (content !== undefined) return { ok: true, content };
      }
      return { ok: false, reason: 'missing' };
    },
    async erase(task) {
      tasks.delete(task);
    },
  };
}
