// SPDX-License-Identifier: Apache-2.0
/**
 * What a coding agent's hook adds to a tool call: the command as the client starts it, against a daemon on a real disk,
 * beside a Node that does nothing. Goal: less than 50 ms over the bare Node. One after the other, in turns, so that what
 * else the machine does is in all of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { startDaemon } from '../src/main/compose.ts';
import { load } from '../src/main/load.ts';

const root = join(import.meta.dirname, '..');
const rounds = Number(process.argv[2] ?? 60);
const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const project = join(dir, 'project');
const dataDir = join(dir, 'data');
const policyDir = join(root, 'policies/coding');
const catalogueDir = join(root, 'policies/catalogues/claude-code');
mkdirSync(project);
writeFileSync(join(dir, 'bare.mjs'), '');
const loaded = load({ policyDir, catalogueDir, mode: 'enforce' });
if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
const daemon = await startDaemon(
  {
    policyDir,
    catalogueDir,
    dataDir,
    host: '127.0.0.1',
    port: 0,
    mode: 'enforce',
    releaseWithinMs: 1000,
    graceMs: 500,
  },
  loaded.published,
  {},
  () => undefined,
);

const env = {
  PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  CLAUDE_PROJECT_DIR: project,
};
const hook = join(root, 'bin/countersign-hook');
const always = {
  session_id: 'bench',
  cwd: project,
  tool_name: 'Read',
  tool_input: { file_path: join(project, 'a.ts') },
};
const response = { type: 'text', file: { filePath: 'a.ts', content: 'x'.repeat(4000) } };
let calls = 0;

const kinds: Readonly<Record<string, () => Promise<void>>> = {
  'bare Node': () => ran(process.execPath, [join(dir, 'bare.mjs')], ''),
  'a call is asked about': () => said('PreToolUse', { tool_use_id: `u${++calls}` }),
  'its result is told': () => said('PostToolUse', { tool_use_id: `u${calls}`, tool_response: response }),
};

function said(name: string, more: object): Promise<void> {
  const event = JSON.stringify({ ...always, hook_event_name: name, ...more });
  return ran(hook, ['claude', name, '--data', dataDir], event);
}

async function ran(command: string, args: readonly string[], input: string): Promise<void> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0 || out.includes('"deny"') || out.includes('"block"'))
    throw new Error(`${command}: ${code} ${out}`);
}

const took = new Map<string, number[]>();
for (let i = -5; i < rounds; i++) {
  for (const [kind, run] of Object.entries(kinds)) {
    const startedMs = performance.now();
    await run();
    if (i >= 0) took.set(kind, [...(took.get(kind) ?? []), performance.now() - startedMs]);
  }
}
await daemon.close();
rmSync(dir, { recursive: true, force: true });

const at = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * share)] ?? 0;
const bare = at(took.get('bare Node') ?? [], 0.5);
for (const [kind, times] of took)
  console.log(
    `${kind.padEnd(24)} p50 ${at(times, 0.5).toFixed(1)} ms  p95 ${at(times, 0.95).toFixed(1)} ms  over bare Node ${(at(times, 0.5) - bare).toFixed(1)} ms`,
  );
