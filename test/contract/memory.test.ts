// SPDX-License-Identifier: Apache-2.0
import { createMemoryStore, type MemoryStore } from '../../src/adapters/memory/ledger.ts';
import { ledgerContract, type Subject } from './ledger.ts';

ledgerContract('memory', async () => {
  let held: Promise<void> | undefined;
  const store = createMemoryStore({ hooks: { beforeCheck: async () => held } });
  return subjectOf(store, async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    return async () => {
      held = undefined;
      resolve();
    };
  });
});

function subjectOf(store: MemoryStore, stall: Subject['stall']): Subject {
  const handles = [store.ledger(), store.ledger()] as const;
  const close = async () => {
    for (const handle of handles) await handle.close();
  };
  return {
    handles,
    keys: store.keys,
    tree: store.tree,
    stall,
    close,
    async reopen() {
      await close();
      return subjectOf(store, stall);
    },
  };
}
