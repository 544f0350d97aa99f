// SPDX-License-Identifier: Apache-2.0
// What is told on the way: now and then, beside the report and never in it.
import { expect, test, vi } from 'vitest';
import { evalRuns } from '../../src/edges/cli/eval.ts';
import { evalParts } from '../../src/main/eval.ts';
import { corpus, writeCorpus } from './corpus.fixture.ts';

test.each<[what: string, everyMs: number, json: boolean, lines: number]>([
  ['after each run, where each takes longer than that', 5, true, corpus.length],
  ['not at all, where all are done before', 60_000, true, 0],
  ['beside a report for people', 5, false, corpus.length],
])('progress is told %s', async (_what, progressEveryMs, json, lines) => {
  using files = writeCorpus();
  const parts = await evalParts(files.flags);
  const told: string[] = [];
  const printed: string[] = [];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
  let nowMs = 0;
  try {
    await evalRuns(parts, {
      json,
      progress: (line) => void told.push(line),
      progressEveryMs,
      nowMs: () => {
        nowMs += 10;
        return nowMs;
      },
    });
  } finally {
    out.mockRestore();
  }
  expect(told.at(-1)).toBe('');
  expect(told.slice(0, -1).every((line) => /^\d+ runs, \d+ a second$/.test(line))).toBe(true);
  expect(told).toHaveLength(lines + 1);
  const text = printed.join('');
  expect(text).not.toMatch(/runs, \d+ a second\n/);
  if (json) expect(JSON.parse(text)).toMatchObject({ ok: true });
});
