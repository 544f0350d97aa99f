// SPDX-License-Identifier: Apache-2.0
// How transforms and obligations are written, in annotations and in what a second decision point answers.
// Source: docs/policy-reference.md, "Annotations".
import type { Obligation, Transform } from './verdict.ts';

/** @returns undefined for what is no transform of the closed set */
export function transformOf(text: string): Transform | undefined {
  const [, removed] = /^remove:([^:]{1,100})$/u.exec(text) ?? [];
  if (removed !== undefined) return { name: 'remove', argument: removed };
  const [, argument, most] = /^cap:([^:]{1,100}):(-?(?:0|[1-9][0-9]*))$/u.exec(text) ?? [];
  if (argument === undefined || !Number.isSafeInteger(Number(most))) return undefined;
  return { name: 'cap', argument, most: Number(most) };
}

/** @returns undefined for what is no obligation of the closed set */
export function obligationOf(text: string): Obligation | undefined {
  const [, bytes] = /^max_result_bytes:([1-9][0-9]*)$/.exec(text) ?? [];
  if (bytes === undefined || !Number.isSafeInteger(Number(bytes))) return undefined;
  return { name: 'max_result_bytes', bytes: Number(bytes) };
}
