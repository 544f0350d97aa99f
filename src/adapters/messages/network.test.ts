// SPDX-License-Identifier: Apache-2.0
import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { lookupIn, mayReach, type Network } from './network.ts';

test.each<[address: string, inPublic: boolean, inPrivate: boolean]>([
  ['93.184.216.34', true, true],
  ['2606:2800:220:1:248:1893:25c8:1946', true, true],
  ['10.1.2.3', false, true],
  ['172.16.0.1', false, true],
  ['172.32.0.1', true, true],
  ['192.168.1.1', false, true],
  ['100.64.0.1', false, true],
  ['127.0.0.1', false, true],
  ['::1', false, true],
  ['fd00::1', false, true],
  ['::ffff:10.0.0.1', false, true],
  ['::ffff:127.0.0.1', false, true],
  ['64:ff9b::a00:1', false, true],
  ['2002:a00:1::', false, true],
  // Where clouds keep the credentials of a machine.
  ['169.254.169.254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['fe80::1', false, false],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['224.0.0.1', false, false],
  ['255.255.255.255', false, false],
  ['ff02::1', false, false],
  ['localhost', false, false],
  ['', false, false],
])('%s', (address, inPublic, inPrivate) => {
  expect([mayReach(address, 'public'), mayReach(address, 'private')]).toEqual([inPublic, inPrivate]);
});

function looked(network: Network, found: readonly string[], all: boolean): Promise<unknown> {
  const addresses = found.map(
    (address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }),
  );
  const system = (_name: string, _options: object, done: (error: null, list: LookupAddress[]) => void) =>
    done(null, addresses);
  return new Promise((resolve) => {
    // biome-ignore lint/suspicious/noExplicitAny: one of the many forms of the system's own
    lookupIn(network, system as any)('hooks.example.com', { all }, (error, address) =>
      resolve(error === null ? address : 'code' in error ? error.code : error),
    );
  });
}

test('a public name that leads inside is refused, also where only one of its addresses does', async () => {
  expect(await looked('public', ['93.184.216.34'], false)).toBe('93.184.216.34');
  expect(await looked('public', ['93.184.216.34', '10.0.0.1'], false)).toBe('private_address');
  expect(await looked('public', ['127.0.0.1'], true)).toBe('private_address');
  expect(await looked('public', [], true)).toBe('private_address');
  expect(await looked('private', ['10.0.0.1'], true)).toEqual([{ address: '10.0.0.1', family: 4 }]);
  expect(await looked('private', ['169.254.169.254'], true)).toBe('private_address');
});
