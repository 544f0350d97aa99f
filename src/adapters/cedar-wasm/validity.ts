// SPDX-License-Identifier: Apache-2.0
/**
 * Whether policies mean something over a schema.
 *
 * Strict: what the engine warns of is refused as well, since a policy that can never apply, or that
 * reads differently from what it does, is a rule that somebody believes in and nobody enforces.
 */
import { validate } from '@cedar-policy/cedar-wasm/nodejs';
import { type Problem, placeAt } from '../../core/policy/source.ts';
import { located, messageOf, nowhere, type Piece } from './piece.ts';
import type { Parsable } from './slots.ts';

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
  { schema, policies }: Parsable,
  pieces: readonly Piece[],
): { readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  try {
    const answer = validate({ schema, policies: { staticPolicies: policies } });
    if (answer.type === 'failure') {
      const message = answer.errors[0]?.message ?? 'the engine refuses the schema';
      return { problems: [{ ...nowhere('catalogue'), message }], warnings: [] };
    }
    const refused = [...answer.validationErrors, ...answer.validationWarnings];
    const problems = refused.map(({ policyId, error }) => {
      const piece = pieces.find(({ policy }) => policy.id === policyId);
      if (piece === undefined) return { ...nowhere('policies'), message: error.message };
      return located(piece.file, piece.source, [error]);
    });
    const warnings = answer.otherWarnings.map(({ message }) => ({ ...nowhere('catalogue'), message }));
    return { problems, warnings };
  } catch (error) {
    return { problems: [{ ...nowhere('policies'), message: messageOf(error) }], warnings: [] };
  }
}
