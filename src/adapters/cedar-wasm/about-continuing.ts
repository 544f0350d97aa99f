// SPDX-License-Identifier: Apache-2.0
/**
 * Which policies speak of whether a session goes on, and whether they can: those whose scope names `Action::"continue"`.
 *
 * A rule that would quietly never hold, or hold of something else as well, is refused: a permit (none is needed: a session goes
 * on unless it is forbidden), the action beside others, a lift, and facts that only a call has.
 *
 * Source: docs/adr/0036-revocation.md, "Asked again".
 */
import { continueAction } from '../../core/policy/layout.ts';
import { type Problem, placeAt } from '../../core/policy/source.ts';
import type { Piece } from './piece.ts';
import { contextNames } from './uses-of.ts';

const ofCalls = [
  'origin',
  'intent',
  'first',
  'program',
  'result',
  'args',
  'args_opaque',
  'destination',
  'tool',
];

/** @param conditions names of conditions over history */
export function aboutContinuing(
  pieces: readonly Piece[],
  conditions: ReadonlySet<string>,
): { readonly pieces: readonly Piece[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = pieces.map((piece) => {
    const { file, source, policy, json } = piece;
    const refuse = (message: string): void => {
      problems.push({ ...placeAt(file, source.at), message });
    };
    const named = actionsNamed(json.action);
    if (!named.includes(continueAction)) {
      if (policy.course !== undefined)
        refuse(`\`@continue\` is for policies with \`action == Action::"${continueAction}"\``);
      return piece;
    }
    if (named.length > 1) refuse(`\`Action::"${continueAction}"\` stands alone: write two policies`);
    if (policy.effect === 'permit')
      refuse('a session goes on without a permit: only a `forbid` speaks of that');
    if (policy.remedy !== undefined)
      refuse('`@outcome` is for calls: say `@continue("narrow")`, `"pause"` or `"end"`');
    if (policy.lowers !== undefined) refuse('`@autonomy` is for policies that speak of calls');
    const looked = contextNames(json);
    const other = ofCalls.find((name) => looked.has(name));
    if (other !== undefined) refuse(`\`context.${other}\` is known of a call and not of a session`);
    if ([...looked].some((name) => conditions.has(name)))
      refuse('conditions over history are asked of calls and not of whether a session goes on');
    return { ...piece, policy: { ...policy, about: 'continue' as const, course: policy.course ?? 'end' } };
  });
  return { pieces: read, problems };
}

function actionsNamed(action: Piece['json']['action']): readonly string[] {
  const entities = 'entity' in action ? [action.entity] : 'entities' in action ? action.entities : [];
  return entities.map((entity) => ('__entity' in entity ? entity.__entity.id : entity.id));
}
