// SPDX-License-Identifier: Apache-2.0
// What is not understood is refused before anything is done, with what would be right.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { run } from '../evidence/process.fixture.ts';

const dir = mkdtempSync(join(tmpdir(), 'cs-usage-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test.each<[args: string, told: RegExp]>([
  ['', /^Usage: countersign/],
  ['statsu', /unknown command 'statsu'\n\(Did you mean status\?\)/],
  ['task strat', /unknown command 'strat'\n\(Did you mean start\?\)/],
  ['task', /^Usage: countersign task/],
  ['status --jsno', /unknown option '--jsno'\n\(Did you mean --json\?\)/],
  ['status more', /too many arguments/],
  ['task start', /required option '--type <type>' not specified/],
  ['task start --type x --ttl long', /--ttl `long` is no duration: write 90s, 15m, 2h/],
  ['task start --type x --param ticket', /`ticket` is not name=value: write --param ticket=42/],
  ['task start --type x --autonomy none', /Allowed choices are supervised, semi, full/],
  ['task end', /missing required argument 'task'/],
  ['revoke everything x', /Allowed choices are agent, task, session, token, tool, policy/],
  ['revoke session', /name one thing .* or a filter/],
  ['revoke session s-1 --agent a', /name one thing .* or a filter/],
  ['revoke --agent a --since yesterday', /must be a duration or a time/],
  ['stop-all', /required option '--reason <text>' not specified/],
  ['log --type nothing', /--type `nothing` is none: there are agent\.registered, /],
  ['log --outcome maybe', /Allowed choices are allow, deny, modify, step_up, defer/],
  ['log --since yesterday', /--since `yesterday` must be a duration or a time: 90s/],
  ['log -n many', /-n `many` must be a whole number/],
  ['verify --record x', /--receipt/],
  ['verify --receipt x --head y', /cannot be used with option '--head <file>'/],
  ['policy check --max-warnings some', /Write a whole number/],
  ['policy check --format xml', /Allowed choices are pretty, json, sarif, junit, github/],
  ['policy plan . --tries lots', /must be a whole number/],
  ['policy publish .', /a directory is tried with `--mode shadow`/],
  ['policy log --limit none', /Write a number from 1 to 999/],
  ['policy trace', /required option '--policies <path>' not specified/],
  ['catalogue accept acc', /name the tools to accept, or give --all/],
  ['catalogue accept acc x --all', /name the tools to accept, or give --all/],
  ['mcp-stdio --ttl long', /--ttl `long` is no duration/],
  ['status --timeout never', /Write 500ms, 90s, 15m/],
])('`countersign %s`: 1, and what would be right', async (args, told) => {
  const ran = await run(args === '' ? [] : args.split(' '), '', { cwd: dir, env: { HOME: dir } });
  expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(told) });
});
