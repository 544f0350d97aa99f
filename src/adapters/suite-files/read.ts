// SPDX-License-Identifier: Apache-2.0
/**
 * A file of policy tests, from YAML to what is rehearsed.
 *
 * Total: every mistake is a problem with its place, and a file with a problem is no suite at all. A key
 * that is not known is a mistake: a test that quietly tests less than it says is worse than none.
 *
 * Source: docs/authoring.md, "Tests".
 */
import { isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import {
  type Expected,
  endings,
  type Given,
  givenBy,
  type Happened,
  type RehearsedCall,
  type Suite,
  type TestCase,
} from '../../app/rehearsal.ts';
import { autonomies, lowered } from '../../core/agent/autonomy.ts';
import { integrities, levels, nothingRead } from '../../core/label/label.ts';
import type { Place } from '../../core/policy/source.ts';
import { outcomes } from '../../core/record/events/decision.ts';
import { budgetShape } from '../../core/record/events/standing.ts';
import type { Proposal } from '../../core/request/proposal.ts';
import { seenKinds } from '../../core/session/seen.ts';
import { maxDepth } from '../../core/task/lineage.ts';
import type { Problem } from '../catalogue-files/problem.ts';
import {
  booleanOf,
  choiceOf,
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  readYaml,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';
import { readFound } from './given-found.ts';
import { readOrigin } from './given-origin.ts';
import { readSeen } from './given-seen.ts';
import { readSignals } from './given-signals.ts';
import { objectOf } from './json.ts';

export const suiteEnd = '_test.yaml';

/** Cases of a file, calls of a case, and events before one. */
const maxItems = 10_000;

export type SuiteRead =
  | { readonly ok: true; readonly suite: Suite }
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Fields = ReadonlyMap<string, Field>;

export function readSuite(file: string, text: string): SuiteRead {
  const reading = readYaml(file, text);
  const fields = knownFieldsOf(reading, reading.root, 'a suite', ['suite', 'catalogue', 'given', 'cases']);
  if (reading.problems.length > 0 || fields === undefined) return { ok: false, problems: reading.problems };
  const name =
    stringOf(reading, fields.get('suite'), 'the name of a suite') ?? file.slice(0, -suiteEnd.length);
  const catalogue = catalogueOf(reading, fields.get('catalogue'));
  const given = readGiven(reading, file, fields.get('given'), givenBy(Date.parse('2027-01-04T12:00:00Z')));
  const cases = itemsOf(reading, fields.get('cases'), 'cases').map((node) =>
    readCase(reading, file, node, given),
  );
  if (cases.length === 0) reading.report(reading.root, 'a suite needs `cases`');
  if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
  return { ok: true, suite: { file, name, ...(catalogue === undefined ? {} : { catalogue }), cases } };
}

/** Beside the suite or below it: a test is no way to look around. */
function catalogueOf(reading: Reading, field: Field | undefined): string | undefined {
  const catalogue = stringOf(reading, field, 'the catalogue');
  if (catalogue === undefined || field === undefined) return undefined;
  if (!catalogue.startsWith('/') && !catalogue.includes('\\')) return catalogue;
  reading.report(field.value, 'the catalogue must be a directory, named from where the suite lies');
  return undefined;
}

function readCase(reading: Reading, file: string, node: Node, before: Given): TestCase {
  const fields = knownFieldsOf(reading, node, 'a case', ['name', 'given', 'calls']) ?? new Map();
  const name = needed(reading, node, fields, 'name', 'a case');
  const calls = itemsOf(reading, fields.get('calls'), 'calls').flatMap((call) =>
    readCalls(reading, file, call),
  );
  if (calls.length === 0) reading.report(node, 'a case needs `calls`');
  return {
    name,
    place: placeOf(reading, file, node),
    given: readGiven(reading, file, fields.get('given'), before),
    calls,
  };
}

/** One expectation, of one call or of several. */
function readCalls(reading: Reading, file: string, node: Node): readonly RehearsedCall[] {
  const known = ['call', 'method', 'args', 'found', 'expect', 'code', 'by', 'reason', 'lowers'];
  const fields = knownFieldsOf(reading, node, 'a call', known) ?? new Map<string, Field>();
  const place = placeOf(reading, file, node);
  const outcome = choiceOf(reading, fields.get('expect'), 'an outcome', outcomes);
  if (!fields.has('expect')) reading.report(node, 'a call needs `expect`');
  const code = stringOf(reading, fields.get('code'), 'a code');
  const by = stringsOf(reading, fields.get('by'), '`by`');
  const reason = stringOf(reading, fields.get('reason'), 'a reason');
  const lowers = choiceOf(reading, fields.get('lowers'), 'an autonomy', lowered);
  const expected: Expected = {
    outcome: outcome ?? 'deny',
    ...(code === undefined ? {} : { code }),
    ...(by === undefined ? {} : { by }),
    ...(reason === undefined ? {} : { reason }),
    ...(lowers === undefined ? {} : { lowers }),
  };
  const written = fields.get('found');
  const found =
    written === undefined ? {} : { found: readFound(reading, written, (one) => countOf(reading, one)) };
  return proposalsOf(reading, node, fields).map((proposal) => ({ place, proposal, expected, ...found }));
}

/** `server/target`, or a list of them; the target may have slashes of its own. */
function proposalsOf(reading: Reading, node: Node, fields: Fields): readonly Proposal[] {
  const method = stringOf(reading, fields.get('method'), 'a method') ?? 'tools/call';
  const field = fields.get('call');
  const args = objectOf(reading, fields.get('args')?.value ?? null, 'the arguments');
  const named =
    field !== undefined && isSeq(field.value)
      ? (stringsOf(reading, field, '`call`') ?? [])
      : [needed(reading, node, fields, 'call', 'a call')];
  return named.flatMap((text) => {
    const [, server, target] = /^([^/]+)\/(.+)$/su.exec(text) ?? [];
    if (server !== undefined && target !== undefined) return [{ method, server, target, args }];
    if (text !== '') reading.report(field?.value ?? node, 'a call is named `server/tool`');
    return [];
  });
}

function readGiven(reading: Reading, file: string, field: Field | undefined, before: Given): Given {
  if (field === undefined) return before;
  const known = [
    'now',
    'agent',
    'task',
    'session',
    'first',
    'history',
    'origin',
    'intent',
    'signals',
    'git',
    'operands',
  ];
  const fields = knownFieldsOf(reading, field.value, 'what is given', known) ?? new Map<string, Field>();
  const history = fields.has('history')
    ? itemsOf(reading, fields.get('history'), 'history').map((node) => readHappened(reading, file, node))
    : before.history;
  return {
    at: timeOf(reading, fields.get('now')) ?? before.at,
    agent: readAgent(reading, fields.get('agent'), before.agent),
    task: readTask(reading, fields.get('task'), before.task),
    session: readSession(reading, fields.get('session'), before.session),
    first: choicesOf(reading, fields.get('first'), 'something that can be new', seenKinds) ?? before.first,
    history,
    signals: fields.has('signals')
      ? readSignals(reading, fields.get('signals'), (one) => durationOf(reading, one))
      : before.signals,
    origin: readOrigin(reading, fields.get('origin'), fields.get('intent'), before.origin),
    ...readSeen(reading, fields.get('git'), fields.get('operands'), before, (one) => countOf(reading, one)),
  };
}

function readAgent(reading: Reading, field: Field | undefined, before: Given['agent']): Given['agent'] {
  const fields = section(reading, field, 'the agent', ['id', 'owner', 'autonomy', 'verified']);
  return {
    id: stringOf(reading, fields.get('id'), 'the id') ?? before.id,
    owner: stringOf(reading, fields.get('owner'), 'the owner') ?? before.owner,
    autonomy: choiceOf(reading, fields.get('autonomy'), 'an autonomy', autonomies) ?? before.autonomy,
    verifiedAgoMs: durationOf(reading, fields.get('verified')) ?? before.verifiedAgoMs,
  };
}

function readTask(reading: Reading, field: Field | undefined, before: Given['task']): Given['task'] {
  const known = ['type', 'purpose', 'onBehalfOf', 'params', 'age', 'prompt', 'depth', 'budgets'];
  const fields = section(reading, field, 'the task', known);
  const purpose = stringOf(reading, fields.get('purpose'), 'the purpose') ?? before.purpose;
  const onBehalfOf = stringOf(reading, fields.get('onBehalfOf'), '`onBehalfOf`') ?? before.onBehalfOf;
  return {
    type: stringOf(reading, fields.get('type'), 'the type') ?? before.type,
    ...(purpose === undefined ? {} : { purpose }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
    params: fields.has('params') ? readParams(reading, fields.get('params')) : before.params,
    ageMs: durationOf(reading, fields.get('age')) ?? before.ageMs,
    hasPrompt: booleanOf(reading, fields.get('prompt'), '`prompt`') ?? before.hasPrompt,
    depth: depthOf(reading, fields.get('depth')) ?? before.depth,
    budgets: fields.has('budgets') ? readBudgets(reading, fields.get('budgets')) : before.budgets,
  };
}

function depthOf(reading: Reading, field: Field | undefined): number | undefined {
  const depth = countOf(reading, field);
  if (depth === undefined || depth <= maxDepth) return depth;
  reading.report(field?.value ?? null, `a task has at most ${maxDepth} tasks above it`);
  return undefined;
}

function readParams(reading: Reading, field: Field | undefined): Given['task']['params'] {
  const all = fieldsOf(reading, field?.value ?? null, 'the parameters') ?? new Map<string, Field>();
  return Object.fromEntries(
    [...all].map(([name, one]) => [name, stringOf(reading, one, 'a parameter') ?? '']),
  );
}

function readBudgets(reading: Reading, field: Field | undefined): Given['task']['budgets'] {
  const all = fieldsOf(reading, field?.value ?? null, 'the budgets') ?? new Map<string, Field>();
  return [...all].flatMap(([name, one]) => {
    const budget = budgetShape.safeParse({ name, limit: countOf(reading, one) ?? 0 });
    if (budget.success) return [budget.data];
    reading.report(one.key, budget.error.issues[0]?.message ?? 'no budget');
    return [];
  });
}

function readSession(reading: Reading, field: Field | undefined, before: Given['session']): Given['session'] {
  const fields = section(reading, field, 'the session', ['id', 'age', 'idle', 'calls', 'labels']);
  return {
    id: stringOf(reading, fields.get('id'), 'the id') ?? before.id,
    ageMs: durationOf(reading, fields.get('age')) ?? before.ageMs,
    idleMs: durationOf(reading, fields.get('idle')) ?? before.idleMs,
    calls: countOf(reading, fields.get('calls')) ?? before.calls,
    labels: fields.has('labels') ? readLabels(reading, fields.get('labels')) : before.labels,
  };
}

function readLabels(reading: Reading, field: Field | undefined): Given['session']['labels'] {
  const fields = section(reading, field, 'labels', [
    'level',
    'integrity',
    'categories',
    'readers',
    'sources',
  ]);
  return {
    level: choiceOf(reading, fields.get('level'), 'a level', levels) ?? nothingRead.level,
    integrity:
      choiceOf(reading, fields.get('integrity'), 'an integrity', integrities) ?? nothingRead.integrity,
    categories: sorted(stringsOf(reading, fields.get('categories'), 'the categories')),
    ...(fields.has('readers')
      ? { readers: sorted(stringsOf(reading, fields.get('readers'), 'the readers')) }
      : {}),
    sources: sorted(stringsOf(reading, fields.get('sources'), 'the sources')),
  };
}

function readHappened(reading: Reading, file: string, node: Node): Happened {
  const known = ['ago', 'call', 'method', 'args', 'session', 'agent', 'ended', 'output'];
  const fields = knownFieldsOf(reading, node, 'what happened', known) ?? new Map<string, Field>();
  const agoMs = durationOf(reading, fields.get('ago'));
  if (!fields.has('ago')) reading.report(node, 'what happened needs `ago`');
  const proposals = proposalsOf(reading, node, fields);
  if (proposals.length > 1) reading.report(node, 'what happened is one call');
  const session = stringOf(reading, fields.get('session'), 'the session');
  const agent = stringOf(reading, fields.get('agent'), 'the agent');
  const output = fields.get('output');
  return {
    place: placeOf(reading, file, node),
    agoMs: agoMs ?? 0,
    proposal: proposals[0] ?? { method: 'tools/call', server: '', target: '', args: {} },
    ...(session === undefined ? {} : { session }),
    ...(agent === undefined ? {} : { agent }),
    ended: choiceOf(reading, fields.get('ended'), 'an end', endings) ?? 'ok',
    ...(output === undefined ? {} : { output: objectOf(reading, output.value, 'the output') }),
  };
}

function section(reading: Reading, field: Field | undefined, what: string, known: readonly string[]): Fields {
  return knownFieldsOf(reading, field?.value ?? null, what, known) ?? new Map();
}

function needed(reading: Reading, node: Node, fields: Fields, name: string, what: string): string {
  if (!fields.has(name)) reading.report(node, `${what} needs \`${name}\``);
  return stringOf(reading, fields.get(name), `\`${name}\``) ?? '';
}

function itemsOf(reading: Reading, field: Field | undefined, what: string): readonly Node[] {
  if (field === undefined) return [];
  if (!isSeq(field.value)) {
    reading.report(field.value ?? field.key, `\`${what}\` must be a list`);
    return [];
  }
  if (field.value.items.length > maxItems) {
    reading.report(field.value, `\`${what}\` has at most ${maxItems} items`);
    return [];
  }
  return field.value.items.flatMap((item) => {
    if (isNode(item) && isMap(item)) return [item];
    reading.report(isNode(item) ? item : field.value, `each of \`${what}\` must be a mapping`);
    return [];
  });
}

function choicesOf<T extends string>(
  reading: Reading,
  field: Field | undefined,
  what: string,
  choices: readonly T[],
): readonly T[] | undefined {
  const written = stringsOf(reading, field, what);
  if (written === undefined || field === undefined) return undefined;
  return written.flatMap((one) => {
    const chosen = choices.find((choice) => choice === one);
    if (chosen === undefined)
      reading.report(
        field.value,
        `each must be one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`,
      );
    return chosen ?? [];
  });
}

const units: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function durationOf(reading: Reading, field: Field | undefined): number | undefined {
  const text = stringOf(reading, field, 'a time');
  if (text === undefined || field === undefined) return undefined;
  const [, count, unit = ''] = /^(0|[1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (units.get(unit) ?? Number.NaN);
  if (!Number.isNaN(ms)) return ms;
  reading.report(field.value, 'a time is written `90s`, `15m`, `8h` or `30d`');
  return undefined;
}

function timeOf(reading: Reading, field: Field | undefined): number | undefined {
  const text = stringOf(reading, field, '`now`');
  if (text === undefined || field === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (ms >= 0) return ms;
  reading.report(field.value, '`now` is written `2027-01-31T08:00:00Z`');
  return undefined;
}

function countOf(reading: Reading, field: Field | undefined): number | undefined {
  if (field === undefined) return undefined;
  const value = isScalar(field.value) ? field.value.value : undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  reading.report(field.value ?? field.key, 'it must be a whole number');
  return undefined;
}

function placeOf(reading: Reading, file: string, node: Node): Place {
  return { file, ...reading.placeOf(node) };
}

function sorted(names: readonly string[] | undefined): readonly string[] {
  return [...new Set(names)].sort();
}
