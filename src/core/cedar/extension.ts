// SPDX-License-Identifier: Apache-2.0
/**
 * The functions and methods of Cedar's extensions, by name. A method's receiver is its first argument.
 *
 * Undefined means an error: a malformed text, another type, a result that does not fit. Never throws.
 */
import { parseDecimal } from './decimal.ts';
import { isInRange, isLoopback, isMulticast, parseIp } from './ip.ts';
import { add, divide, type Long, subtract } from './long.ts';
import { parseDatetime, parseDuration, toDate, toTime } from './time.ts';
import type { Datetime, Decimal, Duration, Extension, Ip, Value } from './value.ts';

export interface ExtensionFunction {
  readonly arity: 1 | 2;
  /** `b` is looked at by functions of two arguments only. */
  apply(a: Value, b: Value): Value | undefined;
}

export const extensionFunctions: ReadonlyMap<string, ExtensionFunction> = new Map([
  ['decimal', parsed(parseDecimal)],
  ['ip', parsed(parseIp)],
  ['datetime', parsed(parseDatetime)],
  ['duration', parsed(parseDuration)],

  ['lessThan', onDecimals((a, b) => a < b)],
  ['lessThanOrEqual', onDecimals((a, b) => a <= b)],
  ['greaterThan', onDecimals((a, b) => a > b)],
  ['greaterThanOrEqual', onDecimals((a, b) => a >= b)],

  ['isIpv4', onIp((ip) => ip.version === 4)],
  ['isIpv6', onIp((ip) => ip.version === 6)],
  ['isLoopback', onIp(isLoopback)],
  ['isMulticast', onIp(isMulticast)],
  ['isInRange', binary((a, b) => (isIp(a) && isIp(b) ? isInRange(a, b) : undefined))],

  [
    'offset',
    binary((a, b) => (isDatetime(a) && isDuration(b) ? at('datetime', add(a.ms, b.ms)) : undefined)),
  ],
  [
    'durationSince',
    binary((a, b) => (isDatetime(a) && isDatetime(b) ? at('duration', subtract(a.ms, b.ms)) : undefined)),
  ],
  ['toDate', unary((a) => (isDatetime(a) ? at('datetime', toDate(a.ms)) : undefined))],
  ['toTime', unary((a) => (isDatetime(a) ? at('duration', toTime(a.ms)) : undefined))],

  ['toMilliseconds', inUnitsOf(1)],
  ['toSeconds', inUnitsOf(1000)],
  ['toMinutes', inUnitsOf(60_000)],
  ['toHours', inUnitsOf(3_600_000)],
  ['toDays', inUnitsOf(86_400_000)],
]);

function unary(apply: (a: Value) => Value | undefined): ExtensionFunction {
  return { arity: 1, apply };
}

function binary(apply: (a: Value, b: Value) => Value | undefined): ExtensionFunction {
  return { arity: 2, apply };
}

function parsed(parse: (text: string) => Extension | undefined): ExtensionFunction {
  return unary((text) => (typeof text === 'string' ? parse(text) : undefined));
}

function onDecimals(compare: (a: Long, b: Long) => boolean): ExtensionFunction {
  return binary((a, b) => (isDecimal(a) && isDecimal(b) ? compare(a.units, b.units) : undefined));
}

function onIp(test: (ip: Ip) => boolean): ExtensionFunction {
  return unary((ip) => (isIp(ip) ? test(ip) : undefined));
}

function inUnitsOf(ms: number): ExtensionFunction {
  return unary((duration) => (isDuration(duration) ? divide(duration.ms, ms) : undefined));
}

function at(kind: 'datetime' | 'duration', ms: Long | undefined): Datetime | Duration | undefined {
  return ms === undefined ? undefined : { kind, ms };
}

function isDecimal(value: Value): value is Decimal {
  return typeof value === 'object' && value.kind === 'decimal';
}

function isIp(value: Value): value is Ip {
  return typeof value === 'object' && value.kind === 'ip';
}

function isDatetime(value: Value): value is Datetime {
  return typeof value === 'object' && value.kind === 'datetime';
}

function isDuration(value: Value): value is Duration {
  return typeof value === 'object' && value.kind === 'duration';
}
