// SPDX-License-Identifier: Apache-2.0
/**
 * What a second decision point said of one request, read from its JSON.
 *
 * Total, and closed: a member, an outcome, an obligation or a transform that is not known here makes the whole
 * answer one that cannot be understood, which denies. Never repairs, never guesses.
 *
 * Source: docs/opa.md, "What it answers".
 */
import {
  arrayAt,
  isObject,
  type JsonObject,
  type JsonValue,
  own,
  stringAt,
  stringsAt,
  unknownKey,
} from '../json/value.ts';
import { obligationOf, transformOf } from './spelling.ts';
import { type Obligation, type Party, parties, type Transform } from './verdict.ts';

export type Opinion = {
  /** Sentences for the model. They may repeat what was asked about, so no record has them in the clear. */
  readonly reasons: readonly string[];
  readonly obligations: readonly Obligation[];
} & (
  | { readonly outcome: 'allow' | 'deny' | 'defer' }
  /** `people`: who may lift it. Absent: nobody can. */
  | { readonly outcome: 'step_up'; readonly people?: OpinionPeople }
  | { readonly outcome: 'modify'; readonly transform: Transform }
);

/** As the annotations of a `step_up` of ours say it. */
export type OpinionPeople = {
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly expiresMs: number;
  readonly separate: readonly Party[];
};

/** Ways in which there is no opinion. Each of them denies. */
export type OpinionFault =
  | 'opa_unreachable'
  | 'opa_timeout'
  | 'opa_failed'
  | 'opa_undefined'
  | 'opa_malformed'
  | 'opa_stale';

export type OpinionAnswer =
  | {
      readonly ok: true;
      readonly opinion: Opinion;
      /** The name of this answer in the log of the one who gave it. */
      readonly decisionId?: string;
    }
  | { readonly ok: false; readonly code: OpinionFault };

const peoples = ['approvers', 'quorum', 'expires', 'separate'] as const;
const members = new Set(['outcome', 'reasons', 'obligations', 'transform', ...peoples]);
const maxReasons = 16;
const maxReason = 500;
const maxObligations = 16;
const maxGroups = 16;
const maxGroup = 100;
const maxQuorum = 16;
const maxExpiresMs = 30 * 86_400_000;

/** @returns undefined for anything that is not an opinion to the last member */
export function readOpinion(value: JsonValue): Opinion | undefined {
  if (!isObject(value) || unknownKey(value, members) !== undefined) return undefined;
  const reasons = own(value, 'reasons') === undefined ? [] : stringsAt(value, 'reasons');
  if (reasons === undefined || reasons.length > maxReasons || !reasons.every(isSentence)) return undefined;
  const obligations = readObligations(
    own(value, 'obligations') === undefined ? [] : arrayAt(value, 'obligations'),
  );
  if (obligations === undefined) return undefined;
  const said = { reasons, obligations };
  const outcome = stringAt(value, 'outcome');
  const transform = own(value, 'transform');
  if (outcome === 'modify') {
    const named = typeof transform === 'string' ? transformOf(transform) : undefined;
    return named === undefined ? undefined : { outcome, transform: named, ...said };
  }
  if (transform !== undefined) return undefined;
  if (peoples.some((member) => own(value, member) !== undefined)) {
    const people = outcome === 'step_up' ? readPeople(value) : undefined;
    return people === undefined ? undefined : { outcome: 'step_up', people, ...said };
  }
  switch (outcome) {
    case 'allow':
    case 'deny':
    case 'step_up':
    case 'defer':
      return { outcome, ...said };
    default:
      return undefined;
  }
}

function readPeople(value: JsonObject): OpinionPeople | undefined {
  const approvers = stringsAt(value, 'approvers') ?? [];
  const quorum = own(value, 'quorum') ?? 1;
  const expiresMs = durationOf(stringAt(value, 'expires'));
  const separate = own(value, 'separate') === undefined ? [] : (stringsAt(value, 'separate') ?? ['?']);
  const isNamed = (name: string) => isSentence(name) && name.length <= maxGroup;
  if (approvers.length === 0 || approvers.length > maxGroups || !approvers.every(isNamed)) return undefined;
  if (new Set(approvers).size < approvers.length || expiresMs === undefined) return undefined;
  if (typeof quorum !== 'number' || !Number.isInteger(quorum) || quorum < 1 || quorum > maxQuorum)
    return undefined;
  const named = parties.filter((party) => separate.includes(party));
  return named.length === separate.length ? { approvers, quorum, expiresMs, separate: named } : undefined;
}

const unitMs = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function durationOf(text: string | undefined): number | undefined {
  const [, count, unit = ''] = /^([1-9][0-9]{0,6})([smhd])$/.exec(text ?? '') ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  return ms <= maxExpiresMs ? ms : undefined;
}

function readObligations(items: readonly JsonValue[] | undefined): readonly Obligation[] | undefined {
  if (items === undefined || items.length > maxObligations) return undefined;
  const read: Obligation[] = [];
  for (const item of items) {
    const obligation = typeof item === 'string' ? obligationOf(item) : undefined;
    if (obligation === undefined) return undefined;
    read.push(obligation);
  }
  return read;
}

function isSentence(text: string): boolean {
  return text !== '' && text.length <= maxReason && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text);
}
