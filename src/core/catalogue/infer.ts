// SPDX-License-Identifier: Apache-2.0
/**
 * A first guess at a catalogue entry, with a reason for each field, for a person to correct.
 *
 * Strict where unsure: a name that says nothing is `unknown`, results are restricted and untrusted,
 * effects cannot be undone. What the server says of its own tool may only make the class stricter,
 * since a server that lies would say that it only reads. Reasons quote the lexicon and never the upstream.
 *
 * Source: docs/catalogue.md, "Proposals".
 */
import { booleanAt, isObject, type JsonObject, objectAt, own, stringAt } from '../json/value.ts';
import type { ArgumentRule, ToolDefinition } from './entry.ts';
import type { Kind } from './kind.ts';
import {
  argumentKinds,
  argumentWords,
  leadingVerbs,
  postgresWords,
  shellWords,
  statementWords,
  verbs,
  wordsOf,
} from './lexicon.ts';
import { stricter } from './strictness.ts';
import { type ActionClass, classes, type Role } from './taxonomy.ts';

export interface Proposed<T> {
  readonly value: T;
  readonly reason: string;
}

export interface ProposedEntry {
  readonly tool: string;
  readonly class: Proposed<ActionClass>;
  /** Only arguments for which a role was found, in the order of the schema. */
  readonly args: readonly (Proposed<ArgumentRule> & { readonly argument: string })[];
  readonly result: Proposed<{ readonly level: 'restricted'; readonly integrity: 'untrusted' }>;
  readonly reversible: Proposed<false>;
}

export function inferEntry(server: string, definition: ToolDefinition): ProposedEntry {
  const args = argumentsOf(definition.inputSchema).flatMap(([argument, schema]) => {
    const role = roleOf(argument, schema);
    if (role === undefined) return [];
    const kind = kindOf(server, definition, argument, schema, role.value);
    const reason = kind === undefined ? role.reason : `${role.reason}; ${kind.reason}`;
    return [{ argument, value: { role: role.value, ...kind?.value }, reason }];
  });
  return {
    tool: definition.name,
    class: classOf(server, definition, args),
    args,
    result: {
      value: { level: 'restricted', integrity: 'untrusted' },
      reason: 'nobody has said what it returns',
    },
    reversible: { value: false, reason: 'nobody has said how to undo it' },
  };
}

function classOf(
  server: string,
  definition: ToolDefinition,
  args: ProposedEntry['args'],
): Proposed<ActionClass> {
  let { value, reason } = classOfName(server, definition.name);
  const because: string[] = [reason];
  const raise = (to: ActionClass, why: string) => {
    const raised = stricter(value, to);
    if (raised === value) return;
    value = raised;
    because.push(why);
  };

  const isStatement = args.some(({ argument }) => wordsOf(argument).some((word) => statementWords.has(word)));
  const has = (role: Role) => args.some((arg) => arg.value.role === role);
  if (has('code') || isStatement) raise('execute', 'takes code or a statement');
  if (has('link')) raise('fetch', 'takes a link');
  // What says to whom and how much is a payment, and its subject goes with it.
  if (has('destination') && has('amount') && payable.has(value)) {
    if (value !== 'pay') because.push('takes a destination and an amount');
    value = 'pay';
  } else if (has('destination') && has('content')) raise('send', 'takes a destination and content');
  const changes: readonly string[] = classes[value];
  if (has('amount') && changes.includes('change')) raise('pay', 'takes an amount');

  const hints = definition.annotations ?? {};
  const saysReadOnly = booleanAt(hints, 'readOnlyHint');
  if (saysReadOnly === false) raise('write', 'annotated as not read-only');
  if (booleanAt(hints, 'destructiveHint') === true) raise('delete', 'annotated as destructive');
  if (booleanAt(hints, 'openWorldHint') === true) raise('fetch', 'annotated as open-world');
  if (saysReadOnly === true && stricter('read', value) !== 'read')
    because.push('the read-only annotation lowers nothing');
  return { value, reason: because.join('; ') };
}

const payable: ReadonlySet<ActionClass> = new Set<ActionClass>(['create', 'write', 'send', 'pay']);

