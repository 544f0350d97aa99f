// SPDX-License-Identifier: Apache-2.0
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { type JsonFault, type JsonLimits, parseJson } from './parse.ts';

const roomy: JsonLimits = { maxBytes: 1 << 22, maxDepth: 64, maxNodes: 100_000 };
const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, limits: Partial<JsonLimits> = {}) =>
  parseJson(bytes(text), { ...roomy, ...limits });

describe('what is read', () => {
  test.each<[rule: string, text: string, want: unknown]>([
    ['a lone scalar is a document', ' \t\r\n"a" \t\r\n', 'a'],
    ['null', 'null', null],
    ['true', 'true', true],
    ['false', '[false]', [false]],
    ['zero', '0', 0],
    ['minus zero is zero', '-0', 0],
    ['minus zero as a fraction is zero', '[-0.0,-0e5]', [0, 0]],
    ['what rounds to minus zero is zero', '-1e-400', 0],
    ['the largest safe integer', '9007199254740991', 9007199254740991],
    ['the smallest safe integer', '-9007199254740991', -9007199254740991],
    ['fifteen digits', '-999999999999999', -999999999999999],
    ['sixteen digits', '1000000000000001', 1000000000000001],
    ['fractions and exponents', '[0.5,1E2,1e+2,1.25e-2,-0.1]', [0.5, 100, 100, 0.0125, -0.1]],
    [
      'a float whose canonical form keeps its exponent',
      '[1e21,1.7976931348623157e308]',
      [1e21, Number.MAX_VALUE],
    ],
    ['the smallest double', '5e-324', 5e-324],
    ['empty containers', '{"a":[ ],"b":{ }}', { a: [], b: {} }],
    ['empty key and empty string', '{"":""}', { '': '' }],
    ['every simple escape', '"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\/\b\f\n\r\t'],
    ['escapes by number, both cases', '"\\u00e9\\u00E9\\u0000\\uFFFF"', 'éé\u0000\uffff'],
    ['a surrogate pair as escapes', '"\\ud83d\\ude00"', '😀'],
    ['a character outside the basic plane as it is', '"😀"', '😀'],
    ['text after and between escapes', '"ab\\ncd\\u0041ef"', 'ab\ncdAef'],
    ['a character that looks like a decoding error', '"\ufffd"', '\ufffd'],
    ['a byte order mark inside a string', '"\ufeff"', '\ufeff'],
    ['delete and line separators need no escape', '"\u007f\u2028\u2029"', '\u007f\u2028\u2029'],
    ['the same key in different objects', '[{"a":1},{"a":{"a":2}}]', [{ a: 1 }, { a: { a: 2 } }]],
    ['keys equal only after normalisation', '{"\u00e9":1,"e\u0301":2}', { '\u00e9': 1, 'e\u0301': 2 }],
    ['keys that look like indices', '{"1":1,"01":2,"0":3}', { '1': 1, '01': 2, '0': 3 }],
  ])('%s', (_rule, text, want) => expect(read(text)).toStrictEqual({ ok: true, value: want }));

  test('prototype names are plain own keys', () => {
    const names = Object.getOwnPropertyNames(Object.prototype).filter((name) => name !== '__proto__');
    expect(names).toContain('constructor');
    const parsed = read(`{${names.map((name) => `"${name}":null`).join(',')}}`);
    expect(parsed.ok && Object.keys(parsed.value ?? {})).toEqual(names);
  });
});

test('a key is read as it is spelled, whatever keys were read before (nodejs/node#63785)', () => {
  const sent = ['{"k":0,"\\\\":1}', '{"k":0,"\\n":1}', '{"k":0,"\\\\u00":1}', '{"k":0,"\\u0061bcd":1}'];
  for (const text of sent) JSON.parse(text); // prepares the engine, whose own reader confuses these
  const keys = sent.map((text) => {
    const parsed = read(text);
    return parsed.ok && Object.keys(parsed.value ?? {})[1];
  });
  expect(keys).toEqual(['\\', '\n', '\\u00', 'abcd']);
});

