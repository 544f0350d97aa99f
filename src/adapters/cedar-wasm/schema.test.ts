// SPDX-License-Identifier: Apache-2.0
// The schema and the questions are made in two places; the engine says whether they agree.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import { type ActionClass, classes, groups } from '../../core/catalogue/taxonomy.ts';
import type { JsonValue } from '../../core/json/value.ts';
import { adminQuestion, questionFor } from '../../core/policy/context.ts';
import { adminActions } from '../../core/policy/layout.ts';
import { cedarSchema } from '../../core/policy/schema.ts';
import type { Circumstances } from '../../core/session/circumstances.ts';
import { compilePolicies } from './compile.ts';
import { createEngine } from './engine.ts';

const engine = createEngine();

function schemaOf(entries: readonly CatalogueEntry[]): string {
  const schema = cedarSchema(entries);
  if (!schema.ok) throw new Error(schema.problems.join());
  return schema.text;
}

/** The schema as the engine understands it. */
function understood(entries: readonly CatalogueEntry[]) {
  const answer = engine.run((cedar) => cedar.schemaToJson(schemaOf(entries)));
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  expect(answer.warnings).toEqual([]);
  return answer.json;
}

/** Looks at everything, so that everything is sent and checked against the whole schema. */
const lookAtAll = `
@id("agents") permit (principal is Agent, action, resource)
when { [principal].contains(principal) && [resource].contains(resource) && context == context && context.task.hasTag("x") };
@id("operators") permit (principal is Operator, action, resource)
when { [principal].contains(principal) && context == context };`;

function published(entries: readonly CatalogueEntry[]) {
  const compiled = compilePolicies({ files: [{ name: 'x', text: lookAtAll }], entries });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.set;
}

describe('questions fit the schema, whole', () => {
  const properties: { readonly [name: string]: JsonValue } = {
    text: { type: 'string' },
    flag: { type: 'boolean' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' } },
    to: { type: 'object', properties: { name: { type: 'string' } } },
    lines: {
      type: 'array',
      items: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
    },
  };
  const tool = toolEntry('everything', properties);
  const { pinned: _, ...target } = tool;
  const page: CatalogueEntry = { ...target, kind: 'resource', action: 'resources/read' };
  const prompt: CatalogueEntry = { ...target, kind: 'prompt', action: 'prompts/get' };
  const sampling: CatalogueEntry = { ...target, kind: 'method', action: 'sampling/createMessage' };
  const typed = toolEntry('typed', {}, { resource: { ...tool.resource, type: 'Crm::Sales::Order' } });
  const entries = [tool, page, prompt, sampling, typed];
  const set = published(entries);
  const given = {
    text: 'x',
    flag: true,
    count: 1,
    ratio: -1.5,
    tags: ['a'],
    to: { name: 'n' },
    lines: [{ sku: 's' }],
  };
  const full: Circumstances = {
    ...caller,
    task: { ...caller.task, purpose: 'p', onBehalfOf: 'alice', params: {} },
    session: {
      ...caller.session,
      labels: { level: 'restricted', categories: ['pii'], integrity: 'untrusted', sources: ['a/b'] },
    },
  };

  test.each<[what: string, entry: CatalogueEntry, who: Circumstances]>([
    ['a tool', tool, full],
    ['a tool, of somebody about whom little is known', tool, caller],
    ['a resource', page, full],
    ['a prompt', prompt, full],
    ['a method', sampling, full],
    ['a resource type in a namespace', typed, full],
  ])('%s', (_what, entry, who) => {
    const args = entry === tool ? given : {};
    const answer = set.evaluate(questionFor(describedCall(entry, args), who));
    expect(answer).toMatchObject({ ok: true, errored: [] });
  });

  test('the same tool without arguments', () => {
    expect(set.evaluate(questionFor(describedCall(tool), caller))).toMatchObject({ ok: true, errored: [] });
  });

  test.each(adminActions)('%s', (action) => {
    const question = adminQuestion({ operator: 'local:0', channel: 'x', action, kind: 'task', id: 't' });
    expect(set.evaluate(question)).toEqual({ ok: true, satisfied: ['operators'], errored: [] });
  });
});

describe('the groups of an action are those of its class', () => {
  const names = Object.keys(classes) as readonly ActionClass[];
  const entries = names.map((name) => toolEntry(name, {}, { class: name }));
  const text = groups
    .map((group) => `@id("${group}") permit (principal is Agent, action in Action::"${group}", resource);`)
    .join('\n');
  const compiled = compilePolicies({ files: [{ name: 'x', text }], entries });

  test.each(names)('%s', (name) => {
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
    const question = questionFor(describedCall(toolEntry(name, {}, { class: name })), caller);
    expect(compiled.set.evaluate(question)).toEqual({
      ok: true,
      satisfied: [...classes[name]].sort(),
      errored: [],
    });
  });
});

test('names of tools and arguments may be any text', () => {
  const character = fc.oneof(
    fc.constantFrom('"', '\\', '\n', '\0', '{', '}', ';', '/', '*', '\u2028', '\u202e', '\ufeff', "'"),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((text) => text.isWellFormed()),
  );
  const name = fc.string({ unit: character, minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(name, fc.uniqueArray(name, { maxLength: 4 }), (tool, args) => {
      const properties = Object.fromEntries(args.map((each) => [each, { type: 'string' }]));
      const entry = toolEntry('odd', properties, { action: `x/${tool}` });
      const actions = understood([entry])['']?.actions ?? {};
      expect(Object.keys(actions)).toContain(`x/${tool}`);
      const context = JSON.stringify(actions[`x/${tool}`]);
      for (const each of args.filter((arg) => !arg.startsWith('__')))
        expect(context).toContain(JSON.stringify(each));
    }),
    { numRuns: 150 },
  );
});

test('the text does not depend on the order of the catalogue', () => {
  const entries = ['a', 'b', 'c'].map((name) => toolEntry(name, { [name]: { type: 'string' } }));
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: 3 }), (shuffled) => {
      expect(schemaOf(shuffled)).toBe(schemaOf(entries));
    }),
  );
});

test('tools may share an action when policy cannot tell them apart', () => {
  const one = toolEntry('a', { id: { type: 'string' } }, { action: 'crm.get' });
  const other = toolEntry('b', { id: { type: 'string' } }, { action: 'crm.get' });
  expect(cedarSchema([one, other]).ok).toBe(true);
  expect(cedarSchema([one, { ...other, class: 'send' }]).ok).toBe(false);
  expect(cedarSchema([one, toolEntry('b', {}, { action: 'crm.get' })]).ok).toBe(false);
});

test.each([
  'Agent',
  'Task',
  'Operator',
  'Administered',
  'Action',
  'DataLabel',
  'String',
  'Long',
  'Set',
  'decimal',
  'Crm::Task',
  'in',
  'A::if',
  '__cedar',
  '',
  'a b',
  'a"b',
  'A::',
  '::A',
  'Ä',
  'A;entity B',
  `A${'a'.repeat(300)}`,
])('`%s` is no resource type', (type) => {
  const entry = toolEntry('x', {}, { resource: { ...toolEntry('x').resource, type } });
  expect(cedarSchema([entry])).toMatchObject({
    ok: false,
    problems: [expect.stringContaining('resource type')],
  });
});

test.each([
  '',
  'read',
  'egress',
  'task.start',
  'countersign.canary',
  'countersign.x',
  'a\ud800',
  'x'.repeat(257),
])('`%s` is no action', (action) =>
  expect(cedarSchema([toolEntry('x', {}, { action })])).toMatchObject({ ok: false }),
);
