// SPDX-License-Identifier: Apache-2.0
// What the reading commands are given: the store opened for reading, the keys if they are at hand, and
// the engine to ask which clause holds.
import { join } from 'node:path';
import { compilePolicies } from '../adapters/cedar-wasm/compile.ts';
import { publishedPolicies } from '../adapters/cedar-wasm/published.ts';
import type { Books } from '../edges/cli/books.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import { masterKeyOf, openStoreOf, vaultOver } from './reading.ts';

export function booksOf(dataDir: string, env: NodeJS.ProcessEnv): Books {
  return {
    keyFile: join(dataDir, 'log.pub'),
    open({ live = false } = {}) {
      try {
        return openStoreOf(dataDir, live);
      } catch (error) {
        const message = error instanceof Error ? error.message : 'the store cannot be read';
        throw new CommandFailed(`${message} (--data names the data directory)`, exit.unreachable);
      }
    },
    vault: (evidence) => vaultOver(evidence, masterKeyOf(dataDir, env)),
    tools: {
      policies: publishedPolicies,
      ask(files, entries, engine, question) {
        const compiled = compilePolicies({ files, entries, parts: true });
        if (!compiled.ok || compiled.set.engine !== engine) return undefined;
        const answer = compiled.set.evaluate(question);
        return answer.ok ? answer : undefined;
      },
    },
  };
}
