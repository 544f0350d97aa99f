// SPDX-License-Identifier: Apache-2.0
/**
 * What an upstream's names and URIs look like to a client.
 *
 * At an endpoint of one upstream they are its own. Where several are merged, a name becomes
 * `<server>__<name>` and a URI `<server>+<uri>`: reversible, and no two upstreams can be mistaken for
 * each other. Never guesses: what names no configured server belongs to none.
 *
 * Source: docs/mcp-gateway.md, "Names".
 */

/** What one endpoint serves. */
export type Scope =
  | { readonly kind: 'one'; readonly server: string }
  | { readonly kind: 'all'; readonly servers: readonly string[] };

export interface Native {
  readonly server: string;
  readonly name: string;
}

export function serversOf(scope: Scope): readonly string[] {
  return scope.kind === 'one' ? [scope.server] : scope.servers;
}

export function shownName(scope: Scope, server: string, name: string): string {
  return scope.kind === 'one' ? name : `${server}__${name}`;
}

export function shownUri(scope: Scope, server: string, uri: string): string {
  return scope.kind === 'one' ? uri : `${server}+${uri}`;
}

export function nativeName(scope: Scope, shown: string): Native | undefined {
  return native(scope, shown, '__');
}

export function nativeUri(scope: Scope, shown: string): Native | undefined {
  return native(scope, shown, '+');
}

function native(scope: Scope, shown: string, mark: string): Native | undefined {
  if (scope.kind === 'one') return { server: scope.server, name: shown };
  let found: Native | undefined;
  for (const server of scope.servers) {
    const longer = found === undefined || server.length > found.server.length;
    // A server's name may itself contain the mark; the longest that fits is meant.
    if (longer && shown.startsWith(`${server}${mark}`) && shown.length > server.length + mark.length) {
      found = { server, name: shown.slice(server.length + mark.length) };
    }
  }
  return found;
}