function classOfName(server: string, name: string): Proposed<ActionClass> {
  const ofServer = new Set(wordsOf(server));
  const words = wordsOf(name);
  const said =
    words.length > 1 && words.some((w) => !ofServer.has(w))
      ? words.filter((w, i) => i > 0 || !ofServer.has(w))
      : words;

  const first = said[0] ?? '';
  const leading = leadingVerbs.get(first);
  const found = said.flatMap((word) => {
    const meaning = verbs.get(word);
    return meaning === undefined ? [] : [[word, meaning] as const];
  });
  if (leading !== undefined) found.unshift([first, leading]);
  const head = found[0];
  if (head === undefined) return { value: 'unknown', reason: 'no known verb in the name' };
  const value = found.reduce<ActionClass>((sofar, [, meaning]) => stricter(sofar, meaning), head[1]);
  const quoted = [...new Set(found.map(([word]) => `\`${word}\``))].join(', ');
  return { value, reason: `${quoted} in the name` };
}

function roleOf(argument: string, schema: JsonObject): Proposed<Role> | undefined {
  const words = wordsOf(argument);
  const last = words.at(-1) ?? '';
  const joined = words.slice(-2).join('');
  for (const word of [joined, last, words[0] ?? '']) {
    const role = argumentWords.get(word);
    // `maxTokens: 100` is no secret, and a number that is hidden cannot be judged.
    if (role === 'credential' && isCount(schema)) continue;
    if (role !== undefined) return { value: role, reason: `\`${word}\` in the name` };
  }
  const format = stringAt(schema, 'format') ?? stringAt(objectAt(schema, 'items') ?? {}, 'format');
  switch (format) {
    case 'email':
    case 'idn-email':
    case 'hostname':
    case 'idn-hostname':
    case 'ipv4':
    case 'ipv6':
      return { value: 'destination', reason: `format \`${format}\`` };
    case 'uri':
    case 'uri-reference':
    case 'iri':
    case 'url':
      return { value: 'link', reason: `format \`${format}\`` };
    case 'password':
      return { value: 'credential', reason: 'format `password`' };
    case 'uuid':
      return { value: 'selector', reason: 'format `uuid`' };
    default:
      return undefined;
  }
}

const kindFormats: ReadonlyMap<string, Kind> = new Map([
  ['email', 'email'],
  ['idn-email', 'email'],
  ['hostname', 'host'],
  ['idn-hostname', 'host'],
  ['uri', 'url'],
  ['url', 'url'],
  ['uuid', 'uuid'],
]);

/** Only where a name or the schema says it: a text that is read as what it is not says nothing true. */
function kindOf(
  server: string,
  { name }: ToolDefinition,
  argument: string,
  schema: JsonObject,
  role: Role,
): Proposed<Pick<ArgumentRule, 'kind' | 'dialect'>> | undefined {
  if (stringAt(schema, 'type') !== 'string') return undefined;
  const format = stringAt(schema, 'format') ?? '';
  const byFormat = kindFormats.get(format);
  if (byFormat !== undefined) return { value: { kind: byFormat }, reason: `format \`${format}\`` };
  const words = wordsOf(argument);
  const around = [...wordsOf(server), ...wordsOf(name), ...words];
  const has = (known: ReadonlySet<string>) => around.find((word) => known.has(word));
  const shell = role === 'code' ? has(shellWords) : undefined;
  if (shell !== undefined) return { value: { kind: 'shell' }, reason: `\`${shell}\` beside it` };
  const dialect = words.includes('sql') || role === 'query' ? has(postgresWords) : undefined;
  if (dialect !== undefined && around.some((word) => statementWords.has(word)))
    return { value: { kind: 'sql', dialect: 'postgresql' }, reason: `\`${dialect}\` beside it` };
  const kind = argumentKinds.get(words.at(-1) ?? '');
  return kind === undefined ? undefined : { value: { kind }, reason: `kind \`${kind}\` by its name` };
}

function isCount(schema: JsonObject): boolean {
  const type = stringAt(schema, 'type');
  return type === 'number' || type === 'integer' || type === 'boolean';
}

function argumentsOf(inputSchema: JsonObject): readonly (readonly [string, JsonObject])[] {
  const properties = own(inputSchema, 'properties');
  if (!isObject(properties)) return [];
  return Object.entries(properties).map(([name, schema]) => [name, isObject(schema) ? schema : {}]);
}
