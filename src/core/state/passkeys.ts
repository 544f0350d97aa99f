// SPDX-License-Identifier: Apache-2.0
// What events do to the passkeys of people: enrolled, removed, used.
import type { BodyOf } from '../record/event.ts';
import { type Change, set } from './change.ts';
import { facets, type View } from './facet.ts';

export function enrolled(view: View, event: BodyOf<'passkey.enrolled'>, at: number): readonly Change[] {
  const { person, credential, publicKey, rpId, name, uses } = event;
  const before = view.get(facets.passkeys) ?? [];
  const { passkey: used } = event;
  const signed = passkeyUse(view, used);
  // Enrolled again it could become somebody else's.
  if (before.some((one) => one.credential === credential)) return signed;
  return [
    set(facets.passkeys, [...before, { person, credential, publicKey, rpId, name, enrolledAt: at }]),
    ...(used?.credential === credential
      ? passkeyUse(view, { credential, uses: Math.max(uses, used.uses) })
      : [...passkeyUse(view, { credential, uses }), ...signed]),
  ];
}

export function removed(view: View, { credential }: BodyOf<'passkey.removed'>): readonly Change[] {
  const before = view.get(facets.passkeys) ?? [];
  const after = before.filter((one) => one.credential !== credential);
  return after.length === before.length ? [] : [set(facets.passkeys, after)];
}

/** Never goes back, whatever was removed meanwhile. */
export function passkeyUse(
  view: View,
  used: { readonly credential: string; readonly uses: number } | undefined,
): readonly Change[] {
  if (used === undefined) return [];
  const key = facets.passkeyUses(used.credential);
  return used.uses > (view.get(key) ?? 0) ? [set(key, used.uses)] : [];
}
