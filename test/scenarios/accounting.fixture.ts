// SPDX-License-Identifier: Apache-2.0
// The directory of an accounting server: what it declares, and what has reached it.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Account {
  readonly pid: number;
  readonly did?: 'start' | 'begin' | 'end' | 'cancelled';
  /** A method that reached it, calls apart. */
  readonly asked?: string;
  /** What it got for a question of its own. */
  readonly told?: { readonly code?: number; readonly message?: string };
  readonly name?: string;
  readonly id?: string;
}

export interface Accounting {
  readonly dir: string;
  /** For an `mcpServers` file. */
  readonly server: { readonly command: string; readonly args: readonly string[] };
  declare(tools: readonly object[]): void;
  account(): readonly Account[];
  /** Ids of calls that it has begun. */
  begun(tool?: string): readonly (string | undefined)[];
  remove(): void;
}

/** A tool of an accounting server: `id` names the call, `ms` is how long it takes, `ask` what it asks the client. */
export function tool(name: string, more: object = {}): object {
  return {
    name,
    description: `Does ${name}.`,
    inputSchema: {
      type: 'object',
      properties: { id: { type: 'string' }, ms: { type: 'integer' }, ask: { type: 'string' } },
      additionalProperties: false,
    },
    ...more,
  };
}

export function openAccounting(tools: readonly object[]): Accounting {
  const dir = mkdtempSync(join(tmpdir(), 'cs-account-'));
  const file = join(dir, 'account.jsonl');
  const declare = (now: readonly object[]) => {
    // Whole or not at all: the server may read at any moment.
    writeFileSync(join(dir, 'next.json'), JSON.stringify(now));
    renameSync(join(dir, 'next.json'), join(dir, 'tools.json'));
  };
  declare(tools);
  const account = (): readonly Account[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : [];
  return {
    dir,
    server: { command: process.execPath, args: [join(import.meta.dirname, 'accounting-server.ts'), dir] },
    declare,
    account,
    begun: (name) =>
      account().flatMap((entry) =>
        entry.did === 'begin' && (name === undefined || entry.name === name) ? [entry.id] : [],
      ),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
