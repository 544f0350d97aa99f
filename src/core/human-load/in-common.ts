// SPDX-License-Identifier: Apache-2.0
/**
 * What calls that people answered alike have in common: of each argument the numbers between which it lay, the few
 * values that it had, or how its texts begin. In words, for somebody who writes a policy; never a policy.
 *
 * The adversary is an agent that has harmless calls approved until its rule is thought superfluous. So it is said, too,
 * how many of the calls that people refused look just like these.
 *
 * Source: docs/adr/0033-reviews-and-load.md.
 */
import { visible } from '../approval/visible.ts';
import { isArray, isObject, type JsonObject, type JsonValue } from '../json/value.ts';

/** One place in the arguments, lists by all of their items: `to[].email`. */
export type Common = { readonly path: string; readonly always: boolean } & (
  | { readonly is: 'range'; readonly least: number; readonly most: number }
  | { readonly is: 'values'; readonly values: readonly string[] }
  | { readonly is: 'texts'; readonly different: number; readonly start: string }
  | { readonly is: 'mixed' }
);

const maxValues = 8;
const maxPaths = 40;
/** A shorter beginning is chance. */
const leastStart = 4;
const maxShown = 60;

export function inCommon(calls: readonly JsonObject[]): readonly Common[] {
  const leaves = calls.map(leavesOf);
  const paths = [...new Set(leaves.flatMap((one) => [...one.keys()]))].sort().slice(0, maxPaths);
  return paths.map((path) => {
    const values = leaves.flatMap((one) => one.get(path) ?? []);
    const always = leaves.every((one) => one.has(path));
    return { path, always, ...kindOf(values) };
  });
}

function kindOf(values: readonly JsonValue[]) {
  const numbers = values.filter((value) => typeof value === 'number');
  const different = [...new Set(values.map(spelled))].sort();
  if (numbers.length === values.length && different.length > 1)
    return { is: 'range' as const, least: Math.min(...numbers), most: Math.max(...numbers) };
  if (different.length <= maxValues) return { is: 'values' as const, values: different };
  if (values.every((value) => typeof value === 'string')) {
    const start = commonStart(values);
    return { is: 'texts' as const, different: different.length, start };
  }
  return { is: 'mixed' as const };
}

/** Whether a call looks like those: nothing that they never had, and nothing outside of what they had. */
export function isLike(common: readonly Common[], call: JsonObject): boolean {
  const leaves = leavesOf(call);
  for (const { path, always } of common) if (always && !leaves.has(path)) return false;
  for (const [path, values] of leaves) {
    const found = common.find((one) => one.path === path);
    if (found === undefined || !values.every((value) => fits(found, value))) return false;
  }
  return true;
}

function fits(common: Common, value: JsonValue): boolean {
  switch (common.is) {
    case 'range':
      return typeof value === 'number' && value >= common.least && value <= common.most;
    case 'values':
      return common.values.includes(spelled(value));
    case 'texts':
      return typeof value === 'string' && value.startsWith(common.start);
    case 'mixed':
      return true;
  }
}

/** Everything that others wrote made visible, and cut. */
export function commonInWords(common: readonly Common[]): readonly string[] {
  return common.map((one) => `${shown(one.path)}${one.always ? '' : ' (not always there)'} ${said(one)}`);
}

function said(one: Common): string {
  switch (one.is) {
    case 'range':
      return `from ${one.least} to ${one.most}`;
    case 'values':
      return one.values.length === 1
        ? `always ${one.values.map(shown).join('')}`
        : `one of ${one.values.map(shown).join(', ')}`;
    case 'texts':
      return one.start === ''
        ? `${one.different} different texts`
        : `${one.different} different texts that begin with "${shown(one.start)}"`;
    case 'mixed':
      return 'of several kinds';
  }
}

function shown(text: string): string {
  const { text: all } = visible(text);
  return all.length <= maxShown ? all : `${all.slice(0, maxShown).toWellFormed()}...`;
}

function spelled(value: JsonValue): string {
  return typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
}

function commonStart(texts: readonly string[]): string {
  const [first = '', ...rest] = texts;
  let length = first.length;
  for (const text of rest) while (!text.startsWith(first.slice(0, length))) length -= 1;
  return length < leastStart ? '' : first.slice(0, length).toWellFormed();
}

function leavesOf(args: JsonObject): ReadonlyMap<string, readonly JsonValue[]> {
  const leaves = new Map<string, JsonValue[]>();
  for (const [path, value] of within('', args)) leaves.set(path, [...(leaves.get(path) ?? []), value]);
  return leaves;
}

function* within(path: string, value: JsonValue): Generator<readonly [string, JsonValue]> {
  if (isArray(value) && value.length > 0) for (const item of value) yield* within(`${path}[]`, item);
  else if (isObject(value) && Object.keys(value).length > 0)
    for (const [key, member] of Object.entries(value))
      yield* within(path === '' ? key : `${path}.${key}`, member);
  else yield [path, value];
}
