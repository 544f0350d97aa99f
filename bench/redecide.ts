// SPDX-License-Identifier: Apache-2.0
// What it costs to ask again about live sessions: `node bench/redecide.ts [--sessions N]`. Prints one JSON object.
//
// Time for each session as a multiple of one bare decision (everything that is decided of one call, nothing written) in the same run:
// where one change leaves all as they are, and where it narrows every one of them, each with an event of its own that is durable
// on disk. With the baseline pack and two policies that speak of sessions.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { masterKey } from '../src/adapters/keys/master.ts';
import { openSqliteStore } from '../src/adapters/sqlite/ledger.ts';
import { systemClock, systemRandomness } from '../src/adapters/system/clock.ts';
import { consider } from '../src/app/consider.ts';
import { publishAtStart } from '../src/app/publish.ts';
import { createRedecider } from '../src/app/redecide.ts';
import { startTask } from '../src/app/tasks.ts';
import { compileOver, load, policyFiles } from '../src/main/load.ts';
import { daemonLimits, roadOver } from '../test/builders/road.ts';

const { values } = parseArgs({ options: { sessions: { type: 'string', default: '1000' } } });
const sessions = Number(values.sessions);
const root = join(import.meta.dirname, '..');
const dir = mkdtempSync(join(tmpdir(), 'countersign-redecide-'));

const demo = load({
  policyDir: join(root, 'examples/demo/policies'),
  catalogueDir: join(root, 'examples/demo/catalogue'),
  mode: 'enforce',
});
const baseline = policyFiles(join(root, 'policies/baseline'));
if (!demo.ok || !Array.isArray(baseline)) throw new Error('nothing to decide by');
const continuing = `
@id("old") @continue("end") forbid (principal is Agent, action == Action::"continue", resource)
when { context.session.ageSeconds > 28800 };
@id("read") @continue("narrow") forbid (principal is Agent, action == Action::"continue", resource)
when { context.session.labels.untrusted && context.session.labels.level >= 2 };
`;
const watched = `${continuing}
@id("now") @continue("narrow") forbid (principal is Agent, action == Action::"continue", resource)
when { context.agent.autonomy == "semi" };
`;
const compiled = (text: string) => {
  const done = compileOver([...baseline, { name: 'continue.cedar', text }], demo.published.catalogue, {
    mode: 'enforce',
  });
  if (!done.ok) throw new Error(JSON.stringify(done.problems));
  return done.published;
};

const first = compiled(continuing);
const store = await openSqliteStore({ path: join(dir, 'ledger.sqlite') });
const randomness = systemRandomness();
const { road, force } = roadOver({
  ledger: store.ledger,
  keys: store.keys,
  clock: systemClock,
  randomness,
  master: masterKey(new Uint8Array(32).fill(7)),
  first,
  node: 'bench',
  limits: daemonLimits,
  releaseWithinMs: 1000,
  roster: undefined,
});
await publishAtStart(road, first, 'local:0');
const callers: { agent: string; task: string; session: string; tokenId: string }[] = [];
for (let i = 0; i < sessions; i++) {
  const started = await startTask(
    road,
    randomness,
    { id: 'local:0', channel: 'local-socket' },
    {
      ...{ type: 'bench', agent: `a${i}`, owner: 'o', autonomy: 'semi' as const, params: {}, budgets: [] },
    },
  );
  if (!started.ok) throw new Error(started.code);
  callers.push(started.value);
}

const proposal = {
  ...{ method: 'tools/call', server: 'crm', target: 'get_customer' },
  args: { customerId: 7 },
};
const bare = (): number => {
  const startMs = performance.now();
  for (const caller of callers)
    consider(
      { pseudonym: road.pseudonym },
      force.current(),
      road.sequencer.head,
      { at: Date.now(), past: { ask: () => new Map() } as never },
      caller,
      proposal,
      new Set(),
    );
  return (performance.now() - startMs) / callers.length;
};

const redecider = createRedecider(road, (line) => console.error(line));
const asked = async (trigger: string) => {
  const startMs = performance.now();
  const { asked: count, changed } = await redecider.redecide(trigger);
  return { perSessionMs: (performance.now() - startMs) / count, count, changed };
};
for (let i = 0; i < 3; i++) {
  bare();
  await asked('warm');
}
const bareMs = median(Array.from({ length: 9 }, bare));
const quiet: Awaited<ReturnType<typeof asked>>[] = [];
for (let i = 0; i < 9; i++) quiet.push(await asked('nothing'));

const second = compiled(watched);
force.stage(second);
await publishAtStart(road, second, 'local:0');
const all = await asked('policy.published');
const again = await asked('nothing');
redecider.close();
await store.close();
rmSync(dir, { recursive: true, force: true });

const told = (perSessionMs: number) => ({
  perSessionUs: rounded(perSessionMs * 1000),
  'times a bare decision': rounded(perSessionMs / bareMs),
});
console.log(
  JSON.stringify(
    {
      node: process.version,
      sessions,
      bareDecisionUs: rounded(bareMs * 1000),
      'asked again, and nothing changes': {
        ...told(median(quiet.map(({ perSessionMs }) => perSessionMs))),
        changed: quiet.reduce((sum, { changed }) => sum + changed, 0),
      },
      'asked again, and every one is narrowed, durably': { ...told(all.perSessionMs), changed: all.changed },
      'changed by asking once more': again.changed,
    },
    null,
    2,
  ),
);

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
