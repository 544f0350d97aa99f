// SPDX-License-Identifier: Apache-2.0
/**
 * A WebAssembly instance of Cedar that is nobody else's, and replaced as soon as it throws.
 *
 * The engine does not survive its own exceptions: each throw loses a piece of its stack for good, so
 * some 1,500 of them, or one policy nested 300 deep, leave an instance that fails every call until the
 * process ends. The package shares one instance with the whole process; here each policy set has its
 * own. So nothing that is published can harm a set that answers, sets cannot be mistaken for one
 * another, and a set that is dropped is freed (names inside an instance never are).
 */
import { createRequire } from 'node:module';

export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

export interface Engine {
  /**
   * @param work must not keep the instance
   * @throws {EngineFailed} the instance threw or could not be had; the next call gets a new one
   */
  run<T>(work: (cedar: Cedar) => T): T;
}

export class EngineFailed extends Error {
  readonly code = 'engine_failed';
}

/** @param prepare runs on each new instance before anything else; when it throws, so does `run` */
export function createEngine(prepare: (cedar: Cedar) => void = () => {}): Engine {
  let instance: Cedar | undefined;
  return {
    run(work) {
      try {
        if (instance === undefined) {
          const fresh = load();
          prepare(fresh);
          instance = fresh;
        }
        return work(instance);
      } catch (error) {
        instance = undefined;
        throw new EngineFailed('the engine gave up', { cause: error });
      }
    },
  };
}

const packageName = '@cedar-policy/cedar-wasm/nodejs';

/** The module keeps its instance to itself, so an instance of one's own is a module of one's own. */
function load(): Cedar {
  const require = createRequire(import.meta.url);
  const path = require.resolve(packageName);
  delete require.cache[path];
  try {
    return require(path);
  } finally {
    delete require.cache[path];
  }
}
