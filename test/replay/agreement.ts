// SPDX-License-Identifier: Apache-2.0
/**
 * Ledgers that a real road wrote while policies changed, keys were erased, tasks ended and calls were lost; and the
 * policy sets that each is planned with. All of it follows from a seed.
 */
import { catalogueIndex } from '../../src/adapters/catalogue-files/catalogue-index.ts';
import { compilePolicies } from '../../src/adapters/cedar-wasm/compile.ts';
import { loadTemplates } from '../../src/adapters/task-files/load.ts';
import type { StoredLeaf } from '../../src/app/evidence.ts';
import type { Entry, Published } from '../../src/app/ports.ts';
import { publish, shaped } from '../../src/app/publish.ts';
import { revoke } from '../../src/app/revoke.ts';
import type { InForce, Second } from '../../src/app/road.ts';
import { endTask, startTask } from '../../src/app/tasks.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import { nothingRead } from '../../src/core/label/label.ts';
import { strictEvent } from '../../src/core/record/read-event.ts';
import type { Caller, Proposal } from '../../src/core/request/proposal.ts';
import { operator, type Rig, rig, tool } from '../road/road.fixture.ts';
import { type Chance, chanceOf } from '../simulator/chance.ts';

const refundArgs = { amount: { type: 'integer' }, customer: { type: 'string' } };
const noteArgs = {
  text: { type: 'string' },
  more: { type: 'object' },
  tags: { type: 'array', items: { type: 'string' } },
};
const entries: readonly CatalogueEntry[] = [
  entry('refund', 'write', refundArgs, {
    amount: { role: 'amount', money: true },
    customer: { role: 'destination' },
  }),
  entry(
    'login',
    'read',
    { user: { type: 'string' }, password: { type: 'string' } },
    {
      user: { role: 'selector' },
      password: { role: 'credential' },
    },
  ),
  entry('note', 'send', noteArgs, { text: { role: 'content' } }, 'untrusted'),
];

function entry(
  name: string,
  of: CatalogueEntry['class'],
  properties: JsonObject,
  args: CatalogueEntry['args'],
  integrity: 'trusted' | 'untrusted' = 'trusted',
): CatalogueEntry {
  return {
    kind: 'tool',
    server: 'ops',
    target: name,
    action: `ops.${name}`,
    class: of,
    resource: { type: 'Thing', label: nothingRead },
    args,
    result: { ...nothingRead, integrity, sources: integrity === 'trusted' ? [] : [`ops/${name}`] },
    reversible: true,
    stateless: true,
    pinned: {
      digest: digestJson(name),
      definition: { name, inputSchema: { type: 'object', properties, required: Object.keys(properties) } },
    },
  };
}

const refund = 'action == Action::"ops.refund"';
const all = '@id("all") @reason("r") permit (principal is Agent, action, resource);';
const rules = {
  reading: '@id("reading") @reason("r") permit (principal is Agent, action in Action::"observe", resource);',
  over: `@id("over") @reason("r") forbid (principal is Agent, ${refund}, resource) when { context.args.amount > 60 };`,
  ask: `@id("ask") @reason("r") @outcome("step_up") @approvers("team") @expires("15m")
    forbid (principal is Agent, ${refund}, resource) when { context.args.amount > 30 };`,
  cap: `@id("cap") @reason("r") @outcome("modify") @transform("cap:amount:50")
    forbid (principal is Agent, ${refund}, resource) when { context.args.amount > 50 };`,
  byAgent: `@id("by-agent") @reason("r") forbid (principal is Agent, ${refund}, resource)
    when temporal { count_within(1h, Action::"ops.refund"::admitted{ callerPrincipal: principal }) >= 2 };`,
  inSession: `@id("in-session") @reason("r") forbid (principal is Agent, action, resource)
    when temporal { count_within(10m, Action::"ops.note"::request{ sessionId: context.session.id }) >= 2 };`,
  same: `@id("same") @reason("r") forbid (principal is Agent, ${refund}, resource)
    when temporal { formerly within 30m Action::"ops.refund"::response{ input.customer: context.args.customer } };`,
  first: `@id("first") @reason("r") forbid (principal is Agent, ${refund}, resource) when { context.first.destination };`,
  told: `@id("told") @reason("r") forbid (principal is Agent, ${refund}, resource)
    when { context.origin.destination.doubt >= 1 || context.origin.amount.from.contains("nowhere") };`,
  group: `@id("group") @reason("r") forbid (principal is Agent, action, resource)
    when temporal { count_within(10m, Action::"change"::request{ callerPrincipal: principal }) >= 3 };`,
  labels: `@id("labels") @reason("r") forbid (principal is Agent, ${refund}, resource) when { context.session.labels.untrusted };`,
  calls: `@id("calls") @reason("r") forbid (principal is Agent, action, resource) when { context.session.calls > 4 };`,
  user: `@id("user") @reason("r") forbid (principal is Agent, action == Action::"ops.login", resource)
    when { context.args.password == context.args.user || context.args.user like "*\\"*" };`,
};

