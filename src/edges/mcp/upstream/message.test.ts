// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from './limits.ts';
import {
  answerFrame,
  guessAnsweredId,
  notificationFrame,
  readMessage,
  requestFrame,
  withOwnToken,
} from './message.ts';

const read = (text: string) => readMessage(Buffer.from(text), DEFAULT_LIMITS);

describe('what comes in', () => {
  test.each<[text: string, want: object]>([
    ['{"jsonrpc":"2.0","id":1,"result":{"a":1}}', { kind: 'result', id: 1, result: { a: 1 } }],
    [
      '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}',
      { kind: 'error', id: 1, error: { code: -1, message: 'm' } },
    ],
    [
      '{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m"}}',
      { kind: 'error', id: undefined, error: { code: -1, message: 'm' } },
    ],
    [
      '{"jsonrpc":"2.0","error":{"code":-1,"message":"m","data":null}}',
      { kind: 'error', id: undefined, error: { code: -1, message: 'm', data: null } },
    ],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":"-1","message":"m"}}', { kind: 'faulty', id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"},"result":{}}', { kind: 'faulty', id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"result":null}', { kind: 'faulty', id: 1 }],
    ['{"jsonrpc":"2.0","id":1,"result":[]}', { kind: 'faulty', id: 1 }],
    ['{"jsonrpc":"2.0","id":1}', { kind: 'faulty', id: 1 }],
    ['{"jsonrpc":"2.0","id":"a","method":"m"}', { kind: 'request', id: 'a', method: 'm', params: {} }],
    [
      '{"jsonrpc":"2.0","id":0,"method":"m","params":{"p":1}}',
      { kind: 'request', id: 0, method: 'm', params: { p: 1 } },
    ],
    [
      '{"jsonrpc":"2.0","method":"m","params":{"p":1}}',
      { kind: 'notification', method: 'm', params: { p: 1 } },
    ],
    ['{"jsonrpc":"2.0","method":"m","params":null}', { kind: 'notification', method: 'm', params: {} }],
  ])('%s', (text, want) => expect(read(text)).toEqual(want));

  test.each([
    '',
    'null',
    '[]',
    '[{"jsonrpc":"2.0","id":1,"result":{}}]',
    '{"id":1,"result":{}}',
    '{"jsonrpc":"1.0","id":1,"result":{}}',
    '{"jsonrpc":2.0,"id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":"1","result":{}}',
    '{"jsonrpc":"2.0","id":null,"result":{}}',
    '{"jsonrpc":"2.0","id":"1","error":{"code":-1,"message":"m"}}',
    '{"jsonrpc":"2.0","id":1.5,"result":{}}',
    '{"jsonrpc":"2.0","id":9007199254740993,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"id":2,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}',
    '{"jsonrpc":"2.0","id":1,"method":"m","result":{}}',
    '{"jsonrpc":"2.0","id":null,"method":"m"}',
    '{"jsonrpc":"2.0","id":{},"method":"m"}',
    '{"jsonrpc":"2.0","method":1}',
    '{"jsonrpc":"2.0","method":"m","params":[]}',
    '\ufeff{"jsonrpc":"2.0","id":1,"result":{}}',
    '{"jsonrpc":"2.0","id":1,"result":{}} x',
  ])('no message: %s', (text) => expect(read(text)).toBeUndefined());
});

test.each<[text: string, want: number | undefined]>([
  ['{"jsonrpc":"2.0","id":7,"result":{"a":1,"a":2}}', 7],
  ['{"jsonrpc":"2.0","id":7,"method":"ping"}', undefined],
  ['{"jsonrpc":"2.0","id":"7","result":{}}', undefined],
  ['{"id":7', undefined],
  ['7', undefined],
  ['null', undefined],
])('whose answer `%s` was meant to be', (text, want) =>
  expect(guessAnsweredId(Buffer.from(text))).toBe(want),
);

test('what goes out is one line of JSON, whatever it says', () => {
  const odd = 'a"b\n\u2028\\';
  for (const frame of [
    requestFrame(1, odd, '{"a":1}'),
    requestFrame(1, odd, undefined),
    notificationFrame(odd, '{"a":1}'),
    answerFrame(odd, { result: { [odd]: odd } }),
    answerFrame(1, { error: { code: 1, message: odd, data: { odd } } }),
  ]) {
    expect(frame).not.toContain('\n');
    expect(JSON.parse(frame)).toMatchObject({ jsonrpc: '2.0' });
  }
  expect(JSON.parse(requestFrame(1, odd, '{"a":1}'))).toEqual({
    jsonrpc: '2.0',
    id: 1,
    method: odd,
    params: { a: 1 },
  });
});

test.each<[params: string, want: ReturnType<typeof withOwnToken>]>([
  ['{"arguments":{}}', undefined],
  ['{"arguments":{"progressToken":"not one"}}', undefined],
  ['{"_meta":{"other":1},"arguments":{"x":"\\"progressToken\\""}}', undefined],
  ['{"_meta":{"progressToken":{}}}', undefined],
  [
    '{"_meta":{"a":1,"progressToken":"t"},"arguments":{"n":1e+30}}',
    { params: '{"_meta":{"a":1,"progressToken":42},"arguments":{"n":1e+30}}', callersToken: 't' },
  ],
  ['{"_meta":{"progressToken":0}}', { params: '{"_meta":{"progressToken":42}}', callersToken: 0 }],
  ['{"_meta":{"progressToken":"t"},"a":1,"a":2}', 'unreadable'],
])('own token in `%s`', (params, want) => expect(withOwnToken(params, 42)).toEqual(want));
