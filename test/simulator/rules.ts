// SPDX-License-Identifier: Apache-2.0
// What is in force in a run: plain functions in the place of Cedar, and a catalogue of six tools.
import { canaryAgent, canaryPolicy } from '../../src/app/canary.ts';
import type { CatalogueIndex, PolicySet, Published } from '../../src/app/ports.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { ActionClass } from '../../src/core/catalogue/taxonomy.ts';
import type { Effect, Obligation, Policy, Remedy } from '../../src/core/decision/verdict.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import { type JsonObject, own } from '../../src/core/json/value.ts';
import { type Label, nothingRead, unlabelled } from '../../src/core/label/label.ts';
import { canaryAction } from '../../src/core/policy/layout.ts';
import type { Question } from '../../src/core/policy/question.ts';
import { conditions, readBefore } from './history.ts';

/** What a rule says of a question; throwing is how a policy errs. */
type Holds = (question: Question) => boolean;

export interface Rule {
  readonly id: string;
  readonly effect: Effect;
  readonly holds: Holds;
  readonly remedy?: Remedy;
  readonly obligations?: readonly Obligation[];
}

export function policySet(version: string, rules: readonly Rule[]): PolicySet {
  const policies = new Map(
    rules.map(({ id, effect, remedy, obligations = [] }): [string, Policy] => [
      id,
      {
        id,
        effect,
        textDigest: digestJson([version, id]),
        ...(remedy === undefined ? {} : { remedy }),
        obligations,
        controls: [],
        file: 'rules.ts',
        line: 1,
      },
    ]),
  );
  return {
    digest: digestJson(['policies', version]),
    engine: 'functions/1',
    policies,
    conditions,
    mentions: { all: [], by: new Map(), for: () => ({ signals: [], time: false }) },
    mayAllow: () => true,
    speaksOfResults: false,
    speaksOfContinuing: false,
    evaluate(question) {
      const satisfied: string[] = [];
      const errored: string[] = [];
      for (const rule of rules) {
        try {
          if (rule.holds(question)) satisfied.push(rule.id);
        } catch {
          errored.push(rule.id);
        }
      }
      return { ok: true, satisfied, errored };
    },
  };
}

const asks =
  (...actions: readonly string[]): Holds =>
  (question) =>
    actions.includes(question.action.id);

