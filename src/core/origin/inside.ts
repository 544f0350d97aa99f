// SPDX-License-Identifier: Apache-2.0
/**
 * Whether all that a call names as a place it goes to is one's own: under the hosts that the catalogue calls internal.
 *
 * What has no host that every reader agrees about (a handle, a URL with a user in it) is outside; so is a call that names
 * no place at all, and one that runs a text of its own. Source: core/task/host.ts.
 */
import { isProgramKind } from '../catalogue/kind.ts';
import type { JsonObject } from '../json/value.ts';
import { hostOf, hostSuffixOf, isUnderHost } from '../task/host.ts';
import type { Described } from './facts.ts';
import { typedOf } from './typed.ts';
import { valuesOf } from './values.ts';

export function staysInside(
  entry: Described & { readonly internal?: readonly string[] },
  args: JsonObject,
): boolean {
  const { internal = [] } = entry;
  if (internal.length === 0 || Object.values(entry.args).some(({ kind }) => isProgramKind(kind)))
    return false;
  const places = valuesOf(entry, args).filter(({ role }) => role === 'destination' || role === 'link');
  return places.length > 0 && places.every(({ value }) => isOneOf(internal, value));
}

function isOneOf(internal: readonly string[], value: string | number | boolean): boolean {
  const host = typeof value === 'string' ? placeOf(value) : undefined;
  return host !== undefined && internal.some((suffix) => isUnderHost(host, suffix));
}

function placeOf(value: string): string | undefined {
  switch (typedOf(value).kind) {
    case 'email':
      return hostSuffixOf(value.slice(value.lastIndexOf('@') + 1).trim());
    case 'url':
      return hostOf(value);
    default:
      return value.includes('.') ? hostSuffixOf(value) : undefined;
  }
}
