// SPDX-License-Identifier: Apache-2.0
/**
 * The smallest media that the suite accepts, and two shorthands for answers.
 *
 * Source: the scenarios `tools-call-image`, `tools-call-audio` and `prompts-get-with-image`.
 */
import type { CallToolResult } from '@modelcontextprotocol/server';

/** One grey pixel. */
export const PNG_BASE64 =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==';

/** One sample of silence, 8 bit, 8 kHz. */
export const WAV_BASE64 = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQEAAACAAA==';

export function said(text: string): CallToolResult {
  return { content: [{ type: 'text', text }] };
}
