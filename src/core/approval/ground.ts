// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a request can still lead to anything: whoever lost their standing is asked about no more, and neither is a tool that
 * was revoked. A pause kills nothing: once it is lifted the same call may be made.
 */
import { circumstances, groundsOf, type NoStanding } from '../session/circumstances.ts';
import { facets, type View } from '../state/facet.ts';
import type { Approval } from './approval.ts';

export function groundOf(
  view: View,
  { from, glass, tool }: Pick<Approval, 'from' | 'glass' | 'tool'>,
  at: number,
): { readonly ok: true } | { readonly ok: false; readonly code: NoStanding | 'tool_revoked' } {
  if (tool !== undefined && view.get(facets.halt)?.tools.includes(tool) === true)
    return { ok: false, code: 'tool_revoked' };
  // A glass is a task's: no session asked for it.
  if (glass === undefined) return circumstances(view, { ...from, tokenId: '' }, at);
  const grounds = groundsOf(view, from, at);
  if (!grounds.ok) return grounds;
  return grounds.task.agent === from.agent ? { ok: true } : { ok: false, code: 'not_the_callers' };
}
