// SPDX-License-Identifier: Apache-2.0
// A label as people read it: `confidential untrusted pii only ann from web/fetch`.
import type { Label } from './label.ts';

export function inWords({ level, categories, readers, integrity, sources }: Label): string {
  return [
    level,
    integrity,
    ...categories,
    ...(readers === undefined ? [] : [readers.length === 0 ? 'for nobody' : `only ${readers.join(', ')}`]),
    ...(sources.length === 0 ? [] : [`from ${sources.join(', ')}`]),
  ].join(' ');
}
