// SPDX-License-Identifier: Apache-2.0
/**
 * What changed of a server's tools, spelt out for the person who has to agree to it.
 *
 * Everything quoted here is the upstream's and untrusted: cut, and without what could steer a terminal.
 */
import type { ToolsDiff } from '../../core/catalogue/diff.ts';
import type { ToolDefinition } from '../../core/catalogue/entry.ts';
import { inferEntry } from '../../core/catalogue/infer.ts';
import { definitionDigest, definitionJson } from '../../core/catalogue/pin.ts';
import { canonicalJson } from '../../core/json/canonical.ts';
import { isArray, isObject, type JsonValue, own } from '../../core/json/value.ts';

export interface ToolChange {
  readonly tool: string;
  readonly change: 'new' | 'changed' | 'removed' | 'renamed' | 'duplicate';
  /** Of what the server declares now; empty where it declares nothing, or not one thing. */
  readonly digest: string;
  readonly from?: string;
  readonly description?: string;
  /** Where a changed definition differs; empty text where there is nothing. */
  readonly edits?: readonly { readonly at: string; readonly before: string; readonly now: string }[];
  readonly proposed?: { readonly class: string; readonly because: string };
}

const maxQuoted = 400;

export function changesOf(server: string, diff: ToolsDiff): readonly ToolChange[] {
  const declared = (tool: ToolDefinition) => {
    const entry = inferEntry(server, tool);
    return {
      digest: definitionDigest(tool),
      ...(tool.description === undefined ? {} : { description: shown(tool.description) }),
      proposed: { class: entry.class.value, because: entry.class.reason },
    };
  };
  return [
    ...diff.new.map((tool) => ({ tool: tool.name, change: 'new' as const, ...declared(tool) })),
    ...diff.changed.map(({ name, accepted, live, pointers }) => ({
      tool: name,
      change: 'changed' as const,
      ...declared(live),
      edits: pointers.map((at) => ({
        at: shown(at),
        before: quotedAt(accepted, at),
        now: quotedAt(live, at),
      })),
    })),
    ...diff.renamed.map(({ from, to, live }) => ({
      tool: to,
      change: 'renamed' as const,
      from,
      ...declared(live),
    })),
    ...diff.removed.map((tool) => ({ tool, change: 'removed' as const, digest: '' })),
    ...diff.duplicate.map((tool) => ({ tool, change: 'duplicate' as const, digest: '' })),
  ];
}

function quotedAt(tool: ToolDefinition, pointer: string): string {
  let value: JsonValue | undefined = definitionJson(tool);
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isArray(value)) value = value[Number(key)];
    else value = isObject(value) ? own(value, key) : undefined;
  }
  if (value === undefined) return '';
  return shown(typeof value === 'string' ? value : canonicalJson(value));
}

/** Invisible and direction-changing characters are shown, since they are how a text hides what it says. */
export function shown(text: string): string {
  const plain = text
    .slice(0, maxQuoted)
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) =>
      c === '\n' ? ' ' : `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`,
    );
  return text.length > maxQuoted ? `${plain}...` : plain;
}
