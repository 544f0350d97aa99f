// SPDX-License-Identifier: Apache-2.0
/**
 * Policies with conditions over history, lowered: plain Cedar text, and the leaves that it reads.
 *
 * Each temporal block becomes `context.<rule>__temporal_<n>`, a boolean that is put there before Cedar
 * is asked; each call of a provider `context.providers.<rule>_p_<n>`. Cedar macros are expanded in the
 * text, in brackets, so that precedence stays what it was.
 *
 * Source: Dogwood's formal specification (guide 08), chapter 4.
 */
import type { Effect } from '../decision/verdict.ts';
import type { PolicyFile, Problem } from '../policy/source.ts';
import { accept } from './accept.ts';
import { checkMacroBody, type Expander, expand, maxExpandedNodes, type TemporalMacro } from './macros.ts';
import { readCondition, readMacroBody } from './read-condition.ts';
import { commaParts, Refusal, reading, type Span, type Token, textOf } from './scan.ts';
import { type ActionScope, type Definition, type PolicySource, readParts } from './source.ts';
import type { Written } from './written.ts';

export interface LoweredPolicy {
  /** `policy_<n>`: its place among all policies. */
  readonly key: string;
  readonly effect: Effect;
  /** Cedar, without its macros. */
  readonly text: string;
  /** What stands in the file. */
  readonly written: string;
  readonly actions: ActionScope;
  /** The type that the scope allows only, where it names one. */
  readonly principalType: string | undefined;
  readonly resourceType: string | undefined;
  readonly leaves: readonly WrittenLeaf[];
  readonly calls: readonly ProviderCall[];
  readonly file: PolicyFile;
  readonly at: number;
}

/** A temporal condition, expanded and accepted, before pins. */
export interface WrittenLeaf {
  /** Its name in the context. */
  readonly name: string;
  readonly condition: Written;
  /** What stands between its brackets. */
  readonly written: string;
  readonly file: PolicyFile;
  readonly at: number;
}

/** What somebody outside is asked before Cedar is. */
export interface ProviderCall {
  readonly name: string;
  readonly provider: string;
  readonly args: readonly string[];
  readonly at: number;
}

