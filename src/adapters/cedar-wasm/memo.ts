// SPDX-License-Identifier: Apache-2.0
/**
 * Answers that were given already. An answer depends on the question alone, and what no policy looks
 * at has been taken out of it (core/policy/uses.ts): so calls that differ only in that are one question.
 *
 * Holds answers of one policy set and is dropped with it. What the engine failed to answer is asked again.
 */
import type { EngineAnswer } from '../../app/ports.ts';
import type { Question } from '../../core/policy/question.ts';

export const maxAnswers = 2048;
/** Longer questions are rarely asked twice, and the keys are kept. */
const maxKeyLength = 4096;

export function remembering(ask: (question: Question) => EngineAnswer): (question: Question) => EngineAnswer {
  const answers = new Map<string, EngineAnswer>();
  return (question) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known !== undefined) {
      // Used again, so it is the youngest.
      answers.delete(key);
      answers.set(key, known);
      return known;
    }
    const answer = ask(question);
    if (!answer.ok || key.length > maxKeyLength) return answer;
    const oldest = answers.size >= maxAnswers ? answers.keys().next().value : undefined;
    if (oldest !== undefined) answers.delete(oldest);
    answers.set(key, answer);
    return answer;
  };
}
