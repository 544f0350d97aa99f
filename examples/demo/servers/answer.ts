// SPDX-License-Identifier: Apache-2.0
/**
 * How the demo's servers answer: one text block, JSON unless the value is text already.
 *
 * Failures are not made here: a tool throws, and the SDK turns that into a result with `isError`.
 */
import type { CallToolResult } from '@modelcontextprotocol/server';

export function answer(value: unknown): CallToolResult {
  return { content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }] };
}
