// SPDX-License-Identifier: Apache-2.0
// What a decision costs: compiled Cedar, beside the functions that somebody would write by hand and
// beside cedar-wasm, all in one run: `node bench/cedar.ts [--json]`. Ratios travel; times do not.
import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { createEngine } from '../src/adapters/cedar-wasm/engine.ts';
import { prepareEntities } from '../src/core/cedar/entities.ts';
import { compileSet } from '../src/core/cedar/set.ts';
import { type Asked, type Context, type Known, type Rule, ruleOf } from './cedar-rules.ts';

interface Figures {
  readonly p50: number;
  readonly p99: number;
}

/** One set of policies, and each of the three ways to ask it. */
interface Row {
  readonly policies: number;
  readonly applicable: number;
  readonly closure: Figures;
  readonly compiled: Figures;
  readonly wasm: Figures | undefined;
}

const actions = Array.from({ length: 10 }, (_, at) => `action-${at}`);
const users = Array.from({ length: 8 }, (_, at) => `user-${at}`);
const documents = Array.from({ length: 8 }, (_, at) => `doc-${at}`);
const requests = Array.from({ length: 64 }, (_, at) => ({
  principal: { type: 'User', id: users[at % 8] ?? '' },
  action: { type: 'Action', id: actions[0] ?? '' },
  resource: { type: 'Doc', id: documents[(at * 3) % 8] ?? '' },
  context: contextOf(at),
}));

function contextOf(at: number): Context {
  return {
    ...{
      amount: (at * 13) % 120,
      fee: at % 5,
      currency: at % 3 === 0 ? 'USD' : 'EUR',
      country: at % 9 === 0 ? 'KP' : 'DE',
    },
    ...{
      risk: (at * 7) % 100,
      approved: at % 2 === 0,
      channel: at % 4 === 0 ? 'mail' : 'chat',
      path: `/srv/data/${at}`,
    },
    ...{
      bytes: at * 997,
      rows: at,
      hour: at % 24,
      labels: at % 6 === 0 ? ['internal', 'secret'] : ['internal'],
    },
    ...{
      ticket: { id: `T-${at}`, severity: at % 5 },
      host: 'db.internal',
      method: 'GET',
      interactive: at % 5 !== 0,
    },
    ...{ attempts: at % 3, age: at * 60, purpose: 'support', region: 'eu-central-1' },
  };
}

const entities = [
  ...users.map((id, at) => entity('User', id, at, [`team-${at % 7}`, `team-${(at + 3) % 7}`])),
  ...documents.map((id, at) => entity('Doc', id, at, [])),
  ...actions.map((id) => ({ uid: { type: 'Action', id }, attrs: {}, parents: [] })),
];

function entity(type: string, id: string, at: number, teams: readonly string[]) {
  const attrs = { team: `team-${at % 7}`, level: at % 5 };
  return { uid: { type, id }, attrs, parents: teams.map((team) => ({ type: 'Team', id: team })) };
}

const known: ReadonlyMap<string, Known> = new Map(
  entities.flatMap(({ uid, attrs, parents }): [string, Known][] =>
    'team' in attrs ? [[uid.id, { attrs, teams: new Set(parents.map(({ id }) => id)) }]] : [],
  ),
);

