// SPDX-License-Identifier: Apache-2.0
/**
 * Which addresses a name of a target may lead to.
 *
 * The operator writes the names; whoever answers for them in the DNS is somebody else, and what is sent has words of an
 * agent in it. So a public name that leads into a private network is refused, unless the target was said to be in one.
 * What was looked up is what is connected to: nobody is asked twice. Link-local addresses, where clouds keep the
 * credentials of a machine, are nobody's target.
 *
 * Source: Standard Webhooks 1.0.0, "Server side request forgery"; RFC 6890; docs/adr/0029-messages.md.
 */
import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export type Network = 'public' | 'private';

export class PrivateAddress extends Error {
  readonly code = 'private_address';
}

const never = blocks([
  ['169.254.0.0', 16],
  ['fe80::', 10],
  ['0.0.0.0', 8],
  ['::', 128],
  ['224.0.0.0', 3],
  ['ff00::', 8],
]);

const inside = blocks([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['::1', 128],
  ['fc00::', 7],
  ['fec0::', 10],
  // Whoever translates it back may be inside.
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['2001::', 32],
]);

function blocks(list: readonly (readonly [net: string, prefix: number])[]): BlockList {
  const made = new BlockList();
  for (const [net, prefix] of list) made.addSubnet(net, prefix, net.includes(':') ? 'ipv6' : 'ipv4');
  return made;
}

/** @param address an IP address; what is none is in no network */
export function mayReach(address: string, network: Network): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  // An IPv4 address in the form of the other kind is found in either list.
  return !never.check(address, family) && (network === 'private' || !inside.check(address, family));
}

/** In place of the system's own, where a connection is made. */
export function lookupIn(network: Network, lookup: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => mayReach(address, network)))
        return callback(new PrivateAddress('its name leads to an address that it may not have'), '', 0);
      if (options.all === true) return callback(null, [...addresses]);
      callback(null, first.address, first.family);
    });
  };
}
