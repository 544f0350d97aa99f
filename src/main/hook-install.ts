// SPDX-License-Identifier: Apache-2.0
// What `hook install` needs of the other rooms: the shipped catalogue and rules, and where the command is.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Surroundings } from '../edges/cli/adopt/client-files.ts';
import { askOnTerminal } from '../edges/cli/ask.ts';
import { claudeVersion } from '../edges/cli/hook/client-version.ts';
import type { InstallParts } from '../edges/cli/hook/install.ts';
import { hookProgram, starterDir } from './options.ts';

export function hookParts(dataDir: string, surroundings: Surroundings): InstallParts {
  const shipped = (directory: string, name: string) => ({
    name,
    text: readFileSync(join(starterDir, directory, name), 'utf8'),
  });
  return {
    surroundings,
    dataDir,
    program: hookProgram,
    catalogue: ['claude.yaml', 'claude.lock.json'].map((name) => shipped('catalogues/claude-code', name)),
    policies: shipped('coding', 'coding.cedar'),
    clientVersion: () => claudeVersion(surroundings.env),
    now: () => new Date(),
    ask: askOnTerminal(),
  };
}
