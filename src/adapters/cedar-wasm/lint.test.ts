// SPDX-License-Identifier: Apache-2.0
// Each lint rule has policies that trip it and others that do not, read by the engine as in a publication.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toolEntry } from '../../../test/builders/tools.ts';
import { nothingRead } from '../../core/label/label.ts';
import { refusals } from '../../core/policy/lint/lint.ts';
import { type RuleId, rules } from '../../core/policy/lint/rules.ts';
import { githubOf } from '../../edges/cli/findings/github.ts';
import { junitOfFindings } from '../../edges/cli/findings/junit.ts';
import { sarifOf } from '../../edges/cli/findings/sarif.ts';
import { readXml } from '../../edges/cli/findings/xml.fixture.ts';
import { checkPolicies, placesFor } from '../../main/check.ts';
import { loadTested } from '../../main/rehearse.ts';
import { compilePolicies } from './compile.ts';

const entries = [
  toolEntry('get', { id: { type: 'string' } }, { resource: { type: 'Wiki', label: nothingRead } }),
  toolEntry('refund', { amount: { type: 'integer' }, note: { type: 'string' } }, { class: 'pay' }),
];

function findingsIn(text: string) {
  const compiled = compilePolicies({ files: [{ name: 'a.cedar', text }], entries });
  return compiled.ok ? compiled.lint() : refusals(compiled.problems);
}

const said = (text: string): readonly RuleId[] => [...new Set(findingsIn(text).map(({ rule }) => rule))];

let n = 0;
/** With an id, an owner and a reason, so that nothing else is found. */
const policy = (text: string, more = '') => `@id("p${n++}") @owner("o") @reason("r") ${more} ${text};\n`;
const stepUp = '@outcome("step_up") @approvers("ops") @expires("15m")';
const onPay = '(principal is Agent, action in Action::"pay", resource)';
const onRefund = '(principal is Agent, action == Action::"crm.refund", resource)';
const onAny = '(principal is Agent, action, resource)';
const late = 'when { context.session.calls > 9 }';
const past = (pins: string, within = '1h') =>
  `when temporal { formerly within ${within} Action::"crm.refund"::request{ ${pins} } }`;

