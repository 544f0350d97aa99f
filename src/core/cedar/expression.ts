// SPDX-License-Identifier: Apache-2.0
/**
 * From an expression in Cedar's JSON form to a closure that evaluates it.
 *
 * What is not understood is refused with a reason, never guessed at: the policy then belongs to
 * somebody who understands it. Closures never throw; an error is `undefined`, and is the policy's.
 *
 * Source: https://docs.cedarpolicy.com/policies/json-format.html
 */
import { equality, isLong, type Operand, type Order, order } from './compare.ts';
import { type ExtensionFunction, extensionFunctions } from './extension.ts';
import {
  attributeOf,
  type Code,
  hasAttribute,
  type Place,
  type Slots,
  type Test,
  type Variable,
  variable,
} from './frame.ts';
import { getTag, hasTag, isIn, isOfType } from './hierarchy.ts';
import { field, isList, isObject, type JsonObject, valueOfJson, whyNoValue } from './json.ts';
import { matcher } from './like.ts';
import { all, any, asTest, not } from './logic.ts';
import { add, type Long, multiply, negate, subtract } from './long.ts';
import { isTypeName } from './name.ts';
import type { Conjunct } from './prefix.ts';
import { recordOf, SetValue, type Value } from './value.ts';

/** What is known of an expression once it is compiled. */
export interface Compiled {
  readonly code: Code;
  /** The same code, where it yields nothing but booleans. */
  readonly test?: Test;
  /** Where its attributes have slots of their own. */
  readonly path?: Place | Variable;
  /** It is the same for every question: this value, or an error. */
  readonly constant?: { readonly value: Value | undefined };
}

export interface Compiler {
  readonly slots: Slots;
  /** The first thing that was not understood. */
  refused: string | undefined;
}

/** Deeper than any policy that somebody wrote, and shallow enough for the stack. */
const maxNesting = 300;

export function compileExpression(json: unknown, compiler: Compiler, nestingLeft = maxNesting): Compiled {
  if (nestingLeft <= 0) return refuse(compiler, 'it is nested too deeply');
  if (!isObject(json)) return refuse(compiler, 'an expression is no object');
  const [operator, ...others] = Object.keys(json);
  if (operator === undefined || others.length > 0)
    return refuse(compiler, 'an expression must have exactly one operator');
  const operand = json[operator];
  const sub = (part: unknown) => compileExpression(part, compiler, nestingLeft - 1);
  const compiled = compileWhole(operator, operand, sub, compiler);
  if (!costly.has(operator) || compiled.constant !== undefined) return compiled;
  // What was refused, for its depth perhaps, is not what the same means elsewhere.
  if (compiler.refused !== undefined) return compiled;
  const { slots } = compiler;
  return compiled.test === undefined
    ? { code: slots.once(keyOf(json), compiled.code) }
    : tested(slots.onceSaid(keyOf(json), compiled.test));
}

/** What is worth remembering, because other policies of the set ask the same. */
const costly: ReadonlySet<string> = new Set([
  ...['in', 'is', 'like', 'contains', 'containsAll', 'containsAny', 'hasTag', 'getTag', '+', '-', '*'],
  ...extensionFunctions.keys(),
]);

/** No text that is well-formed is written like a `bigint`. */
function keyOf(json: unknown): string {
  return JSON.stringify(json, (_, value) => (typeof value === 'bigint' ? `\ud800${value}` : value));
}

/** @returns what must hold, one after the other, for a condition to hold */
export function conjunctsOf(json: unknown, compiler: Compiler): readonly Conjunct[] {
  return operandsOf(json, '&&').map((part) => {
    const compiled = test(compileExpression(part, compiler));
    return { key: compiler.refused === undefined ? keyOf(part) : '', test: compiled };
  });
}

/** @returns the same of a condition that must not hold */
export function negatedConjunct(json: unknown, compiler: Compiler): Conjunct {
  const compiled = not(test(compileExpression(json, compiler)));
  return { key: compiler.refused === undefined ? `unless ${keyOf(json)}` : '', test: compiled };
}

