// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the MCP conformance suite, as installed, against one URL and counts what it says.
 *
 * It reads the suite's result files, not its prose, and takes what is scored from the suite's own frozen
 * lists; a scenario that left no file has failed. The suite itself adds only successes and failures: a
 * weaker answer becomes a warning and disappears from its sum, so warnings are counted here too.
 * `node test/conformance/run.ts URL 2026-07-28` prints the same on a terminal.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export type Requirements = '2025-11-25' | '2026-07-28';

export interface ScenarioResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly warned: number;
  readonly scored: boolean;
}

export interface ConformanceResult {
  readonly checksPassed: number;
  readonly checksFailed: number;
  readonly scenarios: readonly ScenarioResult[];
  /** Scored scenarios in which something passed and nothing failed. */
  readonly scoredPassed: number;
  readonly scoredTotal: number;
  /** One line for each check of any scenario that failed or warned: `scenario: check: why`. */
  readonly complaints: readonly string[];
  /** What the suite printed. */
  readonly raw: string;
}

/** The suite did not run to its end: nothing can be said about the server. */
export class ConformanceRunBroken extends Error {
  readonly code = 'conformance_run_broken';
}

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const COMMAND = path.join(MODULES, '.bin/conformance');
const LISTS = path.join(MODULES, '@modelcontextprotocol/conformance/requirements');
const RESULT_FOLDER = /^server-(?<name>.+)-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}-\d{3}Z$/;

/**
 * @param run.timeoutMs after which the suite is ended and what has not run counts as failed; a scenario of
 *   its own accord gives up after 30 s
 */
export async function runConformance(run: {
  readonly url: string;
  readonly requirements: Requirements;
  readonly timeoutMs?: number;
}): Promise<ConformanceResult> {
  const expected = await readList(run.requirements);
  const folder = await mkdtemp(path.join(tmpdir(), 'conformance-'));
  try {
    const args = ['server', '--url', run.url, '--requirements', run.requirements, '--output-dir', folder];
    const { raw, ended } = await runCommand(args, run.timeoutMs ?? 300_000);
    const result = count(expected, await readResults(folder), raw);
    const sum = `Total: ${result.checksPassed} passed, ${result.checksFailed} failed`;
    if (ended && !raw.includes(sum))
      throw new ConformanceRunBroken(`the suite's own sum is not \`${sum}\`\n${raw}`);
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type Expected = ReadonlyMap<string, { readonly scored: boolean }>;

async function readList(requirements: Requirements): Promise<Expected> {
  const list: {
    readonly server: readonly string[];
    readonly not_scored: readonly { readonly scenario: string; readonly leg: string }[];
  } = parse(await readFile(path.join(LISTS, `${requirements}.yaml`), 'utf8'));
  const expected = new Map<string, { readonly scored: boolean }>();
  for (const name of list.server) expected.set(name, { scored: true });
  for (const { scenario, leg } of list.not_scored) {
    if (leg === 'server') expected.set(scenario, { scored: false });
  }
  return expected;
}

function runCommand(
  args: readonly string[],
  timeoutMs: number,
): Promise<{ readonly raw: string; readonly ended: boolean }> {
  return new Promise((resolve, reject) => {
    // A bare environment: a proxy setting of the caller's must not come between two loopback sockets.
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let raw = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        raw += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0 || code === 1) resolve({ raw, ended: true });
      else if (child.killed) resolve({ raw, ended: false });
      else reject(new ConformanceRunBroken(`the suite ended with ${code ?? 'a signal'}\n${raw}`));
    });
  });
}

async function readResults(folder: string): Promise<ReadonlyMap<string, readonly Check[]>> {
  const found = new Map<string, readonly Check[]>();
  for (const entry of await readdir(folder)) {
    const name = RESULT_FOLDER.exec(entry)?.groups?.name;
    if (name === undefined) throw new ConformanceRunBroken(`unknown result folder \`${entry}\``);
    const file = path.join(folder, entry, 'checks.json');
    // A scenario that threw leaves its folder empty.
    if (existsSync(file)) found.set(name, JSON.parse(await readFile(file, 'utf8')));
  }
  return found;
}

function count(
  expected: Expected,
  found: ReadonlyMap<string, readonly Check[]>,
  raw: string,
): ConformanceResult {
  const complaints: string[] = [];
  const scenarios = [...expected].map(([name, { scored }]): ScenarioResult => {
    const checks = found.get(name) ?? [{ id: name, status: 'FAILURE', errorMessage: 'left no result' }];
    const having = (status: string) => checks.filter((check) => check.status === status);
    for (const check of [...having('FAILURE'), ...having('WARNING')]) {
      complaints.push(`${name}: ${check.id}: ${check.errorMessage ?? check.status}`);
    }
    return {
      name,
      passed: having('SUCCESS').length,
      failed: having('FAILURE').length,
      warned: having('WARNING').length,
      scored,
    };
  });
  const sum = (of: (scenario: ScenarioResult) => number) =>
    scenarios.reduce((total, one) => total + of(one), 0);
  const scored = scenarios.filter((scenario) => scenario.scored);
  return {
    checksPassed: sum((scenario) => scenario.passed),
    checksFailed: sum((scenario) => scenario.failed),
    scenarios,
    scoredPassed: scored.filter((scenario) => scenario.failed === 0 && scenario.passed > 0).length,
    scoredTotal: scored.length,
    complaints,
    raw,
  };
}

if (import.meta.main) {
  const [url, requirements] = process.argv.slice(2);
  if (url === undefined || (requirements !== '2025-11-25' && requirements !== '2026-07-28')) {
    console.error('usage: node test/conformance/run.ts URL 2025-11-25|2026-07-28');
    process.exit(2);
  }
  const result = await runConformance({ url, requirements });
  for (const { name, passed, failed, warned, scored } of result.scenarios) {
    console.log(
      `${failed === 0 ? ' ' : 'X'} ${name} ${passed}/${passed + failed} ${warned} warned${scored ? '' : ' (not scored)'}`,
    );
  }
  for (const complaint of result.complaints) console.log(complaint);
  console.log(
    `${result.checksPassed} passed, ${result.checksFailed} failed; scored ${result.scoredPassed}/${result.scoredTotal}`,
  );
  process.exitCode = result.scoredPassed === result.scoredTotal ? 0 : 1;
}