function published(texts: readonly string[], over: readonly CatalogueEntry[] = entries): Published {
  const compiled = compilePolicies({ files: [{ name: 'a.cedar', text: texts.join('\n') }], entries: over });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const catalogue = catalogueIndex(over.map((one) => ({ entry: one, check: () => ({ ok: true }) })));
  return { policies: compiled.set, catalogue, mode: 'enforce', sources: { policies: '{}', catalogue: '{}' } };
}

/** The first ones are in force by turns; all of them are planned with. */
export const sets: readonly Published[] = [
  published([all, rules.over, rules.byAgent]),
  published([all, rules.cap, rules.inSession, rules.labels]),
  published([all, rules.ask, rules.first, rules.same]),
  published([rules.reading, rules.user]),
  published([all, rules.calls, rules.user, rules.same, rules.byAgent]),
  published([all, rules.told, rules.group]),
  published([all], entries.slice(0, 2)),
];
const inForce = 3;

const templates = loadTemplates([
  {
    name: 'scoped.yaml',
    text: `
type: scoped
capabilities:
  - actions: [ops.refund]
    args: { amount: { integer: { max: 55 } } }
  - classes: [read, send]
workflow:
  start: looking
  states:
    looking: { read: looking, write: paid, send: looking }
    paid: { read: looking }
`,
  },
]);

const texts = [
  'c1',
  'c2',
  'c3',
  'Größe',
  'a "b" \\c',
  'two\nlines',
  '😀',
  'AKIAIOSFODNN7EXAMPLE',
  'x'.repeat(300),
  '',
];

export interface Drawn {
  readonly made: Rig;
  readonly entries: readonly Entry[];
  readonly pages: readonly (readonly StoredLeaf[])[];
  /** Some instant between the first record and the last. */
  readonly sinceMs: number;
}

export async function drawLedger(seed: number, steps = 80): Promise<Drawn> {
  const chance = chanceOf(seed);
  const second: Second = {
    timeoutMs: 100,
    opinion: {
      ask: async () => ({
        ok: true,
        opinion: {
          outcome: chance.pick(['allow', 'deny', 'step_up'] as const),
          reasons: [],
          obligations: [],
        },
      }),
    },
  };
  const made = await rig({
    published: setAt(chance.between(0, inForce - 1)),
    mode: chance.happens(0.2) ? 'shadow' : 'enforce',
    ...(chance.happens(0.25) ? { second } : {}),
    answers: ({ target }) =>
      chance.happens(0.15) ? undefined : { isError: chance.happens(0.2), content: [], of: target },
  });
  const callers: Caller[] = [await start(made, chance, [])];
  const from = made.road.clock.wallMs();
  for (let i = 0; i < steps; i++) {
    made.pass(chance.between(0, 100_000));
    await step(made, chance, callers);
  }
  const all = await made.ledger.read(0, 100_000);
  return {
    made,
    entries: all,
    pages: await pagesOf(made, all, chance),
    sinceMs: chance.happens(0.5) ? 0 : chance.between(from, made.road.clock.wallMs()),
  };
}

