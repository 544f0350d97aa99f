// SPDX-License-Identifier: Apache-2.0
/**
 * Which host a URL goes to, where every reader agrees about it; and whether that lies under a suffix.
 *
 * The URL comes from the agent. Userinfo (`https://bank.example@evil.example`), backslashes, line breaks,
 * ports of one's own and dots at the end are where readers differ: such a URL lies under nothing.
 * Hosts are compared as the URL standard writes them: lower case, IDN as `xn--`, IPv4 in four parts.
 */

const maxUrlLength = 8192;

/** @returns the host, or undefined for what is no plain URL of the web */
export function hostOf(url: string): string | undefined {
  if (url.length > maxUrlLength || /[\p{C}\p{Z}\\]/u.test(url)) return undefined;
  // Dots of other scripts end a label for some readers and not for others.
  if (/[\u3002\uff0e\uff61]/.test(url)) return undefined;
  const authority = /^https?:\/\/([^/?#]+)(?:[/?#]|$)/i.exec(url)?.[1];
  if (authority === undefined || /[@%]/.test(authority)) return undefined;
  const parsed = URL.parse(url);
  // A default port has gone by now: one that is left was chosen.
  if (parsed === null || parsed.port !== '' || parsed.username !== '' || parsed.password !== '')
    return undefined;
  return plainHost(parsed.hostname);
}

/** @returns the suffix as hosts are compared, or undefined where it is no host */
export function hostSuffixOf(written: string): string | undefined {
  if (/[\p{C}\p{Z}\\/?#@:*%[\]]/u.test(written)) return undefined;
  const parsed = URL.parse(`https://${written}/`);
  return parsed === null ? undefined : plainHost(parsed.hostname);
}

/** An address is under itself only: it has no labels. */
export function isUnderHost(host: string, suffix: string): boolean {
  return host === suffix || (host.endsWith(`.${suffix}`) && !/(^|\.)\d+$/.test(host));
}

function plainHost(host: string): string | undefined {
  return host === '' || host.length > 253 || /^\.|\.\.|\.$/.test(host) ? undefined : host;
}
