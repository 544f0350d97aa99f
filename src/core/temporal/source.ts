// SPDX-License-Identifier: Apache-2.0
/**
 * Files of policies and macros, cut into definitions and policies with their clauses.
 *
 * Knows as much of Cedar as it needs to find where a clause begins and ends, and puts the scope in
 * Cedar's order; Cedar's expressions stay text, which the engine reads. Never repairs.
 *
 * Source: Dogwood's formal specification (guide 08), chapters 2.1 and 2.2.
 */
import type { Effect } from '../decision/verdict.ts';
import { maxPoliciesInFile, type PolicyFile } from '../policy/source.ts';
import { type Cursor, cursorOver, found, here, peek, refuse, wholeOf, word } from './cursor.ts';
import { commaParts, type Scanned, type Span, scan, startOf, type Token, textOf, unquoted } from './scan.ts';

export interface Definition {
  readonly kind: 'cedar' | 'temporal';
  readonly name: string;
  readonly params: readonly string[];
  readonly body: Span;
  readonly at: number;
}

export interface Clause {
  readonly keyword: 'when' | 'unless';
  readonly temporal: boolean;
  readonly body: Span;
  readonly at: number;
}

/** The scope's constraints as text, each with its variable; what is left out is unconstrained. */
export interface PolicyScope {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly at: number;
}

export interface PolicySource {
  readonly file: PolicyFile;
  readonly annotations: string;
  readonly effect: Effect;
  readonly scope: PolicyScope;
  readonly actions: ActionScope;
  readonly clauses: readonly Clause[];
  /** All of it, as written. */
  readonly written: string;
  readonly at: number;
}

/** Which actions a policy can be about, as far as its text says. */
export type ActionScope =
  | { readonly kind: 'any' }
  | { readonly kind: 'these'; readonly actions: readonly ActionName[] }
  /** `action in Group`: the schema knows who is in it. */
  | { readonly kind: 'in'; readonly groups: readonly ActionName[] };

export interface ActionName {
  readonly type: string;
  readonly id: string;
}

export interface PolicyFileParts {
  readonly scanned: Scanned;
  readonly definitions: readonly Definition[];
  readonly policies: readonly PolicySource[];
}

/** @throws {Refusal} */
export function readParts(file: PolicyFile): PolicyFileParts {
  const scanned = scan(file);
  const definitions: Definition[] = [];
  const policies: PolicySource[] = [];
  const c = cursorOver(wholeOf(scanned));
  while (peek(c) !== undefined) {
    if (peek(c)?.kind === 'word' && peek(c)?.text === 'def') definitions.push(definition(c));
    else policies.push(policy(c));
    if (definitions.length + policies.length > maxPoliciesInFile)
      refuse(c, `a file has at most ${maxPoliciesInFile} policies`);
  }
  return { scanned, definitions, policies };
}

function mark(c: Cursor, text: string, where: string): Token {
  const token = peek(c);
  if (token?.kind !== 'mark' || token.text !== text)
    refuse(c, `expected \`${text}\` ${where}, found ${found(c)}`);
  c.i++;
  return token;
}

/** What stands between an opening bracket and the one that closes it. */
function between(c: Cursor, bracket: string, where: string): Span {
  const open = mark(c, bracket, where);
  const from = c.i;
  const to = open.closedBy ?? from;
  c.i = to + 1;
  return { source: c.source, from, to };
}

/** Names that mean something already. */
const reserved: ReadonlySet<string> = new Set([
  ...['decimal', 'datetime', 'duration', 'ip'],
  ...['let', 'in', 'where', 'for', 'sum', 'count', 'tp', 'formerly', 'previous', 'since', 'exists'],
  ...['true', 'false', 'if', 'then', 'else', 'has', 'like', 'is', 'temporal'],
]);

function definition(c: Cursor): Definition {
  const at = here(c);
  c.i++;
  const kind = word(c, '`cedar` or `temporal`');
  if (kind !== 'cedar' && kind !== 'temporal')
    refuse(c, `a macro is \`def cedar\` or \`def temporal\`, not \`def ${kind}\``, at);
  const nameAt = here(c);
  const name = word(c, 'the name of the macro');
  if (reserved.has(name)) refuse(c, `\`${name}\` is taken: give the macro another name`, nameAt);
  const params = commaParts(between(c, '(', 'before the parameters')).map(({ source, from, to }) => {
    const token = source.tokens[from];
    if (token?.kind !== 'sigil' || !token.text.startsWith('?') || to !== from + 1)
      refuse(c, 'a parameter is a `?` and a name, as in `?user`', token?.at);
    return token.text.slice(1);
  });
  if (new Set(params).size < params.length)
    refuse(c, `the macro \`${name}\` names a parameter twice`, nameAt);
  const body = between(c, '{', 'before the body of the macro');
  mark(c, ';', 'after the macro');
  return { kind, name, params, body, at: nameAt };
}

