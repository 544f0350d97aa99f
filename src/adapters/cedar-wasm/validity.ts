// SPDX-License-Identifier: Apache-2.0
/**
 * Whether policies mean something over a schema.
 *
 * Strict: what the engine warns of is refused as well, since a policy that can never apply, or that
 * reads differently from what it does, is a rule that somebody believes in and nobody enforces.
 */
import { type Problem, placeAt } from '../../core/policy/source.ts';
import type { Engine } from './engine.ts';
import { located, nowhere, type Piece } from './piece.ts';
import type { Parsable } from './set.ts';

/** The engine would only say that nothing applies. */
export function groupsTakenForActions(
  pieces: readonly Piece[],
  groups: ReadonlySet<string>,
): readonly Problem[] {
  return pieces.flatMap(({ file, source, json }) => {
    const scope = json.action;
    if (scope.op !== '==' || !('entity' in scope) || !('id' in scope.entity)) return [];
    const { id } = scope.entity;
    const message = `\`${id}\` is a group: say \`action in Action::"${id}"\``;
    return groups.has(id) ? [{ ...placeAt(file, source.at), message }] : [];
  });
}

export function whyInvalid(
  engine: Engine,
  { schema, policies }: Pick<Parsable, 'schema' | 'policies'>,
  pieces: readonly Piece[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  try {
    const call = { schema, policies: { staticPolicies: policies } };
    const answer = engine.run((cedar) => cedar.validate(call));
    if (answer.type === 'failure') {
      const message = answer.errors[0]?.message ?? 'the engine refuses the schema';
      return { problems: [{ ...nowhere('catalogue'), message }], warnings: [] };
    }
    // An error is often followed by warnings that only repeat it: the first thing said is the cause.
    const refused = [...answer.validationErrors];
    for (const warning of answer.validationWarnings) {
      if (refused.every(({ policyId }) => policyId !== warning.policyId)) refused.push(warning);
    }
    const problems = refused.map(({ policyId, error }) => {
      const piece = pieces.find(({ policy }) => policy.id === policyId);
      if (piece === undefined) return { ...nowhere('policies'), message: error.message };
      return located(piece.file, piece.source, [error]);
    });
    const warnings = answer.otherWarnings.map(({ message }) => ({ ...nowhere('catalogue'), message }));
    return { problems, warnings };
  } catch {
    const message = 'the policies together are too large for the engine';
    return { problems: [{ ...nowhere('policies'), message }], warnings: [] };
  }
}