function compileWhole(operator: string, operand: unknown, sub: Sub, compiler: Compiler): Compiled {
  if (operator === 'Value') return literal(operand, compiler);
  if (operator === 'Var') return variableNamed(operand, compiler);
  if (operator === 'Set') return isList(operand) ? setOf(operand.map(sub)) : odd(operator, compiler);
  if (operator === 'Record') return isObject(operand) ? recordFrom(operand, sub) : odd(operator, compiler);
  const known = extensionFunctions.get(operator);
  if (known !== undefined) {
    return isList(operand) ? extensionCall(known, operand.map(sub)) : odd(operator, compiler);
  }
  return isObject(operand) ? compileOperator(operator, operand, sub, compiler) : odd(operator, compiler);
}

type Sub = (part: unknown) => Compiled;

function compileOperator(operator: string, operand: JsonObject, sub: Sub, compiler: Compiler): Compiled {
  const part = (name: string) => sub(field(operand, name));
  switch (operator) {
    case '!':
      return tested(not(test(part('arg'))));
    case 'neg':
      return negation(part('arg'));
    case '&&':
      return tested(all(chain(operator, operand, sub)));
    case '||':
      return tested(any(chain(operator, operand, sub)));
    case '==':
      return tested(equals(part('left'), part('right')));
    case '!=':
      return tested(not(equals(part('left'), part('right'))));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return tested(comparison(operator, part('left'), part('right')));
    case '+':
      return arithmetic(add, part('left'), part('right'));
    case '-':
      return arithmetic(subtract, part('left'), part('right'));
    case '*':
      return arithmetic(multiply, part('left'), part('right'));
    case 'in':
      return tested(isIn(part('left').code, part('right').code));
    case 'is':
      return isExpression(operand, sub, compiler);
    case 'has':
      return hasExpression(operand, part('left'), compiler);
    case '.':
      return access(operand, part('left'), compiler);
    case 'like':
      return likeExpression(operand, part('left'), compiler);
    case 'contains':
      return tested(membership(part('left'), part('right')));
    case 'containsAll':
      return tested(ofSets(part('left').code, part('right').code, (a, b) => a.includesAll(b)));
    case 'containsAny':
      return tested(ofSets(part('left').code, part('right').code, (a, b) => a.includesAny(b)));
    case 'isEmpty':
      return tested(emptiness(part('arg').code));
    case 'hasTag':
      return tested(hasTag(part('left').code, part('right').code));
    case 'getTag':
      return { code: getTag(part('left').code, part('right').code) };
    case 'if-then-else':
      return choice(part('if'), part('then'), part('else'));
    default:
      return refuse(compiler, `the operator \`${operator}\` is not known`);
  }
}

function refuse(compiler: Compiler, reason: string): Compiled {
  compiler.refused ??= reason;
  return { code: () => undefined };
}

function odd(operator: string, compiler: Compiler): Compiled {
  return refuse(compiler, `\`${operator}\` has operands that are not known`);
}

function tested(test: Test): Compiled {
  return { code: test, test };
}

export function test(compiled: Compiled): Test {
  return compiled.test ?? asTest(compiled.code, fieldOf(compiled));
}

/** The field of the context that it reads, if that is all that it does. */
function fieldOf({ path }: Compiled): number | undefined {
  return typeof path === 'object' ? path.field : undefined;
}

function constant(value: Value | undefined): Compiled {
  const code: Code = () => value;
  return { code, constant: { value } };
}

function literal(json: unknown, compiler: Compiler): Compiled {
  // Read as a double, whoever read it: what the policy's text says is not known any more.
  if (typeof json === 'number' && !Number.isSafeInteger(json))
    return refuse(compiler, 'an integer past 2^53 was rounded');
  const why = whyNoValue(json);
  if (why !== undefined) return refuse(compiler, why);
  if (holdsUnsafe(json)) return refuse(compiler, 'an integer past 2^53 was rounded');
  return constant(valueOfJson(json));
}

function holdsUnsafe(json: unknown): boolean {
  if (typeof json === 'number') return !Number.isSafeInteger(json);
  if (isList(json)) return json.some(holdsUnsafe);
  return isObject(json) && Object.values(json).some(holdsUnsafe);
}

function variableNamed(name: unknown, compiler: Compiler): Compiled {
  switch (name) {
    case 'principal':
    case 'action':
    case 'resource':
    case 'context':
      return { code: variable(name), path: name };
    default:
      return refuse(compiler, 'a variable is not known');
  }
}