function policy(c: Cursor): PolicySource {
  const { file } = c.source;
  const from = c.i;
  const at = here(c);
  while (peek(c)?.kind === 'mark' && peek(c)?.text === '@') annotation(c);
  const annotations = textOf({ source: c.source, from, to: c.i });
  const effectAt = here(c);
  const effect = word(c, '`permit`, `forbid`, `def` or an annotation');
  if (effect !== 'permit' && effect !== 'forbid')
    refuse(c, `expected \`permit\` or \`forbid\`, found \`${effect}\``, effectAt);
  const { scope, actions } = readScope(c, between(c, '(', `after \`${effect}\``));
  const clauses: Clause[] = [];
  while (peek(c)?.kind === 'word') clauses.push(clause(c));
  mark(c, ';', 'at the end of the policy');
  const written = textOf({ source: c.source, from, to: c.i });
  return { file, annotations, effect, scope, actions, clauses, written, at };
}

function annotation(c: Cursor): void {
  c.i++;
  word(c, 'the name of an annotation');
  if (peek(c)?.kind !== 'mark' || peek(c)?.text !== '(') return;
  const value = between(c, '(', 'before the value');
  const first = c.source.tokens[value.from];
  if (first?.kind !== 'string' || value.to !== value.from + 1)
    refuse(c, 'the value of an annotation is one string', first?.at);
}

function clause(c: Cursor): Clause {
  const at = here(c);
  const keyword = word(c, '`when` or `unless`');
  if (keyword !== 'when' && keyword !== 'unless')
    refuse(c, `expected \`when\`, \`unless\` or \`;\`, found \`${keyword}\``, at);
  let temporal = false;
  if (peek(c)?.kind === 'word') {
    const tagAt = here(c);
    const tag = word(c, '`{`');
    // `guardrails { ... }` says the same as `{ ... }`.
    if (tag !== 'temporal' && tag !== 'guardrails')
      refuse(c, `expected \`{\`, \`temporal {\` or \`guardrails {\`, found \`${tag}\``, tagAt);
    temporal = tag === 'temporal';
  }
  const body = between(c, '{', `after \`${keyword}\``);
  if (body.from >= body.to) refuse(c, `the \`${keyword}\` says nothing`, at);
  return { keyword, temporal, body, at };
}

const variables = ['principal', 'action', 'resource'] as const;
type Variable = (typeof variables)[number];

function readScope(c: Cursor, span: Span): { readonly scope: PolicyScope; readonly actions: ActionScope } {
  const at = startOf(span);
  const said = new Map<Variable, string>();
  let actions: ActionScope = { kind: 'any' };
  for (const part of commaParts(withoutLastComma(span))) {
    const first = part.source.tokens[part.from];
    const variable = variables.find((each) => first?.kind === 'word' && first.text === each);
    if (variable === undefined)
      refuse(c, 'the scope has `principal`, `action` and `resource`, and nothing else', first?.at);
    if (said.has(variable)) refuse(c, `the scope has \`${variable}\` twice`, first?.at);
    const slot = part.source.tokens.slice(part.from, part.to).find(isSlot);
    if (slot !== undefined) refuse(c, 'templates are not supported: name the entity itself', slot.at);
    said.set(variable, textOf(part));
    if (variable === 'action') actions = actionScope(part);
  }
  const scope = {
    principal: said.get('principal') ?? 'principal',
    action: said.get('action') ?? 'action',
    resource: said.get('resource') ?? 'resource',
    at,
  };
  return { scope, actions };
}

function isSlot(token: Token): boolean {
  return token.kind === 'sigil' || (token.kind === 'mark' && token.text === '?');
}

function withoutLastComma(span: Span): Span {
  const last = span.source.tokens[span.to - 1];
  return span.to > span.from && last?.kind === 'mark' && last.text === ','
    ? { ...span, to: span.to - 1 }
    : span;
}

/** What the engine understands differently it refuses itself: this reads for checks and routing only. */
function actionScope({ source, from, to }: Span): ActionScope {
  const tokens = source.tokens.slice(from + 1, to);
  const names: ActionName[] = [];
  let path: string[] = [];
  for (const token of tokens.slice(1)) {
    if (token.kind === 'word') path.push(token.text);
    else if (token.kind === 'string') {
      names.push({ type: path.join('::'), id: unquoted(token.text) ?? token.text });
      path = [];
    }
  }
  const [operator] = tokens;
  if (operator === undefined) return { kind: 'any' };
  return operator.text === '==' ? { kind: 'these', actions: names } : { kind: 'in', groups: names };
}
