// SPDX-License-Identifier: Apache-2.0
// Wrapped data keys in memory: erasing one forgets it.
import type { KeyStore } from '../../app/ports.ts';

export function createMemoryKeys(): KeyStore {
  const keys = new Map<string, Uint8Array>();
  return {
    async load(task) {
      return keys.get(task)?.slice();
    },
    async save(task, wrapped) {
      keys.set(task, wrapped.slice());
    },
    async erase(task) {
      keys.get(task)?.fill(0);
      keys.delete(task);
    },
  };
}
