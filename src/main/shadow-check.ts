// SPDX-License-Identifier: Apache-2.0
// `policy.shadowCheck`: a share of all decisions is decided again by the official engine, and where it
// decides otherwise the call is denied and somebody is told. Source: docs/adr/0013-compiled-cedar.md.
import type { ShadowCheck } from '../adapters/cedar-wasm/set.ts';

/** @param share of all decisions, from 0 to 1 */
export function shadowCheckOf(share: number, say: (line: string) => void): ShadowCheck | undefined {
  if (share === 0) return undefined;
  return {
    share,
    chance: Math.random,
    alarm: (difference) =>
      say(`ALARM: the policy engines do not agree, and the call was denied: ${difference}`),
  };
}
