// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import { questionFor } from '../../core/policy/context.ts';
import { narrowedQuestion, type QuestionUses, type Uses } from '../../core/policy/uses.ts';
import { createEngine } from './engine.ts';
import { usesOf } from './uses-of.ts';

const engine = createEngine();
function uses(...conditions: readonly string[]): QuestionUses {
  return usesOf(
    conditions.map((condition) => {
      const text = `permit (principal, action == Action::"a", resource in Box::"b") when { ${condition} };`;
      const parsed = engine.run((cedar) => cedar.policyToJson(text));
      if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors));
      return parsed.json;
    }),
  );
}

/** Paths that are looked at as a whole, sorted. */
function paths({ principal, resource, context }: QuestionUses): readonly string[] {
  const below = (at: Uses, path: string): readonly string[] => [
    ...(at.whole ? [path] : []),
    ...[...at.attrs].flatMap(([name, next]) => below(next, `${path}.${name}`)),
  ];
  return [
    ...below(principal, 'principal'),
    ...below(resource, 'resource'),
    ...below(context, 'context'),
  ].sort();
}

const everything = ['context', 'principal', 'resource'];

test.each<[condition: string, want: readonly string[]]>([
  ['true', []],
  ['principal == Agent::"a" || resource in Box::"b" || principal is Agent', []],
  ['principal in [Agent::"a", Agent::"b"]', []],
  ['action in Action::"observe" || action == Action::"x"', []],
  ['principal.owner == "x"', ['principal.owner']],
  ['principal.owner == context.task.purpose', ['context.task.purpose', 'principal.owner']],
  ['context.session.labels.level > 1', ['context.session.labels.level']],
  ['context["session"]["calls"] > 1', ['context.session.calls']],
  ['context has session', ['context.session']],
  ['context has session.labels', ['context.session.labels']],
  ['context.session has labels.level', ['context.session.labels.level']],
  ['context.args.tags.contains("x")', ['context.args.tags']],
  ['context.args.name like "a*"', ['context.args.name']],
  ['context.now.toTime() > duration("1h")', ['context.now']],
  ['context.task.hasTag("x")', ['context.task']],
  ['context.task == Task::"x"', ['context.task']],
  ['if context.a then context.b else context.c', ['context.a', 'context.b', 'context.c']],
  ['(if context.a then context.b else context.c).d', ['context.a', 'context.b', 'context.c']],
  ['{x: context.a}.x.b', ['context.a']],
  ['[principal].contains(resource)', ['principal', 'resource']],
  ['context == context', ['context']],
  ['-context.a > 1 || !(context.b)', ['context.a', 'context.b']],
  ['Agent::"bob".owner == "x"', everything],
  ['Task::"t".hasTag("x")', everything],
  ['[Agent::"bob"].contains(principal)', everything],
  ['(if true then Agent::"bob" else Agent::"eve").owner == "x"', everything],
  ['{"Var": context.a}.Var == 1 || {"Value": principal} == {"Value": principal}', ['context.a', 'principal']],
])('%s', (condition, want) => expect(paths(uses(condition))).toEqual(want));

test('the uses of several policies are united', () => {
  expect(paths(uses('context.a.b == 1', 'context.a.c == 1', 'principal.x'))).toEqual([
    'context.a.b',
    'context.a.c',
    'principal.x',
  ]);
});

test('a question is sent with what is looked at and nothing else', () => {
  const tool = toolEntry('get', { id: { type: 'string' }, note: { type: 'string' } });
  const question = questionFor(describedCall(tool, { id: '42', note: 'long' }), caller);
  const narrowed = narrowedQuestion(
    question,
    uses('context.session.labels.level > 1 && context.args.id == "x"'),
  );
  expect(narrowed.context).toEqual({ session: { labels: { level: 0 } }, args: { id: '42' } });
  expect(narrowed.entities).toEqual([]);
  expect(narrowed.principal).toEqual(question.principal);
});

test('an entity is sent when something of it is looked at', () => {
  const question = questionFor(describedCall(toolEntry('get')), caller);
  const sent = (condition: string) => narrowedQuestion(question, uses(condition)).entities;
  expect(sent('principal.owner == "x"')).toEqual([
    { uid: question.principal, attrs: { owner: 'support' }, parents: [] },
  ]);
  expect(sent('context.task.hasTag("ticket")')).toEqual([question.entities[1]]);
  expect(sent('context.task.type == "x"')).toEqual([
    { uid: { type: 'Task', id: 'task-1' }, attrs: { type: 'support' }, parents: [] },
  ]);
  expect(sent('resource.label.level > 1')).toEqual([
    { uid: question.resource, attrs: { label: { level: 0 } }, parents: [] },
  ]);
});
