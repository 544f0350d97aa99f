// SPDX-License-Identifier: Apache-2.0
/**
 * Values of `Mcp-*` headers: plain where a header can carry them, else wrapped, so that each value has one
 * spelling that reads back as itself.
 *
 * Source: MCP 2026-07-28, Streamable HTTP, "Value Encoding".
 */

const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const LOOKS_WRAPPED = /^=\?base64\?.*\?=$/;
const PARAM_HEADER = /^mcp-param-[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/i;

export function headerValue(value: string): string {
  if (PLAIN.test(value) && !LOOKS_WRAPPED.test(value)) return value;
  return `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}

/**
 * @param values wrapped already where they need it, since only the caller knows which are
 * @returns undefined when one cannot be a header, or is another header than `Mcp-Param-*`
 */
export function paramHeaders(
  values: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(values)) {
    if (!PARAM_HEADER.test(name) || !PLAIN.test(value)) return undefined;
    headers[name.toLowerCase()] = value;
  }
  return headers;
}
