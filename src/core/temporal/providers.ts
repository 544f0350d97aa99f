// SPDX-License-Identifier: Apache-2.0
/**
 * What providers answer, from a table: a trace asks nobody.
 *
 * A call without an answer has no field, so the policy that reads it errs and the engine skips it.
 *
 * Source: Dogwood's formal specification (guide 08), chapters 2.5 and 6.4.
 */
import { isArray, isObject, type JsonValue } from '../json/value.ts';
import type { Asked } from './event.ts';
import type { LoweredPolicy } from './lower.ts';
import { resolve } from './resolve.ts';
import { unquoted } from './scan.ts';
import { DecimalValue, type RecordValue, type TemporalValue } from './value.ts';
import { keyOf } from './value-key.ts';

export interface ProviderAnswer {
  readonly provider: string;
  /** Left out: whatever is asked. */
  readonly args?: readonly TemporalValue[];
  readonly value: TemporalValue;
}

/** `{"Content::Risk": [{"args": ["x"], "value": {"score": 0.9}}]}`; `undefined` when it is not that. */
export function readAnswers(json: JsonValue): readonly ProviderAnswer[] | undefined {
  if (!isObject(json)) return undefined;
  const answers: ProviderAnswer[] = [];
  for (const [provider, listed] of Object.entries(json)) {
    if (!isArray(listed)) return undefined;
    for (const each of listed) {
      if (!isObject(each) || each.value === undefined) return undefined;
      const value = fromJson(each.value);
      if (each.args === undefined) answers.push({ provider, value });
      else if (isArray(each.args)) answers.push({ provider, args: each.args.map(fromJson), value });
      else return undefined;
    }
  }
  return answers;
}

/** A number with a fraction is a decimal. */
function fromJson(json: JsonValue): TemporalValue {
  if (typeof json === 'number' && !Number.isInteger(json)) return new DecimalValue(String(json));
  if (isArray(json)) return json.map(fromJson);
  if (isObject(json)) return new Map(Object.entries(json).map(([name, each]) => [name, fromJson(each)]));
  return json;
}

export function providedBy(
  policies: readonly LoweredPolicy[],
  answers: readonly ProviderAnswer[],
): (asked: Asked) => RecordValue {
  const calls = policies.flatMap(({ calls: own }) => own);
  return (asked) => {
    const fields = new Map<string, TemporalValue>();
    for (const { name, provider, args } of calls) {
      const given = args.map((text) => argument(text, asked));
      const found = answers.find((each) => each.provider === provider && matches(each, given));
      if (found !== undefined) fields.set(name, found.value);
    }
    return fields;
  };
}

function matches({ args }: ProviderAnswer, given: readonly (TemporalValue | undefined)[]): boolean {
  if (args === undefined) return true;
  return (
    args.length === given.length &&
    args.every((arg, i) => {
      const other = given[i];
      return other !== undefined && keyOf(arg) === keyOf(other);
    })
  );
}

/** A path into the request or a literal; `undefined` for anything else and for what is not there. */
function argument(text: string, asked: Asked): TemporalValue | undefined {
  if (/^"(?:[^"\\]|\\[\s\S])*"$/u.test(text)) return unquoted(text);
  if (/^-?[0-9]{1,15}$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  const [root, ...path] = text.split('.').map((name) => name.trim());
  if (root !== 'context' && root !== 'principal' && root !== 'resource') return undefined;
  return root === 'context' && path.length === 0
    ? undefined
    : resolve({ kind: 'reference', root, path }, asked);
}
