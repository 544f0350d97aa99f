// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { createDeclared, ListUnavailable } from './declared.ts';
import { defaultLimits } from './limits.ts';
import type { Outgoing, UpstreamLink } from './upstream/link.ts';

test('all pages of a list together are no larger than one result', async () => {
  const asked: number[] = [];
  const link: UpstreamLink = {
    facts: { era: 'legacy', protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: {} },
    async request({ maxResultBytes, release }: Outgoing) {
      asked.push(maxResultBytes);
      if (!release()) return { kind: 'failed', reason: 'not_released', sent: false };
      if (maxResultBytes < 40) return { kind: 'failed', reason: 'too_large', sent: true };
      return { kind: 'result', result: { tools: [{}], nextCursor: 'more' }, sizeBytes: 40 };
    },
    notify: async () => undefined,
    onUnsolicited: () => () => undefined,
    closed: new Promise(() => undefined),
    close: async () => undefined,
  };
  const declared = createDeclared({ ...defaultLimits, maxResultBytes: 100 }, () => 0);
  await expect(declared.list(link, 'tools/list')).rejects.toThrow(ListUnavailable);
  expect(asked).toEqual([100, 60, 20]);
});