export function nextSets(): readonly InForce[] {
  return sets.map((set) => shaped(set));
}

function setAt(n: number): Published {
  const set = sets[n];
  if (set === undefined) throw new RangeError('no such set');
  return set;
}

async function step(made: Rig, chance: Chance, callers: Caller[]): Promise<void> {
  const caller = chance.pick(callers);
  const what = chance.unit();
  if (what < 0.08) callers.push(await start(made, chance, callers));
  else if (what < 0.1) await endTask(made.road, operator, caller.task, 'done');
  else if (what < 0.13)
    await revoke(
      made.road,
      operator,
      chance.pick(['session', 'task']),
      chance.pick([caller.session, caller.task]),
      'x',
    );
  else if (what < 0.16) await made.road.vault.erase(caller.task);
  else if (what < 0.2)
    await publish(made.road, made.force, operator, setAt(chance.between(0, inForce - 1)), {
      reason: 'a test',
    });
  else await made.call(chance.happens(0.03) ? { ...caller, session: 'nobody' } : caller, proposal(chance));
}

async function start(made: Rig, chance: Chance, callers: readonly Caller[]): Promise<Caller> {
  const parent = callers.length > 0 && chance.happens(0.2) ? { parent: chance.pick(callers).task } : {};
  if (!templates.ok) throw new Error(JSON.stringify(templates));
  const started = await startTask({ ...made.road, templates: () => templates.templates }, chance, operator, {
    type: chance.pick(['support', 'scoped']),
    agent: chance.pick(['a1', 'a2']),
    owner: 'o1',
    autonomy: 'semi',
    params: chance.happens(0.3) ? { 'a "name"': chance.pick(texts) } : {},
    budgets: chance.happens(0.4) ? [{ name: 'calls', limit: chance.between(1, 6) }] : [],
    ttlMs: chance.pick([600_000, 36_000_000]),
    ...parent,
  });
  if (!started.ok) return started.code === 'not_possible' ? start(made, chance, []) : fail(started.code);
  const { agent, task, session, tokenId } = started.value;
  return { agent, task, session, tokenId };
}

function fail(what: string): never {
  throw new Error(what);
}

function proposal(chance: Chance): Proposal {
  const text = () => chance.pick(texts);
  return chance.pick([
    () => tool('ops', 'refund', { amount: chance.between(0, 80), customer: text() }),
    () => tool('ops', 'refund', { amount: chance.between(0, 80), customer: chance.pick(['c1', 'c2']) }),
    () => tool('ops', 'login', { user: text(), password: text() }),
    () =>
      tool('ops', 'note', { text: text(), more: { deeper: { 'a "key"': text() } }, tags: [text(), text()] }),
    () => tool('ops', 'refund', { amount: 'much', customer: text() }),
    () => tool('ops', 'nobody_knows', { text: text() }),
  ])();
}

/** As a store gives them: payloads beside some of their records, in any order, and the others to be asked for. */
async function pagesOf(made: Rig, all: readonly Entry[], chance: Chance): Promise<readonly StoredLeaf[][]> {
  const pages: StoredLeaf[][] = [];
  let page: StoredLeaf[] = [];
  for (const { position, leaf } of all) {
    const beside = chance.happens(0.3) ? [] : await payloadsAt(made, position, leaf);
    page.push({ position, leaf, beside: chance.happens(0.5) ? beside : beside.toReversed() });
    if (chance.happens(0.1)) {
      pages.push(page);
      page = [];
    }
  }
  return [...pages, page];
}

async function payloadsAt(made: Rig, position: number, leaf: string): Promise<StoredLeaf['beside']> {
  const parsed = strictEvent(leaf);
  if (!parsed.ok || parsed.event.type !== 'decision') return [];
  const { request, opinion } = parsed.event;
  const found: StoredLeaf['beside'][number][] = [];
  for (const ref of [request.args, opinion]) {
    const payload = ref === undefined ? undefined : await made.ledger.payload(ref.digest, position);
    if (ref !== undefined && payload !== undefined) found.push({ digest: ref.digest, ...payload });
  }
  return found;
}
