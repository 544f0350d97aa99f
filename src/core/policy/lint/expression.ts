// SPDX-License-Identifier: Apache-2.0
// What lint asks of a policy in Cedar's JSON form: its conjuncts, what it reads, how large its numbers get.
// Never evaluates; where the form is not known, it says nothing rather than something wrong.

/** Cedar's JSON form, as the engine gives it. */
export type Json = unknown;

export function member(json: Json, name: string): Json {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? Reflect.get(json, name)
    : undefined;
}

export function listOf(json: Json): readonly Json[] {
  return Array.isArray(json) ? json : [];
}

export function stringIn(json: Json, name: string): string | undefined {
  const value = member(json, name);
  return typeof value === 'string' ? value : undefined;
}

/** Each part that has to hold for the policy to be satisfied, in one spelling: equal parts are equal texts. */
export function conjunctsOf(policy: Json): ReadonlySet<string> {
  const found = new Set<string>();
  for (const clause of listOf(member(policy, 'conditions'))) {
    const body = member(clause, 'body');
    if (member(clause, 'kind') === 'when') split(body, found);
    else split({ '!': { arg: body } }, found);
  }
  return found;
}

function split(expression: Json, into: Set<string>): void {
  const both = member(expression, '&&');
  const twice = member(member(member(expression, '!'), 'arg'), '!');
  if (both !== undefined) {
    split(member(both, 'left'), into);
    split(member(both, 'right'), into);
  } else if (twice !== undefined) split(member(twice, 'arg'), into);
  else if (member(expression, 'Value') !== true) into.add(spelled(expression));
}

/** JSON with the keys in order. */
function spelled(json: Json): string {
  return JSON.stringify(json, (_key, value: Json) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** Visits every part of the conditions, outermost first. */
export function everyPart(policy: Json, visit: (part: Json) => void): void {
  const into = (part: Json): void => {
    if (typeof part !== 'object' || part === null) return;
    if (!Array.isArray(part)) visit(part);
    for (const inner of Object.values(part)) into(inner);
  };
  for (const clause of listOf(member(policy, 'conditions'))) into(member(clause, 'body'));
}

/** `context.tool.kind` as text; undefined where it is no path from a variable. */
export function pathOf(expression: Json): string | undefined {
  const variable = stringIn(expression, 'Var');
  if (variable !== undefined) return variable;
  const access = member(expression, '.');
  const left = access === undefined ? undefined : pathOf(member(access, 'left'));
  const attr = stringIn(access, 'attr');
  return left === undefined || attr === undefined ? undefined : `${left}.${attr}`;
}

/** Whole numbers of requests and facts are within this of zero; see docs/formats/cedar-values.md. */
const largestFact = 2n ** 53n;
const largestLong = 2n ** 63n - 1n;

/** The operator whose result may not fit into 64 bits, if there is one. */
export function overflowIn(policy: Json): '+' | '-' | '*' | undefined {
  let found: '+' | '-' | '*' | undefined;
  everyPart(policy, (part) => {
    for (const operator of ['+', '-', '*'] as const) {
      if (found === undefined && member(part, operator) !== undefined && largest(part) > largestLong)
        found = operator;
    }
  });
  return found;
}

/** A bound of the absolute value. */
function largest(expression: Json): bigint {
  const value = member(expression, 'Value');
  if (typeof value === 'number') return absolute(BigInt(Math.trunc(value)));
  const branches = member(expression, 'if-then-else');
  if (branches !== undefined) {
    // Either may be taken; together they are no less than the larger one.
    return largest(member(branches, 'then')) + largest(member(branches, 'else'));
  }
  const negated = member(member(expression, 'neg'), 'arg');
  if (negated !== undefined) return largest(negated);
  for (const operator of ['+', '-', '*'] as const) {
    const both = member(expression, operator);
    if (both === undefined) continue;
    const [left, right] = [largest(member(both, 'left')), largest(member(both, 'right'))];
    return operator === '*' ? left * right : left + right;
  }
  return largestFact;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
