// SPDX-License-Identifier: Apache-2.0
/**
 * The clauses of one policy, in the order in which the engine looks at them.
 *
 * Cuts text only; which clause holds is for the engine to say (explain.ts). A cut that is in doubt is
 * not made: an expression that mixes `&&` with anything weaker stays whole.
 *
 * Source: Cedar's grammar, https://docs.cedarpolicy.com/policies/syntax-grammar.html
 */

export interface Clause {
  /** As written, on one line. */
  readonly text: string;
  /** The head of a policy with all clauses up to this one: `permit (...) when {...} ...` without `;`. */
  readonly upToHere: string;
}

interface Token {
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

const token =
  /[ \t\r\n]+|\/\/[^\r\n]*|([A-Za-z_][A-Za-z0-9_]*|[0-9]+|"(?:[^"\\]|\\[\s\S])*"|&&|\|\||[\s\S])/gu;

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(token)].flatMap((match) =>
    match[1] === undefined ? [] : [{ text: match[1], at: match.index, end: match.index + match[0].length }],
  );
}

/** The policy without its annotations: what a reader needs to see of it. */
export function bodyOf(policy: string): string {
  return policy.slice(tokensOf(policy)[effectAt(tokensOf(policy))]?.at ?? 0);
}

/** @returns the scope first, then what follows it; nothing where the text is no policy */
export function clausesOf(policy: string): readonly Clause[] {
  const tokens = tokensOf(policy);
  const effect = effectAt(tokens);
  const scopeEnd = closing(tokens, effect + 1);
  const [first, last] = [tokens[effect], tokens[scopeEnd]];
  if (first === undefined || last === undefined || !/^(permit|forbid)$/.test(first.text)) return [];
  const scope = policy.slice(first.at, last.end);
  const clauses: Clause[] = [{ text: oneLine(scope), upToHere: scope }];
  for (let i = scopeEnd + 1; i < tokens.length && tokens[i]?.text !== ';'; ) {
    const end = closing(tokens, i + 1);
    const [word, open, close] = [tokens[i], tokens[i + 1], tokens[end]];
    if (word === undefined || open === undefined || close === undefined) return [];
    const before = clauses.at(-1)?.upToHere ?? scope;
    const parts = word.text === 'when' ? conjuncts(tokens.slice(i + 2, end)) : [];
    if (parts.length > 1) {
      for (const part of parts) {
        const upTo = policy.slice(open.end, part.end);
        clauses.push({
          text: oneLine(policy.slice(part.at, part.end)),
          upToHere: `${before} when {${upTo}\n}`,
        });
      }
    } else {
      const whole = policy.slice(word.at, close.end);
      clauses.push({ text: oneLine(whole), upToHere: `${before} ${whole}` });
    }
    i = end + 1;
  }
  return clauses;
}

/** After `@name("value")`, any number of times. */
function effectAt(tokens: readonly Token[]): number {
  let i = 0;
  while (tokens[i]?.text === '@') i += 5;
  return i;
}

const opening = new Set(['(', '{', '[']);
const closings = new Set([')', '}', ']']);

/** The index of the token that closes what opens at `from`, or of none. */
function closing(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let i = from; i < tokens.length; i++) {
    const text = tokens[i]?.text ?? '';
    if (opening.has(text)) depth += 1;
    else if (closings.has(text)) depth -= 1;
    if (depth === 0) return i;
  }
  return tokens.length;
}

/** What a chain of `&&` joins, if the expression is nothing but that. */
function conjuncts(tokens: readonly Token[]): readonly { readonly at: number; readonly end: number }[] {
  const parts: { at: number; end: number }[] = [];
  let depth = 0;
  let part: { at: number; end: number } | undefined;
  for (const { text, at, end } of tokens) {
    if (closings.has(text)) depth -= 1;
    if (depth === 0 && (text === '||' || text === 'if')) return [];
    if (depth === 0 && text === '&&') part = undefined;
    else if (part === undefined) {
      part = { at, end };
      parts.push(part);
    } else part.end = end;
    if (opening.has(text)) depth += 1;
  }
  return parts;
}

/** Without comments and line ends. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/\/\/[^\r\n"]*$/gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