/** Every operand of a chain of one operator, which associates either way. */
function chain(operator: '&&' | '||', operand: JsonObject, sub: Sub): readonly Test[] {
  return operandsOf({ [operator]: operand }, operator).map((part) => test(sub(part)));
}

function operandsOf(json: unknown, operator: '&&' | '||'): readonly unknown[] {
  const operands: unknown[] = [];
  const open: unknown[] = [json];
  while (open.length > 0) {
    const next = open.pop();
    const sides = isObject(next) && Object.keys(next).length === 1 ? field(next, operator) : undefined;
    if (isObject(sides)) open.push(field(sides, 'right'), field(sides, 'left'));
    else operands.push(next);
  }
  return operands;
}

function equals(left: Compiled, right: Compiled): Test {
  // Either side may be the constant: both are evaluated, in whatever order.
  return left.constant?.value !== undefined && right.constant === undefined
    ? equality(operandOf(right), operandOf(left))
    : equality(operandOf(left), operandOf(right));
}

function operandOf(compiled: Compiled): Operand {
  return { code: compiled.code, field: fieldOf(compiled), value: compiled.constant?.value };
}

const mirrored: Readonly<Record<Order, Order>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' };

function comparison(operator: Order, left: Compiled, right: Compiled): Test {
  return left.constant?.value !== undefined && right.constant === undefined
    ? order(mirrored[operator], operandOf(right), operandOf(left))
    : order(operator, operandOf(left), operandOf(right));
}

function arithmetic(
  apply: (a: Long, b: Long) => Long | undefined,
  left: Compiled,
  right: Compiled,
): Compiled {
  const [a, b] = [operandOf(left), operandOf(right)];
  return {
    code: (frame) => {
      const first = a.field === undefined ? (a.value ?? a.code(frame)) : frame.fields[a.field];
      if (!isLong(first)) return undefined;
      const second = b.field === undefined ? (b.value ?? b.code(frame)) : frame.fields[b.field];
      return isLong(second) ? apply(first, second) : undefined;
    },
  };
}

function negation(arg: Compiled): Compiled {
  const apply = (value: Value | undefined) => (isLong(value) ? negate(value) : undefined);
  if (arg.constant !== undefined) return constant(apply(arg.constant.value));
  return { code: (frame) => apply(arg.code(frame)) };
}

function isExpression(operand: JsonObject, sub: Sub, compiler: Compiler): Compiled {
  const type = field(operand, 'entity_type');
  if (typeof type !== 'string' || !isTypeName(type)) return odd('is', compiler);
  const left = sub(field(operand, 'left'));
  const ofType = isOfType(left.code, type);
  const above = field(operand, 'in');
  return tested(above === undefined ? ofType : all([ofType, isIn(left.code, sub(above).code)]));
}

/** `a has b.c.d` asks for each of them in turn. */
function hasExpression(operand: JsonObject, left: Compiled, compiler: Compiler): Compiled {
  const attr = field(operand, 'attr');
  const names = isList(attr) ? attr : [attr];
  const tests: Test[] = [];
  let of = left;
  for (const name of names) {
    if (typeof name !== 'string') return odd('has', compiler);
    tests.push(presence(of, name, compiler));
    of = attributeCode(of, name, compiler);
  }
  return tests.length === 0 ? odd('has', compiler) : tested(all(tests));
}

function presence(of: Compiled, name: string, compiler: Compiler): Test {
  const { code } = of;
  const asked: Test = (frame) => {
    const value = code(frame);
    return value === undefined ? undefined : hasAttribute(frame, value, name);
  };
  if (of.path === undefined) return asked;
  const attribute = attributeCode(of, name, compiler);
  const field = fieldOf(attribute);
  if (field !== undefined) return ({ fields }) => fields[field] !== undefined;
  // Most often it is there and is read next.
  return (frame) => (attribute.code(frame) === undefined ? asked(frame) : true);
}

function access(operand: JsonObject, left: Compiled, compiler: Compiler): Compiled {
  const name = field(operand, 'attr');
  return typeof name === 'string' ? attributeCode(left, name, compiler) : odd('.', compiler);
}

