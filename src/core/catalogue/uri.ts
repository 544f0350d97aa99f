// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a catalogued URI prefix covers a resource's URI.
 *
 * The URI comes from the agent: one that has a second spelling (`..`, `%2e`, upper-case hosts, default
 * ports) could be caught by a wide prefix while the upstream reads what a narrow one protects. Such
 * URIs are covered by nothing.
 *
 * Source: RFC 3986 section 6.2; docs/catalogue.md, "Resources".
 */

const maxUriLength = 8192;

/** Schemes that the URL standard normalises, so that its one spelling can be asked for. */
const special = /^(?:https?|wss?|ftp|file):/;

/** True when every reader takes the URI for the same thing. */
export function isPlainUri(uri: string): boolean {
  if (uri.length > maxUriLength || !/^[a-z][a-z0-9+.-]*:./.test(uri)) return false;
  if (/[\p{C}\p{Z}\\"<>^`{|}]/u.test(uri)) return false;
  for (const [, hex = ''] of uri.matchAll(/%(.{0,2})/gs)) {
    if (!/^[0-9A-F]{2}$/.test(hex) || isNeedless(Number.parseInt(hex, 16))) return false;
  }
  const path = uri.replace(/[?#].*$/s, '').replace(/^[a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?/, '');
  if (path.includes('//') || path.split('/').some((part) => part === '.' || part === '..')) return false;
  if (!special.test(uri)) return true;
  if (/^[a-z]+:\/\/[^/?#]*@/.test(uri)) return false;
  return URL.parse(uri)?.href === uri;
}

/** What percent-encoding has no business with: unreserved characters, slashes, control characters. */
function isNeedless(octet: number): boolean {
  return octet < 0x20 || octet === 0x7f || /^[A-Za-z0-9._~/\\-]$/.test(String.fromCharCode(octet));
}

/** A prefix ends where a name ends: `file:///data` covers `file:///data/x` and not `file:///database`. */
export function covers(prefix: string, uri: string): boolean {
  if (!uri.startsWith(prefix)) return false;
  if (uri.length === prefix.length || /[/:?#=]$/.test(prefix)) return true;
  return /^[/?#]/.test(uri.slice(prefix.length));
}

/** @returns why a prefix is refused, or undefined */
export function prefixFault(prefix: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/.test(prefix))
    return 'a URI prefix begins with a lower-case scheme, as `file:///`';
  // A bare scheme is not a URI yet, but a prefix of many.
  const whole = /[/:?#=]$/.test(prefix) ? `${prefix}x` : prefix;
  if (!isPlainUri(whole))
    return 'a URI prefix is written in its one plain spelling: no `..`, no needless `%`, no spaces';
  return undefined;
}
