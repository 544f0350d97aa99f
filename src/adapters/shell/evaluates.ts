// SPDX-License-Identifier: Apache-2.0
/**
 * Where bash evaluates a text again while it expands a word: arithmetic over names, indexes, indirect names. What is in a
 * variable is run there, `x='a[$(rm y)]'; echo $((x))`.
 *
 * Source: bash(1), ARITHMETIC EVALUATION, Parameter Expansion, CONDITIONAL EXPRESSIONS.
 */
import type { ArithmeticExpression, ParameterExpansionPart, TestExpression, Word } from 'unbash';

export function isPlainIndex({ parts, value }: Word): boolean {
  return parts === undefined && /^(?:\d{1,18}|[@*])$/.test(value);
}

export function parameterEvaluates({ parameter, prefix, index, operation }: ParameterExpansionPart): boolean {
  if (prefix === '!' || !/^(?:[A-Za-z_]\w*|\d{1,4}|[@*#?$!-])$/.test(parameter)) return true;
  if (index !== undefined && !isPlainIndex(index)) return true;
  if (operation?.type === 'Transform' || operation?.type === 'Unknown') return true;
  return operation?.type === 'Slice' && ![operation.offset, operation.length].every(isCount);
}

function isCount(word: Word | undefined): boolean {
  return word === undefined || (word.parts === undefined && /^[ :]?-?\d{1,18}$/.test(word.value.trim()));
}

/** Whatever has a name in it. */
export function arithmeticEvaluates(node: ArithmeticExpression | undefined): boolean {
  switch (node?.type) {
    case undefined:
      return false;
    case 'ArithmeticWord':
      return !/^(?:\d[\dA-Za-z#@_]*|)$/.test(node.value.trim());
    case 'ArithmeticBinary':
      return arithmeticEvaluates(node.left) || arithmeticEvaluates(node.right);
    case 'ArithmeticUnary':
      return arithmeticEvaluates(node.operand);
    case 'ArithmeticTernary':
      return [node.test, node.consequent, node.alternate].some(arithmeticEvaluates);
    case 'ArithmeticGroup':
      return arithmeticEvaluates(node.expression);
    default:
      return true;
  }
}

const comparesNumbers: ReadonlySet<string> = new Set(['-eq', '-ne', '-lt', '-le', '-gt', '-ge']);

export function testEvaluates(node: TestExpression): boolean {
  switch (node.type) {
    case 'TestUnary':
      return /^-[vRo]$/.test(node.operator) && !/^\w+$/.test(node.operand.value);
    case 'TestBinary': {
      const isNumber = ({ parts, value }: Word) => parts === undefined && /^-?\d+$/.test(value);
      return comparesNumbers.has(node.operator) && ![node.left, node.right].every(isNumber);
    }
    case 'TestLogical':
      return node.operands.some(testEvaluates);
    case 'TestNot':
      return testEvaluates(node.operand);
    case 'TestGroup':
      return testEvaluates(node.expression);
  }
}