function attributeCode({ code, path }: Compiled, name: string, { slots }: Compiler): Compiled {
  if (path !== undefined) {
    const place = slots.place(path, name);
    return { code: place.code, path: place };
  }
  return {
    code: (frame) => {
      const value = code(frame);
      return value === undefined ? undefined : attributeOf(frame, value, name);
    },
  };
}

function likeExpression(operand: JsonObject, left: Compiled, compiler: Compiler): Compiled {
  const pattern = field(operand, 'pattern');
  const pieces = isList(pattern) ? literalPieces(pattern) : undefined;
  if (pieces === undefined) return odd('like', compiler);
  const matches = matcher(pieces);
  return tested((frame) => {
    const value = left.code(frame);
    return typeof value === 'string' ? matches(value) : undefined;
  });
}

/** @returns the literals between the wildcards; the pattern has one element for each character */
function literalPieces(pattern: readonly unknown[]): readonly string[] | undefined {
  const pieces = [''];
  for (const element of pattern) {
    if (element === 'Wildcard') pieces.push('');
    else {
      const text = isObject(element) ? field(element, 'Literal') : undefined;
      if (typeof text !== 'string' || !text.isWellFormed()) return undefined;
      pieces.push(`${pieces.pop() ?? ''}${text}`);
    }
  }
  return pieces;
}

function membership({ code: left, constant }: Compiled, { code: right }: Compiled): Test {
  const listed = constant?.value instanceof SetValue ? constant.value.scalars() : undefined;
  if (listed !== undefined)
    return (frame) => {
      const value = right(frame);
      return value === undefined ? undefined : listed.has(value);
    };
  return (frame) => {
    const set = left(frame);
    if (!(set instanceof SetValue)) return undefined;
    const value = right(frame);
    return value === undefined ? undefined : set.includes(value);
  };
}

function ofSets(left: Code, right: Code, holds: (a: SetValue, b: SetValue) => boolean): Test {
  return (frame) => {
    const a = left(frame);
    if (!(a instanceof SetValue)) return undefined;
    const b = right(frame);
    return b instanceof SetValue ? holds(a, b) : undefined;
  };
}

function emptiness(code: Code): Test {
  return (frame) => {
    const set = code(frame);
    return set instanceof SetValue ? set.items.length === 0 : undefined;
  };
}

function choice(condition: Compiled, then: Compiled, otherwise: Compiled): Compiled {
  const asked = test(condition);
  const code: Code = (frame) => {
    const said = asked(frame);
    if (said === undefined) return undefined;
    return said ? then.code(frame) : otherwise.code(frame);
  };
  return { code };
}

function setOf(items: readonly Compiled[]): Compiled {
  const constants = items.map((item) => item.constant);
  if (constants.every((each) => each !== undefined)) {
    const values = constants.flatMap(({ value }) => (value === undefined ? [] : [value]));
    return constant(values.length === items.length ? new SetValue(values) : undefined);
  }
  return {
    code: (frame) => {
      const values: Value[] = [];
      for (const { code } of items) {
        const value = code(frame);
        if (value === undefined) return undefined;
        values.push(value);
      }
      return new SetValue(values);
    },
  };
}

function recordFrom(operand: JsonObject, sub: Sub): Compiled {
  const fields = Object.entries(operand).map(([name, part]) => ({ name, code: sub(part).code }));
  return {
    code: (frame) => {
      const values = new Map<string, Value>();
      for (const { name, code } of fields) {
        const value = code(frame);
        if (value === undefined) return undefined;
        values.set(name, value);
      }
      return recordOf(values);
    },
  };
}

function extensionCall(known: ExtensionFunction, args: readonly Compiled[]): Compiled {
  const [first, second] = args;
  // That is found out when it is called, and only then.
  if (first === undefined || args.length !== known.arity) return constant(undefined);
  if (second === undefined) {
    if (first.constant !== undefined) {
      const { value } = first.constant;
      return constant(value === undefined ? undefined : known.apply(value, value));
    }
    return {
      code: (frame) => {
        const a = first.code(frame);
        return a === undefined ? undefined : known.apply(a, a);
      },
    };
  }
  return {
    code: (frame) => {
      const a = first.code(frame);
      if (a === undefined) return undefined;
      const b = second.code(frame);
      return b === undefined ? undefined : known.apply(a, b);
    },
  };
}