/** @param rules those that name the action that is asked about first, then the others */
function measure(rules: readonly Rule[], others: readonly Rule[], withWasm: boolean): Row {
  const engine = createEngine();
  const all = [...rules, ...others];
  const json = all.map(({ id, text }): [string, unknown] => {
    const read = engine.run((cedar) => cedar.policyToJson(text));
    if (read.type === 'failure') throw new Error(read.errors[0]?.message);
    return [id, read.json];
  });
  const compiled = compileSet({ policies: new Map(json) });
  const store = prepareEntities(entities);
  if (!compiled.ok || !store.ok || compiled.set.uncovered.length > 0)
    throw new Error('the set is not compiled');
  const { set } = compiled;

  // By action, as anybody would who has more than one.
  const byAction = new Map([[actions[0], rules], ...actions.slice(1).map((id) => [id, others] as const)]);
  const byHand = ({ principal, action, resource, context }: (typeof requests)[number]) => {
    const asked: Asked = { principal, resource, context, known };
    const satisfied: string[] = [];
    const errored: string[] = [];
    for (const rule of byAction.get(action.id) ?? []) {
      const said = rule.holds(asked);
      if (said === true) satisfied.push(rule.id);
      else if (said === undefined) errored.push(rule.id);
    }
    return { satisfied, errored };
  };
  const asCompiled = (request: (typeof requests)[number]) => {
    const answer = set.evaluate({ ...request, entities: store.store });
    return answer.ok ? { satisfied: answer.satisfied, errored: answer.errored } : answer;
  };
  for (const request of requests) {
    const [hand, machine] = [byHand(request), asCompiled(request)];
    if (JSON.stringify(hand) !== JSON.stringify(machine)) throw new Error('the two do not say the same');
  }

  const questions = requests.map((request) => ({ ...request, entities: store.store }));
  const plain = [0, 1].map(() => sample(50_000, (at) => byHand(requests[at & 63] ?? fail())));
  const closures = [0, 1].map(() => sample(50_000, (at) => set.evaluate(questions[at & 63] ?? fail())));
  return {
    policies: all.length,
    applicable: rules.length,
    closure: best(plain),
    compiled: best(closures),
    wasm: withWasm ? wasmFigures(all) : undefined,
  };
}

function wasmFigures(rules: readonly Rule[]): Figures {
  const engine = createEngine();
  return engine.run((cedar) => {
    const policies = Object.fromEntries(rules.map(({ id, text }) => [id, text]));
    cedar.preparsePolicySet('bench', { staticPolicies: policies });
    return sample(400, (at) => {
      const request = requests[at & 63] ?? fail();
      const context = request.context as unknown as Record<string, CedarValueJson>;
      return cedar.statefulIsAuthorized({ ...request, context, entities, preparsedPolicySetId: 'bench' });
    });
  });
}

/** Microseconds of single calls, without what taking the time costs. */
function sample(calls: number, call: (at: number) => unknown): Figures {
  const times = new Float64Array(calls);
  for (let at = 0; at < Math.min(calls, 20_000); at++) call(at);
  for (let at = 0; at < calls; at++) {
    const from = process.hrtime.bigint();
    call(at);
    times[at] = Number(process.hrtime.bigint() - from);
  }
  times.sort();
  const at = (share: number) => Math.max(1, (times[Math.floor(share * calls)] ?? 0) - clockCostNs) / 1000;
  return { p50: at(0.5), p99: at(0.99) };
}

function best(figures: readonly Figures[]): Figures {
  return { p50: Math.min(...figures.map(({ p50 }) => p50)), p99: Math.min(...figures.map(({ p99 }) => p99)) };
}

function fail(): never {
  throw new Error('there is no such request');
}

const clockCostNs = (() => {
  const times = Array.from({ length: 20_000 }, () => {
    const from = process.hrtime.bigint();
    return Number(process.hrtime.bigint() - from);
  });
  return times.sort((a, b) => a - b)[10_000] ?? 0;
})();

const here = `action == Action::"${actions[0]}"`;
const elsewhere = (at: number) => `action == Action::"${actions[1 + (at % 9)]}"`;
const rules = (count: number, action: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => ruleOf(at, action(at)));
const others = (count: number) =>
  Array.from({ length: count }, (_, at) => ruleOf(10_000 + at, elsewhere(at)));

const rows = [
  ...[50, 500].map((count) =>
    measure(
      rules(count, () => here),
      [],
      true,
    ),
  ),
  ...[0, 450, 4950].map((count) =>
    measure(
      rules(50, () => here),
      others(count),
      count === 450,
    ),
  ),
];

if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
else {
  const us = (value: number | undefined) => (value === undefined ? '' : value.toFixed(2));
  console.table(
    rows.map(({ policies, applicable, closure, compiled, wasm }) => ({
      policies,
      applicable,
      'by hand p50 us': us(closure.p50),
      'compiled p50': us(compiled.p50),
      'x p50': (compiled.p50 / closure.p50).toFixed(2),
      'by hand p99': us(closure.p99),
      'compiled p99': us(compiled.p99),
      'x p99': (compiled.p99 / closure.p99).toFixed(2),
      'wasm p50': us(wasm?.p50),
      'wasm x': wasm === undefined ? '' : (wasm.p50 / compiled.p50).toFixed(0),
    })),
  );
}