const at = (question: Question, ...path: readonly string[]): unknown => {
  let value: unknown = question.context;
  for (const key of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value;
};
const amount = (question: Question): number => Number(at(question, 'args', 'amount') ?? 0);
const untrusted: Holds = (question) => at(question, 'session', 'labels', 'untrusted') === true;

/** What history could not tell is not there, and whoever reads it errs. */
function held(question: Question, name: string): boolean {
  if (question.history?.untold.has(name) !== false) throw new TypeError(`no \`${name}\``);
  return question.history.holding.has(name);
}

const always: readonly Rule[] = [
  { id: canaryPolicy, effect: 'forbid', holds: asks(canaryAction) },
  { id: 'operators', effect: 'permit', holds: (question) => question.principal.type === 'Operator' },
  { id: 'agents', effect: 'permit', holds: (question) => question.principal.type === 'Agent' },
  { id: 'pays-of-agent', effect: 'forbid', holds: (q) => asks('pay')(q) && held(q, 'pays_of_agent') },
  { id: 'paid-by-all', effect: 'forbid', holds: (q) => asks('pay')(q) && held(q, 'paid_by_all') },
  {
    id: 'read-before-mail',
    effect: 'forbid',
    holds: (q) => asks('mail.send')(q) && amount(q) > readBefore.fromAmount && !held(q, 'read_before'),
  },
  { id: 'no-pay-after-web', effect: 'forbid', holds: (q) => asks('pay')(q) && untrusted(q) },
];

const small: Remedy = { kind: 'modify', transform: { name: 'cap', argument: 'amount', most: 10 } };
const people: Remedy = { kind: 'step_up', approvers: ['finance'], quorum: 2, expiresMs: 1500 };

/** Each an operator of their own: `op:ana`. */
export const approvers = ['ana', 'ben', 'eve'];
export const roster = rosterOf(
  approvers.map((name) => ({ name, operators: [`op:${name}`], also: [] })),
  [['finance', approvers]],
);

/** A call that people are asked about, where the third set is in force. */
export const petitioned = { server: 'mail', target: 'send' } as const;
const later: Remedy = { kind: 'defer', until: 'signal:window', timeoutMs: 60_000 };

const versions: readonly (readonly Rule[])[] = [
  [],
  [
    { id: 'cap', effect: 'forbid', remedy: small, holds: (q) => asks('pay')(q) && amount(q) > 10 },
    {
      id: 'sparse',
      effect: 'permit',
      obligations: [{ name: 'max_result_bytes', bytes: 1000 }],
      holds: asks('crm.read'),
    },
  ],
  [
    { id: 'ask', effect: 'forbid', remedy: people, holds: (q) => asks('mail.send')(q) && amount(q) > 10 },
    { id: 'wait', effect: 'forbid', remedy: later, holds: (q) => asks('pay')(q) && amount(q) > 10 },
    {
      id: 'broken',
      effect: 'forbid',
      holds: (q) => {
        if (asks('web.fetch')(q) && amount(q) > 15) throw new TypeError('of a policy');
        return false;
      },
    },
  ],
];

const label = (level: Label['level'], integrity: Label['integrity'], ...sources: string[]): Label => ({
  level,
  categories: level === 'confidential' ? ['pii'] : [],
  integrity,
  sources,
});

const inputSchema: JsonObject = {
  type: 'object',
  properties: { n: { type: 'integer' }, amount: { type: 'integer' } },
  required: ['n'],
};

function tool(server: string, name: string, action: string, of: ActionClass, result: Label): CatalogueEntry {
  const definition = { name, inputSchema };
  return {
    kind: 'tool',
    server,
    target: name,
    action,
    class: of,
    resource: { type: 'Thing', label: nothingRead },
    args: { amount: { role: 'amount' } },
    result,
    reversible: false,
    stateless: true,
    pinned: { digest: digestJson({ name, inputSchema }), definition },
  };
}

export const tools: readonly CatalogueEntry[] = [
  tool('crm', 'read', 'crm.read', 'read', label('confidential', 'trusted')),
  tool('web', 'fetch', 'web.fetch', 'fetch', label('public', 'untrusted', 'web/fetch')),
  tool('mail', 'send', 'mail.send', 'send', label('internal', 'trusted')),
  tool('bank', 'pay', 'pay', 'pay', label('internal', 'trusted')),
  tool('memo', 'write', 'memo.write', 'write', label('internal', 'trusted')),
  tool('memo', 'read', 'memo.read', 'search', label('internal', 'trusted')),
];

const canary: CatalogueEntry = {
  kind: 'method',
  server: 'countersign',
  target: 'canary',
  action: canaryAction,
  class: 'unknown',
  resource: { type: 'Target', label: unlabelled },
  args: {},
  result: nothingRead,
  reversible: false,
  stateless: true,
};

function catalogue(entries: readonly CatalogueEntry[]): CatalogueIndex {
  const byPlace = new Map(entries.map((entry) => [`${entry.server}/${entry.target}`, entry]));
  return {
    digest: digestJson(['catalogue', ...entries.map((entry) => entry.action)]),
    entries: [...entries, canary],
    find(method, server, target) {
      if (method === 'tools/call') return byPlace.get(`${server}/${target}`);
      return method === 'countersign/canary' && target === canary.target ? canary : undefined;
    },
    fitsResult: () => true,
    validate(_entry, args) {
      const fits = own(args, 'n') === undefined || Number.isSafeInteger(own(args, 'n'));
      return fits ? { ok: true } : { ok: false, message: '`n` must be a whole number' };
    },
  };
}

function published(name: string, rules: readonly Rule[], entries: readonly CatalogueEntry[]): Published {
  return {
    policies: policySet(name, [...always, ...rules]),
    catalogue: catalogue(entries),
    mode: 'enforce',
    sources: { policies: `"${name}"`, catalogue: `${entries.length}` },
  };
}

/** What may be published in a run: three sets of policies, and the first again over fewer tools. */
export const publications: readonly Published[] = [
  ...versions.map((rules, i) => published(`v${i + 1}`, rules, tools)),
  published('v1', versions[0] ?? [], tools.slice(0, 3)),
];

/** A set that forgot its canary: no node may start with it. */
export const withoutCanary: Published = {
  ...published('v0', [], tools),
  policies: policySet(
    'v0',
    always.filter((rule) => rule.id !== canaryPolicy),
  ),
};

export const understood: ReadonlySet<string> = new Set(['max_result_bytes']);
export { canaryAgent };
