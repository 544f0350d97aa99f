// SPDX-License-Identifier: Apache-2.0
// Tools as a catalogue has them once a person has accepted them. What is not said is harmless.
import type { CatalogueEntry } from '../../src/core/catalogue/entry.ts';
import { digestJson } from '../../src/core/json/canonical.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import { nothingRead } from '../../src/core/label/label.ts';

/** `crm/<name>` with the action `crm.<name>`: it reads, and no argument is required. */
export function toolEntry(
  name: string,
  properties: JsonObject = {},
  more: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  return {
    kind: 'tool',
    server: 'crm',
    target: name,
    action: `crm.${name}`,
    class: 'read',
    resource: { type: 'Ticket', label: nothingRead },
    args: {},
    result: nothingRead,
    reversible: true,
    stateless: true,
    pinned: { digest: 'sha256:00', definition: { name, inputSchema: { type: 'object', properties } } },
    ...more,
  };
}

/** `ops/<name>` with the action `ops.<name>`: it writes, and all of its arguments are required. */
export function opsEntry(
  name: string,
  properties: JsonObject,
  args: CatalogueEntry['args'],
  more: Partial<CatalogueEntry> = {},
): CatalogueEntry {
  const inputSchema = { type: 'object', properties, required: Object.keys(properties) };
  return toolEntry(name, properties, {
    server: 'ops',
    action: `ops.${name}`,
    class: 'write',
    resource: { type: 'Thing', label: nothingRead },
    args,
    pinned: { digest: digestJson(name), definition: { name, inputSchema } },
    ...more,
  });
}
