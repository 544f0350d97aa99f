// SPDX-License-Identifier: Apache-2.0
// The demo is what a newcomer believes: so it is a test, run as they run it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { verifies } from '../requirements.ts';

const cli = join(import.meta.dirname, '../../src/main/cli.ts');

test('the same hijacked agent leaks without Countersign and not with it', async () => {
  verifies('decide.way-out');
  verifies('origin.lineage');
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'demo', '--json'], {
    timeout: 60_000,
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const summary = lines.at(-1);
  expect(lines.every(({ schemaVersion }) => schemaVersion === 1)).toBe(true);
  expect(summary).toMatchObject({ type: 'summary', sink: { gatedBytes: 0 }, outsideMail: { gatedBytes: 0 } });
  expect(summary.sink.ungatedBytes).toBeGreaterThan(1000);

  const gated = lines.filter((line) => line.type === 'decision');
  const outcomeOf = (tool: string, asked: string) =>
    gated.find((line) => line.tool === tool && line.askedBy === asked)?.outcome;
  expect(outcomeOf('export_customers', 'text')).toBe('deny');
  expect(outcomeOf('http_post', 'text')).toBe('deny');
  expect(outcomeOf('send_mail', 'text')).toBe('deny');
  expect(outcomeOf('refund', 'task')).toBe('step_up');
  // From the note to the argument, for each place that the note named.
  for (const place of ['http://evil.example/collect of http_post', 'archive@evil.example of send_mail'])
    expect(summary.lineage).toContainEqual(
      expect.stringMatching(new RegExp(`^${place}: .*: files/read_file, o-[0-9a-z]+$`)),
    );
  // The agent's own work is untouched: the same note goes to whom it was asked to forward it to.
  expect(summary.noteForwarded).toBe(true);
  for (const tool of ['get_ticket', 'get_customer', 'read_file', 'http_get', 'write_file', 'send_mail']) {
    expect(outcomeOf(tool, 'task'), tool).toBe('allow');
  }
  expect(gated.every((line) => line.policies.length > 0 && line.ms > 0)).toBe(true);
}, 90_000);
