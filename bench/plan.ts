// SPDX-License-Identifier: Apache-2.0
/**
 * What `policy plan` costs: `node bench/plan.ts [DIR] [--decisions N] [--rounds N]`. Recorded decisions in a store file,
 * contents encrypted, decided again under the same set as the command does it; beside it, in the same run, what the
 * engines alone take for one of the questions that were asked: the closures that decide, and the official engine.
 *
 * The ledger is written by the real road: agents of a help desk in sessions of a hundred calls, budgets of tasks, the
 * starter policies and two conditions over history. Prints one JSON object. Ratios travel; times do not.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compilePolicies } from '../src/adapters/cedar-wasm/compile.ts';
import { openSqliteStore } from '../src/adapters/sqlite/ledger.ts';
import { plan } from '../src/app/plan.ts';
import type { PolicySet, Published } from '../src/app/ports.ts';
import { shaped } from '../src/app/publish.ts';
import { type Step, stepsOf } from '../src/app/replay.ts';
import { createPacker } from '../src/app/replay-wire.ts';
import type { Question } from '../src/core/policy/question.ts';
import { load, policyFiles } from '../src/main/load.ts';
import { masterKeyOf, openStoreOf, vaultOver } from '../src/main/reading.ts';
import { stepsFromThread } from '../src/main/replay-thread.ts';
import { demoDir, type Rig, rig, tool } from '../test/road/road.fixture.ts';

const { values, positionals } = parseArgs({
  options: {
    decisions: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
  },
  allowPositionals: true,
});
const decisions = Number(values.decisions);
const rounds = Number(values.rounds);
const lanes = 32;
const perSession = 100;
/** Steps that are held to time deciding alone. */
const heldSteps = 40_000;

const history = `
@id("bench.sends") @owner("bench") @control("OWASP-ASI02") @reason("Too many messages in an hour.")
forbid (principal is Agent, action in Action::"egress", resource)
when temporal { count_within(1h, Action::"mail/send_mail"::admitted{ callerPrincipal: principal }) >= 300 };
@id("bench.again") @owner("bench") @control("OWASP-ASI02") @reason("Not twice for one customer.")
forbid (principal is Agent, action == Action::"refund", resource)
when temporal { formerly within 10m Action::"refund"::admitted{ input.customerId: context.args.customerId } };
`;
const words = 'All work and no play makes a dull ledger. '.repeat(20);

const dir = mkdtempSync(join(positionals[0] ?? tmpdir(), 'countersign-bench-'));
try {
  console.log(JSON.stringify(await measured()));
} finally {
  rmSync(dir, { recursive: true });
}
process.exit(0);

async function measured() {
  const published = sources();
  const records = await write(published);
  const next = shaped(published);
  const asked = keeping(next.policies, 5000);
  const walls: number[] = [];
  const cpus: number[] = [];
  let replayed = 0;
  for (let round = 0; round < rounds; round++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const done = await plan(stepsFromThread({ dataDir: dir, sinceMs: 0 }, process.env), {
      ...{ sinceMs: 0, next, pseudonym },
    });
    const { user, system } = process.cpuUsage(cpu);
    if (done.changes.length > 0) throw new Error(JSON.stringify(done.changes[0]));
    replayed = done.replayed;
    walls.push(((performance.now() - start) * 1000) / replayed);
    cpus.push((user + system) / replayed);
    asked.stop();
  }
  const compiledUs = perQuestion(next.policies, asked.questions, 5);
  const officialUs = officialEngine(asked.questions.slice(0, 500)) - compiledUs;
  const wallUs = Math.min(...walls);
  return {
    node: process.version,
    ...{
      decisions: replayed,
      records,
      storeMiB: Math.round(statSync(join(dir, 'ledger.sqlite')).size / 2 ** 20),
    },
    perDecisionUs: walls.map((us) => rounded(us)),
    decisionsPerMs: rounded(1000 / wallUs),
    cpuPerDecisionUs: cpus.map((us) => rounded(us)),
    ...(await threadTimes(next)),
    engineUs: { compiled: rounded(compiledUs), official: rounded(officialUs) },
    timesEngine: { compiled: rounded(wallUs / compiledUs), official: rounded(wallUs / officialUs, 100) },
    commandMs: command(),
  };
}

function pseudonym(secret: string): string {
  return masterKeyOf(dir, process.env)?.mac('secret', secret) ?? '';
}

