// SPDX-License-Identifier: Apache-2.0
// Policies over tools, compiled as in a publication. Arguments are not held to their schemas.
import { catalogueIndex } from '../../src/adapters/catalogue-files/catalogue-index.ts';
import { compilePolicies } from '../../src/adapters/cedar-wasm/compile.ts';
import type { ShadowCheck } from '../../src/adapters/cedar-wasm/set.ts';
import type { Published } from '../../src/app/ports.ts';
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import type { PolicyFile } from '../../src/core/policy/source.ts';

/** @param policies one file, or several */
export function publishedOver(
  entries: readonly CatalogueEntry[],
  policies: string | readonly PolicyFile[],
  shadow?: ShadowCheck,
): Published {
  const files = typeof policies === 'string' ? [{ name: 'a.cedar', text: policies }] : policies;
  const compiled = compilePolicies({ files, entries, shadow });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems, undefined, 1));
  return {
    policies: compiled.set,
    catalogue: catalogueIndex(entries.map((entry) => ({ entry, check: () => ({ ok: true }) }))),
    mode: 'enforce',
    sources: { policies: '{}', catalogue: '{}' },
  };
}
