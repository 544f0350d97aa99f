// SPDX-License-Identifier: Apache-2.0
// The example is what it says it is: it loads without a word, and each condition looks no wider than meant.
// What it decides, in front of its server: test/scenarios/history.test.ts.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkPolicies } from '../../src/main/check.ts';

const root = join(import.meta.dirname, '../..');

test('the policies fit the catalogue, and say whose history they look at', () => {
  const checked = checkPolicies(
    join(import.meta.dirname, 'policies'),
    join(import.meta.dirname, 'catalogue'),
    {},
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  expect(checked.warnings).toEqual([]);
  expect(
    checked.conditions.map(({ policy, history, reachSeconds, constantTime }) => [
      policy,
      history,
      reachSeconds,
      constantTime,
    ]),
  ).toEqual([
    ['history.write-after-read', 'session', 3600, true],
    ['history.three-tries', 'agent', 3600, true],
    ['history.refund-budget', 'agent', 3600, true],
  ]);
});

test('its server is where the file of upstreams says', () => {
  const { mcpServers } = JSON.parse(readFileSync(join(import.meta.dirname, 'mcp.json'), 'utf8'));
  expect(existsSync(join(root, mcpServers.ops.args[0]))).toBe(true);
});
