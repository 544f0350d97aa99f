// SPDX-License-Identifier: Apache-2.0
/**
 * The event schema and the macros that are there when a trace is given none.
 *
 * Source: Dogwood's guide, chapters 3 and 6; which default is in force when, docs/temporal.md.
 */
import type { PolicyFile } from '../policy/source.ts';

const event = (head: string, spread: readonly string[], principal: string): string =>
  `${head} { ${[
    ...spread.map((selector) => `...${selector}(A)`),
    principal,
    'callerResource: resourceType(A)',
    'requestId: String',
    'sessionId: String',
  ].join(', ')} }`;

const requestResponse = (principal: string): string =>
  [
    event('decision event <A>::request', ['inputs'], principal),
    event('event <A>::response', ['inputs', 'outputs'], principal),
    event('event <A>::error', ['inputs'], principal),
  ].join('\n');

/** One history for everybody. */
export const globalEvents: PolicyFile = {
  name: 'built-in event schema',
  text: requestResponse('callerPrincipal: principalType(A)'),
};

/** Every principal sees only what it did itself. */
export const eventsByPrincipal: PolicyFile = {
  name: 'built-in event schema',
  text: requestResponse('pin callerPrincipal: principalType(A) = principal'),
};

export const defaultMacros: PolicyFile = {
  name: 'built-in macros',
  text: [
    'def temporal count_within(?within, ?what) {',
    '  count for ($at: Timepoint). where formerly within ?within (?what && tp($at))',
    '};',
    'def temporal sum_within(?amount, ?within, ?what) {',
    '  sum ?amount for (?amount: Long), ($at: Timepoint). where formerly within ?within (?what && tp($at))',
    '};',
    'def temporal count_distinct_within(?key, ?within, ?what) {',
    '  count for (?key: String). where formerly within ?within ?what',
    '};',
    'def temporal bind(?name, ?value, ?says) {',
    '  exists (?name: Long). (?value == ?name && ?says)',
    '};',
  ].join('\n'),
};