describe('what is refused, why and at which byte', () => {
  test.each<[rule: string, text: string, code: JsonFault, at: number]>([
    ['nothing', '', 'syntax', 0],
    ['only space', '  \n', 'syntax', 3],
    ['a byte order mark', '\ufeff{}', 'syntax', 0],
    ['text after the value', '{} x', 'syntax', 3],
    ['two values', '1 2', 'syntax', 2],
    ['a null byte after the value', '{}\u0000', 'syntax', 2],
    ['space that is not of JSON', '\u00a01', 'syntax', 0],
    ['a form feed', '[\f1]', 'syntax', 1],
    ['a comment', '/*x*/1', 'syntax', 0],
    ['a hash comment', '1#', 'syntax', 1],
    ['words of other languages', 'undefined', 'syntax', 0],
    ['NaN', 'NaN', 'syntax', 0],
    ['Infinity', '-Infinity', 'syntax', 0],
    ['a word cut short', 'tru', 'syntax', 0],
    ['a word in capitals', 'True', 'syntax', 0],
    ['a word that goes on', 'nullx', 'syntax', 4],
    ['an open array', '[1', 'syntax', 2],
    ['a comma before the end of an array', '[1,]', 'syntax', 3],
    ['a comma at the start of an array', '[,1]', 'syntax', 1],
    ['two commas', '[1,,2]', 'syntax', 3],
    ['no comma', '[1 2]', 'syntax', 3],
    ['the wrong bracket', '[1}', 'syntax', 2],
    ['a bracket too many', '[1]]', 'syntax', 3],
    ['an open object', '{"a":1', 'syntax', 6],
    ['a comma before the end of an object', '{"a":1,}', 'syntax', 7],
    ['a key without quotes', '{a:1}', 'syntax', 1],
    ['a key in single quotes', "{'a':1}", 'syntax', 1],
    ['a key that is a number', '{1:1}', 'syntax', 1],
    ['no colon', '{"a" 1}', 'syntax', 5],
    ['no value', '{"a":}', 'syntax', 5],
    ['a colon in an array', '["a":1]', 'syntax', 4],
    ['an equals sign', '{"a"=1}', 'syntax', 4],
    ['single quotes', "'a'", 'syntax', 0],
    ['an open string', '"abc', 'syntax', 4],
    ['an open string after an escape', '"a\\n', 'syntax', 4],
    ['a string that ends in a backslash', '"a\\', 'syntax', 2],
    ['a raw newline', '"a\nb"', 'syntax', 2],
    ['a raw newline after an escape', '"\\ta\nb"', 'syntax', 4],
    ['a raw null', '"\u0000"', 'syntax', 1],
    ['an unknown escape', '"\\x41"', 'syntax', 1],
    ['an escape of a single quote', '"\\\'"', 'syntax', 1],
    ['an escape in capitals', '"\\U0041"', 'syntax', 1],
    ['an escape of three digits', '"\\u004"', 'syntax', 1],
    ['an escape with a sign', '"\\u+041"', 'syntax', 1],
    ['an escape with other letters', '"\\u00zz"', 'syntax', 1],
    ['an escape with full-width digits', '"\\u００４１"', 'syntax', 1],
    ['a plus sign', '+1', 'syntax', 0],
    ['only a minus sign', '-', 'syntax', 0],
    ['two minus signs', '--1', 'syntax', 0],
    ['a leading zero', '01', 'syntax', 0],
    ['a leading zero behind a minus', '-012', 'syntax', 0],
    ['no digit before the point', '.5', 'syntax', 0],
    ['no digit after the point', '1.', 'syntax', 2],
    ['no digit between point and exponent', '1.e5', 'syntax', 2],
    ['an empty exponent', '1e', 'syntax', 2],
    ['an exponent that is only a sign', '1e+', 'syntax', 3],
    ['a fraction in the exponent', '1e1.5', 'syntax', 3],
    ['hexadecimal', '0x1f', 'syntax', 1],
    ['a bigint', '1n', 'syntax', 1],
    ['digits in groups', '1_000', 'syntax', 1],
    ['digits of another script', '１', 'syntax', 0],
    ['the same key twice', '{"a":1,"a":1}', 'duplicate_key', 7],
    ['the same key, spelled with an escape', '{"a":1,"\\u0061":2}', 'duplicate_key', 7],
    ['the same key, deep inside', '[{"b":{"a":1,"c":2,"a":3}}]', 'duplicate_key', 19],
    ['the same key, whose value is null', '{"a":null,"a":null}', 'duplicate_key', 10],
    ['the empty key twice', '{"":1,"":2}', 'duplicate_key', 6],
    ['a name of the prototype twice', '{"toString":1,"toString":2}', 'duplicate_key', 14],
    ['an index twice', '{"0":1,"0":2}', 'duplicate_key', 7],
    ['a long key twice', '{"abcdefghijklmnopqr":1,"abcdefghijklmnopqr":2}', 'duplicate_key', 24],
    ['offsets count bytes, not characters', '{"é😀":1,"é😀":2}', 'duplicate_key', 12],
    ['the prototype', '{"__proto__":1}', 'reserved_key', 1],
    ['the prototype, spelled with an escape', '[{"a":{"\\u005f_proto__":{}}}]', 'reserved_key', 7],
    ['an integer past 2^53 - 1', '9007199254740992', 'unsafe_integer', 0],
    [
      'an integer that rounds down to a safe one',
      '[9007199254740991,9007199254740993]',
      'unsafe_integer',
      18,
    ],
    ['a negative integer past 2^53 - 1', '-9007199254740992', 'unsafe_integer', 0],
    ['an integer of many digits', '1'.repeat(400), 'unsafe_integer', 0],
    ['a float whose canonical form is an unsafe integer', '1e20', 'unsafe_integer', 0],
    ['the same with a fraction of zero', '9007199254740992.0', 'unsafe_integer', 0],
    ['a number past the largest double', '[1e400]', 'number_range', 1],
    ['a number below the lowest double', '-1e400', 'number_range', 0],
    ['a number that rounds past the largest double', '1.7976931348623159e308', 'number_range', 0],
    ['half a pair', '"\\ud800"', 'lone_surrogate', 1],
    ['the second half alone', '"a\\udc00"', 'lone_surrogate', 2],
    ['half a pair before text', '"\\ud800abcdefgh"', 'lone_surrogate', 1],
    ['two first halves', '"\\ud800\\ud800"', 'lone_surrogate', 1],
    ['two second halves', '"\\udc00\\udc00"', 'lone_surrogate', 1],
    ['half a pair before an escape past the second halves', '"\\ud800\\ue000"', 'lone_surrogate', 1],
    ['halves in the wrong order', '"\\udc00\\ud800"', 'lone_surrogate', 1],
    ['half a pair before another escape', '"\\ud83d\\n"', 'lone_surrogate', 1],
    ['half a pair in a key', '{"\\udead":1}', 'lone_surrogate', 2],
  ])('%s', (_rule, text, code, at) => expect(read(text)).toMatchObject({ ok: false, code, at }));

  test.each<[rule: string, body: number[], at: number]>([
    ['a stray continuation byte', [0x22, 0x80, 0x22], 1],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22], 1],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ['past the last code point', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1],
    ['cut inside a character', [0x22, 0xe2, 0x82], 1],
    ['after a replacement character that was really sent', [0x22, 0xef, 0xbf, 0xbd, 0xff, 0x22], 4],
    ['UTF-16', [0xff, 0xfe, 0x31, 0x00], 0],
  ])('not UTF-8: %s', (_rule, body, at) => {
    expect(parseJson(Uint8Array.from(body), roomy)).toMatchObject({ ok: false, code: 'invalid_utf8', at });
    expect(read('"é"')).toEqual({ ok: true, value: 'é' }); // the decoder keeps nothing from the failure
  });

  test.each(['__entity', '__extn'])('`%s` is a key like any other until Cedar is to see it', (key) => {
    const text = `{"a":[{"${key}":{"type":"User","id":"root"}}]}`;
    expect(read(text).ok).toBe(true);
    expect(read(text, { refuseCedarEscapes: true })).toMatchObject({ code: 'reserved_key', at: 7 });
  });

  test('messages show what the sender wrote without letting it steer a terminal', () => {
    const key = '\\u001b[2J\\u202e';
    expect(read(`{"${key}":1,"${key}":2}`)).toMatchObject({
      message: 'the key `\ufffd[2J\ufffd` occurs twice in one object',
    });
    expect(read('[\u001b]')).toMatchObject({ message: 'expected a value, not U+001B' });
    const long = read(`{"${'k'.repeat(10_000)}":1,"${'k'.repeat(10_000)}":1}`);
    expect(!long.ok && long.message.length).toBeLessThan(100);
  });
});

