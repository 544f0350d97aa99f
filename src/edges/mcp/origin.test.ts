// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { loopbackHosts, strangerFault } from './origin.ts';

const expected = { hosts: new Set(loopbackHosts), origins: new Set(['https://app.example']) };

test.each<[rule: string, host: string | undefined, origin: string | undefined, want: string | undefined]>([
  ['loopback by any of its names', 'localhost:8080', undefined, undefined],
  ['on any port', '127.0.0.1:1', 'http://127.0.0.1:2', undefined],
  ['IPv6 in brackets', '[::1]:80', 'http://[::1]', undefined],
  ['in any case', 'LOCALHOST', undefined, undefined],
  ['an origin that was named', 'localhost', 'https://app.example', undefined],
  ['no host', undefined, undefined, 'host'],
  ['another host', 'evil.example', undefined, 'host'],
  ['a host that begins like ours', 'localhost.evil.example', undefined, 'host'],
  ['a host that ends like ours', 'evil.example:localhost', undefined, 'host'],
  ['a host with a user in it', 'localhost@evil.example', undefined, 'host'],
  ['another origin', 'localhost', 'http://evil.example', 'origin'],
  ['an opaque origin', 'localhost', 'null', 'origin'],
  ['an origin that hides another', 'localhost', 'http://localhost@evil.example', 'origin'],
  ['an origin with a path', 'localhost', 'http://localhost/x', 'origin'],
  ['an origin of another scheme', 'localhost', 'file://localhost', 'origin'],
])('%s', (_rule, host, origin, want) => expect(strangerFault(expected, host, origin)).toBe(want));