function sources(): Published {
  const policyDir = join(dir, 'policies');
  mkdirSync(policyDir);
  writeFileSync(join(policyDir, 'history.cedar'), history);
  writeFileSync(
    join(policyDir, 'starter.cedar'),
    readFileSync(join(import.meta.dirname, '../policies/starter.cedar')),
  );
  const loaded = load({ policyDir, catalogueDir: join(demoDir, 'catalogue'), mode: 'enforce' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.published;
}

/** @returns how many records there are */
async function write(published: Published): Promise<number> {
  // The rig's own master key.
  writeFileSync(join(dir, 'master.key'), `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
  const { ledger, keys, tree, close } = await openSqliteStore({ path: join(dir, 'ledger.sqlite') });
  const made = await rig({
    published,
    store: { ledger: () => ledger, keys, tree, crash: () => undefined },
    answers: () => ({ content: [{ type: 'text', text: words }] }),
  });
  const callers = await Promise.all(Array.from({ length: lanes }, (_, lane) => session(made, lane)));
  for (let n = 0, left = decisions; left > 0; n++) {
    made.pass(10_000);
    await Promise.all(
      callers.slice(0, left).map(async (before, lane) => {
        if (n > 0 && n % perSession === 0) callers[lane] = await session(made, lane);
        await made.call(callers[lane] ?? before, proposal(n, lane));
      }),
    );
    left -= lanes;
  }
  const size = await ledger.size();
  await close();
  return size;
}

function session(made: Rig, lane: number) {
  return made.start({
    ...{
      agent: `support-${lane % 8}@agents.example.com`,
      purpose: 'answer tickets',
      params: { queue: 'billing' },
    },
    ...{ onBehalfOf: 'alice@example.com', budgets: [{ name: 'calls', limit: perSession - 5 }] },
  });
}

function proposal(n: number, lane: number) {
  const i = n * lanes + lane;
  switch (n % 4) {
    case 0:
      return tool('crm', 'get_ticket', { ticketId: 1 + (i % 5000) });
    case 1:
      return tool('files', 'read_file', { path: `notes/${i % 300}.md` });
    case 2:
      return tool('crm', 'refund', { customerId: 1 + (i % 900), amount: 1000 + (i % 9000), currency: 'EUR' });
    default:
      return tool('mail', 'send_mail', {
        to: `c${i % 700}@example.com`,
        subject: 'Hello',
        body: words.slice(0, 500),
      });
  }
}

/** The first questions that a set is asked; what the road asks is what the engines are timed with. */
function keeping(set: PolicySet, most: number) {
  const { evaluate } = set;
  const questions: Question[] = [];
  Object.assign(set, {
    evaluate(question: Question) {
      if (questions.length < most) questions.push(question);
      return evaluate(question);
    },
  });
  return { questions, stop: () => void Object.assign(set, { evaluate }) };
}

function perQuestion(set: PolicySet, questions: readonly Question[], times: number): number {
  for (const question of questions) set.evaluate(question);
  const taken = Array.from({ length: times }, () => {
    const start = performance.now();
    for (const question of questions) set.evaluate(question);
    return ((performance.now() - start) * 1000) / questions.length;
  });
  return Math.min(...taken);
}

/** Asked about every question besides the closures. */
function officialEngine(questions: readonly Question[]): number {
  const files = policyFiles(join(dir, 'policies'));
  const loaded = load({
    policyDir: join(dir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!Array.isArray(files) || !loaded.ok) throw new Error('the policies cannot be read again');
  const alarm = (difference: string) => {
    throw new Error(difference);
  };
  const shadow = { share: 1, chance: () => 0, alarm };
  const compiled = compilePolicies({ files, entries: loaded.published.catalogue.entries, shadow });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return perQuestion(compiled.set, questions, 2);
}

/** What each of the two threads has to do, in this one: processor time for each decision. */
async function threadTimes(next: ReturnType<typeof shaped>) {
  const evidence = openStoreOf(dir);
  const open = vaultOver(evidence, masterKeyOf(dir, process.env))?.open;
  const pack = createPacker();
  const held: (readonly Step[])[] = [];
  let steps = 0;
  let before = process.threadCpuUsage();
  for await (const page of stepsOf(evidence, { sinceMs: 0, open })) {
    pack(page);
    held.push(page);
    steps += page.length;
    if (steps >= heldSteps) break;
  }
  const reading = process.threadCpuUsage(before);
  evidence.close();
  async function* again() {
    yield* held;
  }
  before = process.threadCpuUsage();
  const { replayed } = await plan(again(), { sinceMs: 0, next, pseudonym });
  const deciding = process.threadCpuUsage(before);
  const each = ({ user, system }: NodeJS.CpuUsage) => rounded((user + system) / replayed);
  return { readingCpuUs: each(reading), decidingCpuUs: each(deciding) };
}

/** All of it, as somebody runs it: start, compiling both sets, requests that are made up. */
function command(): number {
  const start = performance.now();
  const cli = join(import.meta.dirname, '../src/main/cli.ts');
  const args = ['--data', dir, 'policy', 'plan', join(dir, 'policies')];
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return Math.round(performance.now() - start);
}

function rounded(value: number, by = 10): number {
  return Math.round(value * by) / by;
}
