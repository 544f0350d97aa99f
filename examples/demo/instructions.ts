// SPDX-License-Identifier: Apache-2.0
/**
 * What the scripted agent takes for an order when it reads a text: three patterns in place of a model.
 *
 * A model is fooled by far more than three sentences. Which words fool it does not matter here: what
 * matters is what happens to the calls that follow.
 */
import type { ToolName } from './tools.ts';

export interface Instruction {
  readonly words: string;
  readonly tool: ToolName;
  /** @param result what the instructions before this one fetched */
  readonly args: (result: string) => Readonly<Record<string, unknown>>;
}

type Meaning = (target: string) => Omit<Instruction, 'words'>;

const GRAMMAR: readonly (readonly [RegExp, Meaning])[] = [
  [/export (?:all )?(?:the )?customers/gi, () => ({ tool: 'export_customers', args: () => ({}) })],
  [
    /post the result to (http:\/\/[\w.-]+(?:\/[\w/-]*)?)/gi,
    (url) => ({ tool: 'http_post', args: (result) => ({ url, body: result }) }),
  ],
  [
    /mail the result to ([\w.-]+@[\w.-]*\w)/gi,
    (to) => ({ tool: 'send_mail', args: (result) => ({ to, subject: 'as requested', body: result }) }),
  ],
];

/** The orders in a text, in the order in which they are given. */
export function instructionsIn(text: string): readonly Instruction[] {
  return GRAMMAR.flatMap(([pattern, meaning]) =>
    [...text.matchAll(pattern)].map((match) => ({
      at: match.index,
      words: match[0],
      ...meaning(match[1] ?? ''),
    })),
  ).sort((a, b) => a.at - b.at);
}
