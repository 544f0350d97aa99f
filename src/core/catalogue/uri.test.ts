// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { covers, isPlainUri, prefixFault } from './uri.ts';

describe('isPlainUri', () => {
  test.each([
    'file:///data/a.txt',
    'file:///data/%C3%A9.txt',
    'https://example.com/a?b=../c#d',
    'demo://resource/static/text/1',
    'memo:insights',
    'postgres://Db/Table',
    'file:///a%20b',
  ])('%s has one spelling', (uri) => expect(isPlainUri(uri)).toBe(true));

  test.each([
    ['dot segments', 'file:///data/../etc/passwd'],
    ['a dot segment at the end', 'file:///data/..'],
    ['encoded dots', 'file:///data/%2e%2e/etc'],
    ['encoded dots, upper case', 'demo://a/%2E%2E/b'],
    ['dot segments of other schemes', 'demo://a/../b'],
    ['an encoded slash', 'demo://a%2Fb'],
    ['an encoded letter', 'file:///%73ecret'],
    ['lower-case hex', 'file:///%c3%a9'],
    ['broken encoding', 'file:///%zz'],
    ['an encoded NUL', 'file:///a%00'],
    ['an empty segment', 'file:///data//secret'],
    ['an empty segment first', 'file:////secret'],
    ['a backslash', 'file:///data\\secret'],
    ['an upper-case scheme', 'FILE:///data'],
    ['an upper-case host', 'https://EXAMPLE.com/'],
    ['a default port', 'https://example.com:443/'],
    ['user info', 'https://good.com@evil.com/'],
    ['localhost as a file host', 'file://localhost/secret'],
    ['a missing slash', 'https://example.com'],
    ['spaces', 'file:///a b'],
    ['control characters', 'file:///a\n'],
    ['invisible characters', 'demo://a\u200b'],
    ['no scheme', '/etc/passwd'],
    ['nothing', ''],
    ['length', `demo://${'a'.repeat(9000)}`],
  ])('refuses %s', (_what, uri) => expect(isPlainUri(uri)).toBe(false));
});

describe('covers', () => {
  test.each<[prefix: string, uri: string, want: boolean]>([
    ['file:///', 'file:///a/b', true],
    ['file:///data', 'file:///data', true],
    ['file:///data', 'file:///data/x', true],
    ['file:///data', 'file:///data?x', true],
    ['file:///data', 'file:///database', false],
    ['https://good.com', 'https://good.com.evil.com/', false],
    ['https://good.com', 'https://good.com:8080/', false],
    ['memo:', 'memo:insights', true],
    ['demo://a?id=', 'demo://a?id=5', true],
    ['file:///data/', 'file:///data', false],
  ])('%s covers %s: %s', (prefix, uri, want) => expect(covers(prefix, uri)).toBe(want));
});

test.each([
  ['file:///', undefined],
  ['memo:', undefined],
  ['https://example.com', 'plain spelling'],
  ['https://example.com/', undefined],
  ['https://example.com/a', undefined],
  ['file:///a/../b', 'plain spelling'],
  ['*', 'scheme'],
  ['', 'scheme'],
])('prefixFault of %s', (prefix, want) =>
  want === undefined
    ? expect(prefixFault(prefix)).toBeUndefined()
    : expect(prefixFault(prefix)).toContain(want),
);
