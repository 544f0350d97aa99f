// SPDX-License-Identifier: Apache-2.0
// Secrets never enter a decision, a record or a payload: they become `secret(kind, keyed hash)`.
// Equal secrets have equal names, so policy and readers can still tell that the same one came back.
// This recognises formats that name themselves and arguments that the catalogue calls credentials;
// what looks like nothing in particular is not found here.
import type { ArgumentRule } from '../catalogue/entry.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';

/** @returns a keyed hash in hex: HMAC-SHA-256, the same secret the same name within one installation */
export type Pseudonym = (secret: string) => string;

// Each pattern is linear: nothing unbounded is followed by what could fail.
const formats: readonly (readonly [kind: string, pattern: RegExp])[] = [
  // As a file, and as it stands inside JSON or an environment variable (`\n`); cut off, it is still a key.
  [
    'private_key',
    /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:-?[A-Za-z0-9+/=\s\\:,]){0,20000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g,
  ],
  ['aws_access_key', /(?<![0-9A-Z])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])/g],
  ['github_token', /gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,}/g],
  ['slack_token', /xox[abeprs]-[A-Za-z0-9-]{10,}/g],
  ['api_key', /\bsk-[A-Za-z0-9_-]{20,}/g],
  ['google_api_key', /AIza[0-9A-Za-z_-]{35}/g],
  ['npm_token', /npm_[A-Za-z0-9]{36,}/g],
];
/** Every kind that is recognised here. */
export const secretKinds: readonly string[] = [...formats.map(([kind]) => kind), 'jwt'];

const hint = /BEGIN|AKIA|ASIA|gh[pousr]_|github_pat_|xox|sk-|AIza|eyJ|npm_/;

/** Text with every recognised secret replaced. */
export function withoutSecrets(text: string, pseudonym: Pseudonym): string {
  if (!hint.test(text)) return text;
  const rest = text.replace(dotted, (run) => withoutJwts(run, pseudonym));
  return formats.reduce(
    (before, [kind, pattern]) => before.replace(pattern, (secret) => named(kind, secret, pseudonym)),
    rest,
  );
}

/** Whether a text has a secret in it whose form says that it is one. */
export function hasSecret(text: string): boolean {
  return hint.test(text) && withoutSecrets(text, () => '') !== text;
}

// Three parts with dots between them: one pattern over them would try each start anew.
const dotted = /[A-Za-z0-9_.-]{33,}/g;

function withoutJwts(run: string, pseudonym: Pseudonym): string {
  const parts = run.split('.');
  const kept: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const [header = '', claims = '', signature = ''] = parts.slice(i, i + 3);
    const from = isJwt(header, claims, signature);
    if (from !== undefined) {
      const jwt = `${header.slice(from)}.${claims}.${signature}`;
      kept.push(`${header.slice(0, from)}${named('jwt', jwt, pseudonym)}`);
      i += 2;
    } else kept.push(header);
  }
  return kept.join('.');
}

/** A secret where it stands. */
export interface SecretSpan {
  readonly kind: string;
  readonly start: number;
  /** Without it. */
  readonly end: number;
}

/** Every recognised secret, in no order; two may overlap. */
export function secretsIn(text: string): readonly SecretSpan[] {
  if (!hint.test(text)) return [];
  const found: SecretSpan[] = [];
  for (const run of text.matchAll(dotted)) found.push(...jwtsIn(run[0], run.index));
  for (const [kind, pattern] of formats)
    for (const { index, 0: secret } of text.matchAll(pattern))
      found.push({ kind, start: index, end: index + secret.length });
  return found;
}

function jwtsIn(run: string, at: number): readonly SecretSpan[] {
  const parts = run.split('.');
  const found: SecretSpan[] = [];
  let start = at;
  for (let i = 0; i < parts.length; i++) {
    const [header = '', claims = '', signature = ''] = parts.slice(i, i + 3);
    const from = isJwt(header, claims, signature);
    const end = start + header.length + 1 + claims.length + 1 + signature.length;
    if (from === undefined) start += header.length + 1;
    else {
      found.push({ kind: 'jwt', start: start + from, end });
      start = end + 1;
      i += 2;
    }
  }
  return found;
}

/** @returns where in the header it begins */
function isJwt(header: string, claims: string, signature: string): number | undefined {
  const from = header.indexOf('eyJ');
  const fits = from >= 0 && header.length >= from + 13 && /^eyJ.{10}/.test(claims);
  return fits && signature.length >= 10 ? from : undefined;
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
  return projectedObject(value, pseudonym);
}

export function projectedObject(value: JsonObject, pseudonym: Pseudonym): JsonObject {
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      withoutSecrets(key, pseudonym),
      projectedValue(item, pseudonym),
    ]),
  );
}

// A credential is hidden whole; inside a structure every value is, and of the structure only the form stays.
function hidden(value: JsonValue, pseudonym: Pseudonym): JsonValue {
  if (typeof value === 'string') return named('credential', value, pseudonym);
  if (typeof value === 'number') return named('credential', String(value), pseudonym);
  if (value === null || typeof value !== 'object') return value;
  if (isList(value)) return value.map((item) => hidden(item, pseudonym));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [withoutSecrets(key, pseudonym), hidden(item, pseudonym)]),
  );
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The name of a secret in records. */
export function named(kind: string, secret: string, pseudonym: Pseudonym): string {
  return `secret(${kind}, ${pseudonym(secret).slice(0, 32)})`;
}
