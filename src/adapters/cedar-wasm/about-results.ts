// SPDX-License-Identifier: Apache-2.0
/**
 * Which policies speak of results, and whether they can: one that reads `context.result` does.
 *
 * A rule that would quietly never hold is refused: a permit of a result (none is needed), a transform of arguments where there is a
 * result, one of results where there is none, and facts that only a call has.
 *
 * Source: docs/adr/0024-results.md.
 */
import { type Problem, placeAt } from '../../core/policy/source.ts';
import type { Piece } from './piece.ts';
import { contextNames } from './uses-of.ts';

/** Decided with the call: of a result they are not asked again. */
const ofCalls = ['origin', 'intent', 'first', 'program', 'operands', 'git', 'signals', 'time'];

/** @param conditions names of conditions over history */
export function aboutResults(
  pieces: readonly Piece[],
  conditions: ReadonlySet<string>,
): { readonly pieces: readonly Piece[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = pieces.map((piece) => {
    const { file, source, policy, json } = piece;
    const refuse = (message: string): void => {
      problems.push({ ...placeAt(file, source.at), message });
    };
    const looked = contextNames(json);
    const { remedy } = policy;
    if (!looked.has('result')) {
      if (remedy?.kind === 'narrow')
        refuse('a transform of results is for policies that read `context.result`');
      return piece;
    }
    if (policy.lowers !== undefined)
      refuse('`@autonomy` is for policies that speak of calls: a result lowers nobody');
    if (policy.effect === 'permit')
      refuse('results need no permit: only a `forbid` can read `context.result`');
    if (remedy?.kind === 'modify')
      refuse('a policy that reads `context.result` needs a transform of results');
    const other = ofCalls.find((name) => looked.has(name));
    if (other !== undefined)
      refuse(`\`context.${other}\` is known of a call and not of its result: write two policies`);
    if ([...looked].some((name) => conditions.has(name)))
      refuse('conditions over history are asked of calls and not of results: write two policies');
    return { ...piece, policy: { ...policy, about: 'result' as const } };
  });
  return { pieces: read, problems };
}
