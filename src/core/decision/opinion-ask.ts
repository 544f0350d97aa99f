// SPDX-License-Identifier: Apache-2.0
/**
 * What a second decision point asks people about, in the form in which our own policies ask: a forbid that an approval can
 * lift, named by the digest of the whole answer. So another answer, in any member, is another forbid, which nobody has
 * lifted.
 *
 * Source: docs/opa.md, "Asking people"; docs/adr/0033-reviews-and-load.md.
 */
import { canonicalJson, digestJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import type { Pseudonym } from '../record/secret.ts';
import type { OpinionAnswer } from './opinion.ts';
import type { Verdict } from './verdict.ts';

/** No policy that anybody writes is called so. The beginning: each answer has a name of its own, since votes go by names. */
export const opinionRule = 'countersign.opa';

/**
 * @param pseudonym reasons may repeat what was asked about, and records outlive its erasure: the digest is of a keyed hash
 * @returns undefined where nothing is asked, or nobody is named who could be
 */
export function opinionAsk(answer: OpinionAnswer, pseudonym: Pseudonym): Verdict | undefined {
  if (!answer.ok || answer.opinion.outcome !== 'step_up' || answer.opinion.people === undefined)
    return undefined;
  const { people, reasons, obligations } = answer.opinion;
  const text: JsonObject = {
    reasons,
    obligations: obligations.map(({ name, bytes }) => ({ name, bytes })),
    people: { ...people },
  };
  const [reason] = reasons;
  const textDigest = digestJson({ v: 1, opinion: pseudonym(`opinion ${canonicalJson(text)}`) });
  return {
    kind: 'satisfied',
    policy: {
      id: `${opinionRule}.${textDigest.slice(-16)}`,
      effect: 'forbid',
      textDigest,
      remedy: { kind: 'step_up', ...people },
      obligations: [],
      ...(reason === undefined ? {} : { reason }),
      controls: [],
      file: 'opa',
      line: 0,
    },
  };
}

/** The same answer once people have lifted what it asks: what it obliges to still binds. */
export function lifted(answer: OpinionAnswer): OpinionAnswer {
  if (!answer.ok || answer.opinion.outcome !== 'step_up') return answer;
  const { reasons, obligations } = answer.opinion;
  return { ...answer, opinion: { outcome: 'allow', reasons, obligations } };
}
