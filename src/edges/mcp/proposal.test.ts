// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { argsFrom, paramsText } from './proposal.ts';

// The engine's own reader takes the second key of `args` for a backslash once it has read these (nodejs/node#63785).
const args = '{"!":1,"\\"":2}';
beforeEach(() => {
  JSON.parse('{"!":[],"\\\\":0}');
});

test('what leaves is what was authorised, whatever keys were read before', () => {
  expect(paramsText({ layout: 'flat' }, args, 'completion/complete', {}, {})).toBe(args);
  expect(paramsText({ layout: 'nested' }, args, 't', {}, {})).toBe(`{"arguments":${args},"name":"t"}`);
});

test('authorised arguments are read as they are written', () => {
  expect(Object.keys(argsFrom(args))).toEqual(['!', '"']);
});

test('no part of the gateway gives JSON of somebody else to the engine', () => {
  const here = new URL('.', import.meta.url);
  const askers = readdirSync(here, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
    .filter((file) => readFileSync(new URL(file, here), 'utf8').includes('JSON.parse('));
  // There it only guesses which request failed.
  expect(askers).toEqual(['upstream/message.ts']);
});