describe('limits', () => {
  test.each<[rule: string, text: string, limits: Partial<JsonLimits>, want: JsonFault | 'ok']>([
    ['as many bytes as allowed', '"é"', { maxBytes: 4 }, 'ok'],
    ['one byte more', '"é"', { maxBytes: 3 }, 'too_large'],
    ['as deep as allowed', '[[{"a":1}]]', { maxDepth: 3 }, 'ok'],
    ['one level more', '[[{"a":[]}]]', { maxDepth: 3 }, 'too_deep'],
    ['one object more', '[[{"a":{}}]]', { maxDepth: 3 }, 'too_deep'],
    ['levels are given back', '[[],[],{},{},[{}],[]]', { maxDepth: 3 }, 'ok'],
    ['a scalar needs no depth', '1', { maxDepth: 0 }, 'ok'],
    ['as many values as allowed', '[1,{"a":2}]', { maxNodes: 4 }, 'ok'],
    ['one value more', '[1,{"a":2},3]', { maxNodes: 4 }, 'too_many_nodes'],
    ['the engine has its own bound on depth', '['.repeat(513), { maxDepth: 1e9 }, 'too_deep'],
    ['up to that bound it works', `${'['.repeat(512)}${']'.repeat(512)}`, { maxDepth: 1e9 }, 'ok'],
    ['no number of bytes is no bytes', '1', { maxBytes: Number.NaN }, 'too_large'],
    ['no number of levels is no levels', '[]', { maxDepth: Number.NaN }, 'too_deep'],
    ['no number of values is no values', '1', { maxNodes: Number.NaN }, 'too_many_nodes'],
  ])('%s', (_rule, text, limits, want) => {
    const parsed = read(text, limits);
    expect(parsed.ok ? 'ok' : parsed.code).toBe(want);
  });

  test.each(['[', '{"a":', '[{"a":['])('a million of `%s` is refused and does not overflow', (open) => {
    const limits = { maxBytes: 1e8, maxDepth: Number.POSITIVE_INFINITY, maxNodes: 1e9 };
    expect(read(open.repeat(1_000_000), limits)).toMatchObject({ ok: false, code: 'too_deep' });
  });

  test('a string that outlives its body does not keep the body', () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const filler = 'x'.repeat(100_000);
    const kept: unknown[] = [];
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 300; i++) {
      const parsed = read(`["customer number ${i} of 300","with an \\n escape ${i}","${filler}"]`);
      if (parsed.ok && Array.isArray(parsed.value)) kept.push(parsed.value[0], parsed.value[1]);
    }
    collect();
    expect(kept).toHaveLength(600);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
  });
});
