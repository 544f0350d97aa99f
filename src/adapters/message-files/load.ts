// SPDX-License-Identifier: Apache-2.0
/**
 * The file of messages: where people are told what waits, and what of it.
 *
 * Never has a secret in it: a secret, and a URL that is one, is named by the environment variable or the file that holds
 * it. Never guesses: a key that nobody knows, an event that nobody is told of refuses the whole file.
 *
 * Source: docs/approvals.md, "Messages".
 */
import { readFileSync } from 'node:fs';
import { toldTypes, usualTypes } from '../../core/message/telling.ts';
import { about, type Problem, quoted } from '../catalogue-files/problem.ts';
import {
  choiceOf,
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  readYaml,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';

/** Where a secret is. */
export type Source = { readonly env: string } | { readonly file: string };

export interface DeclaredTarget {
  readonly name: string;
  readonly kind: 'webhook' | 'slack';
  readonly url: string | Source;
  readonly secret?: Source;
  /** Signs as well, while receivers change over. */
  readonly oldSecret?: Source;
  readonly events: readonly string[];
  readonly shows: 'deed' | 'id';
  readonly network: 'public' | 'private';
}

export type MessagesLoad =
  | { readonly ok: true; readonly targets: readonly DeclaredTarget[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** They stand in one record. */
const maxTargets = 8;

/** @param path of the file, which is read whole */
export function loadMessages(path: string): MessagesLoad {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { ok: false, problems: [about(path, 'not a file that can be read')] };
  }
  return readMessages(path, text);
}

export function readMessages(file: string, text: string): MessagesLoad {
  const reading = readYaml(file, text);
  const fields =
    reading.problems.length === 0
      ? knownFieldsOf(reading, reading.root, 'the file of messages', ['targets'])
      : undefined;
  const found = fields?.get('targets');
  const named = fieldsOf(reading, found?.value ?? null, '`targets`') ?? new Map<string, Field>();
  if (named.size > maxTargets)
    reading.report(found?.value ?? null, `there are at most ${maxTargets} targets`);
  const targets = [...named].map(([name, field]) => targetOf(reading, name, field));
  return reading.problems.length > 0
    ? { ok: false, problems: reading.problems }
    : { ok: true, targets: targets.filter((one) => one !== undefined) };
}

function targetOf(reading: Reading, name: string, { key, value }: Field): DeclaredTarget | undefined {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
    reading.report(key, `${quoted(name)} must be a name such as \`pager\``);
  const what = `target ${quoted(name)}`;
  const own = knownFieldsOf(reading, value, what, [
    ...['kind', 'url', 'secret', 'old-secret', 'events', 'shows', 'network'],
  ]);
  if (own === undefined) return undefined;
  const kind = choiceOf(reading, own.get('kind'), 'a kind', ['webhook', 'slack'] as const);
  if (!own.has('kind')) reading.report(key, `${what} needs \`kind\`: \`webhook\` or \`slack\``);
  const url = urlOf(reading, own.get('url'));
  if (!own.has('url')) reading.report(key, `${what} needs \`url\``);
  const secret = sourceOf(reading, own.get('secret'), '`secret`');
  const oldSecret = sourceOf(reading, own.get('old-secret'), '`old-secret`');
  if (kind === 'webhook' && !own.has('secret'))
    reading.report(key, `${what} needs \`secret\`, or nobody could tell that a message is from here`);
  if (kind === 'slack' && typeof url === 'string')
    reading.report(
      own.get('url')?.value ?? key,
      'the URL of Slack is a secret: `{ env: NAME }` or `{ file: PATH }`',
    );
  if (kind === 'slack' && (own.has('secret') || own.has('old-secret')))
    reading.report(key, 'Slack verifies no signature: its URL is the secret');
  const events = eventsOf(reading, own.get('events'));
  const shows = choiceOf(reading, own.get('shows'), 'what it shows', ['deed', 'id'] as const);
  const network = choiceOf(reading, own.get('network'), 'a network', ['public', 'private'] as const);
  if (kind === undefined || url === undefined) return undefined;
  return {
    ...{ name, kind, url, events },
    shows: shows ?? 'deed',
    network: network ?? 'public',
    ...(secret === undefined ? {} : { secret }),
    ...(oldSecret === undefined ? {} : { oldSecret }),
  };
}

function urlOf(reading: Reading, field: Field | undefined): string | Source | undefined {
  if (field === undefined) return undefined;
  const isText = field.value !== null && 'value' in field.value;
  return isText ? stringOf(reading, field, '`url`') : sourceOf(reading, field, '`url`');
}

function sourceOf(reading: Reading, field: Field | undefined, what: string): Source | undefined {
  if (field === undefined) return undefined;
  // A secret that was written here is not repeated, and neither is a key of it.
  const own =
    field.value !== null && 'items' in field.value
      ? knownFieldsOf(reading, field.value, what, ['env', 'file'])
      : undefined;
  const env = stringOf(reading, own?.get('env'), '`env`');
  const file = stringOf(reading, own?.get('file'), '`file`');
  if (env !== undefined && file === undefined && /^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(env)) return { env };
  if (file !== undefined && env === undefined && file !== '') return { file };
  reading.report(field.value ?? field.key, `${what} is \`{ env: NAME }\` or \`{ file: PATH }\``);
  return undefined;
}

function eventsOf(reading: Reading, field: Field | undefined): readonly string[] {
  const events = stringsOf(reading, field, '`events`');
  if (events === undefined) return usualTypes;
  for (const one of events)
    if (!toldTypes.includes(one))
      reading.report(
        field?.value ?? null,
        `nobody is told of ${quoted(one)}: there are ${toldTypes.map((type) => `\`${type}\``).join(', ')}`,
      );
  if (new Set(events).size < events.length)
    reading.report(field?.value ?? null, 'an event stands twice in it');
  return events;
}
