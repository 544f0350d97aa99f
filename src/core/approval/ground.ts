// SPDX-License-Identifier: Apache-2.0
/** Whether a request can still lead to anything: whoever lost their standing is asked about no more. */
import { circumstances, groundsOf, type NoStanding } from '../session/circumstances.ts';
import type { View } from '../state/facet.ts';
import type { Approval } from './approval.ts';

export function groundOf(
  view: View,
  { from, glass }: Pick<Approval, 'from' | 'glass'>,
  at: number,
): { readonly ok: true } | { readonly ok: false; readonly code: NoStanding } {
  // A glass is a task's: no session asked for it.
  if (glass === undefined) return circumstances(view, { ...from, tokenId: '' }, at);
  const grounds = groundsOf(view, from, at);
  if (!grounds.ok) return grounds;
  return grounds.task.agent === from.agent ? { ok: true } : { ok: false, code: 'not_the_callers' };
}
