// SPDX-License-Identifier: Apache-2.0
/**
 * Cedar's ipaddr: an address or a range, of either version. Strict: no octets with leading zeros, no
 * IPv4 inside IPv6, no zones. Source: https://docs.cedarpolicy.com/policies/syntax-datatypes.html
 */
import type { Ip } from './value.ts';

/** The longest address, with its prefix. */
const maxLength = 43;

export function parseIp(text: string): Ip | undefined {
  if (text.length > maxLength) return undefined;
  const slash = text.indexOf('/');
  const host = slash === -1 ? text : text.slice(0, slash);
  const version = host.includes(':') ? 6 : 4;
  const address = version === 6 ? parseV6(host) : parseV4(host);
  const bits = width(version);
  const prefix = slash === -1 ? bits : parsePrefix(text.slice(slash + 1), bits);
  if (address === undefined || prefix === undefined) return undefined;
  return { kind: 'ip', version, address, prefix };
}

export function isLoopback({ version, address, prefix }: Ip): boolean {
  return version === 4 ? address >> 24n === 127n && prefix >= 8 : address === 1n && prefix === 128;
}

export function isMulticast({ version, address, prefix }: Ip): boolean {
  return version === 4 ? address >> 28n === 14n && prefix >= 4 : address >> 120n === 255n && prefix >= 8;
}

/** Whether every address of the first is one of the second. */
export function isInRange(inner: Ip, outer: Ip): boolean {
  if (inner.version !== outer.version || inner.prefix < outer.prefix) return false;
  const host = BigInt(width(outer.version) - outer.prefix);
  return inner.address >> host === outer.address >> host;
}

function width(version: 4 | 6): number {
  return version === 4 ? 32 : 128;
}

function parsePrefix(text: string, max: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(text)) return undefined;
  const prefix = Number(text);
  return prefix <= max ? prefix : undefined;
}

function parseV4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let address = 0n;
  for (const octet of octets) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    address = (address << 8n) | BigInt(octet);
  }
  return address;
}

function parseV6(text: string): bigint | undefined {
  const gap = text.indexOf('::');
  const head = groups(gap === -1 ? text : text.slice(0, gap));
  const tail = gap === -1 ? [] : groups(text.slice(gap + 2));
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (gap === -1 ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  return BigInt(`0x${all.map((group) => group.padStart(4, '0')).join('')}`);
}

function groups(text: string): readonly string[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  return parts.length <= 8 && parts.every((part) => /^[0-9a-fA-F]{1,4}$/.test(part)) ? parts : undefined;
}
