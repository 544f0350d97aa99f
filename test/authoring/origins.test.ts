// SPDX-License-Identifier: Apache-2.0
// The policies on origins are what their suite says: it sees every clause hold and fail.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shareOf } from '../../src/app/coverage.ts';
import { testPolicies } from '../../src/main/rehearse.ts';
import { verifies } from '../requirements.ts';

test('the suite passes, and sees every clause', () => {
  verifies('origin.values');
  const policyDir = join(import.meta.dirname, '../../policies/origins');
  const tested = testPolicies({ policyDir, mode: 'enforce' }, { coverage: true });
  if (!tested.ok) throw new Error(JSON.stringify(tested.problems));
  expect(tested.results.flatMap(({ name, failures }) => failures.map((why) => `${name}: ${why}`))).toEqual(
    [],
  );
  const { seen, of } = shareOf(tested.coverage ?? []);
  expect(of).toBeGreaterThan(20);
  expect(seen).toBe(of);
});
