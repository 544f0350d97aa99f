// SPDX-License-Identifier: Apache-2.0
/**
 * `requestState` of a 2026-07-28 call that waits for people, since in that era a question ends the request.
 *
 * Grants nothing: the approval is found by what is to be done, and the call is decided as if it were made for the first
 * time. It counts how often the client was asked, says of which request, and carries what the client had told the upstream
 * before, which the protocol gives it no other way to repeat. It belongs to one session, one call and one request to
 * people, under a key of the installation, so that it outlives a restart; what was altered or belongs to another is
 * refused, and what is older than the request that it names is told so.
 *
 * Source: MCP 2026-07-28, "Multi Round-Trip Requests", "Server Requirements".
 */
import { timingSafeEqual } from 'node:crypto';
import { canonicalJson, digestJson } from '../../core/json/canonical.ts';
import { parseJson } from '../../core/json/parse.ts';
import {
  integerAt,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  stringAt,
} from '../../core/json/value.ts';
import type { Pseudonym } from '../../core/record/secret.ts';
import { type Scope, serversOf } from './namespace.ts';

/** What a client had given the upstream before its call had to wait. */
export interface Given {
  readonly inputResponses?: JsonObject;
  readonly requestState?: string;
}

export interface WaitState {
  readonly approval: string;
  readonly expiresAt: number;
  /** How often the client was asked by now. */
  readonly round: number;
  readonly given: Given;
}

const prefix = 'countersign-wait.';
/** More than this is not carried about: such a call is told that it waits, and nothing is asked. */
const maxCarried = 64 * 1024;
const bounded = { maxBytes: 128 * 1024, maxDepth: 64, maxNodes: 20_000 } as const;

export function isWaitState(requestState: string): boolean {
  return requestState.startsWith(prefix);
}

/** @returns undefined where there is too much to carry */
export function sealWait(
  key: Pseudonym,
  session: string,
  what: JsonObject,
  { approval, expiresAt, round, given }: WaitState,
): string | undefined {
  const { inputResponses, requestState } = given;
  const text = canonicalJson({
    approval,
    expiresAt,
    round,
    given: {
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(requestState === undefined ? {} : { requestState }),
    },
  });
  if (text.length > maxCarried) return undefined;
  const body = Buffer.from(text).toString('base64url');
  return `${prefix}${body}.${macOf(key, session, what, body)}`;
}

/** @returns undefined for what was not sealed here for this session and this call */
export function openWait(
  key: Pseudonym,
  session: string,
  what: JsonObject,
  requestState: string,
): WaitState | undefined {
  const [body = '', mac = '', ...more] = requestState.slice(prefix.length).split('.', 3);
  if (more.length > 0 || !isSame(mac, macOf(key, session, what, body))) return undefined;
  const parsed = parseJson(Buffer.from(body, 'base64url'), bounded);
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const approval = stringAt(parsed.value, 'approval');
  const expiresAt = integerAt(parsed.value, 'expiresAt');
  const round = integerAt(parsed.value, 'round');
  if (approval === undefined || expiresAt === undefined || round === undefined) return undefined;
  const given = objectAt(parsed.value, 'given') ?? {};
  const inputResponses = objectAt(given, 'inputResponses');
  const state = stringAt(given, 'requestState');
  return {
    approval,
    expiresAt,
    round,
    given: {
      ...(inputResponses === undefined ? {} : { inputResponses }),
      ...(state === undefined ? {} : { requestState: state }),
    },
  };
}

/** What a request asks, without what is said of it or given in answer to questions. */
export function whatIsAsked(scope: Scope, method: string, params: JsonObject): JsonObject {
  const rest: [string, JsonValue][] = Object.entries(params).filter(([name]) => !passing.has(name));
  return { method, params: Object.fromEntries(rest), servers: serversOf(scope) };
}

const passing: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState']);

function macOf(key: Pseudonym, session: string, what: JsonObject, body: string): string {
  return key(`countersign wait state\n${session}\n${digestJson(what)}\n${body}`);
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
