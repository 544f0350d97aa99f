// SPDX-License-Identifier: Apache-2.0
/**
 * Policies laid out as Cedar's own formatter lays them out.
 *
 * Never changes what is read: the engine must read the same policies in the same order before and after,
 * and every comment must still be there. Where that is in doubt the file stays as it was.
 */
import { type PolicyFile, type Problem, placeAt, splitPolicies } from '../../core/policy/source.ts';
import { createEngine, type Engine } from './engine.ts';
import { nowhere, readFile } from './piece.ts';

export type Formatted =
  /** `left`: how many policies of it stay as they were, since they have conditions over history. */
  | { readonly kind: 'formatted'; readonly text: string; readonly left: number }
  /** As it was: there is nothing that could lay it out. */
  | { readonly kind: 'left'; readonly why: string }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

const lineWidth = 110;
const indentWidth = 2;

/** One after the other: an engine that gave up is replaced. */
export function createFormatter(engine: Engine = createEngine()): (file: PolicyFile) => Formatted {
  return (file) => formatted(engine, file);
}

/** What only our own reader knows, see conditions.ts. */
const beyondCedar = /\b(?:temporal|guardrails)\s*\{|\bdef\b/;

function formatted(engine: Engine, file: PolicyFile): Formatted {
  const before = readBy(engine, file);
  if (before === undefined) {
    if (beyondCedar.test(withoutComments(file.text))) return inParts(engine, file);
    const { problems } = readFile(engine, file, true);
    return {
      kind: 'refused',
      problems: problems.length > 0 ? problems : [{ ...nowhere(file.name), message: 'it cannot be read' }],
    };
  }
  const text = layout(engine, file.text);
  if (text === undefined) return { kind: 'left', why: 'the engine does not lay it out' };
  const after = readBy(engine, { name: file.name, text });
  const same =
    after !== undefined &&
    JSON.stringify(before) === JSON.stringify(after) &&
    commentsOf(file.text).join('\n') === commentsOf(text).join('\n');
  if (!same) return { kind: 'left', why: 'laid out it would not be the same' };
  // What is laid out must be at rest: else a check would fail on what this wrote.
  if (layout(engine, text) !== text) return { kind: 'left', why: 'it does not come to rest' };
  return { kind: 'formatted', text, left: 0 };
}

/** Policies that are plain Cedar are laid out where they stand; everything between them stays. */
function inParts(engine: Engine, file: PolicyFile): Formatted {
  const split = file.text.isWellFormed() ? splitPolicies(file) : undefined;
  if (split === undefined || !split.ok)
    return { kind: 'left', why: 'it has definitions, which Cedar cannot lay out' };
  let text = '';
  let end = 0;
  let left = 0;
  for (const { text: written, at } of split.policies) {
    const own = beyondCedar.test(withoutComments(written))
      ? undefined
      : formatted(engine, { name: file.name, text: written });
    if (own?.kind === 'refused')
      return { ...own, problems: own.problems.map((one) => inFile(file, at, one)) };
    if (own?.kind !== 'formatted') left += 1;
    text += file.text.slice(end, at) + (own?.kind === 'formatted' ? own.text.trimEnd() : written);
    end = at + written.length;
  }
  return { kind: 'formatted', text: text + file.text.slice(end), left };
}

/** A problem of a policy that was read by itself, where it stands in its file. */
function inFile(file: PolicyFile, at: number, problem: Problem): Problem {
  const start = placeAt(file, at);
  const column = problem.line === 1 ? start.column + problem.column - 1 : problem.column;
  return { ...problem, line: start.line + problem.line - 1, column };
}

function layout(engine: Engine, policyText: string): string | undefined {
  try {
    const answer = engine.run((cedar) => cedar.formatPolicies({ policyText, lineWidth, indentWidth }));
    return answer.type === 'success' ? answer.formatted_policy : undefined;
  } catch {
    return undefined;
  }
}

/** Every policy as the engine reads it, in the order of the file. */
function readBy(engine: Engine, file: PolicyFile): readonly unknown[] | undefined {
  const split = file.text.isWellFormed() ? splitPolicies(file) : undefined;
  if (split === undefined || !split.ok) return undefined;
  try {
    const read = split.policies.map(({ text, annotations, effect }) => {
      const answer = engine.run((cedar) => cedar.policyToJson(text));
      return answer.type === 'success'
        ? [effect, annotations.map(({ name, value }) => [name, value]), JSON.stringify(answer.json)]
        : undefined;
    });
    return read.includes(undefined) ? undefined : read;
  } catch {
    return undefined;
  }
}

const commentOrString = /\/\/[^\r\n]*|"(?:[^"\\]|\\[\s\S])*"/g;

function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(commentOrString)].flatMap(([found]) =>
    found.startsWith('//') ? [found.trimEnd()] : [],
  );
}

function withoutComments(text: string): string {
  return text.replaceAll(commentOrString, '""');
}
