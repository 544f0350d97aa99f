// SPDX-License-Identifier: Apache-2.0
// docs/cli.md as data.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CommandOnThePage {
  /** As it is typed: `policy check`. */
  readonly command: string;
  /** What follows it: `[dir]`. */
  readonly operands: string;
  readonly says: string;
  readonly codes: readonly number[];
}

const page = readFileSync(join(import.meta.dirname, '../../docs/cli.md'), 'utf8');

export function commandsOnThePage(): readonly CommandOnThePage[] {
  return [...page.matchAll(/^\| `countersign ([a-z -]*[a-z])((?: [<[].*)?)` \| (.*) \| ([\d ]+) \|$/gm)].map(
    ([, command = '', operands = '', says = '', codes = '']) => ({
      command,
      operands: operands.trim(),
      says,
      codes: codes.split(' ').map(Number),
    }),
  );
}

/** What a code means, by code. */
export function meaningsOnThePage(): ReadonlyMap<number, string> {
  return new Map(
    [...page.matchAll(/^\| (\d) \| (.*) \|$/gm)].map(([, code, says = '']) => [Number(code), says]),
  );
}
