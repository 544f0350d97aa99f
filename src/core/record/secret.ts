// SPDX-License-Identifier: Apache-2.0
// Secrets never enter a decision, a record or a payload: they become `secret(kind, keyed hash)`.
// Equal secrets have equal names, so policy and readers can still tell that the same one came back.
// This recognises formats that name themselves and arguments that the catalogue calls credentials;
// what looks like nothing in particular is not found here.
import type { ArgumentRule } from '../catalogue/entry.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';

/** @returns a keyed hash in hex: HMAC-SHA-256, the same secret the same name within one installation */
export type Pseudonym = (secret: string) => string;

// Each pattern is linear: no nested or adjacent unbounded repetition over the same class.
const formats: readonly (readonly [kind: string, pattern: RegExp])[] = [
  [
    'private_key',
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{0,8192}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
  ],
  ['aws_access_key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ['github_token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g],
  ['slack_token', /\bxox[abeprs]-[A-Za-z0-9-]{10,255}\b/g],
  ['api_key', /\bsk-[A-Za-z0-9_-]{20,255}\b/g],
  ['google_api_key', /\bAIza[0-9A-Za-z_-]{35}\b/g],
  ['jwt', /\beyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,4096}\.[A-Za-z0-9_-]{10,1024}/g],
  ['npm_token', /\bnpm_[A-Za-z0-9]{36}\b/g],
];
const hint = /BEGIN|AKIA|ASIA|gh[pousr]_|github_pat_|xox|sk-|AIza|eyJ|npm_/;

/** Text with every recognised secret replaced. */
export function withoutSecrets(text: string, pseudonym: Pseudonym): string {
  if (!hint.test(text)) return text;
  return formats.reduce(
    (rest, [kind, pattern]) => rest.replace(pattern, (secret) => named(kind, secret, pseudonym)),
    text,
  );
}

/** Arguments as policy and records see them. Keys are projected too: a key can be a secret as well. */
export function projected(
  args: JsonObject,
  rules: { readonly [argument: string]: ArgumentRule },
  pseudonym: Pseudonym,
): JsonObject {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) =>
      Object.hasOwn(rules, name) && rules[name]?.role === 'credential'
        ? [name, hidden(value, pseudonym)]
        : [withoutSecrets(name, pseudonym), projectedValue(value, pseudonym)],
    ),
  );
}

export function projectedValue(value: JsonValue, pseudonym: Pseudonym): JsonValue {
  if (typeof value === 'string') return withoutSecrets(value, pseudonym);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item) => projectedValue(item, pseudonym));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      withoutSecrets(key, pseudonym),
      projectedValue(item, pseudonym),
    ]),
  );
}

// A credential is hidden whole; inside a structure every scalar is, so that its shape still fits the schema.
function hidden(value: JsonValue, pseudonym: Pseudonym): JsonValue {
  if (typeof value === 'string') return named('credential', value, pseudonym);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item) => hidden(item, pseudonym));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item, pseudonym)]));
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function named(kind: string, secret: string, pseudonym: Pseudonym): string {
  return `secret(${kind}, ${pseudonym(secret).slice(0, 32)})`;
}
