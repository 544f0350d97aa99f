// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { hostOf, hostSuffixOf, isUnderHost } from './host.ts';

const under = (url: string, suffix: string): boolean => {
  const host = hostOf(url);
  const compared = hostSuffixOf(suffix);
  return host !== undefined && compared !== undefined && isUnderHost(host, compared);
};

test.each<[rule: string, url: string, suffix: string, want: boolean]>([
  ['a host is under itself', 'https://example.com/a', 'example.com', true],
  ['and what has more labels too', 'https://a.b.example.com', 'example.com', true],
  ['a suffix begins where a label begins', 'https://notexample.com/', 'example.com', false],
  ['case is nothing', 'HTTPS://API.Example.COM/x', 'eXample.com', true],
  ['the name of another script is one name', 'https://b\u00fccher.example/', 'xn--bcher-kva.example', true],
  ['and so is a suffix', 'https://shop.xn--bcher-kva.example/', 'B\u00dcCHER.example', true],
  ['a look-alike is another name', 'https://ex\u0430mple.com/', 'example.com', false],
  ['the usual port is no port', 'https://example.com:443/', 'example.com', true],
  ['a port of its own is refused', 'https://example.com:8443/', 'example.com', false],
  ['the usual port of another scheme too', 'http://example.com:443/', 'example.com', false],
  ['userinfo is refused', 'https://example.com@evil.example/', 'evil.example', false],
  ['and where it names the right host', 'https://user:pw@example.com/', 'example.com', false],
  ['an empty one too', 'https://@example.com/', 'example.com', false],
  ['a backslash ends a host for some', 'https://evil.example\\.example.com/', 'example.com', false],
  ['a query is no host', 'https://evil.example?.example.com', 'example.com', false],
  ['a fragment is no host', 'https://evil.example#.example.com', 'example.com', false],
  ['a line break that some drop', 'https://evil.example\n.example.com/', 'example.com', false],
  ['an encoded host', 'https://ex%61mple.com/', 'example.com', false],
  ['a dot at the end', 'https://example.com./', 'example.com', false],
  ['a dot of another script', 'https://example\u3002com/', 'example.com', false],
  ['an address is itself', 'http://127.0.0.1/', '127.0.0.1', true],
  ['an address has no labels', 'http://127.0.0.1/', '0.1', false],
  ['an address in other words is the address', 'http://0x7f.1/', '127.0.0.1', true],
  ['another scheme', 'ftp://example.com/', 'example.com', false],
  ['no scheme', 'example.com/a', 'example.com', false],
  ['no slashes', 'https:example.com/a', 'example.com', false],
  ['three slashes', 'https:///example.com/a', 'example.com', false],
  ['no text', '', 'example.com', false],
])('%s', (_rule, url, suffix, want) => expect(under(url, suffix)).toBe(want));

test.each([
  '',
  '*.example.com',
  'https://example.com',
  'example.com/x',
  'example.com:443',
  'a@b',
  '.example.com',
  'example.com.',
  '[::1]',
  'a b',
])('`%s` is no suffix', (written) => expect(hostSuffixOf(written)).toBeUndefined());
