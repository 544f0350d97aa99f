// SPDX-License-Identifier: Apache-2.0
/**
 * What a plan costs: `node bench/plan.ts [--decisions N]`. Recorded decisions of the demo's tools under the
 * starter policies, decided again under the same set; beside it what the engine alone takes for one question.
 * Prints one JSON object.
 */
import { parseArgs } from 'node:util';
import { plan } from '../src/app/plan.ts';
import type { Entry } from '../src/app/ports.ts';
import { eventOf } from '../src/app/read-records.ts';
import type { Question } from '../src/core/policy/question.ts';
import { rig, tool } from '../test/road/road.fixture.ts';

const { values } = parseArgs({ options: { decisions: { type: 'string', default: '20000' } } });
const decisions = Number(values.decisions);

const made = await rig();
const force = made.force.current();
const asked: Question[] = [];
const { evaluate } = force.policies;
// Kept on the way past: what the road asks is what the engine is timed with.
Object.assign(force.policies, {
  evaluate(question: Question) {
    if (asked.length < 2000) asked.push(question);
    return evaluate(question);
  },
});
const proposals = [
  tool('crm', 'get_ticket', { ticketId: 42 }),
  tool('crm', 'refund', { customerId: 7, amount: 4000, currency: 'EUR' }),
  tool('files', 'read_file', { path: 'notes/today.md' }),
  tool('mail', 'send_mail', { to: 'customer@example.com', subject: 'Hello', body: 'x'.repeat(500) }),
];
let caller = await made.start();
for (let i = 0; i < decisions; i++) {
  if (i % 200 === 0) caller = await made.start();
  made.pass(50);
  await made.call(caller, proposals[i % proposals.length] ?? tool('crm', 'get_ticket', {}));
}
Object.assign(force.policies, { evaluate });

const entries: Entry[] = [];
for (let from = 0; ; from += 1000) {
  const page = await made.ledger.read(from, 1000);
  entries.push(...page);
  if (page.length < 1000) break;
}
const evidence = {
  async *scan() {
    for (const entry of entries) yield { ...entry, before: null };
  },
};

for (const question of asked) evaluate(question);
const engineStart = performance.now();
for (let round = 0; round < 5; round++) for (const question of asked) evaluate(question);
const engineUs = ((performance.now() - engineStart) * 1000) / (5 * asked.length);

const readStart = performance.now();
for (const entry of entries) eventOf(entry);
const readMs = performance.now() - readStart;

const start = performance.now();
const done = await plan(evidence, {
  sinceMs: 0,
  next: force,
  pseudonym: made.road.pseudonym,
  open: (digest, position) => made.road.vault.open(digest, position),
});
const tookMs = performance.now() - start;
if (done.changes.length > 0) throw new Error(JSON.stringify(done.changes[0]));
const rounded = (value: number): number => Math.round(value * 10) / 10;
console.log(
  JSON.stringify({
    node: process.version,
    decisions: done.replayed,
    records: done.records,
    perDecisionUs: rounded((tookMs * 1000) / done.replayed),
    ofThatReadingUs: rounded((readMs * 1000) / done.replayed),
    decisionsPerMs: rounded(done.replayed / tookMs),
    engineUs: rounded(engineUs),
    timesEngine: rounded((tookMs * 1000) / done.replayed / engineUs),
  }),
);
process.exit(0);
