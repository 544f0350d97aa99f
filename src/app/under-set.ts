// SPDX-License-Identifier: Apache-2.0
// The state as it is, but for what is in force: what another set would have said is considered under this.
import { type FacetKey, facets, type View } from '../core/state/facet.ts';
import type { Published } from './ports.ts';

export function underSet(
  view: View,
  { policies, catalogue }: Pick<Published, 'policies' | 'catalogue'>,
): View {
  return {
    get<T>(key: FacetKey<T>): T | undefined {
      // The two facets hold digests, and nothing else is called so.
      if (key.name === facets.policy.name) return policies.digest as T;
      if (key.name === facets.catalogue.name) return catalogue.digest as T;
      return view.get(key);
    },
  };
}