type Row = readonly [rule: RuleId, what: string, trips: string, not: string];
const rows: readonly Row[] = [
  ['CS001', 'what Cedar cannot parse', 'permit (', policy(`permit ${onAny}`)],
  [
    'CS001',
    'an argument that may be absent',
    policy(`permit ${onRefund} when { context.args.amount > 1 }`),
    policy(`permit ${onRefund} when { context.args has amount && context.args.amount > 1 }`),
  ],
  ['CS002', 'no id', `permit ${onAny};`, policy(`permit ${onAny}`)],
  [
    'CS003',
    'a window over the cap',
    policy(`permit ${onAny} ${past('callerPrincipal: principal', '31d')}`),
    policy(`permit ${onAny} ${past('callerPrincipal: principal', '30d')}`),
  ],
  [
    'CS003',
    'windows that add up',
    policy(
      `permit ${onAny} when temporal { formerly within 20d (Action::"crm.get"::request{ callerPrincipal: principal } && formerly within 20d Action::"crm.refund"::request{ callerPrincipal: principal }) }`,
    ),
    policy(
      `permit ${onAny} when temporal { formerly within 20d (Action::"crm.get"::request{ callerPrincipal: principal } && formerly within 10d Action::"crm.refund"::request{ callerPrincipal: principal }) }`,
    ),
  ],
  [
    'CS101',
    'a resource that no tool of the class has',
    policy('permit (principal is Agent, action in Action::"destroy", resource is Wiki)'),
    policy('permit (principal is Agent, action in Action::"observe", resource is Wiki)'),
  ],
  [
    'CS101',
    'a class of which there is nothing yet, on purpose',
    policy('permit (principal is Agent, action in Action::"send", resource is Wiki)'),
    policy('permit (principal is Agent, action in Action::"send", resource)'),
  ],
  [
    'CS102',
    'a permit under a wider final forbid',
    policy(`permit ${onRefund}`) + policy(`forbid ${onPay}`),
    policy(`permit ${onPay}`) + policy(`forbid ${onRefund}`),
  ],
  [
    'CS102',
    'a permit with the condition of a final forbid',
    policy(`permit ${onPay} ${late}`) + policy(`forbid ${onPay} ${late}`),
    policy(`permit ${onPay}`) + policy(`forbid ${onPay} ${late}`),
  ],
  [
    'CS102',
    'a permit with one more condition',
    policy(`permit ${onPay} when { context.tool.reversible && context.session.calls > 9 }`) +
      policy(`forbid ${onPay} ${late}`),
    policy(`permit ${onPay} when { context.tool.reversible || context.session.calls > 9 }`) +
      policy(`forbid ${onPay} ${late}`),
  ],
  [
    'CS102',
    'a permit under a forbid that can be lifted is no shadow',
    policy(`permit ${onPay}`) + policy(`forbid ${onPay}`),
    policy(`permit ${onPay}`) + policy(`forbid ${onPay}`, stepUp),
  ],
  [
    'CS103',
    'the same forbid twice',
    policy(`forbid ${onPay} ${late}`) + policy(`forbid ${onPay} ${late}`),
    policy(`forbid ${onPay} ${late}`) + policy(`forbid ${onPay} unless { context.session.calls > 9 }`),
  ],
  [
    'CS103',
    'a narrower forbid beside a wider one',
    policy(`forbid ${onRefund}`) + policy(`forbid ${onPay}`),
    policy(`forbid ${onRefund}`) + policy('forbid (principal is Agent, action in Action::"read", resource)'),
  ],
  [
    'CS103',
    'unless and when with a not',
    policy(`forbid ${onPay} unless { context.tool.reversible }`) +
      policy(`forbid ${onPay} when { !context.tool.reversible }`),
    policy(`forbid ${onPay} unless { context.tool.reversible }`) +
      policy(`forbid ${onPay} when { context.tool.reversible }`),
  ],
  [
    'CS103',
    'a class that covers no more than it does today',
    policy('forbid (principal is Agent, action in Action::"pay", resource)') +
      policy('forbid (principal is Agent, action in Action::"value", resource)'),
    policy('forbid (principal is Agent, action in Action::"value", resource == Ticket::"crm/refund")') +
      policy('forbid (principal is Agent, action == Action::"crm.refund", resource == Ticket::"crm/other")'),
  ],
  [
    'CS103',
    'one agent among all',
    policy('forbid (principal == Agent::"a", action in Action::"pay", resource)') + policy(`forbid ${onPay}`),
    policy('forbid (principal == Agent::"a", action in Action::"pay", resource)') +
      policy('forbid (principal == Agent::"b", action in Action::"pay", resource)'),
  ],
  [
    'CS104',
    'a remedy beside a final forbid',
    policy(`forbid ${onPay} ${late}`, stepUp) + policy(`forbid ${onPay} ${late}`),
    policy(`forbid ${onPay} ${late}`, stepUp) + policy(`forbid ${onPay} when { context.session.calls > 99 }`),
  ],
  [
    'CS105',
    'an autonomy that there is not',
    policy(`permit ${onAny} when { context.agent.autonomy == "fulll" }`),
    policy(`permit ${onAny} when { context.agent.autonomy == "full" }`),
  ],
  [
    'CS105',
    'a class in a list',
    policy(`permit ${onAny} when { ["write", "remove"].contains(context.tool.class) }`),
    policy(`permit ${onAny} when { ["write", "delete"].contains(context.tool.class) }`),
  ],
  [
    'CS105',
    'a server that there is not',
    policy(`forbid ${onAny} when { "mail" != context.tool.server }`),
    policy(`forbid ${onAny} when { "crm" != context.tool.server }`),
  ],
  [
    'CS106',
    'an argument that nothing has',
    policy(`permit ${onPay} unless { context.args has force }`),
    policy(`permit ${onPay} unless { context.args has note }`),
  ],
  [
    'CS107',
    'a product of two arguments',
    policy(
      `forbid ${onRefund} when { context.args has amount && context.args.amount * context.session.calls > 5 }`,
    ),
    policy(
      `forbid ${onRefund} when { context.args has amount && context.args.amount * 1000 + context.session.calls > 5 }`,
    ),
  ],
  [
    'CS107',
    'a product in a permit, which gives nothing when it fails',
    policy(`forbid ${onAny} when { context.session.calls * context.session.ageSeconds > 5 }`),
    policy(`permit ${onAny} when { context.session.calls * context.session.ageSeconds > 5 }`),
  ],
  [
    'CS108',
    'a forbid over history',
    policy(`forbid ${onAny} ${past('callerPrincipal: principal')}`),
    policy(`permit ${onAny} ${past('callerPrincipal: principal')}`),
  ],
  ['CS201', 'nobody who answers for it', `@id("x") @reason("r") permit ${onAny};`, policy(`permit ${onAny}`)],
  [
    'CS202',
    'a forbid without a word',
    `@id("x") @owner("o") forbid ${onAny};`,
    `@id("x") @owner("o") permit ${onAny};`,
  ],
  [
    'CS301',
    'what everybody does',
    policy(`permit ${onAny} ${past('')}`),
    policy(`permit ${onAny} ${past('callerPrincipal: principal')}`),
  ],
];

