// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { EngineAnswer } from '../../app/ports.ts';
import type { Question } from '../../core/policy/question.ts';
import { maxAnswers, remembering } from './memo.ts';

function question(text: string): Question {
  return {
    principal: { type: 'Agent', id: 'a' },
    action: { type: 'Action', id: 'x' },
    resource: { type: 'Tool', id: 't' },
    context: { args: { text } },
    entities: [],
  };
}

function counting(answer: (question: Question) => EngineAnswer) {
  const asked: Question[] = [];
  const ask = remembering((q) => {
    asked.push(q);
    return answer(q);
  });
  return { ask, asked };
}

const yes: EngineAnswer = { ok: true, satisfied: ['p'], errored: [] };

test('the same question is asked once', () => {
  const { ask, asked } = counting(() => yes);
  expect([ask(question('a')), ask(question('a'))]).toEqual([yes, yes]);
  expect(asked).toHaveLength(1);
});

test('questions that differ anywhere are different questions', () => {
  const { ask, asked } = counting((q) => ({ ok: true, satisfied: [JSON.stringify(q.context)], errored: [] }));
  const other = { ...question('a'), principal: { type: 'Agent', id: 'b' } };
  expect(new Set([question('a'), question('b'), other].map((q) => JSON.stringify(ask(q)))).size).toBe(2);
  expect(asked).toHaveLength(3);
});

test('a failure is not remembered', () => {
  const { ask, asked } = counting(() => ({ ok: false, reason: 'trap' }));
  ask(question('a'));
  ask(question('a'));
  expect(asked).toHaveLength(2);
});

test('it forgets what was used longest ago, and holds no more than its bound', () => {
  const { ask, asked } = counting(() => yes);
  for (let i = 0; i < maxAnswers; i++) ask(question(`${i}`));
  ask(question('0'));
  ask(question('new'));
  expect(asked).toHaveLength(maxAnswers + 1);
  ask(question('0'));
  expect(asked).toHaveLength(maxAnswers + 1);
  ask(question('1'));
  expect(asked).toHaveLength(maxAnswers + 2);
});
