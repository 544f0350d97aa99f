// SPDX-License-Identifier: Apache-2.0
// Writes the shipped lock of Claude Code's tools, after somebody has changed what they are taken to be.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeLock } from '../../src/adapters/catalogue-files/lock.ts';
import { claudeDefinitions } from './definitions.ts';

const file = join(import.meta.dirname, '../../policies/catalogues/claude-code/claude.lock.json');
writeFileSync(file, writeLock('claude', claudeDefinitions));