/** What is not about one policy: files of a policy directory and of a catalogue. */
interface Files {
  readonly policies: Readonly<Record<string, string>>;
  readonly catalogue?: Readonly<Record<string, string>>;
}

const suite = (expected: string) =>
  `given: { task: { type: t } }\ncases:\n  - name: a read\n    calls:\n      - { call: "notes/notes://a", method: resources/read, expect: ${expected} }\n`;
const notes = { 'notes.yaml': 'server: notes\nresources: { "notes://a": { class: read } }\n' };
const fileRows: readonly (readonly [rule: RuleId, what: string, trips: Files, not: Files])[] = [
  [
    'CS004',
    'a test that fails',
    { policies: { 'a.cedar': policy(`permit ${onAny}`), 'a_test.yaml': suite('deny') }, catalogue: notes },
    { policies: { 'a.cedar': policy(`permit ${onAny}`), 'a_test.yaml': suite('allow') }, catalogue: notes },
  ],
  [
    'CS005',
    'a tool that nobody has accepted',
    {
      policies: { 'a.cedar': policy(`permit ${onAny}`) },
      catalogue: { 'notes.yaml': 'server: notes\ntools: { put: { class: write } }\n' },
    },
    { policies: { 'a.cedar': policy(`permit ${onAny}`) }, catalogue: notes },
  ],
];