export type LoweredFiles =
  | { readonly ok: true; readonly policies: readonly LoweredPolicy[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Characters that one policy may have once its macros are expanded. */
export const maxLoweredLength = 262_144;

/** @param library macros that files may call; a file's own of the same name goes before it */
export function lowerPolicies(files: readonly PolicyFile[], library: readonly PolicyFile[]): LoweredFiles {
  const problems: Problem[] = [];
  const read = (file: PolicyFile) => {
    const parts = reading(() => readParts(file));
    if (parts.ok) return [parts.value];
    problems.push(parts.problem);
    return [];
  };
  const own = files.flatMap(read);
  const given = library.flatMap(read);
  const named = new Set(own.flatMap(({ definitions }) => definitions.map(({ name }) => name)));
  const macros: Macros = { temporal: new Map(), cedar: new Map() };
  for (const { definitions } of given)
    for (const each of definitions) if (!named.has(each.name)) define(macros, each, problems);
  for (const { definitions } of own) for (const each of definitions) define(macros, each, problems);
  if (problems.length > 0) return { ok: false, problems };

  const policies: LoweredPolicy[] = [];
  const all = own.flatMap(({ policies: sources }) => sources);
  const expanders = new Map(own.map(({ scanned }) => [scanned.file, expanderFor(scanned.file, macros)]));
  all.forEach((source, i) => {
    const expander = expanders.get(source.file) ?? expanderFor(source.file, macros);
    const lowered = reading(() => lowerPolicy(source, `policy_${i}`, expander, macros));
    if (lowered.ok) policies.push(lowered.value);
    else problems.push(lowered.problem);
  });
  return problems.length > 0 ? { ok: false, problems } : { ok: true, policies };
}

interface Macros {
  readonly temporal: Map<string, TemporalMacro>;
  readonly cedar: Map<string, Definition>;
}

function define(macros: Macros, definition: Definition, problems: Problem[]): void {
  const { file } = definition.body.source;
  const defined = reading(() => {
    const { name, params, at } = definition;
    if (macros.temporal.has(name) || macros.cedar.has(name))
      throw new Refusal(file, at, `there is already a macro \`${name}\``);
    if (definition.kind === 'cedar') {
      checkCedarBody(definition);
      macros.cedar.set(name, definition);
    } else {
      const macro = { name, params, body: readMacroBody(definition.body) };
      checkMacroBody(file, macro);
      macros.temporal.set(name, macro);
    }
  });
  if (!defined.ok) problems.push(defined.problem);
}

function expanderFor(file: PolicyFile, macros: Macros): Expander {
  const cedar = new Set(macros.cedar.keys());
  return { file, macros: macros.temporal, cedar, calls: 0, nodesLeft: maxExpandedNodes };
}

interface Lowering {
  readonly key: string;
  readonly file: PolicyFile;
  readonly expander: Expander;
  readonly macros: Macros;
  readonly leaves: WrittenLeaf[];
  readonly calls: ProviderCall[];
  next: number;
}

function lowerPolicy(source: PolicySource, key: string, expander: Expander, macros: Macros): LoweredPolicy {
  const { file, effect, scope, actions, written, at } = source;
  const l: Lowering = { key, file, expander, macros, leaves: [], calls: [], next: 0 };
  const clauses = source.clauses.map(({ keyword, temporal, body }) => {
    const text = temporal ? leaf(l, body) : cedarText(l, body);
    return `${keyword} { ${text} }`;
  });
  const head = `${effect} (${scope.principal}, ${scope.action}, ${scope.resource})`;
  // On lines of their own: a comment in one of them ends where it ended.
  const text = [source.annotations, head, ...clauses].filter((line) => line !== '').join('\n');
  const [principalType, resourceType] = [scope.principal, scope.resource].map(narrowedType);
  return {
    key,
    effect,
    text: `${text}\n;`,
    written,
    actions,
    principalType,
    resourceType,
    leaves: l.leaves,
    calls: l.calls,
    file,
    at,
  };
}

function narrowedType(constraint: string): string | undefined {
  const [, is, equals] = /^\w+\s+is\s+([\w:]+)|^\w+\s*==\s*([A-Za-z_][\w:]*)::"/u.exec(constraint) ?? [];
  return is ?? equals;
}

function leaf(l: Lowering, body: Span): string {
  const at = body.source.tokens[body.from]?.at ?? 0;
  if (body.from >= body.to) throw new Refusal(l.file, at, 'the temporal condition is empty');
  const condition = expand(l.expander, readCondition(body));
  accept(l.file, condition);
  const name = `${l.key}__temporal_${l.next++}`;
  l.leaves.push({ name, condition, written: textOf(body), file: l.file, at });
  return `context.${name}`;
}

/** Cedar's own functions, and words before which a bracket is no call. */
const notMacros: ReadonlySet<string> = new Set([
  ...['decimal', 'datetime', 'duration', 'ip'],
  ...['if', 'then', 'else', 'in', 'has', 'like', 'is'],
]);

/** What can stand at a place in a Cedar expression that is not simply copied. */
type Special =
  | { readonly kind: 'temporal'; readonly body: Span; readonly next: number }
  | { readonly kind: 'provider'; readonly name: string; readonly args: Span; readonly next: number }
  | { readonly kind: 'macro'; readonly name: string; readonly args: Span; readonly next: number }
  | { readonly kind: 'param'; readonly name: string; readonly next: number };

function specialAt({ source, to }: Span, i: number): Special | undefined {
  const { tokens } = source;
  const token = tokens[i];
  if (token === undefined) return undefined;
  if (token.kind === 'sigil') return { kind: 'param', name: token.text, next: i + 1 };
  const before = tokens[i - 1];
  if (token.kind !== 'word' || (before?.kind === 'mark' && ['.', '::'].includes(before.text)))
    return undefined;
  const path = [token.text];
  let end = i + 1;
  while (end + 1 < to && isMark(tokens[end], '::') && tokens[end + 1]?.kind === 'word') {
    path.push(tokens[end + 1]?.text ?? '');
    end += 2;
  }
  const open = end < to ? tokens[end] : undefined;
  if (open?.closedBy === undefined) return undefined;
  const inside = { source, from: end + 1, to: open.closedBy };
  const next = open.closedBy + 1;
  if (open.text === '{')
    return path.length === 1 && token.text === 'temporal'
      ? { kind: 'temporal', body: inside, next }
      : undefined;
  if (open.text !== '(') return undefined;
  if (path.length > 1) return { kind: 'provider', name: path.join('::'), args: inside, next };
  return notMacros.has(token.text) ? undefined : { kind: 'macro', name: token.text, args: inside, next };
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

/** An expression with everything of ours replaced by what Cedar understands. */
function cedarText(l: Lowering, span: Span): string {
  return replaced(l, span, (special, at) => {
    switch (special.kind) {
      case 'temporal':
        return leaf(l, special.body);
      case 'provider':
        return provided(l, special, at);
      case 'macro':
        return expandedMacro(l, special.name, special.args, at);
      case 'param':
        throw new Refusal(l.file, at, `\`${special.name}\` has no meaning outside of a macro`);
    }
  });
}

function replaced(l: Lowering, span: Span, by: (special: Special, at: number) => string): string {
  const { tokens } = span.source;
  const whole = span.source.file.text;
  const parts: string[] = [];
  let length = 0;
  let copied = tokens[span.from]?.at ?? 0;
  let i = span.from;
  const add = (text: string) => {
    length += text.length;
    if (length > maxLoweredLength) throw new Refusal(l.file, copied, 'the macros make the policy too long');
    parts.push(text);
  };
  while (i < span.to) {
    const special = specialAt(span, i);
    if (special === undefined) {
      i++;
      continue;
    }
    const at = tokens[i]?.at ?? copied;
    add(whole.slice(copied, at));
    add(by(special, at));
    const last = tokens[special.next - 1];
    copied = last === undefined ? at : last.at + last.text.length;
    i = special.next;
  }
  const last = tokens[span.to - 1];
  if (last !== undefined) add(whole.slice(copied, last.at + last.text.length));
  // A comment in what was copied must not reach what follows.
  const text = parts.join('');
  return text.includes('//') ? `${text}\n` : text;
}

function provided(l: Lowering, { name, args }: { name: string; args: Span }, at: number): string {
  const field = `${l.key}_p_${l.next++}`;
  const texts = commaParts(args).map(textOf);
  l.calls.push({ name: field, provider: name, args: texts, at });
  return `context.providers.${field}`;
}

/** Arguments first, then the body with the arguments in place of its parameters. */
function expandedMacro(l: Lowering, name: string, args: Span, at: number): string {
  const macro = l.macros.cedar.get(name);
  if (macro === undefined)
    throw new Refusal(
      l.file,
      at,
      l.macros.temporal.has(name)
        ? `the macro \`${name}\` is a temporal macro: it has no meaning in a Cedar expression`
        : `there is no function or macro \`${name}\``,
    );
  const parts = commaParts(args);
  if (parts.length !== macro.params.length)
    throw new Refusal(
      l.file,
      at,
      `the macro \`${name}\` takes ${macro.params.length} argument${macro.params.length === 1 ? '' : 's'}, not ${parts.length}`,
    );
  const said = new Map(macro.params.map((param, i) => [param, parts[i]] as const));
  const texts = new Map<string, string>();
  for (const [param, part] of said) if (part !== undefined) texts.set(param, cedarText(l, part));
  const body = replaced(l, macro.body, (special) =>
    special.kind === 'param' ? `(${texts.get(special.name.slice(1)) ?? ''})` : '',
  );
  return `(${body})`;
}

/** Only declared parameters, no blocks and no calls: what a body says is said once, at the call. */
function checkCedarBody({ name, params, body, at }: Definition): void {
  const { file, tokens } = body.source;
  if (body.from >= body.to) throw new Refusal(file, at, `the macro \`${name}\` has no body`);
  for (let i = body.from; i < body.to; i++) {
    const special = specialAt(body, i);
    const place = tokens[i]?.at ?? at;
    if (special?.kind === 'temporal')
      throw new Refusal(
        file,
        place,
        `a temporal block is not allowed in the macro \`${name}\`: write it at the call`,
      );
    if (special?.kind === 'macro' || special?.kind === 'provider')
      throw new Refusal(
        file,
        place,
        `the macro \`${name}\` calls \`${special.name}\`: a macro cannot, write it at the call`,
      );
    if (
      special?.kind === 'param' &&
      !(special.name.startsWith('?') && params.includes(special.name.slice(1)))
    )
      throw new Refusal(file, place, `\`${special.name}\` is not a parameter of the macro \`${name}\``);
  }
}
