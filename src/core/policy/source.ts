// SPDX-License-Identifier: Apache-2.0
/**
 * Policy text cut into policies, each with its place, its annotations and its effect.
 *
 * Understands just enough of Cedar's grammar to find where a policy starts, what is annotated and
 * which word is the effect; conditions are the engine's affair. Never repairs: a character that it
 * does not know outside of strings and comments is refused. The engine reads every piece again, and
 * a piece that it understands differently is refused as well (adapters/cedar-wasm/compile.ts).
 *
 * Source: Cedar's grammar, https://docs.cedarpolicy.com/policies/syntax-grammar.html
 */
import type { Effect } from '../decision/verdict.ts';

/** Lines and columns count from 1; a column is a UTF-16 code unit, as in editors. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem extends Place {
  readonly message: string;
  /** Where lint has a name for it: core/policy/lint/rules.ts. */
  readonly rule?: 'CS002' | 'CS003' | 'CS004';
}

export interface Annotation {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

export interface SourcePolicy {
  /** From its first annotation, or its effect, to its semicolon: what is published and digested. */
  readonly text: string;
  /** The same with the effect `permit`, so that one question finds every satisfied policy. */
  readonly asPermit: string;
  readonly effect: Effect;
  readonly annotations: readonly Annotation[];
  /** Offset in the file. */
  readonly at: number;
}

export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

/** Characters of one file, and policies in one file. */
export const maxPolicyFileLength = 262_144;
export const maxPoliciesInFile = 1000;

interface Token {
  readonly kind: 'word' | 'string' | 'mark';
  readonly text: string;
  readonly at: number;
}

interface Fault {
  readonly at: number;
  readonly message: string;
}

export type Split =
  | { readonly ok: true; readonly policies: readonly SourcePolicy[] }
  | { readonly ok: false; readonly problem: Problem };

export function splitPolicies(file: PolicyFile): Split {
  const refused = ({ at, message }: Fault): Split => ({
    ok: false,
    problem: { ...placeAt(file, at), message },
  });
  if (file.text.length > maxPolicyFileLength)
    return refused({ at: 0, message: `a policy file has at most ${maxPolicyFileLength} characters` });
  const tokens = tokensOf(file.text);
  if ('message' in tokens) return refused(tokens);

  const policies: SourcePolicy[] = [];
  let from = 0;
  while (from < tokens.length) {
    const read = readPolicy(file.text, tokens, from);
    if ('message' in read) return refused(read);
    if (policies.length >= maxPoliciesInFile)
      return refused({ at: read.policy.at, message: `a file has at most ${maxPoliciesInFile} policies` });
    policies.push(read.policy);
    from = read.next;
  }
  return { ok: true, policies };
}

export function placeAt(file: PolicyFile, at: number): Place {
  const before = file.text.slice(0, at);
  const lines = before.split(/\r\n|\n|\r/);
  return { file: file.name, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}

/** Comments end at either line ending, as in Cedar: one that hides a policy from us must not show it there. */
const token =
  /[ \t\r\n]+|\/\/[^\r\n]*|(?<word>[A-Za-z_][A-Za-z0-9_]*|[0-9]+)|(?<string>"(?:[^"\\]|\\[\s\S])*")|(?<mark>[@()[\]{}<>,;:.=!&|+\-*?])/uy;

function tokensOf(text: string): readonly Token[] | Fault {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    const match = token.exec(text);
    if (match === null) return unknownAt(text, at);
    const { word, string, mark } = match.groups ?? {};
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string, at });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark, at });
    at = token.lastIndex;
  }
  return tokens;
}

function unknownAt(text: string, at: number): Fault {
  if (text[at] === '"') return { at, message: 'the string does not end' };
  const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { at, message: `\`${char}\` has no meaning outside of strings and comments` };
}

function readPolicy(
  text: string,
  tokens: readonly Token[],
  from: number,
): { readonly policy: SourcePolicy; readonly next: number } | Fault {
  const annotations: Annotation[] = [];
  const start = tokens[from]?.at ?? 0;
  let i = from;
  while (is(tokens[i], '@')) {
    const read = readAnnotation(tokens, i, text.length);
    if ('message' in read) return read;
    if (annotations.some(({ name }) => name === read.annotation.name))
      return { at: read.annotation.at, message: `\`@${read.annotation.name}\` occurs twice` };
    annotations.push(read.annotation);
    i = read.next;
  }
  const effect = tokens[i];
  if (effect?.kind !== 'word' || (effect.text !== 'permit' && effect.text !== 'forbid'))
    return { at: effect?.at ?? text.length, message: 'expected `permit`, `forbid` or an annotation' };
  let end = i;
  while (end < tokens.length && !is(tokens[end], ';')) end++;
  const last = tokens[end];
  if (last === undefined) return { at: effect.at, message: 'the policy does not end with `;`' };
  const slot = tokens.slice(i, end).find((each) => is(each, '?'));
  if (slot !== undefined)
    return { at: slot.at, message: 'templates are not supported: name the entity itself' };

  const whole = text.slice(start, last.at + 1);
  const at = effect.at - start;
  return {
    policy: {
      text: whole,
      asPermit: `${whole.slice(0, at)}permit${whole.slice(at + effect.text.length)}`,
      effect: effect.text,
      annotations,
      at: start,
    },
    next: end + 1,
  };
}

function is(found: Token | undefined, mark: string): boolean {
  return found?.kind === 'mark' && found.text === mark;
}

function readAnnotation(
  tokens: readonly Token[],
  from: number,
  end: number,
): { readonly annotation: Annotation; readonly next: number } | Fault {
  const at = tokens[from]?.at ?? end;
  const name = tokens[from + 1];
  const value = tokens[from + 3];
  if (name?.kind !== 'word') return { at, message: 'expected the name of an annotation after `@`' };
  if (!is(tokens[from + 2], '(') || value?.kind !== 'string' || !is(tokens[from + 4], ')'))
    return { at, message: `\`@${name.text}\` needs a value, as in \`@${name.text}("...")\`` };
  const text = unescaped(value.text.slice(1, -1));
  if (text === undefined)
    return {
      at: value.at,
      message: 'only the escapes \\" \\\\ \\n \\t and \\u{...} are understood in annotations',
    };
  return { annotation: { name: name.text, value: text, at }, next: from + 5 };
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['t', '\t'],
]);

function unescaped(text: string): string | undefined {
  let understood = true;
  const out = text.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|([\s\S]))/gu,
    (_all, hex?: string, char?: string) => {
      const code = hex === undefined ? undefined : Number.parseInt(hex, 16);
      if (code !== undefined && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff))
        return String.fromCodePoint(code);
      const plain = char === undefined ? undefined : escapes.get(char);
      if (plain === undefined) understood = false;
      return plain ?? '';
    },
  );
  return understood ? out : undefined;
}