function withFiles(files: Files, work: (dir: string) => void): void {
  const dir = mkdtempSync(join(tmpdir(), 'cs-lint-'));
  try {
    for (const [folder, texts] of Object.entries<Readonly<Record<string, string>>>({ ...files })) {
      mkdirSync(join(dir, folder));
      for (const [name, text] of Object.entries(texts)) writeFileSync(join(dir, folder, name), text);
    }
    work(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** By `policy check`, and by what comes before a publication. */
function saidOf(files: Files): readonly RuleId[] {
  const found: RuleId[] = [];
  withFiles(files, (dir) => {
    const [policyDir, catalogueDir] = [join(dir, 'policies'), join(dir, 'catalogue')];
    const tested = loadTested({ policyDir, catalogueDir, mode: 'enforce' });
    const refused = tested.ok ? [] : refusals(tested.problems);
    const { findings } = checkPolicies(policyDir, catalogueDir, {});
    found.push(...[...refused, ...findings].map(({ rule }) => rule));
  });
  return found;
}

const documented = [
  ...readFileSync(join(import.meta.dirname, '../../../docs/authoring.md'), 'utf8').matchAll(
    /^\| (CS\d+) \| (\w+) \|/gm,
  ),
].map(([, id = '', severity = '']) => [id, severity] as const);

describe('lint finds, and does not find', () => {
  test.each(rows)('%s: %s', (rule, _what, trips, not) => {
    expect(said(trips)).toContain(rule);
    expect(said(not)).not.toContain(rule);
  });

  test.each(fileRows)('%s: %s', (rule, _what, trips, not) => {
    expect(saidOf(trips)).toEqual([rule]);
    expect(saidOf(not)).toEqual([]);
  });

  test('every rule of the documentation has a row', () => {
    const rowed = new Set<string>([...rows, ...fileRows].map(([rule]) => rule));
    expect(documented.map(([id]) => id).filter((id) => !rowed.has(id))).toEqual([]);
    expect(documented.length).toBeGreaterThan(15);
  });
});

describe('files of which nobody could want to have them', () => {
  // What a path can have in it, and what a text between quotation marks can.
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 4 }),
    fc.constantFrom(
      '<',
      '&',
      ']]>',
      '%0A',
      '::error::',
      ',line=9',
      ':',
      '\r\n',
      '\u001b[2J',
      '\u202e',
      '\u2028',
      '\\',
    ),
  );
  const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('').toWellFormed());
  const name = text
    .map((given) => given.replaceAll(/[/\0]/g, '').slice(0, 40))
    .filter((given) => !/^\.*$/.test(given));
  const literal = (given: string) =>
    `"${[...given].map((c) => `\\u{${c.codePointAt(0)?.toString(16)}}`).join('')}"`;

  test('are reported in every format, each whole', () => {
    fc.assert(
      fc.property(name, text, text, text, (file, id, reason, value) => {
        const policies = {
          [`${file}.cedar`]: `@id(${literal(id)}) @reason(${literal(reason)}) forbid ${onAny};
permit (principal is Agent, action == Action::${literal(value)}, resource);`,
          'odd.cedar': `@id("odd") @reason(${literal(reason)}) permit ${onAny} when { context.tool.server == ${literal(value)} };`,
        };
        withFiles({ policies }, (dir) => {
          const { findings } = checkPolicies(join(dir, 'policies'), undefined, {});
          expect(findings.length).toBeGreaterThan(0);
          const placeOf = placesFor(join(dir, 'policies'), undefined, {});
          const placed = findings.map((one) => ({ ...one, file: placeOf(one.file) }));
          expect(JSON.parse(sarifOf(placed)).runs[0].results).toHaveLength(findings.length);
          const cases = readXml(junitOfFindings(placed)).children.flatMap(({ children }) => children);
          expect(cases).toHaveLength(findings.length);
          const commands = githubOf(placed).split(/\r|\n/);
          expect(commands).toHaveLength(findings.length);
          expect(commands.every((line) => /^::(?:error|warning|notice) file=/.test(line))).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('places', () => {
  test('where the policy starts, or the word that it is about', () => {
    const text = `// before\n@id("a") @owner("o") @reason("fulll")\npermit ${onAny}\n  when { context.agent.autonomy == "fulll" };\n@id("b") permit ${onAny};`;
    expect(findingsIn(text).map(({ rule, line, column }) => [rule, line, column])).toEqual([
      ['CS105', 4, 36],
      ['CS201', 5, 1],
    ]);
  });

  test('of a condition over history, as it stands in the file', () => {
    const text = `\n  @id("a") @reason("r") forbid ${onAny}\n  when temporal {\n    formerly within 1h Action::"crm.refund"::request{}\n  };`;
    expect(findingsIn(text).map(({ rule, line, column }) => [rule, line, column])).toEqual([
      ['CS201', 2, 3],
      ['CS108', 4, 5],
      ['CS301', 4, 5],
    ]);
  });
});

test('of two forbids that say the same, only the later one is too much', () => {
  const found = findingsIn(policy(`forbid ${onPay}`) + policy(`forbid ${onPay}`));
  expect(found.map(({ rule, line }) => [rule, line])).toEqual([['CS103', 2]]);
});

test('prototype names are arguments like any other', () => {
  expect(said(policy(`permit ${onPay} unless { context.args has toString }`))).toContain('CS106');
});

test('the documentation lists every rule with its severity', () => {
  expect(documented).toEqual(Object.entries(rules).map(([id, { severity }]) => [id, severity]));
});
