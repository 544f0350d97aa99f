// SPDX-License-Identifier: Apache-2.0
/**
 * What a second decision point said of one request, read from its JSON.
 *
 * Total, and closed: a member, an outcome, an obligation or a transform that is not known here makes the whole
 * answer one that cannot be understood, which denies. Never repairs, never guesses.
 *
 * Source: docs/opa.md, "What it answers".
 */
import { arrayAt, isObject, type JsonValue, own, stringAt, stringsAt, unknownKey } from '../json/value.ts';
import { obligationOf, transformOf } from './spelling.ts';
import type { Obligation, Transform } from './verdict.ts';

export type Opinion = {
  /** Sentences for the model. They may repeat what was asked about, so no record has them in the clear. */
  readonly reasons: readonly string[];
  readonly obligations: readonly Obligation[];
} & (
  | { readonly outcome: 'allow' | 'deny' | 'step_up' | 'defer' }
  | { readonly outcome: 'modify'; readonly transform: Transform }
);

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

const members = new Set(['outcome', 'reasons', 'obligations', 'transform']);
const maxReasons = 16;
const maxReason = 500;
const maxObligations = 16;

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
