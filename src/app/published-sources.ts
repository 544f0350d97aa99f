// SPDX-License-Identifier: Apache-2.0
// What was published, read back from the contents beside its record: policy files and catalogue entries.
// Ours, and still parsed like anything that comes out of a file.
import { hash } from 'node:crypto';
import { z } from 'zod';
import { type CatalogueEntry, resultHolds } from '../core/catalogue/entry.ts';
import { dialects, kinds } from '../core/catalogue/kind.ts';
import { parseToolDefinition } from '../core/catalogue/pin.ts';
import { type ActionClass, isActionClass, roles } from '../core/catalogue/taxonomy.ts';
import { covers } from '../core/catalogue/uri.ts';
import type { Policy } from '../core/decision/verdict.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import { parseJson } from '../core/json/parse.ts';
import { isObject, type JsonValue } from '../core/json/value.ts';
import type { PolicyFile } from '../core/policy/source.ts';
import { labelShape } from '../core/record/events/parts.ts';

/** A policy as it was published, with its text. */
export interface PublishedPolicy extends Policy {
  /** As it was written. */
  readonly text: string;
  /** As the engine reads it: each condition over history is `context.<name>` there. */
  readonly cedar: string;
  readonly conditions: readonly PublishedCondition[];
}

export interface PublishedCondition {
  readonly name: string;
  /** As it was written, between its brackets. */
  readonly text: string;
  readonly reachSeconds: number;
}

const limits = { maxBytes: 256 << 20, maxDepth: 256, maxNodes: 10_000_000 };

function parsed(text: string): JsonValue | undefined {
  const json = parseJson(Buffer.from(text, 'utf8'), limits);
  return json.ok ? json.value : undefined;
}

const filesShape = z.object({ files: z.array(z.strictObject({ name: z.string(), text: z.string() })) });

/** @returns undefined where these are no published policies */
export function publishedFiles(text: string): readonly PolicyFile[] | undefined {
  return filesShape.safeParse(parsed(text)).data?.files;
}

/** Names the texts alone: the digest of a set also covers the catalogue's schema and the engine's version. */
export function textsDigest(sources: string): string | undefined {
  const files = publishedFiles(sources);
  if (files === undefined) return undefined;
  const texts = files.map(({ name, text }) => ({ name, text }));
  return `sha256:${hash('sha256', canonicalJson({ files: texts }), 'hex')}`;
}

const entryShape = z.object({
  kind: z.enum(['tool', 'resource', 'prompt', 'method']),
  server: z.string(),
  target: z.string(),
  action: z.string(),
  class: z.custom<ActionClass>((name) => typeof name === 'string' && isActionClass(name)),
  resource: z.object({
    type: z.string(),
    idArgument: z.string().exactOptional(),
    label: labelShape,
    store: z.string().exactOptional(),
    reads: z.boolean().exactOptional(),
    stores: z.boolean().exactOptional(),
  }),
  args: z.record(
    z.string(),
    z.object({
      role: z.enum(roles).exactOptional(),
      kind: z.enum(kinds).exactOptional(),
      dialect: z.enum(dialects).exactOptional(),
      money: z.boolean().exactOptional(),
      operand: z.enum(['file']).exactOptional(),
      history: z.boolean().exactOptional(),
    }),
  ),
  result: labelShape,
  fields: z.array(z.object({ path: z.array(z.string()), label: labelShape })).exactOptional(),
  holds: z.enum(resultHolds).exactOptional(),
  reversible: z.boolean(),
  keeps: z.record(z.string(), z.string()).exactOptional(),
  stateless: z.boolean(),
  root: z.string().exactOptional(),
});
const catalogueShape = z.object({ entries: z.array(z.unknown()) });

/** @returns undefined where this is no published catalogue, or one of another version */
export function publishedEntries(text: string): readonly CatalogueEntry[] | undefined {
  const json = parsed(text);
  const entries = isObject(json) ? catalogueShape.safeParse(json).data?.entries : undefined;
  const read = entries?.map(publishedEntry);
  return read?.every((entry) => entry !== undefined) ? read : undefined;
}

const pinnedShape = z.object({
  pinned: z.strictObject({ digest: z.string(), definition: z.custom<JsonValue>() }).exactOptional(),
});

function publishedEntry(value: unknown): CatalogueEntry | undefined {
  const entry = entryShape.safeParse(value).data;
  const pinned = pinnedShape.safeParse(value).data?.pinned;
  if (entry === undefined) return undefined;
  if (pinned === undefined) return entry;
  const definition = parseToolDefinition(pinned.definition);
  return definition.ok
    ? { ...entry, pinned: { digest: pinned.digest, definition: definition.definition } }
    : undefined;
}

/** The entry that a recorded request was described by, as far as the record tells. */
export function entryOf(
  entries: readonly CatalogueEntry[],
  request: {
    readonly server: string;
    readonly action: string;
    readonly class: string;
    readonly target: string;
  },
): CatalogueEntry | undefined {
  const own = entries.filter(
    (entry) =>
      entry.server === request.server && entry.action === request.action && entry.class === request.class,
  );
  const exact = own.find(({ target }) => target === request.target);
  const prefixes = own.filter(({ kind, target }) => kind === 'resource' && covers(target, request.target));
  return exact ?? prefixes.sort((a, b) => b.target.length - a.target.length)[0] ?? own[0];
}
