// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a request came for us, and not from a web page that was led to our address (DNS rebinding).
 *
 * Compares names only: on loopback a forwarder may stand on another port. A request without `Origin` is
 * not from a page; one with an opaque origin (`null`) is refused.
 *
 * Source: MCP Streamable HTTP, "Security Warning".
 */

export interface Expected {
  /** Host names, lower case, without ports; IPv6 in brackets. */
  readonly hosts: ReadonlySet<string>;
  /** Whole origins that are welcome besides those on `hosts`. */
  readonly origins: ReadonlySet<string>;
}

export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** @returns which of the two is not expected, or undefined */
export function strangerFault(
  expected: Expected,
  host: string | undefined,
  origin: string | undefined,
): 'host' | 'origin' | undefined {
  const name = host === undefined ? undefined : hostName(host);
  if (name === undefined || !expected.hosts.has(name)) return 'host';
  if (origin === undefined || expected.origins.has(origin)) return undefined;
  const from = /^https?:\/\/([^/?#@]+)$/.exec(origin)?.[1];
  const fromName = from === undefined ? undefined : hostName(from);
  return fromName !== undefined && expected.hosts.has(fromName) ? undefined : 'origin';
}

function hostName(host: string): string | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(host)?.[1];
  return found?.toLowerCase();
}
